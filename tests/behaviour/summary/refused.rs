//! What is refused, in which words, and that it leaves nothing behind.

use super::{config, events, summary_of};
use etiology::Quantity;
use etiology::summary::{EventCause, EventSummary, SummarisedEvent, SummaryConfig};

#[track_caller]
fn assert_says<T: std::fmt::Debug>(result: etiology::Result<T>, words: &[&str]) {
    let error = result.unwrap_err().to_string();
    assert!(words.iter().all(|word| error.contains(word)), "{error}");
}

#[test]
fn a_configuration_at_fault_is_told_by_its_field() {
    let refuse = |config: SummaryConfig, words: &[&str]| assert_says(EventSummary::new(config), words);
    refuse(SummaryConfig::default(), &["`target`", "blank"]);
    refuse(config().by(["vendor", "vendor"]), &["`vendor` appears more than once"]);
    refuse(config().by(["vendor", " "]), &["`by`", "blank name at position 1"]);
    refuse(config().with_examples(1_001), &["`examples`", "at most 1000"]);
    refuse(config().with_max_levels(0), &["`max_levels`"]);
    let mut changed = config();
    changed.clear_by = f64::NAN;
    refuse(changed, &["`clear_by`", "NaN"]);
    let mut changed = config();
    changed.quantity = Quantity::ItScore;
    refuse(changed, &["`unit`", "nats", "amount_unit", "`EUR`"]);
    let text = serde_json::to_string(&config()).unwrap();
    assert_eq!(serde_json::from_str::<SummaryConfig>(&text).unwrap(), config());
    assert!(serde_json::from_str::<SummaryConfig>("{\"target\": \"x\", \"vendor\": 1}").is_err());
}

#[test]
fn an_event_at_fault_is_told_and_adds_nothing() {
    let mut summary = summary_of(&config(), &events(20, 3));
    let before = summary.to_bytes().unwrap();
    let cause = |node, value, std_error| EventCause { node, value, std_error };
    let levels = [Some("Zeta"), None];
    let mut refuse = |event: SummarisedEvent<'_>, words: &[&str]| {
        assert_says(summary.add(&event), words);
        assert_eq!(summary.to_bytes().unwrap(), before);
    };
    let good = [cause("price", -1.0, 0.1)];
    refuse(SummarisedEvent::new("4711", -1.0, &good), &["levels of event `4711`", "0 values", "2 were expected"]);
    let refuse_causes = |total,
                         causes: &[EventCause<'_>],
                         words: &[&str],
                         refuse: &mut dyn FnMut(SummarisedEvent<'_>, &[&str])| {
        refuse(SummarisedEvent::new("4711", total, causes).with_levels(&levels), &[words, &["event `4711`"]].concat());
    };
    refuse_causes(f64::NAN, &good, &["what is split", "finite", "NaN"], &mut refuse);
    refuse_causes(1.0, &[cause("new", f64::INFINITY, 0.0)], &["a contribution", "`new`", "inf"], &mut refuse);
    refuse_causes(1.0, &[cause("new", 1e300, 0.0)], &["a contribution", "1e280"], &mut refuse);
    refuse_causes(1.0, &[cause("new", 1.0, f64::NAN)], &["a standard error", "`new`", "NaN"], &mut refuse);
    refuse_causes(1.0, &[cause("new", 1.0, -1.0)], &["a standard error", "at least 0"], &mut refuse);
    refuse_causes(1.0, &[good[0], good[0]], &["`price` twice"], &mut refuse);
    refuse_causes(1.0, &[cause("new", 1.0, 0.0), cause("new", 1.0, 0.0)], &["`new` twice"], &mut refuse);
    refuse_causes(1.0, &[cause("payment", 1.0, 0.0), cause("payment", 1.0, 0.0)], &["`payment` twice"], &mut refuse);
    refuse_causes(1.0, &[cause(" ", 1.0, 0.0)], &["blank name at position 0"], &mut refuse);
    refuse(SummarisedEvent::new("4711", 1.0, &good).with_levels(&levels).with_amount(f64::NAN), &["amount", "NaN"]);
    refuse(SummarisedEvent::failed("4711", "why").with_amount(f64::INFINITY).with_levels(&levels), &["amount", "inf"]);
}

#[test]
fn too_many_levels_or_nodes_are_an_error_that_names_the_column() {
    let config = SummaryConfig::new("payment").by(["hour", "invoice"]).with_max_levels(3);
    let of = |ids: std::ops::Range<usize>| {
        let mut summary = EventSummary::new(config.clone()).unwrap();
        for id in ids {
            let id = id.to_string();
            summary.add(&SummarisedEvent::failed(&id, "why").with_levels(&[Some("9"), Some(&id)])).unwrap();
        }
        summary
    };
    let mut summary = of(0..3);
    let before = summary.to_bytes().unwrap();
    let words = &["column `invoice`", "4", "where 3 are allowed", "`max_levels`", "coarser"];
    assert_says(summary.add(&SummarisedEvent::failed("x", "why").with_levels(&[Some("9"), None])), words);
    // A level that is there already may come again.
    of(0..3).add(&SummarisedEvent::failed("x", "why").with_levels(&[None, Some("2")])).unwrap();
    assert_says(summary.merge(&of(2..4)), words);
    assert_eq!(summary.to_bytes().unwrap(), before);
    summary.merge(&of(1..3)).unwrap();

    let names: Vec<String> = (0..10_001).map(|number| format!("n{number}")).collect();
    let causes: Vec<EventCause<'_>> =
        names.iter().map(|node| EventCause { node, value: 1.0, std_error: 0.0 }).collect();
    let mut summary = EventSummary::new(SummaryConfig::new("y")).unwrap();
    assert_says(summary.add(&SummarisedEvent::new("4711", 1.0, &causes)), &["number of nodes", "10000"]);
    assert_eq!(summary.events(), 0);
}

#[test]
fn summaries_of_other_configurations_and_damaged_bytes_are_refused() {
    let all = events(30, 5);
    let mut summary = summary_of(&config(), &all);
    let before = summary.to_bytes().unwrap();
    let other = summary_of(&config().with_examples(4), &all);
    assert_says(summary.merge(&other), &["same configuration", "examples: 4"]);
    assert_says(summary.merge_bytes(&other.to_bytes().unwrap()), &["same configuration"]);
    for bytes in [&before[..before.len() - 1], &[before.clone(), vec![0]].concat(), b"no state"] {
        assert_says(summary.merge_bytes(bytes), &["a saved summary"]);
    }
    let newer = [vec![2], before[1..].to_vec()].concat();
    assert_says(EventSummary::from_bytes(&newer), &["version 2 instead of 1"]);
    assert_eq!(summary.to_bytes().unwrap(), before);
}

#[test]
fn no_single_byte_makes_figures_that_contradict_each_other() {
    let bytes = summary_of(&config(), &events(12, 6)).to_bytes().unwrap();
    for place in 0..bytes.len() {
        for value in [0, 1, 0x7f, 0x80, 0xff, bytes[place].wrapping_add(1)] {
            let mut damaged = bytes.clone();
            damaged[place] = value;
            if let Ok(loaded) = EventSummary::from_bytes(&damaged) {
                let summary = loaded.summary();
                let firsts: u64 = summary.causes.iter().chain([&summary.unexplained]).map(|cause| cause.first).sum();
                assert_eq!(firsts, summary.answered());
                assert!(
                    summary.breakdowns.iter().all(|column| {
                        column.levels.iter().map(|level| level.events).sum::<u64>() == summary.events
                    })
                );
                assert!(!summary.to_string().is_empty());
            }
        }
    }
}

//! The same events give the same bytes, however they are split and in whichever order they come.

use super::{Event, config, events, summary_of};
use etiology::summary::{EventSummary, SummarisedEvent};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_split_and_any_order_gives_the_same_bytes(
        count in 0_usize..80,
        seed in any::<u64>(),
        keys in prop::collection::vec(any::<u32>(), 80),
        cuts in prop::collection::vec(0_usize..80, 0..5),
        scale in prop_oneof![4 => Just(1.0), 1 => Just(1e-30), 1 => Just(1e200)],
    ) {
        let mut all = events(count, seed);
        for event in all.iter_mut().take(7) {
            event.total *= scale;
            event.causes.iter_mut().for_each(|cause| *cause = (cause.0 * scale, cause.1 * scale));
        }
        let whole = summary_of(&config(), &all);
        let bytes = whole.to_bytes().unwrap();
        let mut shuffled: Vec<(u32, &Event)> = keys.into_iter().zip(&all).collect();
        shuffled.sort_by_key(|(key, _)| *key);
        let mut ends: Vec<usize> = cuts.into_iter().filter(|&cut| cut < count).chain([count]).collect();
        ends.sort_unstable();
        let (mut parts, mut start) = (Vec::new(), 0);
        for end in ends {
            parts.push(summary_of(&config(), shuffled[start..end].iter().map(|(_, event)| *event)));
            start = end;
        }
        let mut merged = EventSummary::new(config()).unwrap();
        for (number, part) in parts.iter().rev().enumerate() {
            match number % 2 {
                0 => merged.merge(part).unwrap(),
                _ => merged.merge_bytes(&part.to_bytes().unwrap()).unwrap(),
            }
        }
        prop_assert_eq!(&merged.to_bytes().unwrap(), &bytes);
        let loaded = EventSummary::from_bytes(&bytes).unwrap();
        prop_assert_eq!(&loaded.to_bytes().unwrap(), &bytes);
        // Figures that may be NaN are compared as text.
        let figures = |summary: &EventSummary| serde_json::to_string(&summary.summary()).unwrap();
        prop_assert_eq!(figures(&merged), figures(&whole));
        prop_assert_eq!(figures(&loaded), figures(&whole));
    }
}

#[test]
fn a_state_does_not_grow_with_the_number_of_events() {
    let part = summary_of(&config(), &events(2_000, 1));
    let few = part.to_bytes().unwrap().len();
    let mut whole = part.clone();
    (0..500).for_each(|_| whole.merge(&part).unwrap());
    assert_eq!(whole.events(), 1_002_000);
    let many = whole.to_bytes().unwrap().len();
    assert!(many < few + few / 4, "{few} and {many} bytes");
    assert!(whole.memory_bytes() < 40_000, "{} bytes", whole.memory_bytes());
}

#[test]
fn what_is_loaded_goes_on() {
    let all = events(300, 4);
    let mut loaded = EventSummary::from_bytes(&summary_of(&config(), &all[..120]).to_bytes().unwrap()).unwrap();
    all[120..].iter().for_each(|event| super::add(&mut loaded, event).unwrap());
    assert_eq!(loaded.to_bytes().unwrap(), summary_of(&config(), &all).to_bytes().unwrap());
    assert_eq!(loaded.config(), &config());
}

#[test]
fn a_cause_that_is_named_in_another_order_is_the_same() {
    use etiology::summary::EventCause;
    let cause = |node, value| EventCause { node, value, std_error: 0.5 };
    let bytes = |causes: &[EventCause<'_>]| {
        let mut summary = EventSummary::new(config().by(["vendor"])).unwrap();
        for id in ["a", "b"] {
            summary.add(&SummarisedEvent::new(id, -6.0, causes).with_levels(&[Some("Acme")])).unwrap();
        }
        summary.to_bytes().unwrap()
    };
    let (a, b, c) = (cause("price", -4.0), cause("tax", -4.0), cause("payment", 2.0));
    assert_eq!(bytes(&[a, b, c]), bytes(&[c, b, a]));
}

#[test]
fn summaries_go_from_thread_to_thread() {
    fn travels<T: Send + Sync + std::fmt::Debug + Clone>(_: &T) {}
    travels(&EventSummary::new(config()).unwrap());
}

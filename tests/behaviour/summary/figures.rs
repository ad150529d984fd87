//! Figures against brute force over the events, and what stands out.

use std::collections::BTreeMap;

use super::{Event, NODES, config, events, summary_of};
use crate::retail_shop;
use etiology::data::{EventColumn, EventColumns};
use etiology::summary::{EventCause, EventSummary, SummarisedEvent, Summary, SummaryConfig, UnexplainedPart};
use etiology::unit_change::UnitChangeConfig;
use etiology::{AdditiveNoiseModel, AttributionConfig, FittedModel, NoiseFamily, Observation, StructuralCausalModel};

/// What is first of an event, by its definition: `None` is what no node explains, which the target's own noise is part of.
struct Truth {
    first: Option<&'static str>,
    contested: bool,
    unexplained: f64,
}

fn truth(event: &Event) -> Truth {
    let towards = if event.total < 0.0 { -1.0 } else { 1.0 };
    let known: Vec<(&'static str, f64, f64)> = NODES
        .iter()
        .zip(&event.causes)
        .filter(|(_, cause)| !cause.0.is_nan())
        .map(|(node, cause)| (*node, towards * cause.0, cause.1))
        .collect();
    let own = known.iter().find(|part| part.0 == "payment").unwrap();
    let nodes: Vec<_> = known.iter().filter(|part| part.0 != "payment").collect();
    let rest = towards * event.total - known.iter().map(|part| part.1).sum::<f64>();
    let unexplained = own.1 + if rest.abs() > 1e-9 { rest } else { 0.0 };
    let mut parts: Vec<(Option<&'static str>, f64, f64)> =
        nodes.iter().map(|part| (Some(part.0), part.1, part.2)).chain([(None, unexplained, own.2)]).collect();
    parts.sort_by(|a, b| b.1.total_cmp(&a.1));
    let (first, second) = (parts[0], parts[1]);
    assert!(first.1 > 0.0, "every event here came short of something");
    let near_next = first.1 - second.1 <= 2.0 * (first.2 + second.2);
    let near_0 = first.0.is_some() && first.1 <= 2.0 * first.2;
    Truth { first: first.0, contested: near_next || near_0, unexplained: towards * unexplained }
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * (1.0 + a.abs())
}

#[test]
fn figures_are_those_of_brute_force_over_the_events() {
    let all = events(1_500, 11);
    let summary = summary_of(&config(), &all).summary();
    let answered: Vec<(&Event, Truth)> =
        all.iter().filter(|event| event.error.is_none()).map(|event| (event, truth(event))).collect();
    assert_eq!((summary.events, summary.answered()), (1_500, answered.len() as u64));
    let amount = |event: &Event| event.amount.unwrap_or(0.0);
    let count = |test: &dyn Fn(&Event, &Truth) -> bool| {
        answered.iter().filter(|(event, truth)| test(event, truth)).count() as u64
    };
    assert_eq!(summary.contested, count(&|_, truth| truth.contested));
    assert!(close(summary.value, answered.iter().map(|(event, _)| event.total).sum()));
    assert!(close(summary.amount.unwrap(), answered.iter().map(|(event, _)| amount(event)).sum()));
    let failed = all.iter().filter(|event| event.error.is_some());
    assert!(close(summary.failed_amount.unwrap(), failed.map(amount).sum()));
    assert_eq!(summary.with_amount, all.iter().filter(|event| event.amount.is_some()).count() as u64);
    for (place, node) in NODES[..3].iter().enumerate() {
        let cause = summary.cause(node).unwrap();
        let value = |event: &Event| Some(event.causes[place].0).filter(|value| !value.is_nan()).unwrap_or(0.0);
        let error = |event: &Event| Some(event.causes[place].1).filter(|value| !value.is_nan()).unwrap_or(0.0);
        let is_first = |truth: &Truth| truth.first == Some(*node);
        assert_eq!(cause.first, count(&|_, truth| is_first(truth)));
        assert_eq!(cause.contested_first, count(&|_, truth| is_first(truth) && truth.contested));
        assert!(close(cause.value, answered.iter().map(|(event, _)| value(event)).sum()));
        assert!(close(cause.std_error, answered.iter().map(|(event, _)| error(event)).sum()));
        let firsts = || answered.iter().filter(|(_, truth)| is_first(truth));
        assert!(close(cause.value_first, firsts().map(|(event, _)| value(event)).sum()));
        assert!(close(cause.amount.unwrap(), firsts().map(|(event, _)| amount(event)).sum()));
        let mut largest: Vec<&Event> = firsts().map(|(event, _)| *event).collect();
        largest.sort_by(|a, b| {
            let size = |event: &Event| event.amount.map_or(-1.0, f64::abs);
            size(b).total_cmp(&size(a)).then_with(|| b.total.abs().total_cmp(&a.total.abs())).then(a.id.cmp(&b.id))
        });
        let kept: Vec<&str> = cause.examples.iter().map(|event| event.id.as_str()).collect();
        assert_eq!(kept, largest.iter().take(3).map(|event| event.id.as_str()).collect::<Vec<_>>());
    }
    assert_eq!(summary.unexplained.first, count(&|_, truth| truth.first.is_none()));
    assert!(close(summary.unexplained.value, answered.iter().map(|(_, truth)| truth.unexplained).sum()));
    let parts: f64 = summary.causes.iter().chain([&summary.unexplained]).map(|cause| cause.value).sum();
    assert!(close(parts, summary.value), "{parts} and {}", summary.value);
    check_levels(&summary, &answered, &all);
    check_failures(&summary, &all);
}

fn check_levels(summary: &Summary, answered: &[(&Event, Truth)], all: &[Event]) {
    /// Events, those of which each cause is first, and the amount at stake.
    type OfVendor<'t> = (u64, BTreeMap<Option<&'t str>, u64>, f64);
    let mut by_vendor: BTreeMap<Option<&str>, OfVendor<'_>> = BTreeMap::new();
    all.iter().for_each(|event| by_vendor.entry(event.vendor).or_default().0 += 1);
    for (event, truth) in answered {
        let level = by_vendor.get_mut(&event.vendor).unwrap();
        *level.1.entry(truth.first).or_default() += 1;
        level.2 += event.amount.unwrap_or(0.0);
    }
    let vendors = summary.breakdown("vendor").unwrap();
    assert_eq!(vendors.levels.len(), by_vendor.len());
    for (vendor, (events, firsts, amount)) in &by_vendor {
        let level = vendors.level(*vendor).unwrap();
        assert_eq!(level.events, *events);
        assert!(close(level.amount.unwrap(), *amount));
        for cause in &level.causes {
            assert_eq!(cause.first, firsts.get(&cause.node.as_deref()).copied().unwrap_or(0), "{vendor:?} {cause:?}");
        }
        let of_vendor = answered.iter().filter(|(event, _)| event.vendor == *vendor);
        let tax: f64 = of_vendor.map(|(event, _)| event.causes[2].0).sum();
        assert!(close(level.causes.iter().find(|cause| cause.node.as_deref() == Some("tax")).unwrap().value, tax));
    }
    assert!(vendors.levels.windows(2).all(|pair| pair[0].amount >= pair[1].amount));
}

fn check_failures(summary: &Summary, all: &[Event]) {
    let kinds: u64 = summary.failures.iter().map(|failure| failure.events).sum();
    assert_eq!((kinds, summary.other_failures), (all.iter().filter(|event| event.error.is_some()).count() as u64, 0));
    assert_eq!(summary.failures.len(), NODES.len());
    assert!(summary.failures.iter().all(|failure| failure.kind.starts_with("row #: the observed value of `")));
}

#[test]
fn a_vendor_with_a_reason_of_its_own_stands_out_and_chance_does_not() {
    let summary = summary_of(&config(), &events(1_500, 12)).summary();
    let first = &summary.stand_outs[0];
    assert_eq!(
        (first.column.as_str(), first.level.as_deref(), first.node.as_deref()),
        ("vendor", Some("Acme"), Some("price"))
    );
    assert!(first.p_value < 1e-10 && first.share > 0.7 && first.lift.unwrap() > 2.0, "{first:?}");
    assert!(first.share_interval.0 < first.share && first.share < first.share_interval.1);
    assert!(first.to_string().starts_with("Where `vendor` is `Acme`, `price` is the first cause of "), "{first}");
    // Vendors without a reason of their own: in a hundred tables one false pair would be expected at most.
    let mut shouted = 0;
    for seed in 0..60 {
        let mut all = events(400, seed);
        all.retain(|event| event.vendor != Some("Acme"));
        shouted += usize::from(!summary_of(&config(), &all).summary().stand_outs.is_empty());
    }
    assert!(shouted <= 2, "{shouted} of 60");
}

#[test]
fn the_targets_own_noise_is_a_cause_if_that_is_asked_for() {
    let of = |unexplained| {
        let config = SummaryConfig::new("web").with_unexplained(unexplained);
        let mut summary = EventSummary::new(config).unwrap();
        let causes = [("web", 5.0), ("db", 1.0)].map(|(node, value)| EventCause { node, value, std_error: 0.0 });
        summary.add(&SummarisedEvent::new("a", 6.0, &causes)).unwrap();
        // Half of it is put down to nobody, as a value was missing.
        summary.add(&SummarisedEvent::new("b", 12.0, &causes)).unwrap();
        summary.summary()
    };
    let own = of(UnexplainedPart::OwnNoise);
    assert_eq!((own.unexplained.first, own.unexplained.value, own.causes.len()), (2, 16.0, 1));
    let remainder = of(UnexplainedPart::Remainder);
    assert_eq!((remainder.unexplained.first, remainder.unexplained.value), (1, 6.0));
    assert_eq!((remainder.cause("web").unwrap().first, remainder.cause("db").unwrap().first), (1, 0));
    assert_eq!(remainder.unit, "nats");
}

/// The shop with linear mechanisms, which are fitted at once.
fn shop() -> FittedModel {
    let graph = retail_shop::causal_graph().unwrap();
    let nodes: Vec<String> = graph.nodes().map(str::to_owned).collect();
    let model = nodes.iter().fold(StructuralCausalModel::new(graph.clone()), |model, node| {
        match graph.parents(node).unwrap().is_empty() {
            true => model.with_mechanism(node, NoiseFamily::Empirical).unwrap(),
            false => model.with_mechanism(node, AdditiveNoiseModel::linear()).unwrap(),
        }
    });
    model.fit(&retail_shop::normal_requests(500, 1).unwrap()).unwrap()
}

#[test]
fn attributed_columns_are_their_attributions_one_by_one() {
    let model = shop();
    let slow = retail_shop::slow_requests(40, 2).unwrap();
    let mut columns: Vec<Vec<f64>> = slow.names().iter().map(|name| slow.column(name).unwrap().to_vec()).collect();
    let place = |name: &str| slow.names().iter().position(|other| other == name).unwrap();
    columns[place("Website")][7] = f64::NAN;
    let named = slow.names().iter().map(String::as_str).zip(columns.iter().map(|column| EventColumn::Numbers(column)));
    let events = EventColumns::new(named).unwrap();
    let attributor = model.attributor("Website", AttributionConfig::default()).unwrap();
    let answers = attributor.attribute_columns(&events).unwrap();
    let ids: Vec<String> = (0..40).map(|row| format!("request {row}")).collect();
    let hours: Vec<Option<&str>> = (0..40).map(|row| ["9", "10"].get(row % 3).copied()).collect();
    let amounts: Vec<f64> = (0..40).map(|row| if row == 3 { f64::NAN } else { row as f64 }).collect();
    let config = SummaryConfig::new("Website").by(["hour"]);
    let mut whole = EventSummary::new(config.clone()).unwrap();
    whole.add_columns(&answers, &ids, Some(&amounts), &[&hours]).unwrap();
    let mut one_by_one = EventSummary::new(config.clone()).unwrap();
    for row in 0..40 {
        let observation = events.row(row).unwrap();
        let amount = Some(amounts[row]).filter(|amount| !amount.is_nan());
        match attributor.attribute(&observation) {
            Ok(attribution) => one_by_one.add_attribution(&ids[row], &attribution, amount, &[hours[row]]).unwrap(),
            Err(error) => {
                let message = format!("row {row}: {error}");
                let failed = SummarisedEvent { amount, ..SummarisedEvent::failed(&ids[row], &message) };
                one_by_one.add(&failed.with_levels(&[hours[row]])).unwrap();
            }
        }
    }
    assert_eq!(whole.summary(), one_by_one.summary());
    assert_eq!((whole.summary().failed, whole.summary().with_amount), (1, 39));
    let before = whole.to_bytes().unwrap();
    for (error, word) in [
        (whole.add_columns(&answers, &ids[1..], None, &[&hours]), "identifiers"),
        (whole.add_columns(&answers, &ids, Some(&amounts[1..]), &[&hours]), "amounts"),
        (whole.add_columns(&answers, &ids, None, &[]), "category columns"),
        (whole.add_columns(&answers, &ids, None, &[&hours[1..]]), "`hour`"),
        (whole.add_columns(&answers, &ids, Some(&[f64::INFINITY; 40]), &[&hours]), "row 0"),
        (EventSummary::new(SummaryConfig::new("API")).unwrap().add_columns(&answers, &ids, None, &[]), "`Website`"),
    ] {
        let error = error.unwrap_err().to_string();
        assert!(error.contains(word), "{error}");
    }
    assert_eq!(whole.to_bytes().unwrap(), before);
}

#[test]
fn differences_between_two_rows_are_summed_up_by_their_parts() {
    let model = shop();
    let rows = retail_shop::normal_requests(2, 5).unwrap();
    let rows: Vec<Observation> = rows.observations().collect();
    let change = model.unit_change(&model, "Website", &rows[0], &rows[1], &UnitChangeConfig::default()).unwrap();
    let mut summary = EventSummary::new(SummaryConfig::new("Website").in_unit("s")).unwrap();
    summary.add_unit_change("2", &change, None, &[]).unwrap();
    let summary = summary.summary();
    assert!(close(summary.value, change.total()));
    for part in change.parts.iter().filter(|part| part.node != "Website") {
        assert!(close(summary.cause(&part.node).unwrap().value, part.value), "{part:?}");
    }
    let mut nats = EventSummary::new(SummaryConfig::new("Website")).unwrap();
    assert!(nats.add_unit_change("2", &change, None, &[]).unwrap_err().to_string().contains("ItScore"));
}

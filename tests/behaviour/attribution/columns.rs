//! Events in columns: the bits of the same events alone, whatever is beside them.

use etiology::attribution::AttributedColumns;
use etiology::data::{EventColumn, EventColumns};
use etiology::threads::on_this_thread;
use etiology::{
    AdditiveNoiseModel, Attribution, AttributionConfig, Attributor, CausalGraph, Dataset, NoiseFamily, Quantity,
    StructuralCausalModel,
};

use crate::retail_shop::{self, TARGET};
use crate::shop::linear_shop;

fn columns_of(data: &Dataset) -> Vec<Vec<f64>> {
    data.values().columns().into_iter().map(|column| column.to_vec()).collect()
}

/// Columns as an engine has them: in one piece each.
fn events<'c>(data: &Dataset, columns: &'c [Vec<f64>]) -> EventColumns<'c> {
    let columns = columns.iter().map(|column| EventColumn::Numbers(column));
    EventColumns::new(data.names().iter().cloned().zip(columns)).unwrap()
}

fn assert_same(columns: &AttributedColumns, row: usize, alone: &Attribution) {
    let bits = |figure: f64| if figure.is_nan() { None } else { Some(figure.to_bits()) };
    let of = |figure: Option<f64>| figure.map(f64::to_bits);
    assert_eq!(columns.scores()[row].to_bits(), alone.score.value.to_bits());
    assert_eq!(columns.score_std_errors()[row].to_bits(), alone.score.std_error.to_bits());
    assert_eq!(bits(columns.tail_probabilities()[row]), of(alone.score.tail_probability));
    assert_eq!(columns.unexplained()[row].to_bits(), alone.unexplained.value.to_bits());
    assert_eq!(columns.saturated()[row], alone.score.saturated);
    let ranked = columns.ranked(row);
    assert_eq!(ranked.len(), alone.contributions.len());
    for (node, contribution) in ranked.iter().zip(alone.ranked()) {
        assert_eq!(node.node, contribution.node);
        assert_eq!(node.value.to_bits(), contribution.value.to_bits());
        assert_eq!(node.std_error.to_bits(), contribution.std_error.to_bits());
        assert_eq!((of(node.model_error), of(node.share)), (of(contribution.model_error), of(contribution.share)));
        assert_eq!(bits(columns.contributions(node.node).unwrap()[row]), of(Some(contribution.value)));
        assert_eq!(bits(columns.shares(node.node).unwrap()[row]), of(contribution.share));
    }
    let findings: Vec<_> = columns.findings().iter().filter(|(at, _)| *at == row).map(|(_, finding)| finding).collect();
    assert_eq!(findings, alone.findings.iter().collect::<Vec<_>>());
}

#[test]
fn columns_have_the_bits_of_rows() {
    let slow = retail_shop::slow_requests(40, 2).unwrap();
    let mut columns = columns_of(&slow);
    // Some cells are missing; one row has no value of the target, another an infinite one of a cause.
    let target = slow.names().iter().position(|name| name == TARGET).unwrap();
    let cause = slow.names().iter().position(|name| name == "API").unwrap();
    columns[target][7] = f64::NAN;
    columns[cause][9] = f64::INFINITY;
    (20..30).for_each(|row| columns[cause][row] = f64::NAN);
    let names = slow.names();
    let table = Dataset::from_columns(names.iter().cloned().zip(columns.clone())).unwrap();
    for quantity in [Quantity::ItScore, Quantity::MeanDeviation] {
        let config = AttributionConfig::default().with_quantity(quantity);
        let attributor = linear_shop(1_000, 1).attributor(TARGET, config).unwrap();
        let all = attributor.attribute_columns(&events(&slow, &columns)).unwrap();
        assert_eq!((all.rows(), all.target(), all.quantity(), all.nodes().len()), (40, TARGET, quantity, 11));
        let failed: Vec<usize> = all.failures().iter().map(|(row, _)| *row).collect();
        assert_eq!(failed, [7, 9]);
        assert!(all.failures()[1].1.to_string().contains("row 9") && all.scores()[9].is_nan());
        assert!(all.ranked(7).is_empty());
        for (row, alone) in attributor.attribute_rows(&table).iter().enumerate() {
            if let Ok(alone) = alone {
                assert_same(&all, row, alone);
            }
        }
    }
}

#[test]
fn neither_neighbours_nor_threads_matter() {
    let slow = retail_shop::slow_requests(12, 3).unwrap();
    let columns = columns_of(&slow);
    let attributor = linear_shop(1_000, 1).attributor(TARGET, AttributionConfig::default()).unwrap();
    let all = attributor.attribute_columns(&events(&slow, &columns)).unwrap();
    let bits = |part: &AttributedColumns| -> Vec<u64> {
        let nodes = part.nodes().iter().flat_map(|node| part.contributions(node).unwrap());
        part.scores().iter().chain(nodes).map(|figure| figure.to_bits()).collect()
    };
    let here = on_this_thread(|| attributor.attribute_columns(&events(&slow, &columns)).unwrap());
    assert_eq!(bits(&here), bits(&all));
    // In parts, the last of one row.
    for part in [0..5, 5..11, 11..12] {
        let cut: Vec<Vec<f64>> = columns.iter().map(|column| column[part.clone()].to_vec()).collect();
        let of_part = attributor.attribute_columns(&events(&slow, &cut)).unwrap();
        for (at, row) in part.enumerate() {
            assert_eq!(of_part.ranked(at), all.ranked(row));
        }
    }
}

fn shipments() -> Attributor {
    let region: Vec<&str> = (0..300).map(|row| ["EU", "US", "AP"][row * 7 % 3]).collect();
    let cost = |row: usize| 10.0 + 5.0 * ((row * 7 % 3) as f64) + ((row * 37 % 101) as f64 - 50.0) / 50.0;
    let data = Dataset::from_columns([("cost", (0..300).map(cost).collect::<Vec<f64>>())])
        .and_then(|data| data.with_text_column("region", region))
        .unwrap();
    StructuralCausalModel::new(CausalGraph::from_edges([("region", "cost")]).unwrap())
        .assign_mechanisms(&data)
        .and_then(|model| model.fit(&data))
        .and_then(|model| model.attributor("cost", AttributionConfig::default()))
        .unwrap()
}

#[test]
fn levels_are_read_where_a_node_is_a_category() {
    let attributor = shipments();
    let cost = [31.0, 12.0, 12.0, 12.0];
    let region = [Some("US"), Some(" AP "), None, Some("")];
    let others = [1.0; 4];
    let columns = EventColumns::new([
        ("note", EventColumn::Numbers(&others)),
        ("region", EventColumn::Text(&region)),
        ("cost", EventColumn::Numbers(&cost)),
    ]);
    let answer = attributor.attribute_columns(&columns.unwrap()).unwrap();
    assert!(answer.failures().is_empty() && answer.nodes() == ["region", "cost"], "{answer:?}");
    for (row, (cost, region)) in cost.into_iter().zip(region).enumerate() {
        let event = etiology::Observation::from_pairs([("cost", cost)]).unwrap();
        let event = match region.map(str::trim).filter(|region| !region.is_empty()) {
            Some(region) => event.with_text("region", region).unwrap(),
            None => event,
        };
        assert_same(&answer, row, &attributor.attribute(&event).unwrap());
    }
    assert!(answer.contributions("region").unwrap()[2].is_nan(), "a missing level has no contribution");
}

#[test]
fn a_column_that_is_needed_must_be_there() {
    let values = [1.0, 2.0];
    let only = |name: &'static str| EventColumns::new([(name, EventColumn::Numbers(&values))]).unwrap();
    let attributor = shipments();
    let message = attributor.attribute_columns(&only("costs")).unwrap_err().to_string();
    assert!(message.contains("`cost`") && message.contains("costs"), "{message}");
    // Text where numbers belong is the row's fault.
    let text = [Some("many"), Some("12.5")];
    let wrong = EventColumns::new([("cost", EventColumn::Text(&text))]).unwrap();
    assert_eq!(attributor.attribute_columns(&wrong).unwrap().failures().len(), 2);
    let given = AttributionConfig::default().with_context(["order"]);
    let graph = CausalGraph::from_edges([("order", "paid")]).unwrap();
    let order: Vec<f64> = (0..50).map(|row| f64::from(row % 7)).collect();
    let data = Dataset::from_columns([("order", order.clone()), ("paid", order)]).unwrap();
    let model = StructuralCausalModel::new(graph)
        .with_mechanism("order", NoiseFamily::Empirical)
        .and_then(|model| model.with_mechanism("paid", AdditiveNoiseModel::linear()))
        .and_then(|model| model.fit(&data))
        .unwrap();
    let message = model.attributor("paid", given).unwrap().attribute_columns(&only("paid")).unwrap_err().to_string();
    assert!(message.contains("`order`"), "{message}");
    let lengths = EventColumns::new([("a", EventColumn::Numbers(&values)), ("b", EventColumn::Numbers(&values[..1]))]);
    assert!(lengths.unwrap_err().to_string().contains("`b`"));
    assert!(EventColumns::new([("a", EventColumn::Numbers(&values)), ("a", EventColumn::Numbers(&values))]).is_err());
}

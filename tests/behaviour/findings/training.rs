//! What training shows: too few rows, rows with the fault, and tails that the model contradicts.

use super::{EDGES, event, fit, kinds, scaled, shop, truth, upper};
use etiology::findings::{FindingKind, Strength};
use etiology::{
    AdditiveNoiseModel, CausalGraph, Dataset, DiagnosisConfig, KnownFormula, NoiseFamily, Observation,
    StructuralCausalModel,
};

#[test]
fn fewer_rows_than_a_score_needs_are_said_instead_of_hardly_unusual() {
    for (rows, few) in [(7, true), (15, true), (19, true), (20, false), (60, false)] {
        let model = shop(rows);
        let diagnosis = model.diagnose("edge", &event(&[("db", 3.0)]), &DiagnosisConfig::default()).unwrap();
        let found: Vec<FindingKind> = diagnosis.findings.iter().map(|one| one.kind).collect();
        assert_eq!(found.contains(&FindingKind::FewRows), few, "{rows} rows: {diagnosis}");
        assert!(!diagnosis.to_string().contains("hardly unusual"), "{diagnosis}");
        assert!(!few || diagnosis.strength < Strength::Strong);
    }
}

#[test]
fn the_ceiling_of_few_rows_is_the_same_wherever_it_is_told() {
    let model = shop(7);
    let diagnosis = model.diagnose("edge", &event(&[("db", 3.0)]), &DiagnosisConfig::default()).unwrap();
    let page = etiology::HtmlReport::new(&model, &diagnosis).to_html().unwrap();
    for text in [diagnosis.to_string(), diagnosis.attribution.to_string(), page] {
        assert!(text.contains("1 in 14") && !text.contains("in 15"), "{text}");
    }
}

#[test]
fn rows_that_repeat_are_found_and_no_verdict_is_strong() {
    let once = truth().draw_samples(300, 1).unwrap();
    let column = |name: &String| once.column(name).unwrap().to_vec();
    let twice = once.names().iter().map(|name| (name.clone(), [column(name), column(name)].concat()));
    let model = fit(CausalGraph::from_edges(EDGES).unwrap(), &Dataset::from_columns(twice).unwrap());
    let copies = model.repeated_rows().unwrap();
    assert_eq!((copies.rows, copies.distinct), (600, 300));
    let diagnosis = model.diagnose("edge", &event(&[("db", 2.0)]), &DiagnosisConfig::default()).unwrap();
    let found = &diagnosis.findings[0];
    assert_eq!(found.kind, FindingKind::RowsRepeated);
    assert!(found.evidence.contains("600") && found.remedy.contains("1 in 600"), "{found}");
    assert_eq!((diagnosis.root_cause(), diagnosis.strength), (Some("db"), Strength::Contested));
    // With the same floor no contribution moves by more than its error.
    let config = upper().with_floor(1.0 / 600.0);
    let asked =
        |model: &etiology::FittedModel| model.attribute_outlier("edge", &event(&[("db", 0.6)]), &config).unwrap();
    let (of_copies, of_once) = (asked(&model), asked(&shop(300)));
    for (a, b) in of_copies.contributions.iter().zip(&of_once.contributions) {
        assert!((a.value - b.value).abs() <= 3.0 * a.std_error.hypot(b.std_error) + 0.02, "{a:?} {b:?}");
    }
    let saved = etiology::FittedModel::from_bytes(&model.to_bytes().unwrap()).unwrap();
    assert_eq!(saved.repeated_rows(), Some(copies));
    assert_eq!(shop(300).repeated_rows(), None);
}

#[test]
fn training_rows_with_the_fault_are_found_where_it_began() {
    let usual = truth().draw_samples(400, 4).unwrap();
    for (node, faulty) in [("db", 4), ("cache", 12), ("auth", 25)] {
        let mut rows: Vec<Observation> = usual.observations().collect();
        for (number, row) in rows.iter_mut().take(faulty).enumerate() {
            *row = event(&[(node, 2.0 + 0.02 * number as f64)]);
        }
        let column =
            |name: &String| (name.clone(), rows.iter().map(|row| row.get(name).unwrap()).collect::<Vec<f64>>());
        let data = Dataset::from_columns(usual.names().iter().map(column)).unwrap();
        let model = fit(CausalGraph::from_edges(EDGES).unwrap(), &data);
        let found = model.attribute_outlier("edge", &event(&[(node, 2.2)]), &upper()).unwrap().findings;
        let found = found.iter().find(|one| one.kind == FindingKind::FaultInTraining);
        assert!(found.is_some_and(|found| found.nodes == [node]), "{node}: {found:?}");
        assert!(found.unwrap().evidence.contains(&format!("{faulty} of 400")), "{found:?}");
    }
}

#[test]
fn a_model_that_contradicts_the_tail_of_its_data_is_found() {
    // Errors of two services that fail together, as 0 or 1, in a graph that takes them for independent causes.
    let failed = |row: usize, every: usize| f64::from(u8::from(row.is_multiple_of(every)));
    let column = |value: &dyn Fn(usize) -> f64| (0..1200).map(value).collect::<Vec<f64>>();
    let (a, b) = (column(&|row| failed(row, 15)), column(&|row| failed(row, 15)));
    let total: Vec<f64> = a.iter().zip(&b).map(|(a, b)| a.max(*b)).collect();
    let rows = Dataset::from_columns([("a", a), ("b", b), ("total", total)]).unwrap();
    let maximum = AdditiveNoiseModel::known(KnownFormula::maximum(["a", "b"]))
        .with_noise(etiology::NoiseDistribution::constant(0.0).unwrap());
    let model = StructuralCausalModel::new(CausalGraph::from_edges([("a", "total"), ("b", "total")]).unwrap())
        .with_mechanism("total", maximum)
        .unwrap()
        .assign_mechanisms(&rows)
        .unwrap()
        .fit(&rows)
        .unwrap();
    let event = Observation::from_pairs([("a", 1.0), ("b", 0.0), ("total", 1.0)]).unwrap();
    let found = model.attribute_outlier("total", &event, &upper()).unwrap();
    let tail = found.findings.iter().find(|one| one.kind == FindingKind::TailContradicted);
    // 1 − (14/15)² where 1/15 were seen.
    assert!((found.score.tail_probability.unwrap() - 0.1289).abs() < 1e-3);
    assert!(tail.is_some_and(|tail| tail.evidence.contains("80 of 1200")), "{:?}", found.findings);
}

#[test]
fn a_family_with_too_short_a_tail_is_found_and_the_right_one_is_not() {
    let rows = truth().draw_samples(2000, 6).unwrap();
    let heavy: Vec<f64> = rows.column("db").unwrap().iter().map(|value| (12.0 * value).exp()).collect();
    let far = {
        let mut sorted = heavy.clone();
        sorted.sort_by(f64::total_cmp);
        sorted[1975]
    };
    let rows = Dataset::from_columns([("db", heavy)]).unwrap();
    let graph = || CausalGraph::from_nodes_and_edges(["db"], Vec::<(&str, &str)>::new()).unwrap();
    let ask = |family: NoiseFamily| {
        let model = StructuralCausalModel::new(graph()).with_mechanism("db", family).unwrap().fit(&rows).unwrap();
        kinds(&model, "db", &Observation::from_pairs([("db", far)]).unwrap(), &upper())
    };
    assert_eq!(ask(NoiseFamily::Normal), [FindingKind::TailContradicted]);
    assert_eq!(ask(NoiseFamily::Empirical), []);
}

#[test]
fn ordinary_rows_of_a_right_model_find_little() {
    let model = shop(500);
    let rows = truth().draw_samples(200, 9).unwrap();
    let with_findings = rows.observations().filter(|row| !kinds(&model, "edge", row, &upper()).is_empty()).count();
    // The fastest 2 % are said to be of the other side.
    assert!(with_findings <= 10, "{with_findings} of 200");
    let scale = scaled(&event(&[]), |_| 1.0);
    assert_eq!(kinds(&model, "edge", &scale, &upper()), []);
}

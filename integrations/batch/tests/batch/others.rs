//! `fit`, `summarise` and `change`.

use std::fs;

use etiology::{CausalGraph, FittedModel};

use crate::{Folder, requests, retail_shop, write};

pub(crate) fn write_edges(folder: &Folder) {
    let graph: CausalGraph = retail_shop::causal_graph().unwrap();
    let edges: String = graph.edges().map(|(cause, effect)| format!("{cause},{effect}\n")).collect();
    fs::write(folder.file("edges.csv"), format!("cause,effect\n{edges}")).unwrap();
}

#[test]
fn a_fit_to_files_is_that_of_the_library_to_the_same_rows() {
    let folder = Folder::with_shop("fit", 3, 150);
    write_edges(&folder);
    folder.done("fit --rows slow/*.parquet --key id --graph edges.csv --out slow.etiology");
    let model = FittedModel::load(folder.file("slow.etiology")).unwrap();
    assert_eq!(model.training_rows(), Some(450));
    let tables: Vec<_> = (0..3).map(|part| requests(150, part).1).collect();
    let columns = tables[0].names().iter().map(|name| {
        let all = tables.iter().flat_map(|table| table.column(name).unwrap().to_vec());
        (name.clone(), all.collect::<Vec<f64>>())
    });
    let all = etiology::Dataset::from_columns(columns).unwrap();
    let expected = etiology::StructuralCausalModel::new(retail_shop::causal_graph().unwrap());
    let config = etiology::mechanism::AssignmentConfig::linear();
    let expected = expected.assign_mechanisms_with(&all, &config).unwrap().fit(&all).unwrap();
    for node in expected.graph().nodes() {
        let [found, expected] = [&model, &expected].map(|model| model.mechanism(node).unwrap().coefficients());
        let (Some(found), Some(expected)) = (found, expected) else { continue };
        for (found, expected) in found.iter().zip(expected.iter()) {
            assert!((found - expected).abs() <= 1e-9 * expected.abs().max(1.0), "{node}: {found}, {expected}");
        }
    }
    let message = folder.mistake("fit --rows slow --key number --graph edges.csv --out out.etiology");
    assert!(message.contains("no column `number`"), "{message}");
    folder.done("fit --rows slow --key id --graph edges.csv --automatic --sample 300 --out automatic.etiology");
    assert_eq!(FittedModel::load(folder.file("automatic.etiology")).unwrap().training_rows(), Some(300));
}

#[test]
fn a_summary_has_a_page_and_a_page_for_every_event_that_it_shows() {
    let folder = Folder::with_shop("summary", 2, 40);
    folder.done("attribute --events slow --model shop.etiology --target Website --quiet --out causes.parquet");
    let words = "summarise --causes causes.parquet --id id --by region --page summary.html --event-pages --csv all.csv";
    let table = folder.done(words);
    assert!(table.contains("80") && table.contains(retail_shop::CULPRIT.0), "{table}");
    let page = fs::read_to_string(folder.file("summary.html")).unwrap();
    let links: Vec<&str> =
        page.split("href=\"summary-events/").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(!links.is_empty());
    for link in &links {
        let event = fs::read_to_string(folder.file("summary-events").join(link)).unwrap();
        assert!(event.contains("Why was Website unusual"), "{link}");
    }
    assert!(fs::read_to_string(folder.file("all.csv")).unwrap().contains("region"));
    let message = folder.mistake("summarise --causes causes.parquet --id id --by vendor");
    assert!(message.contains("no column `vendor`"), "{message}");
    // Whoever reads an event's page reads of the event that was explained.
    write(&folder.file("slow/1.parquet"), &requests(40, 7));
    let message = folder.mistake(words);
    assert!(message.contains("has changed since its events were explained"), "{message}");
}

#[test]
fn a_change_names_the_mechanism_that_changed() {
    let folder = Folder::new("change");
    write_edges(&folder);
    let normal = retail_shop::normal_requests(400, 5).unwrap();
    fs::write(folder.file("before.csv"), with_ids(&normal.to_csv())).unwrap();
    let (_, slow) = requests(400, 0);
    fs::write(folder.file("after.csv"), with_ids(&slow.to_csv())).unwrap();
    let words = "change --before before.csv --after after.csv --key id --graph edges.csv --target Website";
    let json = folder.done(&format!("{words} --format json --page change.html"));
    assert!(json.contains("\"target\": \"Website\""));
    let csv = folder.done(&format!("{words} --format csv"));
    let first = csv.lines().nth(1).unwrap();
    assert!(first.contains(retail_shop::CULPRIT.0), "{csv}");
    assert!(fs::read_to_string(folder.file("change.html")).unwrap().contains("400 of 400 rows"));
}

fn with_ids(csv: &str) -> String {
    let number = |(row, line): (usize, &str)| if row == 0 { format!("id,{line}\n") } else { format!("{row},{line}\n") };
    csv.lines().enumerate().map(number).collect()
}

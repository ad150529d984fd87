//! `attribute`.

use std::fs;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{Float64Type, Int64Type};
use etiology::{AttributionConfig, FeatureMap};

use crate::retail_shop::TARGET;
use crate::{Folder, read, requests, shop};

const CALL: &str = "attribute --events slow --model shop.etiology --target Website --quiet";

/// Score and ranked contributions of a row, as they stand in a file of answers.
fn answer(answers: &RecordBatch, row: usize) -> (f64, Vec<(String, f64, f64)>) {
    let cause = answers.column_by_name("cause").unwrap().as_struct();
    let score = cause.column_by_name("score").unwrap().as_primitive::<Float64Type>().value(row);
    let list = cause.column_by_name("causes").unwrap().as_list::<i32>().value(row);
    let list = list.as_struct();
    let (names, nats) = (list.column(0).as_string::<i32>(), list.column(1).as_primitive::<Float64Type>());
    let errors = list.column(2).as_primitive::<Float64Type>();
    (score, (0..list.len()).map(|at| (names.value(at).to_owned(), nats.value(at), errors.value(at))).collect())
}

#[test]
fn answers_are_those_of_the_library_and_the_files_are_the_same_for_any_number_of_partitions() {
    let folder = Folder::with_shop("same", 2, 60);
    folder.done(&format!("{CALL} --out one --partitions 1"));
    folder.done(&format!("{CALL} --out seven --partitions 7"));
    let attributor = shop().attributor(TARGET, AttributionConfig::default()).unwrap();
    for part in 0..2 {
        let name = format!("part-{part:05}.parquet");
        let [one, seven] = ["one", "seven"].map(|out| fs::read(folder.file(out).join(&name)).unwrap());
        assert!(one == seven);
        let answers = read(&folder.file("one").join(name));
        let (batch, slow) = requests(60, part);
        // Identifiers and categories are carried through, in the order of the events.
        assert_eq!(answers.column_by_name("id"), batch.column_by_name("id"));
        assert_eq!(answers.column_by_name("region").map(|column| column.len()), Some(60));
        for row in 0..60 {
            let expected = attributor.attribute(&slow.row(row).unwrap()).unwrap();
            let (score, causes) = answer(&answers, row);
            assert_eq!(score.to_bits(), expected.score.value.to_bits());
            let ranked = expected.ranked();
            assert_eq!(causes.len(), ranked.len());
            for (found, expected) in causes.iter().zip(ranked) {
                assert_eq!(found.0, expected.node);
                assert_eq!(
                    (found.1.to_bits(), found.2.to_bits()),
                    (expected.value.to_bits(), expected.std_error.to_bits())
                );
            }
        }
    }
}

#[test]
fn a_run_that_was_cut_goes_on_and_no_other_is_mixed_with_it() {
    let folder = Folder::with_shop("resume", 3, 20);
    folder.done(&format!("{CALL} --out causes"));
    let part = |part: usize| folder.file(&format!("causes/part-{part:05}.parquet"));
    let (first, second) = (fs::read(part(0)).unwrap(), fs::read(part(1)).unwrap());
    // As a run leaves it that is cut.
    fs::remove_file(part(1)).unwrap();
    fs::write(folder.file("causes/.unfinished-00001-00000"), "half").unwrap();
    let message = folder.mistake("summarise --causes causes --id id");
    assert!(message.contains("holds 2 of 3 parts"), "{message}");
    let written = fs::metadata(part(0)).unwrap().modified().unwrap();
    let output = folder.run(&format!("{CALL} --out causes"));
    assert!(output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("2 of 3 parts are done already"));
    assert!(fs::read(part(1)).unwrap() == second && fs::read(part(0)).unwrap() == first);
    assert_eq!(fs::metadata(part(0)).unwrap().modified().unwrap(), written);
    assert!(!folder.file("causes/.unfinished-00001-00000").exists());

    let message = folder.mistake(&format!("{CALL} --out causes --above 3"));
    assert!(message.contains("holds results of rows chosen otherwise"), "{message}");
    fs::write(folder.file("slow/3.csv"), "id\n1\n").unwrap();
    let message = folder.mistake(&format!("{CALL} --out causes"));
    assert!(message.contains("of other files"), "{message}");
    fs::create_dir(folder.file("mine")).unwrap();
    fs::write(folder.file("mine/notes.txt"), "precious").unwrap();
    let message = folder.mistake(&format!("{CALL} --out mine"));
    assert!(message.contains("was not begun by this program"), "{message}");
    assert_eq!(fs::read_to_string(folder.file("mine/notes.txt")).unwrap(), "precious");
}

#[test]
fn rows_are_chosen_before_they_are_explained() {
    let folder = Folder::with_shop("where", 1, 60);
    let by_id = folder.command(CALL).args(["--out", "few", "--where", "id >= 10 AND region = 'eu'"]).output().unwrap();
    assert!(by_id.status.success(), "{}", String::from_utf8_lossy(&by_id.stderr));
    let few = read(&folder.file("few/part-00000.parquet"));
    let ids: Vec<i64> = few.column_by_name("id").unwrap().as_primitive::<Int64Type>().values().to_vec();
    assert_eq!(ids, (10..60).filter(|id| id % 3 == 0).collect::<Vec<i64>>());

    let (model, (_, slow)) = (shop(), requests(60, 0));
    let score = |&value: &f64| model.outlier_score(TARGET, value, &FeatureMap::default()).unwrap().nats();
    let scores: Vec<f64> = slow.column(TARGET).unwrap().iter().map(score).collect();
    let mut sorted = scores.clone();
    sorted.sort_by(f64::total_cmp);
    // Between two of them, so that no last digit decides.
    let place = (20..50).find(|&place| sorted[place] < sorted[place + 1]).expect("events of different scores");
    let floor = 0.5 * (sorted[place] + sorted[place + 1]);
    folder.done(&format!("{CALL} --out high --above {floor} --keep id"));
    let high = read(&folder.file("high/part-00000.parquet"));
    assert_eq!(high.num_columns(), 2);
    let ids: Vec<i64> = high.column_by_name("id").unwrap().as_primitive::<Int64Type>().values().to_vec();
    assert_eq!(ids, (0..60).filter(|&id| scores[id as usize] > floor).collect::<Vec<i64>>());
}

#[test]
fn csv_and_json_lines_are_read_as_parquet_is() {
    let folder = Folder::with_shop("formats", 1, 15);
    let (_, slow) = requests(15, 0);
    let mut csv = String::from("id");
    slow.names().iter().for_each(|name| csv += &format!(",\"{name}\""));
    let mut lines = String::new();
    for row in 0..15 {
        let values = slow.row(row).unwrap();
        csv += &format!("\n{row}");
        lines += &format!("{{\"id\": {row}");
        for name in slow.names() {
            let value = values.get(name).unwrap();
            csv += &format!(",{value}");
            lines += &format!(", \"{name}\": {value}");
        }
        lines += "}\n";
    }
    fs::write(folder.file("slow.csv"), csv).unwrap();
    fs::write(folder.file("slow.jsonl"), lines).unwrap();
    folder.done(&format!("{CALL} --out parquet"));
    for format in ["csv", "jsonl"] {
        let call = CALL.replace("--events slow", &format!("--events slow.{format}"));
        // Of text any row may begin a stretch, and so many readers would get in each other's way.
        folder.done(&format!("{call} --out {format} --partitions 7"));
        let [expected, found] = ["parquet", format].map(|out| read(&folder.file(out).join("part-00000.parquet")));
        assert_eq!(found.column_by_name("id"), expected.column_by_name("id"), "{format}");
        for row in 0..15 {
            assert_eq!(answer(&found, row), answer(&expected, row), "{format}");
        }
    }
}

#[test]
fn mistakes_are_one_line_and_write_nothing() {
    let folder = Folder::with_shop("mistakes", 1, 5);
    let call =
        |events: &str, model: &str, rest: &str| format!("attribute --events {events} --model {model} --out out {rest}");
    for (words, expected) in [
        (call("none/*.parquet", "shop.etiology", "--target Website"), "is no file, no folder with files"),
        (call("shop.etiology", "shop.etiology", "--target Website"), "is of no format that its name tells"),
        (call("slow", "none.etiology", "--target Website"), "`none.etiology` cannot be read"),
        (call("slow", "slow/0.parquet", "--target Website"), "slow/0.parquet"),
        (call("slow", "shop.etiology", "--target Webseite"), "Webseite"),
        (call("slow", "shop.etiology", ""), "--target"),
        (call("slow", "shop.etiology", "--question {\"target\":1}"), "expected the name of a target"),
    ] {
        let message = folder.mistake(&words);
        assert!(message.contains(expected), "{words}: {message}");
        assert!(!folder.file("out").exists(), "{words}");
    }
    let message = folder.mistake(&call("slow", "shop.etiology", "--target Website --keep vendor"));
    assert!(message.contains("no column `vendor`; there are id"), "{message}");
    let refused = call("slow", "shop.etiology", "--target Website").replace("--out out", "--out s3://shop/out");
    let message = folder.mistake(&refused);
    assert!(message.contains("--out") && message.contains("has to be on this machine"), "{message}");
    if cfg!(not(feature = "s3")) {
        let message = folder.mistake(&call("s3://shop/slow", "shop.etiology", "--target Website"));
        assert!(message.contains("build it with `--features s3`"), "{message}");
    }
    let message = folder.mistake("summarise --causes slow --id id");
    assert!(message.contains("expected a folder that `attribute` wrote"), "{message}");
}

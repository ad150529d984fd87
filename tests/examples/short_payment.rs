//! Payments that came short: the story, and the dispute desk.

use super::{run, text};

#[test]
fn short_payment_finds_each_reason_in_money_and_in_nats() {
    for (reason, node) in [
        ("quantity", "units"),
        ("price", "price"),
        ("discount", "discount rate"),
        ("tax", "tax rate"),
        ("returns", "returns"),
        ("bank-fee", "bank fee"),
        ("line-left-out", "goods"),
        ("unsaid", "payment"),
    ] {
        let output = run("short_payment", ["--reason", reason]);
        assert!(output.status.success(), "{}", text(&output.stderr));
        let printed = text(&output.stdout);
        let figures = |line: &str| -> Vec<f64> {
            line.split_whitespace().rev().take(2).map_while(|figure| figure.parse().ok()).collect()
        };
        let rows: Vec<(&str, Vec<f64>)> = printed
            .lines()
            .skip_while(|line| !line.ends_with("nats"))
            .skip(1)
            .take_while(|line| line.starts_with("  "))
            .map(|line| (line.trim(), figures(line)))
            .collect();
        let (all, parts) = rows.split_last().unwrap();
        assert!(all.0.starts_with("all") && parts.len() >= 3, "{printed}");
        for column in [0, 1] {
            let sum: f64 = parts.iter().map(|(_, figures)| figures[column]).sum();
            // Each figure is rounded to two digits.
            assert!((sum - all.1[column]).abs() < 0.04, "{printed}");
            let largest = parts.iter().max_by(|a, b| a.1[column].abs().total_cmp(&b.1[column].abs())).unwrap();
            assert!(largest.0.starts_with(node), "{printed}");
        }
        // Against the invoice, in money: the largest part first, and all sum to the difference.
        let (_, since) = printed.split_once("From the ").unwrap();
        let mut lines = since.lines();
        let total = lines.next().unwrap().rsplit(' ').next().unwrap().trim_end_matches(':');
        let parts: Vec<(&str, f64)> =
            lines.take_while(|line| line.starts_with("  ")).map(|line| (line.trim(), figures(line)[0])).collect();
        assert!(parts[0].0.starts_with(node), "{printed}");
        let sum: f64 = parts.iter().map(|(_, part)| part).sum();
        assert!((sum - total.parse::<f64>().unwrap()).abs() < 0.04, "{printed}");
    }
}

#[cfg(not(feature = "parquet"))]
#[test]
fn without_its_feature_the_desk_says_what_to_add() {
    let output = run("short_payment", ["--invoices", "10"]);
    let said = text(&output.stderr);
    assert_eq!((output.status.code(), said.lines().count()), (Some(2), 1));
    assert!(output.stdout.is_empty() && said.contains("--features parquet"), "{said}");
}

#[cfg(feature = "parquet")]
mod parquet {
    use std::collections::BTreeMap;
    use std::fs;
    use std::path::PathBuf;

    use super::{run, text};

    fn folder(name: &str) -> PathBuf {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    fn succeed(arguments: &[&std::ffi::OsStr]) -> String {
        let output = run("short_payment", arguments);
        assert!(output.status.success(), "{}", text(&output.stderr));
        text(&output.stdout)
    }

    /// The first whole number after some words.
    fn number_after(printed: &str, words: &str) -> f64 {
        let (_, rest) = printed.split_once(words).unwrap_or_else(|| panic!("no `{words}` in {printed}"));
        rest.split_whitespace().next().unwrap().parse().unwrap()
    }

    #[test]
    fn the_desk_splits_every_amount_to_the_cent_and_names_the_right_cause() {
        let folder = folder("desk");
        let [invoices, causes, page] = ["invoices.parquet", "causes.csv", "page.html"].map(|name| folder.join(name));
        let all = ["--invoices".as_ref(), "2000".as_ref(), "--write".as_ref(), invoices.as_os_str()];
        let written = succeed(&all);
        assert_eq!(written.lines().count(), 1, "{written}");
        let printed = succeed(&[
            "--explain".as_ref(),
            invoices.as_os_str(),
            "--out".as_ref(),
            causes.as_os_str(),
            "--page".as_ref(),
            page.as_os_str(),
        ]);
        let right = number_after(&printed, "The fault that was built in is first in ");
        let asked = number_after(&printed, &format!("is first in {right} of "));
        assert!(asked > 1_000.0 && right >= 0.95 * asked, "{printed}");
        assert!(fs::read_to_string(&page).unwrap().ends_with("</html>\n"), "the page is whole");

        // Every row sums to its amount short; by vendor, too.
        let mut table = csv::Reader::from_path(&causes).unwrap();
        let names: Vec<String> = table.headers().unwrap().iter().map(str::to_owned).collect();
        let place = |name: &str| names.iter().position(|other| other == name).unwrap();
        let (first, last) = (place("units"), place("rounding"));
        let (mut rows, mut failed, mut in_full) = (0, 0, 0);
        let mut of_vendors: BTreeMap<String, [f64; 2]> = BTreeMap::new();
        for row in table.records() {
            let row = row.unwrap();
            rows += 1;
            if !row[place("error")].is_empty() {
                assert!(row[place("amount short")].is_empty() && row[place("first cause")].is_empty(), "{row:?}");
                failed += 1;
                continue;
            }
            let number = |place: usize| row[place].parse::<f64>().unwrap();
            let (short, amounts) = (number(place("amount short")), (first..=last).map(number).collect::<Vec<_>>());
            let sum: f64 = amounts.iter().sum();
            assert!((sum - short).abs() < 1e-6, "{row:?}");
            assert!(number(last).abs() < 0.05, "{row:?}");
            in_full += usize::from(short.abs() < 0.005);
            let largest = amounts[..amounts.len() - 1].iter().copied().fold(0.0, f64::max);
            let named = &row[place("first cause")];
            assert!(named.is_empty() && largest == 0.0 || number(place(named)) == largest, "{row:?}");
            let vendor = of_vendors.entry(row[place("vendor")].to_owned()).or_default();
            (vendor[0], vendor[1]) = (vendor[0] + short, vendor[1] + sum);
        }
        assert_eq!((rows, in_full), (2_000, number_after(&printed, "Paid in full: ") as usize));
        assert!(failed > 0 && of_vendors.len() > 100);
        assert!(of_vendors.values().all(|[short, sum]| (short - sum).abs() < 1e-6));
    }

    #[test]
    fn the_same_seed_makes_the_same_invoices_and_answers() {
        let folder = folder("desk_seeds");
        let amounts = |seed: &str, name: &str| {
            let [invoices, causes] = [format!("{name}.parquet"), format!("{name}.csv")].map(|name| folder.join(name));
            succeed(&[
                "--invoices".as_ref(),
                "300".as_ref(),
                "--seed".as_ref(),
                seed.as_ref(),
                "--write".as_ref(),
                invoices.as_os_str(),
                "--out".as_ref(),
                causes.as_os_str(),
            ]);
            fs::read_to_string(causes).unwrap()
        };
        let one = amounts("7", "one");
        assert!(one == amounts("7", "same") && one != amounts("8", "other"));
    }

    #[test]
    fn the_desk_refuses_what_it_cannot_do() {
        let folder = folder("desk_refused");
        let file = folder.join("no.parquet");
        fs::write(&file, "no Parquet").unwrap();
        let file = file.to_str().unwrap();
        for (arguments, said) in [
            (vec!["--page", "x.html"], "--invoices COUNT"),
            (vec!["--explain", "nowhere.parquet"], "`nowhere.parquet`"),
            (vec!["--explain", file], "cannot be read"),
            (vec!["--explain", file, "--out", file], "holds the invoices"),
            (vec!["--explain", file, "--invoices", "3"], "cannot be used with"),
            (vec!["--invoices", "0"], "0"),
        ] {
            let output = run("short_payment", &arguments);
            let message = text(&output.stderr);
            assert_eq!((output.status.code(), message.lines().count()), (Some(2), 1), "{message}");
            assert!(message.contains(said), "{message}");
        }
    }
}

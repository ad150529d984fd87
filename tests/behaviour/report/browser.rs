//! The page of HTML in a real browser, where there is one: nothing of a name runs, and everything is there.
//!
//! Without Chromium the test says so on standard error and checks nothing; `REPORT_BROWSER` names another program.

use std::env;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::report_models::{NASTY, diagnose, sums};
use etiology::HtmlReport;

/// The first of these that can be started.
fn browser() -> Option<String> {
    let named = env::var("REPORT_BROWSER").ok();
    let usual = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"].map(str::to_owned);
    let starts =
        |program: &String| Command::new(program).arg("--version").output().is_ok_and(|run| run.status.success());
    named.into_iter().chain(usual).find(starts)
}

/// The page as the browser has it after loading: its scripts, if any, have run.
fn loaded(browser: &str, page: &Path, profile: &Path) -> String {
    let run = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--dump-dom"])
        .args([
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
        ])
        .args(["--virtual-time-budget=2000", "--host-resolver-rules=MAP * ~NOTFOUND"])
        .arg(format!("--user-data-dir={}", profile.display()))
        .arg(format!("file://{}", page.display()))
        .output()
        .unwrap();
    let dom = String::from_utf8(run.stdout).unwrap();
    assert!(dom.contains("</html>"), "{browser} gave {dom:?}: {}", String::from_utf8_lossy(&run.stderr));
    dom
}

/// The page without its content policy: escaping alone must do.
fn without_policy(page: &str) -> String {
    let (before, rest) = page.split_once("<meta http-equiv=\"Content-Security-Policy\"").unwrap();
    format!("{before}{}", rest.split_once("/>").unwrap().1)
}

#[test]
fn a_browser_shows_everything_and_runs_nothing() {
    let Some(browser) = browser() else {
        // Past the test harness, which hides what tests that pass have printed.
        let note = "\nSKIPPED: no Chromium found, so the report was not loaded in a browser (set REPORT_BROWSER)\n";
        std::io::stderr().write_all(note.as_bytes()).unwrap();
        return;
    };
    let names: Vec<String> = NASTY.map(str::to_owned).into();
    let edges: Vec<(usize, usize)> = (1..names.len()).map(|node| (node - 1, node)).collect();
    let model = sums(&names, &edges);
    let noises: Vec<f64> = (0..names.len()).map(|node| if node == 0 { 9.0 } else { 0.1 }).collect();
    let diagnosis = diagnose(&model, &names, &edges, &noises);
    let page = HtmlReport::new(&model, &diagnosis).with_title("A quiet title").to_html().unwrap();
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("report_browser");
    fs::create_dir_all(&folder).unwrap();
    let profile = folder.join("profile");

    let path = folder.join("report.html");
    fs::write(&path, without_policy(&page)).unwrap();
    let dom = loaded(&browser, &path, &profile);
    assert!(dom.contains("<title>A quiet title</title>"), "a script ran: {dom}");
    for element in ["<script", "<img", "<b>"] {
        assert!(!dom.contains(element), "{element} in {dom}");
    }
    for section in ["contributions", "graph", "normal", "verdicts", "counterfactuals", "diagnostics", "data"] {
        assert!(dom.contains(&format!("<h2 id=\"{section}\">")), "{section} in {dom}");
    }
    // The browser closed nothing early: the last element is in its place, with nothing loose behind it.
    let (before, behind) = dom.split_once("</main>").unwrap();
    assert!(before.contains("</details>") && behind.contains("<footer>") && !behind.contains("</svg>"), "{dom}");

    // What the above would have looked like: the same page with one name written as it is.
    let broken = folder.join("broken.html");
    let escaped = "&lt;script&gt;document.title=&#39;evil&#39;&lt;/script&gt;";
    assert!(page.contains(escaped));
    fs::write(&broken, without_policy(&page).replace(escaped, NASTY[0])).unwrap();
    assert!(loaded(&browser, &broken, &profile).contains("<title>evil</title>"), "the test could not fail");
    fs::write(&broken, page.replace(escaped, NASTY[0])).unwrap();
    assert!(loaded(&browser, &broken, &profile).contains("<title>A quiet title</title>"), "the policy stops nothing");
}

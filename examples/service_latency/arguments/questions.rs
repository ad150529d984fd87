//! What can be asked besides explaining events one by one.

use std::path::PathBuf;

use clap::Args;
use etiology::attribution::RowStatistic;
use etiology::change::Functional;

#[derive(Args)]
#[command(next_help_heading = "What else can be asked")]
pub(crate) struct Change {
    /// Which mechanisms changed the target's distribution, from --before to --after, or of --normal at --from? --intervals gives intervals
    /// that include the fits
    #[arg(long, conflicts_with_all = ["traces", "metrics", "prometheus", "model", "outliers", "slowest", "rows", "context", "report_event", "svg", "dot", "mermaid", "limit_ms", "save_model", "what_if"])]
    pub(crate) change: bool,
    /// For --change: data of after, CSV with the columns of --before
    #[arg(long, value_name = "FILE", requires = "before")]
    pub(crate) after: Option<PathBuf>,
    /// For --change: the time, in --normal, from which on rows are those of after
    #[arg(long, value_name = "TIME", requires_all = ["change", "normal"])]
    pub(crate) from: Option<String>,
    /// For --change: the time before which rows are those of after; by default all later ones are
    #[arg(long, value_name = "TIME", requires = "from")]
    pub(crate) to: Option<String>,
    /// For --change: what of the distribution: mean, variance, quantile:0.95, above:0.5, or by how much it differs: kl, js, wasserstein
    #[arg(long, value_name = "WHAT", value_parser = functional, default_value = "mean", requires = "change")]
    pub(crate) functional: Functional,
    /// For --change: take every mechanism for changed, without a test
    #[arg(long, requires = "change")]
    pub(crate) all_changed: bool,
    /// What would have been, or without events would be, had a node another value: node=0.1, node+=0.1 (shifted), node*=0.5 (scaled), or
    /// region=EU for a category. May be repeated, and then all are done at once
    #[arg(long, value_name = "NODE=VALUE", conflicts_with_all = ["rows", "report", "svg", "dot", "mermaid", "limit_ms", "intervals", "context", "explain"])]
    pub(crate) what_if: Vec<String>,
}

fn functional(text: &str) -> Result<Functional, String> {
    let number = |text: &str| text.parse::<f64>().map_err(|_| format!("`{text}` is no number"));
    match text.split_once(':').map_or((text, None), |(word, number)| (word, Some(number))) {
        ("mean", None) => Ok(Functional::Mean),
        ("variance", None) => Ok(Functional::Variance),
        ("quantile", Some(of)) => Ok(Functional::Quantile(number(of)?)),
        ("above", Some(bound)) => Ok(Functional::AboveThreshold(number(bound)?)),
        ("kl", None) => Ok(Functional::KullbackLeibler),
        ("js", None) => Ok(Functional::JensenShannon),
        ("wasserstein", None) => Ok(Functional::Wasserstein),
        _ => Err("expected mean, variance, quantile:0.95, above:0.5, kl, js or wasserstein".to_owned()),
    }
}

pub(super) fn span(text: &str) -> Result<(usize, usize), String> {
    let ends = text.split_once(':').and_then(|(from, to)| Some((from.parse().ok()?, to.parse().ok()?)));
    match ends {
        Some((from, to)) if from <= to => Ok((from, to)),
        _ => Err("expected two numbers of rows, the first of which is not the larger, as in 12:20".to_owned()),
    }
}

pub(super) fn statistic(text: &str) -> Result<RowStatistic, String> {
    match text {
        "mean" => Ok(RowStatistic::Mean),
        "maximum" => Ok(RowStatistic::Maximum),
        _ => {
            let bound = text.strip_prefix("above:").and_then(|bound| bound.parse().ok());
            bound
                .map(RowStatistic::CountAbove)
                .ok_or_else(|| "expected mean, maximum, or above: and a value".to_owned())
        }
    }
}

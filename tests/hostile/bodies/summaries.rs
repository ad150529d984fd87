//! Saved summaries of many events.

use etiology::report::SummaryReport;
use etiology::summary::EventSummary;

use super::check_error;

/// What loads can be saved, merged and read, and its counts agree with each other.
pub(super) fn summaries(bytes: &[u8]) {
    let loaded = match EventSummary::from_bytes(bytes) {
        Ok(loaded) => loaded,
        Err(error) => return check_error(&error),
    };
    let saved = loaded.to_bytes().unwrap();
    assert_eq!(EventSummary::from_bytes(&saved).unwrap().to_bytes().unwrap(), saved);
    let mut empty = EventSummary::new(loaded.config().clone()).unwrap();
    empty.merge(&loaded).unwrap();
    assert_eq!(empty.to_bytes().unwrap(), saved, "a merge into nothing changed it");
    let mut twice = loaded.clone();
    twice.merge_bytes(&saved).unwrap();
    let summary = loaded.summary();
    let firsts = summary.causes.iter().chain([&summary.unexplained]).map(|cause| cause.first).sum::<u64>();
    assert_eq!(firsts, summary.answered());
    for column in &summary.breakdowns {
        assert_eq!(column.levels.iter().map(|level| level.events).sum::<u64>(), summary.events);
    }
    assert!(!summary.to_string().is_empty() && summary.to_csv().starts_with("column,"));
    assert!(SummaryReport::new(&summary).to_html().ends_with("</html>\n"));
}

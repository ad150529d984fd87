//! What values are measured in: as it was said, as the files have it, or as names of nodes end.

use etiology::report::{Unit, Units, visible_name};

use crate::Failure;
use crate::arguments::Arguments;
use crate::events::Events;
use crate::source::Source;

/// The units of all nodes, as far as they are known.
pub(crate) fn units(arguments: &Arguments, source: &Source, events: &Events) -> Result<Units, Failure> {
    let of_normal = source.table_report();
    let tables = of_normal.into_iter().chain(events.read.as_ref().map(|read| &read.report));
    let found = tables.fold(Units::default(), Units::with_table);
    let is_traces = arguments.source.traces.is_some() || arguments.events.event_traces.is_some();
    let found = if is_traces { found.with_others(Unit::seconds()) } else { found };
    let mut units = found.clone();
    for said in &arguments.events.unit {
        let node = said.rsplit_once('=').map(|(node, _)| node);
        units = units.said(said)?;
        if let Some(node) = node {
            source.graph().parents(node)?;
        }
        // Values were converted to the unit that was found: to call them something else would be wrong.
        let (was, is) = match node {
            Some(node) => (found.of(node), units.of(node)),
            None => (found.of(""), units.of("")),
        };
        if let (Some(was), Some(is)) = (was, is)
            && was.name() != is.name()
        {
            let whose = node.map_or_else(|| "traces".to_owned(), |node| format!("`{}`", visible_name(node)));
            return Err(Failure::Mistake(format!(
                "--unit {said}: the values of {whose} are in {was} already, which was found in the input"
            )));
        }
    }
    let names: Vec<&str> = source.graph().nodes().collect();
    Ok(if is_traces { units } else { units.with_names(names) })
}

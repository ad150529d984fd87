//! What values are measured in: as it was said, as the files have it, or as names of nodes end.

use etiology::report::{Unit, Units};

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
    let mut units = if is_traces { found.with_others(Unit::seconds()) } else { found };
    for said in &arguments.events.unit {
        if let Some((node, _)) = said.rsplit_once('=') {
            source.graph().parents(node)?;
        }
        units = units.said(said).map_err(|error| Failure::Mistake(format!("--unit {said}: {error}")))?;
    }
    Ok(if is_traces { units } else { units.with_names(source.graph().nodes()) })
}

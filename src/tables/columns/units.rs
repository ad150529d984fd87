//! Which unit the numbers of a column have.

use super::evidence::Evidence;
use crate::tables::cells::{Dimension, Unit};

/// What becomes of the units of a column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Scale {
    /// There are none.
    None,
    /// All cells have the same, which is taken off.
    Off,
    /// Everything is converted to the base unit; a number without a unit has this one.
    Base { dimension: Dimension, bare: Option<Unit> },
}

/// How a column is brought to one unit, given that of its header; or why it cannot be, with the row at fault.
pub(super) fn scale(evidence: &Evidence, header: Option<Unit>) -> Result<Scale, (Option<usize>, String)> {
    let Evidence { units, durations, bare, .. } = evidence;
    if units.is_empty() && *durations == 0 {
        return Ok(header.map_or(Scale::None, |unit| Scale::Base { dimension: unit.dimension, bare: header }));
    }
    let mut names = units.keys().map(String::as_str);
    let first = names.next();
    let no_unit = |row: usize| (Some(row), "it has no unit, though other cells of the column have one".to_owned());
    // By itself, `m` may well be metres.
    let is_sole = units.len() == 1 && *durations == 0 && header.is_none();
    let of_time = (*durations > 0).then_some(Dimension::Time);
    let kind = |name: &str| Unit::named(name).filter(|_| !(is_sole && name == "m")).map(|unit| unit.dimension);
    let kinds: Vec<Option<Dimension>> = units
        .keys()
        .map(|name| kind(name))
        .chain(header.map(|unit| Some(unit.dimension)))
        .chain(of_time.map(Some))
        .collect();
    match kinds[0] {
        Some(dimension) if kinds.iter().all(|kind| *kind == Some(dimension)) => match (dimension, header, bare) {
            (Dimension::Count, ..) | (_, Some(_), _) | (_, None, None) => Ok(Scale::Base { dimension, bare: header }),
            (_, None, Some(row)) => Err(no_unit(*row)),
        },
        None if is_sole => bare.map_or(Ok(Scale::Off), |row| Err(no_unit(row))),
        _ => {
            let other = names.next().or(header.map(|unit| unit.dimension.base())).unwrap_or("s");
            Err((None, format!("the units `{}` and `{other}` cannot be converted to one", first.unwrap_or("s"))))
        }
    }
}

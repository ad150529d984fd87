//! Which decimal sign the numbers of a column have.

use super::evidence::Evidence;
use crate::tables::cells::Decimal;
use crate::tables::report::Ambiguity;

/// What is known of the decimal sign beside the column's own cells.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::tables) struct Known {
    /// By name: then nothing is found out.
    pub(in crate::tables) named: Option<Decimal>,
    /// By the other columns, or by another table of the same kind.
    pub(in crate::tables) elsewhere: Option<Decimal>,
    /// Whether semicolons separate the cells, as programs write that have decimal commas.
    pub(in crate::tables) semicolons: bool,
}

/// The decimal sign of a column, and whether that was a choice; or why there is none.
pub(super) fn decimal(evidence: &Evidence, known: Known) -> Result<(Decimal, Option<Ambiguity>), String> {
    let Evidence { point, comma, one_comma, one_point, .. } = evidence;
    match known.named {
        Some(Decimal::Comma) if *point => return Err("some of its numbers have decimal points".to_owned()),
        Some(named) => return Ok((named, None)),
        None => {}
    }
    if *point && *comma {
        return Err(
            "some of its numbers have decimal points and others decimal commas: name the decimal sign".to_owned()
        );
    }
    if let Some(decimal) = evidence.decimal() {
        return Ok((decimal, None));
    }
    let decimal = match known.elsewhere {
        Some(decimal) => decimal,
        None if one_comma.cells > 0 && one_point.cells > 0 => {
            let (first, second) = (&one_comma.first, &one_point.first);
            return Err(format!("`{first}` and `{second}` may mean the same or not: name the decimal sign"));
        }
        None if one_comma.cells > 0 && known.semicolons => Decimal::Comma,
        None => Decimal::Point,
    };
    let ambiguous = match decimal {
        // Where semicolons separate cells, `1.234` beside `950` may be grouped.
        Decimal::Point => {
            one_comma.cells > 0
                || (one_point.cells > 0 && evidence.small && known.semicolons && known.elsewhere.is_none())
        }
        Decimal::Comma => one_comma.cells + one_point.cells > 0,
    };
    let example = if one_comma.cells > 0 { &one_comma.first } else { &one_point.first };
    let ambiguity = ambiguous.then(|| Ambiguity {
        cells: (one_comma.cells + one_point.cells) as u64,
        example: example.clone(),
        decimal_comma: decimal == Decimal::Comma,
    });
    Ok((decimal, ambiguity))
}

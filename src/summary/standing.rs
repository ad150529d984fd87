//! Which cause of an event is first, and whether it is clear of the next.

/// The number of what no node explains, among causes.
pub(super) const UNEXPLAINED: u32 = 0;

/// A cause with its contribution towards the side on which the event is extreme, and the standard error of that.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Part {
    pub(super) cause: u32,
    pub(super) towards: f64,
    pub(super) std_error: f64,
}

/// The order of an event's causes at its top.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Standing {
    pub(super) first: Part,
    /// What else it may have been, where there is anything.
    pub(super) second: Option<Part>,
    /// Whether the errors leave open which of both is first.
    pub(super) is_contested: bool,
}

impl Standing {
    /// The standing of these parts, one of which is of what no node explains. `is_before` is the order of names, which decides between equal parts.
    ///
    /// First is the largest contribution. Where none is above 0, nothing made the event extreme, so no node explains it. It is contested where the next
    /// is within `clear_by` times the sum of both errors, which is at least the error of the difference, however both go together; or where 0 is within
    /// as many of its own.
    pub(super) fn of(parts: &[Part], clear_by: f64, is_before: impl Fn(u32, u32) -> bool) -> Self {
        let is_ahead = |a: &Part, b: &Part| match a.towards.total_cmp(&b.towards) {
            std::cmp::Ordering::Equal => {
                b.cause == UNEXPLAINED || (a.cause != UNEXPLAINED && is_before(a.cause, b.cause))
            }
            order => order.is_gt(),
        };
        let nothing = Part { cause: UNEXPLAINED, towards: 0.0, std_error: 0.0 };
        let (mut first, mut second) = (None::<Part>, None::<Part>);
        let mut unexplained = nothing;
        for part in parts {
            // Else −0 would be behind 0.
            let part = Part { towards: part.towards + 0.0, ..*part };
            if part.cause == UNEXPLAINED {
                unexplained = part;
            }
            if first.is_none_or(|first| is_ahead(&part, &first)) {
                (second, first) = (first, Some(part));
            } else if second.is_none_or(|second| is_ahead(&part, &second)) {
                second = Some(part);
            }
        }
        let first = first.unwrap_or(nothing);
        if first.towards <= 0.0 {
            // The likeliest node, if any is within its error of more than 0.
            let node = if first.cause == UNEXPLAINED { second } else { Some(first) };
            let is_contested =
                node.is_some_and(|node| node.std_error > 0.0 && -node.towards <= clear_by * node.std_error);
            return Self { first: unexplained, second: node, is_contested };
        }
        let is_near = |second: &Part| first.towards - second.towards <= clear_by * (first.std_error + second.std_error);
        if second.as_ref().is_some_and(is_near) {
            return Self { first, second, is_contested: true };
        }
        let is_near_0 = first.cause != UNEXPLAINED && first.towards <= clear_by * first.std_error;
        let second = if is_near_0 { Some(unexplained) } else { second };
        Self { first, second, is_contested: is_near_0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(parts: &[(u32, f64, f64)]) -> (u32, Option<u32>, bool) {
        let parts: Vec<Part> =
            parts.iter().map(|&(cause, towards, std_error)| Part { cause, towards, std_error }).collect();
        let standing = Standing::of(&parts, 2.0, |a, b| a < b);
        (standing.first.cause, standing.second.map(|second| second.cause), standing.is_contested)
    }

    #[test]
    fn the_largest_is_first_and_clear_where_errors_leave_no_doubt() {
        assert_eq!(standing(&[(0, 0.0, 0.0), (1, 2.0, 0.1), (2, 5.0, 0.1)]), (2, Some(1), false));
        assert_eq!(standing(&[(0, 0.0, 0.0), (1, 4.7, 0.1), (2, 5.0, 0.1)]), (2, Some(1), true));
        assert_eq!(standing(&[(0, 6.0, 0.1), (1, 4.7, 0.1), (2, 5.0, 0.1)]), (0, Some(2), false));
        assert_eq!(standing(&[(0, 5.3, 0.1), (1, 4.7, 0.1), (2, 5.0, 0.1)]), (0, Some(2), true));
    }

    #[test]
    fn equal_parts_are_contested_and_the_name_decides() {
        assert_eq!(standing(&[(2, 1.0, 0.0), (1, 1.0, 0.0), (0, 1.0, 0.0)]), (1, Some(2), true));
        assert_eq!(standing(&[(0, 1.0, 0.0), (1, 1.0, 0.0), (2, 1.0, 0.0)]), (1, Some(2), true));
    }

    #[test]
    fn what_nothing_moved_no_node_explains() {
        assert_eq!(standing(&[(0, 0.0, 0.0), (1, -1.0, 0.1), (2, -2.0, 0.1)]), (0, Some(1), false));
        assert_eq!(standing(&[(0, -0.0, 0.0), (1, -0.1, 0.1), (2, 0.0, 0.0)]), (0, Some(2), false));
        assert_eq!(standing(&[(0, 0.0, 0.0), (1, -0.1, 0.1)]), (0, Some(1), true));
        assert_eq!(standing(&[(0, -1.0, 0.0), (1, -0.1, 0.1)]), (0, Some(1), true));
        // Above 0, but not by more than its errors.
        assert_eq!(standing(&[(0, -9.0, 0.0), (1, 0.1, 0.1), (2, -9.0, 0.0)]), (1, Some(0), true));
        assert_eq!(standing(&[]), (0, None, false));
    }
}

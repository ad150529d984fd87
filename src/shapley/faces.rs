//! Tables of some of a game's coalitions: those in which a few *fixed* players are in or out in certain ways, whatever all others do.
//!
//! All coalitions together are the corners of a cube, those of one such way are a face of it.

use super::exact::joining_weights;

/// Which coalitions a table has, each numbered by its bits: for every face one after another, its coalitions in ascending order.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Faces {
    players: usize,
    /// The bits of the fixed players.
    fixed: usize,
    /// For each face the fixed players who are in.
    members: Vec<usize>,
}

impl Faces {
    /// All coalitions of so many players: one face, in which nobody is fixed.
    pub(crate) fn all(players: usize) -> Self {
        Self { players, fixed: 0, members: vec![0] }
    }

    /// One face for each set of the fixed players that is given, no two of which are the same.
    pub(crate) fn new(players: usize, fixed: usize, members: Vec<usize>) -> Self {
        debug_assert!(members.iter().all(|members| members & !fixed == 0));
        Self { players, fixed, members }
    }

    /// What there is of each face where these players, who vary in it, are fixed as well, and of them those of `members` are in.
    pub(crate) fn and_fixed(self, fixed: usize, members: usize) -> Self {
        let Self { players, fixed: already, members: before } = self;
        Self::new(players, already | fixed, before.into_iter().map(|of_face| of_face | members).collect())
    }

    /// Whether these are all coalitions.
    pub(crate) fn are_all(&self) -> bool {
        self.fixed == 0
    }

    /// For each face the fixed players who are in.
    pub(crate) fn members(&self) -> &[usize] {
        &self.members
    }

    /// Whether a player, by its bit, is fixed.
    pub(crate) fn is_fixed(&self, bit: usize) -> bool {
        self.fixed >> bit & 1 == 1
    }

    /// The bits of all others, ascending.
    fn varying(&self) -> impl DoubleEndedIterator<Item = usize> {
        (0..self.players).filter(|&bit| !self.is_fixed(bit))
    }

    /// How many players vary in each face: it has 2 to the power of that coalitions.
    pub(crate) fn dimensions(&self) -> usize {
        self.players - self.fixed.count_ones() as usize
    }

    /// Every coalition by its bits.
    pub(crate) fn sets(&self) -> Vec<usize> {
        self.sums(0, |bit| 1 << bit, |set, bit| set | bit)
    }

    /// What every coalition's members add to `start`, the player with the lowest bit first; those who are fixed before all others.
    pub(crate) fn sums<T: Copy, M>(&self, start: T, of: impl Fn(usize) -> M, add: impl Fn(T, &M) -> T) -> Vec<T> {
        let mut sums = Vec::with_capacity(self.members.len() << self.dimensions());
        let of_varying: Vec<M> = self.varying().map(&of).collect();
        for &members in &self.members {
            let fixed = (0..self.players).filter(|bit| members >> bit & 1 == 1);
            let first = sums.len();
            sums.push(fixed.fold(start, |sum, bit| add(sum, &of(bit))));
            for member in &of_varying {
                for without in first..sums.len() {
                    let with = add(sums[without], member);
                    sums.push(with);
                }
            }
        }
        sums
    }

    /// The coalitions of all those who are not in one of these: those of the same table from its end to its beginning.
    pub(crate) fn complements(&self) -> Self {
        let members = self.members.iter().rev().map(|members| self.fixed & !members).collect();
        Self { members, ..*self }
    }

    /// The Shapley values of the game in which coalitions are worth what the table says, and those that it does not have nothing. The
    /// first is that of the player with the lowest bit. Costs O(coalitions).
    pub(crate) fn values(&self, table: &[f64]) -> Vec<f64> {
        self.combined(table, -1.0)
    }

    /// The averages of which [`values`](Self::values) gives the differences, summed: of v(S with i) and of v(S without i). If no value
    /// of a game is off by more than the table says, then no player's is by more than this.
    pub(crate) fn sums_of_errors(&self, table: &[f64]) -> Vec<f64> {
        self.combined(table, 1.0)
    }

    /// Σ w(|S|)·(v(S ∪ i) + sign·v(S)) over the S without i, for every player, with w(s) = s!(n − s − 1)!/n!.
    ///
    /// A coalition S adds w(|S| − 1)·v(S) to the sum of each of its members and sign·w(|S|)·v(S) to that of everyone else. So the
    /// sum is Σ_{S ∋ i} (w(|S| − 1) − sign·w(|S|))·v(S) + sign·Σ_S w(|S|)·v(S). The sums over all S with i are found for all i together
    /// by adding one half of a face to the other, again and again.
    fn combined(&self, table: &[f64], sign: f64) -> Vec<f64> {
        let joining = joining_weights(self.players);
        let weight = |size: usize| joining.get(size).copied().unwrap_or(0.0);
        let dimensions = self.dimensions();
        let sizes = sizes_of_sets(dimensions);
        let mut values = vec![0.0; self.players];
        for (table, &members) in table.chunks(1 << dimensions).zip(&self.members) {
            let fixed = members.count_ones() as usize;
            // By how many are in besides, what a set's value counts for its members, and for others.
            let weights: Vec<(f64, f64)> = (fixed..=fixed + dimensions)
                .map(|size| (weight(size.wrapping_sub(1)) - sign * weight(size), weight(size)))
                .collect();
            let of_others: f64 =
                table.iter().zip(&sizes).map(|(value, &size)| weights[usize::from(size)].1 * value).sum();
            let mut sums: Vec<f64> =
                table.iter().zip(&sizes).map(|(value, &size)| weights[usize::from(size)].0 * value).collect();
            for bit in self.varying().rev() {
                let half = sums.len() / 2;
                let (without, with) = sums.split_at_mut(half);
                values[bit] += with.iter().sum::<f64>() + sign * of_others;
                without.iter_mut().zip(with).for_each(|(sum, other)| *sum += *other);
                sums.truncate(half);
            }
            for bit in (0..self.players).filter(|&bit| self.is_fixed(bit)) {
                let of_members = if members >> bit & 1 == 1 { sums[0] } else { 0.0 };
                values[bit] += of_members + sign * of_others;
            }
        }
        values
    }
}

/// The size of every set, by its bits: to count them anew for each takes longer.
fn sizes_of_sets(players: usize) -> Vec<u8> {
    let mut sizes = vec![0];
    for _ in 0..players {
        sizes.extend_from_within(..);
        let half = sizes.len() / 2;
        sizes[half..].iter_mut().for_each(|size| *size += 1);
    }
    sizes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn worth(set: usize) -> f64 {
        ((set * set + 3) as f64).sin() * (set as f64).sqrt()
    }

    #[test]
    fn faces_add_up_to_the_whole_game() {
        let all: Vec<f64> = (0..64).map(worth).collect();
        let whole = Faces::all(6);
        assert_eq!(whole.sets(), (0..64).collect::<Vec<usize>>());
        let fixed = 0b10010;
        let parts = [Faces::new(6, fixed, vec![0b10000]), Faces::new(6, fixed, vec![0b10, 0, 0b10010])];
        for combined in [Faces::values, Faces::sums_of_errors] {
            let expected = combined(&whole, &all);
            let mut found = [0.0; 6];
            for part in &parts {
                let table: Vec<f64> = part.sets().into_iter().map(worth).collect();
                found.iter_mut().zip(combined(part, &table)).for_each(|(sum, value)| *sum += value);
            }
            for (found, expected) in found.iter().zip(&expected) {
                assert!((found - expected).abs() < 1e-12, "{found} instead of {expected}");
            }
        }
    }

    #[test]
    fn complements_are_the_table_from_its_end() {
        let faces = Faces::new(5, 0b01001, vec![0b01000, 0b00001, 0]);
        let expected: Vec<usize> = faces.sets().into_iter().rev().map(|set| 0b11111 & !set).collect();
        assert_eq!(faces.complements().sets(), expected);
    }

    #[test]
    fn sums_are_those_of_the_members() {
        let faces = Faces::new(4, 0b0100, vec![0b0100, 0]);
        let sums = faces.sums(100, |bit| 10_usize.pow(bit as u32), |sum, of| sum + of);
        let expected = |set: usize| 100 + (0..4).map(|bit| (set >> bit & 1) * 10_usize.pow(bit)).sum::<usize>();
        assert_eq!(sums, faces.sets().into_iter().map(expected).collect::<Vec<usize>>());
    }
}

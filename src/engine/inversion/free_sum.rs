//! What free noises do to a target that is linear in them, as far as it adds up.

use super::spread::Spread;

/// What a set of free noises does to the target, as far as it adds up over the noises.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct FreeSum {
    /// Σ cⱼ(E Nⱼ − nⱼ): how far the target's mean lies from the observed value.
    pub(super) shift: f64,
    pub(super) spread: Spread,
}

impl FreeSum {
    /// The sums of every set of players, added to `start`; sets are numbered by their bits, the first player having the highest.
    pub(super) fn of_sets(start: Self, players: &[Self]) -> Vec<Self> {
        let mut sums = Vec::with_capacity(1 << players.len());
        sums.push(start);
        for &player in players.iter().rev() {
            for without in 0..sums.len() {
                let with = sums[without] + player;
                sums.push(with);
            }
        }
        sums
    }
}

impl std::ops::Add for FreeSum {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { shift: self.shift + other.shift, spread: self.spread + other.spread }
    }
}

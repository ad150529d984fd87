//! Sets of players.

/// A set of the players `0..players`, as a bit set.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Coalition {
    words: Vec<u64>,
    players: usize,
}

impl Coalition {
    /// The coalition of nobody, out of so many players.
    pub fn empty(players: usize) -> Self {
        Self { words: vec![0; players.div_ceil(64)], players }
    }

    /// The coalition of all players.
    pub fn full(players: usize) -> Self {
        let mut coalition = Self::empty(players);
        (0..players).for_each(|player| coalition.insert(player));
        coalition
    }

    /// How many players there are in all, in the coalition or not.
    pub fn players(&self) -> usize {
        self.players
    }

    /// How many players are in the coalition.
    pub fn len(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Whether nobody is in the coalition.
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|&word| word == 0)
    }

    /// Whether a player is in the coalition.
    ///
    /// # Panics
    /// When there is no such player.
    pub fn contains(&self, player: usize) -> bool {
        self.check(player);
        self.words[player / 64] >> (player % 64) & 1 == 1
    }

    /// Adds a player, if not there already.
    ///
    /// # Panics
    /// When there is no such player.
    pub fn insert(&mut self, player: usize) {
        self.check(player);
        self.words[player / 64] |= 1 << (player % 64);
    }

    /// Removes a player, if there.
    ///
    /// # Panics
    /// When there is no such player.
    pub fn remove(&mut self, player: usize) {
        self.check(player);
        self.words[player / 64] &= !(1 << (player % 64));
    }

    /// The players in the coalition, in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        players_of(self.words.iter().copied())
    }

    /// The players who are in one of the two coalitions of the same players only, in ascending order. Costs
    /// O(players/64), and their number.
    pub(crate) fn differences<'c>(&'c self, other: &'c Self) -> impl Iterator<Item = usize> + 'c {
        players_of(self.words.iter().zip(&other.words).map(|(one, other)| one ^ other))
    }

    /// Adds a player who is not there, or removes one who is.
    pub(crate) fn toggle(&mut self, player: usize) {
        self.words[player / 64] ^= 1 << (player % 64);
    }

    /// Makes this the same as another coalition of the same players, without a new allocation.
    pub(crate) fn copy_from(&mut self, other: &Self) {
        self.words.copy_from_slice(&other.words);
    }

    fn check(&self, player: usize) {
        assert!(player < self.players, "player {player} does not exist: there are {} players", self.players);
    }
}

/// The numbers of the bits that are set, in ascending order.
fn players_of(words: impl Iterator<Item = u64>) -> impl Iterator<Item = usize> {
    words.enumerate().flat_map(|(place, mut bits)| {
        std::iter::from_fn(move || {
            let lowest = (bits != 0).then(|| bits.trailing_zeros() as usize)?;
            bits &= bits - 1;
            Some(64 * place + lowest)
        })
    })
}

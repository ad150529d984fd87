//! How far apart is far, for the tests of a proof: the only thresholds there are.

/// A value deviates, and a suspect is at fault by itself, if it is rarer than this: a probability.
pub(super) const DEVIATES: f64 = 0.05;
/// A step is contradicted if the noise that it needs is rarer than this: a probability. Smaller than that of a deviation, as a path has
/// several steps, each of which may be contradicted by chance.
pub(super) const CONTRADICTED: f64 = 0.01;
/// A share that is most of something.
pub(super) const MOST: f64 = 0.5;

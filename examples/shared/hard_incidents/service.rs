//! What a service does with a request.

/// What a service is at the moment, apart from its load and whom it calls: by chance, by drift or by a fault.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Own {
    /// Its own time is so many times the usual one.
    pub(super) slow: f64,
    /// Something that takes so many of its usual own times, whatever the load.
    pub(super) delay: f64,
    /// So much of its capacity is there.
    pub(super) capacity: f64,
    /// It waits so many times as long for those it calls.
    pub(super) round_trips: f64,
    /// So many times the usual requests from outside.
    pub(super) traffic: f64,
}

impl Own {
    pub(super) const USUAL: Self = Self { slow: 1.0, delay: 0.0, capacity: 1.0, round_trips: 1.0, traffic: 1.0 };
}

/// How its own time varies.
#[derive(Debug, Clone, Copy)]
pub(super) enum Jitter {
    /// Nearly log-normal, with memory of the row before: the share that stays.
    Bell { spread: f64, memory: f64 },
    /// With heavy tails, see [`heavy_factor`](super::draws::heavy_factor).
    Heavy { roots: u32 },
}

impl Jitter {
    /// About the standard deviation of the factor.
    pub(super) fn spread(self) -> f64 {
        match self {
            Self::Bell { spread, .. } => spread,
            // That of a logistic variable, 1.81, by the roots.
            Self::Heavy { roots } => (0..roots).fold(1.81, |spread, _| spread / 2.0),
        }
    }
}

/// How a service waits for those it calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wait {
    /// One after the other: the sum.
    InTurn,
    /// All at once: the maximum.
    Together,
}

#[derive(Debug, Clone)]
pub(super) struct Call {
    /// Whom.
    pub(super) to: usize,
    /// So often for each request.
    pub(super) times: f64,
    /// What is seen is the callee's latency so many rows ago.
    pub(super) lag: usize,
    /// Longer it does not wait, in seconds.
    pub(super) patience: f64,
    /// Calls again what takes longer than this, in seconds; never where it is infinite.
    pub(super) retries_after: f64,
}

/// A caller whose own slowness slows a service down, as by locks or connections that it holds.
#[derive(Debug, Clone, Copy)]
pub(super) struct HeldUp {
    pub(super) by: usize,
    pub(super) gain: f64,
    /// The caller's usual latency, in seconds.
    pub(super) usual: f64,
}

#[derive(Debug, Clone)]
pub(super) struct Service {
    pub(super) calls: Vec<Call>,
    pub(super) wait: Wait,
    /// Its own usual time without a queue, in seconds.
    pub(super) own: f64,
    pub(super) jitter: Jitter,
    /// How often in a row something times out.
    pub(super) time_outs: f64,
    /// The load at which requests would wait for ever.
    pub(super) capacity: f64,
    /// Requests that can be under way at once; infinite where that does not matter.
    pub(super) pool: f64,
    /// Requests a second from outside.
    pub(super) outside: f64,
    pub(super) held_up: Option<HeldUp>,
}

/// No queue is fuller than this.
const FULLEST: f64 = 0.9;
/// Retries at most add so many calls to each.
const MOST_RETRIES: f64 = 1.0;
/// Being held up at most multiplies the own time by 1 plus this.
const MOST_HELD_UP: f64 = 2.0;

impl Service {
    /// What a request takes, in seconds; `latency` gives those of others.
    pub(super) fn latency(&self, own: &Own, load: f64, latency: impl Fn(usize, usize) -> f64) -> f64 {
        let queue = 1.0 - (load / (self.capacity * own.capacity)).min(FULLEST);
        let busy = self.busy(own, queue, latency);
        busy / (1.0 - (busy * load / self.pool).min(FULLEST))
    }

    /// What a request takes while it is under way.
    pub(super) fn busy(&self, own: &Own, queue: f64, latency: impl Fn(usize, usize) -> f64) -> f64 {
        let held_up = self.held_up.map_or(0.0, |held_up| {
            (held_up.gain * (latency(held_up.by, 0) / held_up.usual - 1.0)).clamp(0.0, MOST_HELD_UP)
        });
        let waits = self.calls.iter().map(|call| call.times * latency(call.to, call.lag).min(call.patience));
        let waited = match self.wait {
            Wait::InTurn => waits.sum::<f64>(),
            Wait::Together => waits.fold(0.0, f64::max),
        };
        self.own * (own.slow * (1.0 + held_up) / queue + own.delay) + waited * own.round_trips
    }

    /// Requests a second of one call to a callee of this latency, where the service itself has this load.
    pub(super) fn calls_a_second(call: &Call, load: f64, latency: f64) -> f64 {
        let again = if call.retries_after.is_finite() { latency / call.retries_after - 1.0 } else { 0.0 };
        load * call.times * (1.0 + again.clamp(0.0, MOST_RETRIES))
    }
}

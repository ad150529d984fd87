//! What is hard about an incident.

/// What is hard about an incident; everything else is drawn alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// Nothing in particular: one fault.
    SingleFault,
    /// Two or three faults at once, each of which moves the target.
    SeveralCauses,
    /// Services that hold up those they call while they are slow themselves.
    Loop,
    /// Callers that call again when it takes too long, which is more load.
    Retries,
    /// Load that varies much, is seldom measured, and is at a peak during the incident.
    DynamicLoad,
    /// Services that changed between training and the incident, without harm.
    Drift,
    /// Latencies that are seen a row or two later, by callers or by the record.
    Lag,
    /// Nothing is measured at the culprit.
    HiddenCulprit,
    /// A record that is wrong: the target's, while nothing is the matter, or another one's beside a fault.
    SensorFault,
    /// Cells are missing, one by one and in stretches.
    MissingValues,
}

impl Kind {
    /// All of them.
    pub(crate) const ALL: [Self; 10] = [
        Self::SingleFault,
        Self::SeveralCauses,
        Self::Loop,
        Self::Retries,
        Self::DynamicLoad,
        Self::Drift,
        Self::Lag,
        Self::HiddenCulprit,
        Self::SensorFault,
        Self::MissingValues,
    ];

    /// In words.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::SingleFault => "single fault",
            Self::SeveralCauses => "several causes",
            Self::Loop => "loop",
            Self::Retries => "retries",
            Self::DynamicLoad => "dynamic load",
            Self::Drift => "drift",
            Self::Lag => "lag",
            Self::HiddenCulprit => "hidden culprit",
            Self::SensorFault => "sensor fault",
            Self::MissingValues => "missing values",
        }
    }
}

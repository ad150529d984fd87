//! The only place that prefers one engine to another.

use std::sync::Arc;

use super::Engine;
use super::closed_form::ClosedForm;
use super::enumeration::Enumeration;
use super::explanation::{EngineName, Explanation};
use super::inversion::Inversion;
use super::means::{Estimator, Means};
use super::mixed::Mixed;
use super::sampling::{Sampling, Shelf};
use crate::error::{Error, Result};
use crate::target::Target;
use crate::world::Sought;

/// The engines that apply to a target, in order of preference: each next one is for events that those before it do not do for.
#[derive(Debug)]
pub(crate) struct Engines {
    choices: Vec<Choice>,
    /// The reasons why others do not apply.
    passed_over: Vec<(EngineName, String)>,
}

/// An engine with the reason for its choice.
#[derive(Debug)]
struct Choice {
    engine: Box<dyn Engine>,
    why: String,
}

impl Engines {
    /// Chooses by the target (what it is linear in, and which noises it has), by what is sought, and by the means that are
    /// allowed.
    ///
    /// An exact engine comes first, and the closed form alone; what has too many values to be counted out is sampled. Fourier inversion and its partial form are followed by sampling, for events that
    /// a series does not follow.
    ///
    /// # Errors
    /// When the means are restricted to an engine that does not apply.
    pub(crate) fn choose(target: &Target, sought: Sought, means: Means) -> Result<Self> {
        let prepare = Preparation {
            target,
            sought,
            counting: means.estimator == Estimator::Counting,
            shelf: Arc::new(Shelf::new(means)),
        };
        let mut engines = Self { choices: Vec::new(), passed_over: Vec::new() };
        for name in EngineName::ALL {
            match engines.refused(name, means.estimator).map_or_else(|| prepare.engine(name), Err) {
                Ok(choice) => engines.choices.push(choice),
                Err(reason) => engines.passed_over.push((name, reason)),
            }
        }
        if let (true, Estimator::Only(asked)) = (engines.choices.is_empty(), means.estimator) {
            let reasons = engines.passed_over.into_iter().find(|(name, _)| *name == asked);
            let reason = reasons.map(|(_, reason)| reason).unwrap_or_default();
            return Err(Error::EngineDoesNotApply { engine: asked.to_string(), reason });
        }
        Ok(engines)
    }

    /// Why an engine is not even tried, if it is not.
    fn refused(&self, name: EngineName, estimator: Estimator) -> Option<String> {
        let is_exact = self.choices.iter().any(|choice| choice.engine.name() == EngineName::ClosedForm);
        match estimator {
            Estimator::Only(asked) => (name != asked).then(|| format!("only {asked} was asked for")),
            Estimator::MonteCarlo | Estimator::Counting => {
                (name != EngineName::Sampling).then(|| "only samples were asked for".to_owned())
            }
            Estimator::Auto => is_exact.then(|| "the closed form is exact".to_owned()),
        }
    }

    /// The engine that events are given to first.
    pub(crate) fn preferred(&self) -> EngineName {
        // Sampling always applies, and where one engine alone is allowed, it is there.
        self.choices.first().map_or(EngineName::Sampling, |choice| choice.engine.name())
    }

    /// The engines, in order of preference.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &dyn Engine> {
        self.choices.iter().map(|choice| choice.engine.as_ref())
    }

    /// Why this engine answered, given what kept those before it from doing so.
    pub(crate) fn explain(&self, taken: EngineName, before: &[(EngineName, String)]) -> Explanation {
        let reason = |name: EngineName| {
            let for_the_event = before.iter().find(|(other, _)| *other == name);
            let in_general = || self.passed_over.iter().find(|(other, _)| *other == name);
            let known = for_the_event.or_else(in_general).map(|(_, reason)| reason.clone());
            known.unwrap_or_else(|| format!("it answers the events that {taken} cannot"))
        };
        let others = EngineName::ALL.into_iter().filter(|&name| name != taken);
        let why = self.choices.iter().find(|choice| choice.engine.name() == taken);
        Explanation {
            engine: taken,
            why: why.map(|choice| choice.why.clone()).unwrap_or_default(),
            others: others.map(|name| (name, reason(name))).collect(),
        }
    }
}

/// What engines are prepared from.
struct Preparation<'a> {
    target: &'a Target,
    sought: Sought,
    counting: bool,
    shelf: Arc<Shelf>,
}

impl Preparation<'_> {
    /// # Errors
    /// The reason why the engine does not apply.
    fn engine(&self, name: EngineName) -> Result<Choice, String> {
        let &Self { target, sought, counting, .. } = self;
        let shelf = || Arc::clone(&self.shelf);
        Ok(match name {
            EngineName::ClosedForm => {
                Choice::new(ClosedForm::prepare(target, sought)?, ClosedForm::why(target, sought))
            }
            EngineName::Enumeration => Choice::new(Enumeration::prepare(target, sought)?, Enumeration::why(target)),
            EngineName::FourierInversion => Choice::new(Inversion::prepare(target, sought)?, Inversion::why(target)),
            EngineName::PartialInversion => {
                let engine = Mixed::prepare(target, sought, shelf())?;
                let why = engine.why(target);
                Choice::new(engine, why)
            }
            EngineName::Sampling => {
                let engine = Sampling::prepare(target, sought, counting, shelf());
                let why = engine.why(target);
                Choice::new(engine, why)
            }
        })
    }
}

impl Choice {
    fn new(engine: impl Engine + 'static, why: String) -> Self {
        Self { engine: Box::new(engine), why }
    }
}

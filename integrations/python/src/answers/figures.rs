//! All other answers: changes, influences, effects, evaluations, intervals.

use etiology::report::ChangeReport;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyDict;

answer! {
    /// Why the distribution of a target changed.
    PyDistributionChange, "DistributionChange", etiology::change::DistributionChange, (), {
        /// The nodes as CSV.
        fn to_csv(&self) -> String {
            self.answer.to_csv()
        }

        /// By which engine it was answered, and why.
        fn explain(&self) -> String {
            self.answer.explain().to_string()
        }

        /// A page that stands by itself.
        #[pyo3(signature = (title=None))]
        fn to_page(&self, title: Option<String>) -> String {
            let report = ChangeReport::new(&self.answer);
            title.map_or(report.clone(), |title| report.with_title(title)).to_html()
        }

        /// The parts of the page, for a page that is there already: HTML with a style of its own.
        fn to_fragment(&self) -> String {
            ChangeReport::new(&self.answer).to_fragment()
        }
    }
}

answer! {
    /// Why a mean, a variance or a frequency changed, by multiply robust estimates.
    PyRobustChange, "RobustChange", etiology::robust_change::RobustChange, (), {
        /// The nodes as CSV.
        fn to_csv(&self) -> String {
            self.answer.to_csv()
        }
    }
}

answer! {
    /// How much of what a node varies by comes from each ancestor's own noise.
    PyInfluence, "IntrinsicInfluence", etiology::influence::IntrinsicInfluence, (), {
        /// The nodes as CSV.
        fn to_csv(&self) -> String {
            self.answer.to_csv()
        }
    }
}

answer! {
    /// How much each parent does to a node directly.
    PyArrowStrengths, "ArrowStrengths", etiology::arrow_strength::ArrowStrengths, (), {
        /// The arrows as CSV.
        fn to_csv(&self) -> String {
            self.answer.to_csv()
        }
    }
}

answer! {
    /// How much the inputs of a mechanism, or of a function, matter.
    PyRelevance, "Relevance", etiology::relevance::Relevance, (), {
        /// The inputs as CSV.
        fn to_csv(&self) -> String {
            self.answer.to_csv()
        }
    }
}

answer! {
    /// Why a value differs between two rows.
    PyUnitChange, "UnitChange", etiology::unit_change::UnitChange, (), {
        /// The parts as CSV.
        fn to_csv(&self) -> String {
            self.answer.to_csv()
        }

        /// By how much the value differs.
        #[getter]
        fn total(&self) -> f64 {
            self.answer.total()
        }
    }
}

answer! {
    /// How much another intervention does to a node on average.
    PyEffect, "Effect", etiology::intervention::Effect, (), {}
}

answer! {
    /// Mean and spread of a node under an intervention.
    PyInterventionalTarget, "InterventionalTarget", etiology::intervention::InterventionalTarget, (), {}
}

answer! {
    /// What a row would have been, node by node.
    PyCounterfactualRow, "CounterfactualRow", etiology::intervention::CounterfactualRow, (), {}
}

answer! {
    /// Whether a model is any good.
    PyEvaluation, "ModelEvaluation", etiology::evaluation::ModelEvaluation, (), {}
}

answer! {
    /// Whether nodes have moved since training.
    PyDrift, "DriftReport", etiology::drift::DriftReport, (), {}
}

answer! {
    /// What a fit left out and repaired.
    PyFitReport, "FitReport", etiology::model::FitReport, (), {}
}

answer! {
    /// Which mechanisms were chosen, and why.
    PyAssignmentReport, "AssignmentReport", etiology::mechanism::AssignmentReport, (), {}
}

answer! {
    /// Intervals of an attribution that include the fit.
    PyBootstrapIntervals, "BootstrapIntervals", etiology::bootstrap::BootstrapIntervals, (), {}
}

answer! {
    /// Intervals of any figures that include the fit.
    PyFigureIntervals, "FigureIntervals", etiology::bootstrap::FigureIntervals, (), {}
}

//! Verdicts on who is the root cause.

use etiology::FittedModel;
use etiology::report::{HtmlReport, Units};
use etiology::verdicts::{Diagnosis, RowsDiagnosis, SystemDiagnosis};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyDict;

use super::PyAttribution;
use crate::errors::OrRaise;

answer! {
    /// Who is the root cause of an event: the verdict of several methods, with what speaks against it.
    PyDiagnosis, "Diagnosis", Diagnosis, FittedModel, {
        /// What happened and who is to blame, in a sentence or two.
        #[getter]
        fn headline(&self) -> String {
            self.answer.headline()
        }

        /// The node to blame; nothing where the evidence is too thin to name one.
        #[getter]
        fn root_cause(&self) -> Option<String> {
            self.answer.root_cause().map(str::to_owned)
        }

        /// At most five lines for a chat. `units` is text as `Website=s, price=EUR`, or `ms` for all nodes.
        #[pyo3(signature = (units=None))]
        fn to_markdown(&self, py: Python<'_>, units: Option<&str>) -> PyResult<String> {
            Ok(self.answer.to_markdown(&self::units(py, units)?))
        }

        /// The whole text in units.
        #[pyo3(signature = (units=None))]
        fn to_text(&self, py: Python<'_>, units: Option<&str>) -> PyResult<String> {
            Ok(self.answer.in_units(&self::units(py, units)?).to_string())
        }

        /// A page that stands by itself.
        #[pyo3(signature = (title=None, units=None))]
        fn to_page(&self, py: Python<'_>, title: Option<String>, units: Option<&str>) -> PyResult<String> {
            let mut report = HtmlReport::new(&self.about, &self.answer).with_units(self::units(py, units)?);
            if let Some(title) = title {
                report = report.with_title(title);
            }
            report.to_html().or_raise(py)
        }

        /// The parts of the page, all but the first folded away, for a page that is there already: HTML with a style of its own.
        #[pyo3(signature = (units=None))]
        fn to_fragment(&self, py: Python<'_>, units: Option<&str>) -> PyResult<String> {
            HtmlReport::new(&self.about, &self.answer).with_units(self::units(py, units)?).to_fragment().or_raise(py)
        }

        /// The graph with the suspects, as a drawing.
        fn to_svg(&self, py: Python<'_>) -> PyResult<String> {
            self.answer.to_svg(self.about.graph()).or_raise(py)
        }

        /// The graph with the suspects, in the language of Graphviz.
        fn to_dot(&self, py: Python<'_>) -> PyResult<String> {
            self.answer.to_dot(self.about.graph()).or_raise(py)
        }

        /// The graph with the suspects, in the language of Mermaid.
        fn to_mermaid(&self, py: Python<'_>) -> PyResult<String> {
            self.answer.to_mermaid(self.about.graph()).or_raise(py)
        }

        /// The event as gauges of OpenMetrics.
        fn to_open_metrics(&self) -> String {
            self.answer.to_open_metrics()
        }

        /// The attribution of the score.
        fn to_attribution(&self) -> PyAttribution {
            PyAttribution::new(self.answer.attribution.clone(), self.about.graph().clone())
        }
    }
}

/// Units as the command line takes them.
fn units(py: Python<'_>, units: Option<&str>) -> PyResult<Units> {
    units.map_or_else(|| Ok(Units::default()), |units| Units::default().said(units)).or_raise(py)
}

answer! {
    /// Who is the root cause of several rows, taken as one event.
    PyRowsDiagnosis, "RowsDiagnosis", RowsDiagnosis, (), {
        /// The node to blame; nothing where the evidence is too thin to name one.
        #[getter]
        fn root_cause(&self) -> Option<String> {
            self.answer.root_cause().map(str::to_owned)
        }
    }
}

answer! {
    /// Who is the root cause of whatever is unusual in a row, without a target.
    PySystemDiagnosis, "SystemDiagnosis", SystemDiagnosis, (), {
        /// The node to blame; nothing where the evidence is too thin to name one.
        #[getter]
        fn root_cause(&self) -> Option<String> {
            self.answer.root_cause().map(str::to_owned)
        }
    }
}

//! What is saved of a fitted form.
//!
//! The variants and their order are those of the files, so that a model saved by any version of this crate loads.

use std::borrow::Cow;

use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::form::{Form, Structural};
use crate::error::{Error, Result};
use crate::mechanism::classes::ClassFunction;
use crate::mechanism::function::{Link, ParentFunction, ScaleFunction, check_arity};

/// A form by the name of its kind, as files have it. A new variant goes to the end: binary files count them.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) enum SavedForm<'f> {
    Noise,
    Additive(Cow<'f, ParentFunction>),
    PostNonlinear {
        link: Link,
        function: Cow<'f, ParentFunction>,
    },
    LocationScale {
        location: Cow<'f, ParentFunction>,
        scale: Cow<'f, ScaleFunction>,
    },
    /// Any other combination of parts. Earlier versions of this crate cannot read it.
    Structural {
        location: Option<Cow<'f, ParentFunction>>,
        scale: Option<Cow<'f, ScaleFunction>>,
        link: Link,
    },
    /// Nor this.
    Classes(Cow<'f, ClassFunction>),
}

impl Serialize for Form {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Structural(structural) => structural.saved().serialize(serializer),
            Self::Classes(classes) => SavedForm::Classes(Cow::Borrowed(classes)).serialize(serializer),
            Self::Code(code) => {
                let mechanism = &code.mechanism;
                Err(S::Error::custom(format!("the custom mechanism {mechanism:?} is code and cannot be saved")))
            }
        }
    }
}

impl<'de> Deserialize<'de> for Form {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        SavedForm::deserialize(deserializer)?.try_into().map_err(D::Error::custom)
    }
}

impl Structural {
    fn saved(&self) -> SavedForm<'_> {
        match self.parts() {
            (None, None, Link::Identity) => SavedForm::Noise,
            (Some(location), None, Link::Identity) => SavedForm::Additive(Cow::Borrowed(location)),
            (Some(function), None, link) => SavedForm::PostNonlinear { link, function: Cow::Borrowed(function) },
            (Some(location), Some(scale), Link::Identity) => {
                SavedForm::LocationScale { location: Cow::Borrowed(location), scale: Cow::Borrowed(scale) }
            }
            (location, scale, link) => {
                SavedForm::Structural { location: location.map(Cow::Borrowed), scale: scale.map(Cow::Borrowed), link }
            }
        }
    }
}

impl TryFrom<SavedForm<'_>> for Form {
    type Error = Error;

    fn try_from(saved: SavedForm<'_>) -> Result<Self> {
        let (location, scale, link) = match saved {
            SavedForm::Noise => (None, None, Link::Identity),
            SavedForm::Additive(location) => (Some(location), None, Link::Identity),
            SavedForm::PostNonlinear { link, function } => (Some(function), None, link),
            SavedForm::LocationScale { location, scale } => (Some(location), Some(scale), Link::Identity),
            SavedForm::Structural { location, scale, link } => (location, scale, link),
            SavedForm::Classes(classes) => return Ok(Self::Classes(classes.into_owned())),
        };
        if let (Some(location), Some(scale)) = (&location, &scale) {
            check_arity("the number of parents of a saved location", location.arity(), scale.parents())?;
        }
        let (location, scale) = (location.map(Cow::into_owned), scale.map(Cow::into_owned));
        Ok(Self::of(location, scale, link))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mechanism::function::LinearFunction;

    fn linear(parents: usize) -> LinearFunction {
        LinearFunction { intercept: 0.5, coefficients: vec![2.0; parents] }
    }

    fn form(location: Option<usize>, scale: Option<usize>, link: Link) -> Form {
        let location = location.map(|parents| ParentFunction::Linear(linear(parents)));
        let scale = scale.map(|parents| ScaleFunction::new(linear(parents), -1.0, 1.0));
        Form::of(location, scale, link)
    }

    /// What a linear function of one parent is written as.
    const LINEAR: &str = r#"{"intercept":0.5,"coefficients":[2.0]}"#;

    #[test]
    fn kinds_are_written_as_they_always_were() {
        let scale = format!(r#"{{"log_scale":{LINEAR},"lowest":-1.0,"highest":1.0}}"#);
        let function = format!(r#"{{"Linear":{LINEAR}}}"#);
        for (form, number, text) in [
            (form(None, None, Link::Identity), 0, r#""Noise""#.to_owned()),
            (form(Some(1), None, Link::Identity), 1, format!(r#"{{"Additive":{function}}}"#)),
            (
                form(Some(1), None, Link::Log1p),
                2,
                format!(r#"{{"PostNonlinear":{{"link":"Log1p","function":{function}}}}}"#),
            ),
            (
                form(Some(1), Some(1), Link::Identity),
                3,
                format!(r#"{{"LocationScale":{{"location":{function},"scale":{scale}}}}}"#),
            ),
            (
                form(None, Some(1), Link::Log),
                4,
                format!(r#"{{"Structural":{{"location":null,"scale":{scale},"link":"Log"}}}}"#),
            ),
        ] {
            assert_eq!(serde_json::to_string(&form).unwrap(), text);
            let loaded: Form = serde_json::from_str(&text).unwrap();
            assert_eq!(format!("{loaded:?}"), format!("{form:?}"));
            let bytes = postcard::to_stdvec(&form).unwrap();
            assert_eq!(bytes[0], number, "{text}");
            assert_eq!(format!("{:?}", postcard::from_bytes::<Form>(&bytes).unwrap()), format!("{form:?}"));
        }
    }

    #[test]
    fn parts_of_different_numbers_of_parents_are_refused() {
        let text = serde_json::to_string(&form(Some(2), Some(1), Link::Identity)).unwrap();
        let error = serde_json::from_str::<Form>(&text).unwrap_err().to_string();
        assert!(error.contains("the number of parents of a saved location"), "{error}");
    }
}

//! What Zipkin's spans have that others have not: endpoints.

use serde::Deserialize;

use super::scalar::Scalar;
use crate::traces::attributes::{Notes, ProcessAttributes};

/// One side of a call.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Endpoint {
    #[serde(rename = "serviceName")]
    service: Scalar,
    ipv4: Scalar,
    ipv6: Scalar,
}

impl Endpoint {
    pub(super) fn service(&self) -> &str {
        self.service.text().unwrap_or_default()
    }

    pub(super) fn process(self) -> ProcessAttributes {
        let mut process = ProcessAttributes::default();
        process.note("service.name", self.service());
        for address in [&self.ipv4, &self.ipv6] {
            process.note("ip", address.text().unwrap_or_default());
        }
        process
    }
}

//! Messages of JSON-RPC 2.0.

use etiology::report::visible_name;
use serde::de::Deserializer;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

/// A request, or a notification where there is no id.
pub(super) struct Message {
    pub(super) id: Option<Value>,
    pub(super) method: String,
    params: Option<Box<RawValue>>,
}

#[derive(Deserialize)]
struct AsSent {
    jsonrpc: Option<String>,
    #[serde(default, deserialize_with = "present")]
    id: Option<Value>,
    method: Option<String>,
    params: Option<Box<RawValue>>,
}

/// What `tools/call` calls.
#[derive(Deserialize)]
pub(super) struct Call {
    pub(super) name: String,
    pub(super) arguments: Option<Box<RawValue>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Initialize {
    protocol_version: String,
}

/// Why there is no result.
#[derive(Debug, Serialize)]
pub(super) struct Failure {
    code: i32,
    message: String,
}

/// A value that is null is not one that is not there.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

impl Message {
    /// The message of a line; nothing for an answer to something that was never asked.
    ///
    /// # Errors
    /// When it is no JSON, or no message.
    pub(super) fn read(line: &[u8]) -> Result<Option<Self>, Failure> {
        // Serde would take the members of an array for fields.
        if line.trim_ascii_start().starts_with(b"[") {
            return Err(Failure::invalid("one request of JSON-RPC 2.0 a line is expected, not several in an array"));
        }
        let AsSent { jsonrpc, id, method, params } = serde_json::from_slice(line).map_err(|error| {
            let message = format!("one request of JSON-RPC 2.0 a line is expected: {error}");
            if error.is_data() { Failure::invalid(message) } else { Failure { code: -32700, message } }
        })?;
        if jsonrpc.as_deref() != Some("2.0") {
            return Err(Failure::invalid("`jsonrpc` is to be \"2.0\""));
        }
        if !matches!(id, None | Some(Value::Number(_) | Value::String(_))) {
            return Err(Failure::invalid("`id` is to be a number or a text"));
        }
        Ok(method.map(|method| Self { id, method, params }))
    }

    /// The version of the protocol that the client speaks.
    pub(super) fn version(&self) -> Result<String, Failure> {
        self.params::<Initialize>().map(|params| params.protocol_version)
    }

    pub(super) fn call(&self) -> Result<Call, Failure> {
        self.params()
    }

    fn params<'m, P: Deserialize<'m>>(&'m self) -> Result<P, Failure> {
        let params = self.params.as_ref().map_or("{}", |params| params.get());
        serde_json::from_str(params).map_err(|error| {
            Failure::of_params(format!("the params of `{}` are not as expected: {error}", self.method))
        })
    }
}

impl Failure {
    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self { code: -32600, message: message.into() }
    }

    pub(super) fn unknown_method(method: &str) -> Self {
        Self { code: -32601, message: format!("there is no method `{}`", visible_name(method)) }
    }

    pub(super) fn of_params(message: impl Into<String>) -> Self {
        Self { code: -32602, message: message.into() }
    }

    /// The answer to a request, or to what was none.
    pub(super) fn written(&self, id: Option<&Value>) -> String {
        line(&Failed { jsonrpc: "2.0", id: id.unwrap_or(&Value::Null), error: self })
    }
}

#[derive(Serialize)]
struct Failed<'a> {
    jsonrpc: &'static str,
    id: &'a Value,
    error: &'a Failure,
}

#[derive(Serialize)]
struct Succeeded<'a, R: Serialize> {
    jsonrpc: &'static str,
    id: &'a Value,
    result: &'a R,
}

/// The answer to a request that went well.
pub(super) fn result(id: &Value, result: &impl Serialize) -> String {
    line(&Succeeded { jsonrpc: "2.0", id, result })
}

fn line(answer: &impl Serialize) -> String {
    // What is written here are texts, numbers and JSON, which serde always writes; on one line, as it escapes line breaks.
    serde_json::to_string(answer).unwrap_or_else(|error| {
        format!(
            "{{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{{\"code\":-32603,\"message\":{}}}}}",
            Value::String(error.to_string())
        )
    })
}

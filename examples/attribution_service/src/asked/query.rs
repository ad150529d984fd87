//! What stands behind the question mark of an address.

use axum::http::StatusCode;

use super::question::Refusal;

/// Names and values, decoded.
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    /// # Errors
    /// 422 for a name that is not known, or is there twice.
    pub(crate) fn read(text: Option<&str>, known: &[&str]) -> Result<Self, Refusal> {
        let unfit = |message| Err(Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, message));
        let mut pairs: Vec<(String, String)> = Vec::new();
        for pair in text.unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = decoded(name);
            if !known.contains(&name.as_str()) {
                return unfit(format!("the address may have the parameters {} and no others", known.join(", ")));
            }
            if pairs.iter().any(|other| other.0 == name) {
                return unfit(format!("the parameter `{name}` is there twice"));
            }
            pairs.push((name, decoded(value)));
        }
        Ok(Self(pairs))
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|pair| pair.0 == name).map(|pair| pair.1.as_str())
    }
}

/// `%20` and `+` are blanks. What is no such code stays as it is.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let code = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let code = code.filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
        let code = code.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match (first, code) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            (b'+', _) => {
                bytes.push(b' ');
                rest = after;
            }
            (other, _) => {
                bytes.push(other);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_decoded_and_strange_ones_refused() {
        let query = |text| Query::read(Some(text), &["target", "format"]);
        let read = query("target=Product%20DB&format=").unwrap();
        assert_eq!((read.get("target"), read.get("format")), (Some("Product DB"), Some("")));
        assert_eq!(query("target=a+b%").unwrap().get("target"), Some("a b%"));
        assert!(query("target=a&target=b").err().unwrap().message.contains("twice"));
        assert!(query("traget=a").err().unwrap().message.contains("target, format"));
        assert!(Query::read(None, &[]).unwrap().get("target").is_none());
    }
}

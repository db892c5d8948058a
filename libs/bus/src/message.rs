//! What travels: a body of bytes with a few text headers.
//!
//! Header names are compared exactly as written, on both buses. A name appears once, and neither
//! a name nor a value can hold what would forge another header on the wire.

use bytes::Bytes;

/// The header of a reply that says that the request failed, as NATS micro services spell it.
const ERROR: &str = "Nats-Service-Error";
/// The header that holds the code of the failure.
const ERROR_CODE: &str = "Nats-Service-Error-Code";

/// Names with their values, in the order of insertion.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers(Vec<(String, String)>);

impl Headers {
    /// No headers.
    pub fn new() -> Headers {
        Headers::default()
    }

    /// The value of `name`.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Sets `name` to `value`, in place of an earlier value.
    ///
    /// In the name, everything but visible ASCII without the colon becomes `-`; in the value,
    /// line breaks become spaces.
    pub fn insert(&mut self, name: &str, value: &str) {
        let unfit = |letter: char| !letter.is_ascii_graphic() || letter == ':';
        let name = name.replace(unfit, "-");
        let value = value.replace(['\r', '\n'], " ");
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, former)) => *former = value,
            None => self.0.push((name, value)),
        }
    }

    /// All names with their values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Whether there is no header.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A request, a reply or an event on its way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// What routers and readers may look at without decoding the body.
    pub headers: Headers,
    /// What the sender meant, encoded.
    pub body: Bytes,
}

impl Message {
    /// A message without headers.
    pub fn new(body: Bytes) -> Message {
        Message { headers: Headers::new(), body }
    }

    /// The same message with one more header.
    pub fn with_header(mut self, name: &str, value: &str) -> Message {
        self.headers.insert(name, value);
        self
    }

    /// The reply of a handler that failed. `code` follows HTTP; `nats micro stats` counts it.
    pub fn failure(code: u16, reason: &str) -> Message {
        Message::default().with_header(ERROR, reason).with_header(ERROR_CODE, &code.to_string())
    }

    /// The code and reason of a reply made by [`Message::failure`].
    pub fn as_failure(&self) -> Option<(u16, &str)> {
        let code = self.headers.get(ERROR_CODE)?.parse().unwrap_or(500);
        Some((code, self.headers.get(ERROR).unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_later_value_replaces_the_former() {
        let mut headers = Headers::new();
        headers.insert("actor", "anna");
        headers.insert("actor", "bert");
        assert_eq!(headers.iter().collect::<Vec<_>>(), [("actor", "bert")]);
    }

    #[test]
    fn neither_name_nor_value_can_forge_another_header() {
        let mut headers = Headers::new();
        headers.insert("actor", "anna\r\nrole: admin");
        headers.insert("a: b\r\nc", "d");
        assert_eq!(headers.get("actor"), Some("anna  role: admin"));
        assert_eq!(headers.get("a--b--c"), Some("d"));
    }

    #[test]
    fn a_failure_names_its_code_and_reason() {
        assert_eq!(Message::failure(404, "no such site").as_failure(), Some((404, "no such site")));
        assert_eq!(Message::default().as_failure(), None);
    }
}

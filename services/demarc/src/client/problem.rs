//! What the API says when it says no: a problem document (RFC 9457), and how a person reads it.

use std::fmt;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::output::{BAD, DIM, STRONG, paint};

/// A refusal of the API.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    status: u16,
    document: Value,
    known: Known,
    retry_after: Option<u64>,
    of_a_command: bool,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Known {
    title: String,
    detail: String,
    code: String,
    command_id: String,
    duplicate: bool,
    errors: Vec<FieldError>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct FieldError {
    field: String,
    problem: String,
}

impl Problem {
    /// Reads a problem document; a body that is none is kept as the detail.
    pub(crate) fn read(status: u16, body: &str) -> Self {
        let document = serde_json::from_str::<Value>(body)
            .ok()
            .filter(Value::is_object)
            .unwrap_or_else(|| json!({"status": status, "detail": body.trim()}));
        let known = Known::deserialize(&document).unwrap_or_default();
        Self { status, document, known, retry_after: None, of_a_command: false }
    }

    /// Keeps when to try again, in seconds.
    pub(crate) fn retried_after(self, seconds: Option<u64>) -> Self {
        Self { retry_after: seconds, ..self }
    }

    /// Keeps that it answers a command, which is sent again under the same key.
    pub(crate) fn of_a_command(self) -> Self {
        Self { of_a_command: true, ..self }
    }

    /// The document as it came.
    pub(crate) fn document(&self) -> &Value {
        &self.document
    }

    /// The stable code, for example `site.address_not_verified`; empty when there is none.
    pub(crate) fn code(&self) -> &str {
        &self.known.code
    }

    /// The fact that prevents it, in a sentence.
    pub(crate) fn detail(&self) -> &str {
        match (self.known.detail.as_str(), self.known.title.as_str()) {
            ("", title) => title,
            (detail, _) => detail,
        }
    }

    /// Whether the command itself was refused or could not be read, so that sending it again
    /// changes nothing.
    pub(crate) fn is_final(&self) -> bool {
        matches!(self.status, 409 | 422)
    }

    /// How the program ends.
    pub(crate) fn exit_code(&self) -> u8 {
        match self.status {
            409 => 3,
            400 | 413 | 415 | 422 => 4,
            429 | 502 | 503 | 504 => 5,
            _ => 1,
        }
    }

    /// All that a person should know, line by line.
    pub(crate) fn in_words(&self) -> String {
        let verdict = match self.status {
            409 => "rejected:",
            422 => "invalid:",
            401 => "not logged in:",
            503 => "unavailable:",
            _ => "error:",
        };
        let name = if self.code().is_empty() { &self.known.title } else { &self.known.code };
        let mut text = format!("{} {}\n", paint(BAD, verdict), paint(STRONG, name));
        let mut line = |words: &str| text.push_str(&format!("  {words}\n"));
        // The fields below say it too.
        if !self.detail().is_empty() && self.detail() != name && self.known.errors.is_empty() {
            line(self.detail());
        }
        for error in &self.known.errors {
            line(&format!("{} {}", paint(STRONG, &error.field), error.problem));
        }
        if let Some(seconds) = self.retry_after {
            let key = if self.of_a_command { ", with the same --key" } else { "" };
            line(&format!("try again in {seconds} s{key}"));
        }
        if !self.known.command_id.is_empty() {
            let again = if self.known.duplicate { ", answered before" } else { "" };
            line(&paint(DIM, format!("command {}{again}", self.known.command_id)));
        }
        text
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code() {
            "" => write!(f, "{} ({})", self.detail(), self.status),
            code => write!(f, "{code}: {}", self.detail()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Problem;

    fn words(problem: &Problem) -> String {
        anstream::adapter::strip_str(&problem.in_words()).to_string()
    }

    #[test]
    fn a_rejection_says_its_code_its_reason_and_its_command() {
        let problem = Problem::read(
            409,
            r#"{"title":"Rejected","detail":"the address is another","status":409,
                "code":"site.address_not_verified","commandId":"0197","duplicate":true}"#,
        );
        assert_eq!(
            words(&problem),
            "rejected: site.address_not_verified\n  the address is another\n  command 0197, \
             answered before\n"
        );
        assert_eq!(problem.to_string(), "site.address_not_verified: the address is another");
    }

    #[test]
    fn an_invalid_command_names_its_fields() {
        let body = r#"{"title":"Invalid","errors":[{"field":"siteId","problem":"is empty"}]}"#;
        assert_eq!(words(&Problem::read(422, body)), "invalid: Invalid\n  siteId is empty\n");
    }

    #[test]
    fn a_body_that_is_no_document_is_kept() {
        let problem = Problem::read(502, "bad gateway\n").retried_after(Some(3));
        assert_eq!(problem.to_string(), "bad gateway (502)");
        assert!(words(&problem).ends_with("try again in 3 s\n"), "{}", words(&problem));
    }

    #[test]
    fn only_a_command_is_sent_again_under_its_key() {
        let problem = Problem::read(503, "{}").retried_after(Some(3)).of_a_command();
        assert!(words(&problem).ends_with("try again in 3 s, with the same --key\n"));
    }
}

//! Errors of the HTTP API: problem documents (RFC 9457), in one shape for all of them.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

/// One problem document.
#[derive(Clone, Debug, Serialize)]
pub struct Problem {
    /// What kind of problem it is: a stable URI.
    pub r#type: String,
    /// The kind in words.
    pub title: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// What went wrong here, and what to do about it.
    pub detail: String,
    /// Stable code of a rejection, for example `site.not_suspended`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The command that was refused.
    #[serde(rename = "commandId", skip_serializing_if = "Option::is_none")]
    pub command_id: Option<String>,
    /// The command id was seen before; this is the first answer again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duplicate: Option<bool>,
    /// Which fields cannot be read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldProblem>,
}

/// A field and what is wrong with it.
#[derive(Clone, Debug, Serialize)]
pub struct FieldProblem {
    /// The field's JSON name, with its path.
    pub field: String,
    /// What it must be.
    pub problem: String,
}

impl Problem {
    fn new(status: StatusCode, kind: &str, title: &'static str, detail: impl Into<String>) -> Self {
        Self {
            r#type: format!("https://demarc.dev/problems/{kind}"),
            title,
            status: status.as_u16(),
            detail: detail.into(),
            code: None,
            command_id: None,
            duplicate: None,
            errors: Vec::new(),
        }
    }

    /// The domain says no (409).
    #[must_use]
    pub fn rejected(code: &str, reason: &str) -> Self {
        let title = "The command was refused";
        Self {
            code: Some(code.to_owned()),
            ..Self::new(StatusCode::CONFLICT, "rejected", title, reason)
        }
    }

    /// A field cannot be read (422).
    #[must_use]
    pub fn invalid(field: &str, problem: &str) -> Self {
        let detail = format!("{field} {problem}");
        let title = "The input is not valid";
        let errors = vec![FieldProblem { field: field.to_owned(), problem: problem.to_owned() }];
        Self { errors, ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", title, detail) }
    }

    /// There is no such thing (404).
    #[must_use]
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", "There is no such thing", detail)
    }

    /// Nobody said who asks (401).
    #[must_use]
    pub fn unauthorized(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", "It is not known who asks", detail)
    }

    /// Whoever asks may not (403). The code is stable for ever.
    #[must_use]
    pub fn forbidden(code: &str, detail: &str) -> Self {
        let problem = Self::new(StatusCode::FORBIDDEN, "forbidden", "It is not allowed", detail);
        Self { code: Some(code.to_owned()), ..problem }
    }

    /// A path is there, but not for this method (405).
    #[must_use]
    pub fn wrong_method() -> Self {
        let detail = "this path answers another method: commands are sent with POST, \
                      everything else is read with GET";
        let title = "Another method is needed";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "wrong-method", title, detail)
    }

    /// The body is over the limit (413).
    #[must_use]
    pub fn too_large(bytes_max: usize) -> Self {
        let detail = format!("the body must be at most {bytes_max} bytes");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The body is too large", detail)
    }

    /// Something is down or overloaded (503). The same request may be sent again.
    #[must_use]
    pub fn unavailable(detail: impl Into<String>) -> Self {
        let title = "Not available now";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", title, detail)
    }

    /// A mistake of ours (500).
    #[must_use]
    pub fn internal(detail: impl Into<String>) -> Self {
        let title = "A mistake of ours";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", title, detail)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = (status, body).into_response();
        let json = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, json);
        if status == StatusCode::UNAUTHORIZED {
            let bearer = HeaderValue::from_static("Bearer");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, bearer);
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

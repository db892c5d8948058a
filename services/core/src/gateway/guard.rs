//! Who gets through: everybody who has a token, and what little is open to all.
//!
//! What must stay true: nothing but the paths named here is answered without a token, unless the
//! process was told to believe the header that says who asks; then it answers this machine only. No
//! page of another site in a browser gets through either way.

use std::net::SocketAddr;

use axum::{
    extract::{ConnectInfo, MatchedPath, RawPathParams, Request, State},
    http::{HeaderMap, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use service::Problem;

use super::{edge, local};
use crate::{
    Access, Core,
    access::{Caller, Refusal},
};

/// Answered without a token.
const OPEN: [&str; 4] =
    ["/openapi.json", "/v1/keys", "/v1/{biller}/login", "/v1/{biller}/payments/webhook"];
/// All that a session may do that began with a temporary password (F63).
const WITH_A_TEMPORARY_PASSWORD: [&str; 2] = ["/v1/{biller}/password", "/v1/{biller}/logout"];

/// What the guard knows.
#[derive(Clone)]
pub(super) struct Guard {
    pub(super) core: Core,
    pub(super) access: Access,
}

/// From where a request comes, and where it goes.
type Whereabouts = (ConnectInfo<SocketAddr>, Option<MatchedPath>, Params);
type Params = Result<RawPathParams, axum::extract::rejection::RawPathParamsRejection>;

/// Lets through whoever may ask, as a [`Caller`] for those behind it. What the router itself
/// refuses, a path that is not UTF-8, gets the shape of every other error.
pub(super) async fn stand(
    State(guard): State<Guard>,
    (ConnectInfo(peer), path, params): Whereabouts,
    mut request: Request,
    next: Next,
) -> Response {
    let path = path.as_ref().map_or("", MatchedPath::as_str);
    let biller = biller(params);
    match guard.admit(peer, path, biller.as_deref(), request.headers()).await {
        Ok(caller) => {
            if let Some(caller) = caller {
                request.extensions_mut().insert(caller);
            }
            let response = next.run(request).await;
            match response.status() {
                StatusCode::BAD_REQUEST => {
                    Problem::invalid("path", "must be UTF-8").into_response()
                }
                _ => response,
            }
        }
        Err(problem) => problem.into_response(),
    }
}

impl Guard {
    async fn admit(
        &self,
        peer: SocketAddr,
        path: &str,
        biller: Option<&str>,
        headers: &HeaderMap,
    ) -> Result<Option<Caller>, Problem> {
        let is_page = "a page of another site in a browser gets no answer";
        if !local::is_no_foreign_page(headers) {
            return Err(Problem::unauthorized(is_page));
        }
        if self.access == Access::TrustedHeader && !local::is_from_here(peer, headers) {
            let detail = "Demarc was started with --trust-actor-header and answers this machine \
                          only, and no page of a browser";
            return Err(Problem::unauthorized(detail));
        }
        let caller = match token(headers)? {
            Some(token) => self.core.caller(biller, token).await.map_err(refused)?,
            None if self.access == Access::TrustedHeader => Caller::believed(edge::actor(headers)?),
            None if OPEN.contains(&path) => return Ok(None),
            None => return Err(who_are_you(headers)),
        };
        if caller.must_change && !WITH_A_TEMPORARY_PASSWORD.contains(&path) {
            let detail = "the password is temporary and opens nothing but its own change: \
                          demarc password, or POST /v1/{biller}/password";
            return Err(Problem::forbidden("login.password_must_be_changed", detail));
        }
        Ok(Some(caller))
    }
}

fn biller(params: Params) -> Option<String> {
    let params = params.ok()?;
    params.iter().find(|(name, _)| *name == "biller").map(|(_, biller)| biller.to_owned())
}

fn token(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let text = edge::text(headers, header::AUTHORIZATION.as_str())?;
    let form = || Problem::unauthorized("Authorization must be `Bearer` and a token");
    text.map(|text| text.strip_prefix("Bearer ").ok_or_else(form)).transpose()
}

fn who_are_you(headers: &HeaderMap) -> Problem {
    Problem::unauthorized(if headers.contains_key("demarc-actor") {
        "Demarc-Actor is believed only where Demarc was started with --trust-actor-header: log in"
    } else {
        "log in with `demarc login`, or POST {\"name\":…,\"password\":…} to /v1/{biller}/login, \
         and send what you get as `Authorization: Bearer <token>`"
    })
}

fn refused(refusal: Refusal) -> Problem {
    let detail = refusal.to_string();
    match refusal {
        Refusal::Token(_) | Refusal::Ended | Refusal::Locked => Problem::unauthorized(detail),
        Refusal::OtherBiller => Problem::forbidden("actor.other_biller", &detail),
        Refusal::Unavailable => Problem::unavailable(detail),
    }
}

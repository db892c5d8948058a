//! Until there is log-in, the API serves this machine only: whoever can reach it is trusted.
//!
//! What must stay true: neither another machine nor a page in this machine's browser gets through.
//! A page is told by the `Origin` that browsers send with it, a name that was made to point here by
//! its `Host`.

use std::net::{IpAddr, SocketAddr};

use axum::{
    extract::{ConnectInfo, Request},
    http::{HeaderMap, StatusCode, Uri, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use service::Problem;

/// Lets requests from this machine through. What the router itself refuses, a path that is not
/// UTF-8, gets the shape of every other error.
pub(super) async fn only(
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    if peer.ip().to_canonical().is_loopback() && is_local(request.headers()) {
        let response = next.run(request).await;
        return match response.status() {
            StatusCode::BAD_REQUEST => Problem::invalid("path", "must be UTF-8").into_response(),
            _ => response,
        };
    }
    let detail =
        "until there is log-in, the API serves this machine only, and no page of a browser";
    Problem::unauthorized(detail).into_response()
}

fn is_local(headers: &HeaderMap) -> bool {
    [header::HOST, header::ORIGIN].iter().all(|name| match headers.get(name) {
        Some(value) => value.to_str().is_ok_and(names_this_machine),
        None => true,
    })
}

/// Whether a `Host` or an `Origin` is `localhost` or a loopback address.
#[must_use]
pub fn names_this_machine(text: &str) -> bool {
    let authority = text.strip_prefix("http://").unwrap_or(text);
    let uri = authority.parse::<Uri>().ok();
    let host = uri.as_ref().and_then(Uri::host).unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::names_this_machine;

    #[test]
    fn only_loopback_names_this_machine() {
        for local in ["127.0.0.1:8020", "localhost", "localhost:1", "[::1]:8020", "http://[::1]"] {
            assert!(names_this_machine(local), "{local}");
        }
        for foreign in ["", "null", "example.net", "https://localhost.example.net", "10.0.0.1:80"] {
            assert!(!names_this_machine(foreign), "{foreign}");
        }
    }
}

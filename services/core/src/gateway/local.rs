//! Where a request comes from: this machine, another one, or a page in somebody's browser.
//!
//! What must stay true: a page of another site is told by the `Origin` that browsers send with it,
//! a name that was made to point here by its `Host`.

use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, HeaderName, Uri, header};

/// Whether a request comes from this machine and names it.
pub(super) fn is_from_here(peer: SocketAddr, headers: &HeaderMap) -> bool {
    let names_it = |name: &HeaderName| match headers.get(name) {
        Some(value) => value.to_str().is_ok_and(names_this_machine),
        None => true,
    };
    peer.ip().to_canonical().is_loopback() && names_it(&header::HOST) && names_it(&header::ORIGIN)
}

/// Whether a request comes from no page, from one of this machine, or from one of the very host
/// that is asked.
pub(super) fn is_no_foreign_page(headers: &HeaderMap) -> bool {
    let text =
        |name: &HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let Some(origin) = text(&header::ORIGIN) else { return true };
    let site = origin.split_once("://").map(|(_, site)| site);
    names_this_machine(origin) || (site.is_some() && site == text(&header::HOST))
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
    use axum::http::{HeaderMap, header};

    use super::{is_from_here, is_no_foreign_page, names_this_machine};

    fn headers(host: &'static str, origin: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host.parse().unwrap());
        headers.insert(header::ORIGIN, origin.parse().unwrap());
        headers
    }

    #[test]
    fn only_loopback_names_this_machine() {
        for local in ["127.0.0.1:8020", "localhost", "localhost:1", "[::1]:8020", "http://[::1]"] {
            assert!(names_this_machine(local), "{local}");
        }
        for foreign in ["", "null", "example.net", "https://localhost.example.net", "10.0.0.1:80"] {
            assert!(!names_this_machine(foreign), "{foreign}");
        }
    }

    #[test]
    fn a_page_of_another_site_is_told_by_its_origin() {
        assert!(is_no_foreign_page(&HeaderMap::new()));
        assert!(is_no_foreign_page(&headers("care.example.net", "https://care.example.net")));
        assert!(is_no_foreign_page(&headers("127.0.0.1:8020", "http://localhost:3000")));
        for origin in ["https://example.net", "null", "care.example.net"] {
            assert!(!is_no_foreign_page(&headers("care.example.net", origin)), "{origin}");
        }
    }

    #[test]
    fn another_machine_and_a_name_that_points_here_are_not_from_here() {
        let (here, there) = ("127.0.0.1:9".parse().unwrap(), "10.0.0.1:9".parse().unwrap());
        let local = headers("localhost:8020", "http://localhost:8020");
        assert!(is_from_here(here, &local) && is_from_here(here, &HeaderMap::new()));
        assert!(!is_from_here(there, &local));
        assert!(!is_from_here(here, &headers("rebound.example.net", "http://localhost")));
    }
}

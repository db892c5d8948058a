//! Where a processor is, as it was configured.

use std::{io, net::IpAddr};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    Request, Uri,
    header::{ACCEPT, AUTHORIZATION, CONNECTION, CONTENT_TYPE, HOST, HeaderValue},
    http::uri::Scheme,
};

/// A processor's address. Plain HTTP is spoken with this machine only.
#[derive(Debug)]
pub(super) struct Address {
    pub(super) is_over_tls: bool,
    /// Without the brackets of an IPv6 address.
    pub(super) host: String,
    pub(super) port: u16,
    /// Host and port, as the `Host` header has them.
    authority: HeaderValue,
    /// The path, without a slash at its end.
    path: String,
}

impl Address {
    /// Reads an address, or says what is wrong without repeating it.
    pub(super) fn parse(url: &str) -> Result<Self, &'static str> {
        let uri: Uri = url.parse().map_err(|_| "is no URL")?;
        let scheme = uri.scheme().ok_or("has no scheme")?;
        let is_over_tls = *scheme == Scheme::HTTPS;
        if !is_over_tls && *scheme != Scheme::HTTP {
            return Err("is neither https nor http");
        }
        let authority = uri.authority().ok_or("has no host")?;
        if authority.as_str().contains('@') {
            return Err("has credentials in it");
        }
        // The parser drops a fragment without a word.
        if uri.query().is_some() || url.contains('#') {
            return Err("has a query or a fragment");
        }
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        if host.is_empty() {
            return Err("has no host");
        }
        if !is_over_tls && !is_this_machine(&host) {
            return Err("is not https, and not on this machine");
        }
        let port = authority.port_u16().unwrap_or(if is_over_tls { 443 } else { 80 });
        let written = HeaderValue::from_str(authority.as_str()).map_err(|_| "is no URL")?;
        let path = uri.path().trim_end_matches('/').to_owned();
        Ok(Self { is_over_tls, host, port, authority: written, path })
    }

    /// A request of a processor, about what has this id.
    pub(super) fn request(
        &self,
        path: &str,
        id: &str,
        bearer: &HeaderValue,
        body: Vec<u8>,
    ) -> io::Result<Request<Full<Bytes>>> {
        Request::post(format!("{}/{path}", self.path))
            .header(HOST, &self.authority)
            .header(AUTHORIZATION, bearer)
            .header("idempotency-key", id)
            .header(CONTENT_TYPE, "application/json")
            .header(ACCEPT, "application/json")
            .header(CONNECTION, "close")
            .body(Full::from(body))
            .map_err(io::Error::other)
    }
}

/// Whether a host is this machine by its very name.
fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::Address;

    #[test]
    fn an_address_is_https_or_this_machine() {
        for (url, host, port, path) in [
            ("https://pay.example/v1/", "pay.example", 443, "/v1"),
            ("https://pay.example:8443", "pay.example", 8443, ""),
            ("http://127.0.0.1:8080/v1", "127.0.0.1", 8080, "/v1"),
            ("http://[::1]:8080", "::1", 8080, ""),
            ("http://localhost", "localhost", 80, ""),
        ] {
            let address = Address::parse(url).unwrap();
            let read = (address.host.as_str(), address.port, address.path.as_str());
            assert_eq!(read, (host, port, path), "{url}");
        }
    }

    #[test]
    fn what_would_show_the_key_to_others_is_no_address() {
        for (url, problem) in [
            ("http://pay.example/v1", "is not https, and not on this machine"),
            ("http://localhost.pay.example", "is not https, and not on this machine"),
            ("http://127.0.0.1.pay.example", "is not https, and not on this machine"),
            ("http://169.254.169.254", "is not https, and not on this machine"),
            ("https://us:sk_1@pay.example", "has credentials in it"),
            ("http://127.0.0.1@pay.example", "has credentials in it"),
            ("https://pay.example?key=sk_1", "has a query or a fragment"),
            ("https://pay.example#sk_1", "has a query or a fragment"),
            ("ftp://pay.example", "is neither https nor http"),
            ("pay.example", "has no scheme"),
            ("/v1", "has no scheme"),
            ("", "is no URL"),
            ("https://", "is no URL"),
        ] {
            assert_eq!(Address::parse(url).map(|_| ()), Err(problem), "{url}");
        }
    }
}

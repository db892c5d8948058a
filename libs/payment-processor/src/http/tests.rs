//! What the processor says by status, and what becomes of silence, lies and strangers.

use std::{io, sync::Arc, time::Duration};

use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::TcpListener,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        RootCertStore, ServerConfig,
        crypto::ring,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
    },
};

use super::{Http, HttpError, HttpOptions};
use crate::{
    Collection, Currency, Outcome, Processor as _, ProcessorError, Refund, RefundOutcome, Secret,
};

const KEY: &str = "sk_that_nobody_sees";

fn options(base_url: String) -> HttpOptions {
    let key = Secret::new(KEY.to_owned());
    HttpOptions { base_url, key, time_limit: Duration::from_secs(20) }
}

fn processor(base_url: String) -> Http {
    Http::trusting(&options(base_url), RootCertStore::empty()).unwrap()
}

fn collection() -> Collection {
    Collection {
        id: "c1".to_owned(),
        token: "tok_that_nobody_sees".to_owned(),
        amount_minor: 4_999,
        currency: Currency::parse("USD").unwrap(),
        reference: "invoice_7".to_owned(),
    }
}

fn refund() -> Refund {
    let Collection { amount_minor, currency, .. } = collection();
    Refund { id: "r1".to_owned(), reference: "ch_1".to_owned(), amount_minor, currency }
}

/// A server that answers every request with the same bytes and then hangs up.
async fn saying(answer: impl Into<Vec<u8>>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let answer = answer.into();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let _whoever_goes_away = answered(stream, &answer).await;
        }
    });
    url
}

/// Reads a whole request, answers it, and gives it back.
async fn answered(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    answer: &[u8],
) -> io::Result<String> {
    let mut request = String::new();
    let mut bytes = [0; 4_096];
    // The body is JSON of one object, the last thing that is sent.
    while !request.ends_with('}') {
        let read = stream.read(&mut bytes).await?;
        if read == 0 {
            break;
        }
        request.push_str(&String::from_utf8_lossy(&bytes[..read]));
    }
    stream.write_all(answer).await?;
    stream.shutdown().await?;
    Ok(request)
}

fn response(status: u16, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status} X\r\nlocation: http://127.0.0.1:1\r\n\
             content-length: {length}\r\n\r\n{body}"
    )
}

async fn collected(answer: impl Into<Vec<u8>>) -> Result<Outcome, ProcessorError> {
    processor(saying(answer).await).collect(&collection()).await
}

fn is_unreachable<T>(said: &Result<T, ProcessorError>) -> bool {
    matches!(said, Err(ProcessorError::Unreachable { .. }))
}

#[tokio::test]
async fn a_yes_is_taken_from_a_2xx_alone_and_a_no_from_a_402_alone() {
    let paid = Outcome::Paid { reference: "ch_1".to_owned() };
    let pending = Outcome::Pending { reference: "ch_1".to_owned() };
    let declined = |code: &str, may_retry| Outcome::Declined { code: code.to_owned(), may_retry };
    let unspecified = declined("unspecified", false);
    for (status, body, expected) in [
        (200, r#"{"status":"paid","reference":"ch_1"}"#, Some(&paid)),
        (201, r#"{"status":"paid","reference":"ch_1","fee":3}"#, Some(&paid)),
        (202, r#"{"status":"pending","reference":"ch_1"}"#, Some(&pending)),
        (
            402,
            r#"{"status":"declined","code":"expired_card","mayRetry":true}"#,
            Some(&declined("expired_card", true)),
        ),
        (
            402,
            r#"{"status":"declined","code":"expired_card"}"#,
            Some(&declined("expired_card", false)),
        ),
        (402, r#"{"status":"declined","code":"Card of Ana Ruiz"}"#, Some(&unspecified)),
        (402, "<html>", Some(&unspecified)),
        (402, "", Some(&unspecified)),
        // What contradicts itself, or is not understood, may have moved money.
        (402, r#"{"status":"paid","reference":"ch_1"}"#, None),
        (200, r#"{"status":"declined","code":"expired_card"}"#, None),
        (200, r#"{"status":"paid","reference":""}"#, None),
        (200, r#"{"status":"paid","reference":"a b"}"#, None),
        (200, r#"{"status":"paid"}"#, None),
        (200, r#"{"status":"perhaps","reference":"ch_1"}"#, None),
        (200, "<html>", None),
        (204, "", None),
    ] {
        let said = collected(response(status, body)).await;
        match expected {
            Some(expected) => assert_eq!(&said.unwrap(), expected, "{status} {body}"),
            None => assert!(is_unreachable(&said), "{status} {body}: {said:?}"),
        }
    }
}

#[tokio::test]
async fn a_refund_is_read_in_the_same_way() {
    let refused = |code: &str| Some(RefundOutcome::Refused { code: code.to_owned() });
    let refunded = Some(RefundOutcome::Refunded { reference: "re_1".to_owned() });
    for (status, body, expected) in [
        (200, r#"{"status":"refunded","reference":"re_1"}"#, refunded),
        (402, r#"{"status":"refused","code":"too_late"}"#, refused("too_late")),
        (402, "", refused("unspecified")),
        (200, r#"{"status":"refused","code":"too_late"}"#, None),
        (200, r#"{"status":"paid","reference":"re_1"}"#, None),
    ] {
        let said = processor(saying(response(status, body)).await).refund(&refund()).await;
        match expected {
            Some(expected) => assert_eq!(said.unwrap(), expected, "{status} {body}"),
            None => assert!(is_unreachable(&said), "{status} {body}: {said:?}"),
        }
    }
}

#[tokio::test]
async fn a_status_says_whether_it_is_right_to_ask_again() {
    let body = r#"{"status":"paid","reference":"ch_1"}"#;
    for status in [408, 409, 425, 429, 500, 502, 503, 504, 599] {
        let said = collected(response(status, body)).await;
        assert!(is_unreachable(&said), "{status}: {said:?}");
        assert!(said.unwrap_err().may_ask_again());
    }
    // A redirection is not followed: the key goes to nobody else.
    for status in [300, 301, 307, 308, 400, 401, 403, 404, 405, 413, 451] {
        let error = collected(response(status, body)).await.unwrap_err();
        let is_named = matches!(error, ProcessorError::Misconfigured { status: found, .. }
            if found == status);
        assert!(is_named && error.may_ask_again(), "{status}: {error}");
    }
    let error = collected(response(422, body)).await.unwrap_err();
    assert!(matches!(error, ProcessorError::Reused { .. }) && !error.may_ask_again(), "{error}");
}

#[tokio::test]
async fn what_breaks_off_or_never_ends_is_no_answer() {
    let paid = r#"{"status":"paid","reference":"ch_1"}"#;
    let whole = response(200, paid);
    for end in 0..whole.len() {
        let said = collected(&whole.as_bytes()[..end]).await;
        assert!(is_unreachable(&said), "the first {end} bytes: {said:?}");
    }
    let endless = format!("{paid}{}", " ".repeat(1024 * 1024));
    assert!(is_unreachable(&collected(response(200, &endless)).await));
    assert!(is_unreachable(&collected("HTTP/9 never\r\n\r\n").await));
    assert!(is_unreachable(&collected(vec![0xff; 4_096]).await));
}

#[tokio::test]
async fn who_is_not_there_or_does_not_answer_in_time_is_not_reached() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}", listener.local_addr().unwrap());
    let hasty = HttpOptions { time_limit: Duration::from_millis(50), ..options(base_url.clone()) };
    // The system accepts, and nobody reads.
    let silent = Http::open(&hasty).unwrap().collect(&collection()).await;
    assert!(is_unreachable(&silent), "{silent:?}");
    drop(listener);
    let absent = processor(base_url).collect(&collection()).await;
    assert!(is_unreachable(&absent), "{absent:?}");
}

#[tokio::test]
async fn a_request_is_asked_once_with_its_key_and_its_id() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let processor = processor(format!("http://localhost:{port}/v1/"));
    let answer = response(503, "");
    let playing = async {
        let (stream, _) = listener.accept().await.unwrap();
        answered(stream, answer.as_bytes()).await.unwrap()
    };
    let (said, request) = tokio::join!(async { processor.collect(&collection()).await }, playing);
    assert!(is_unreachable(&said), "{said:?}");
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let head = head.to_ascii_lowercase();
    for line in [
        "post /v1/collections http/1.1",
        &format!("host: localhost:{port}"),
        &format!("authorization: bearer {KEY}"),
        "idempotency-key: c1",
        "content-type: application/json",
    ] {
        assert!(head.lines().any(|found| found == line), "{line} in {head}");
    }
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    let expected = serde_json::json!({
        "id": "c1", "token": "tok_that_nobody_sees", "amountMinor": 4_999,
        "currency": "USD", "reference": "invoice_7",
    });
    assert_eq!(body, expected);
    let again = tokio::time::timeout(Duration::from_millis(50), listener.accept()).await;
    assert!(again.is_err(), "asking again is the caller's");
}

#[tokio::test]
async fn neither_key_nor_token_is_shown() {
    let base_url = saying(response(200, r#"{"status":"tok_that_nobody_sees"}"#)).await;
    let options = options(base_url.clone());
    let processor = processor(base_url);
    let said = processor.collect(&collection()).await.unwrap_err();
    let source = std::error::Error::source(&said).unwrap().to_string();
    for shown in [
        format!("{options:?}"),
        format!("{processor:?}"),
        format!("{said:?}"),
        said.to_string(),
        source,
    ] {
        assert!(!shown.contains("nobody_sees"), "{shown}");
    }
    let bad = HttpOptions { key: Secret::new("sk\r\nx: y".to_owned()), ..options.clone() };
    let empty = HttpOptions { key: Secret::new(String::new()), ..options.clone() };
    for wrong in [bad, empty] {
        let error = Http::trusting(&wrong, RootCertStore::empty()).unwrap_err();
        assert!(matches!(error, HttpError::Key), "{error}");
    }
    let far = HttpOptions { base_url: "http://u:nobody_sees@pay.example".to_owned(), ..options };
    let error = Http::open(&far).unwrap_err();
    assert!(!format!("{error} {error:?} {far:?}").contains("nobody_sees"), "{error}");
}

/// A server with the certificate of the tests, which is `localhost`'s; its port.
async fn over_tls() -> u16 {
    let chain = vec![certificate(include_bytes!("../../tests/tls/localhost.pem"))];
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("../../tests/tls/localhost.key.pem"));
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key.unwrap())
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let answer = response(200, r#"{"status":"paid","reference":"ch_1"}"#);
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            if let Ok(stream) = acceptor.accept(stream).await {
                let _whoever_goes_away = answered(stream, answer.as_bytes()).await;
            }
        }
    });
    port
}

fn certificate(pem: &[u8]) -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(pem).unwrap()
}

#[tokio::test]
async fn only_who_is_trusted_and_has_the_name_is_given_the_key() {
    let port = over_tls().await;
    let mut trusted = RootCertStore::empty();
    trusted.add(certificate(include_bytes!("../../tests/tls/authority.pem"))).unwrap();
    let at = |host: &str| options(format!("https://{host}:{port}/v1"));
    let known = Http::trusting(&at("localhost"), trusted.clone()).unwrap();
    let paid = known.collect(&collection()).await.unwrap();
    assert_eq!(paid, Outcome::Paid { reference: "ch_1".to_owned() });
    let other_name = Http::trusting(&at("127.0.0.1"), trusted).unwrap();
    assert!(is_unreachable(&other_name.collect(&collection()).await));
    let mut others = RootCertStore::empty();
    others.add(certificate(include_bytes!("../../tests/tls/localhost.pem"))).unwrap();
    let stranger = Http::trusting(&at("localhost"), others).unwrap();
    let said = stranger.collect(&collection()).await;
    assert!(is_unreachable(&said), "{said:?}");
    let nobody = Http::trusting(&at("localhost"), RootCertStore::empty()).unwrap_err();
    assert!(matches!(nobody, HttpError::Tls(_)), "{nobody}");
}

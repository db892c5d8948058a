//! Who is answered, from where: another machine needs a token, and gets nothing at all where a
//! header that says who asks is believed.

#![expect(clippy::unwrap_used, reason = "a test may end here")]

use std::{net::SocketAddr, sync::Arc};

use axum::extract::connect_info::MockConnectInfo;
use bus::Bus;
use core_service::{Access, Calendar};
use serde_json::{Value, json};
use service::Context;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};
use tokio_util::sync::CancellationToken;

const HERE: &str = "127.0.0.1:9";
const ELSEWHERE: &str = "192.0.2.7:9";

/// An API that takes everybody for somebody at this address.
struct Api {
    address: SocketAddr,
    running: core_service::Running,
    _data: tempfile::TempDir,
}

async fn api(access: Access, peer: &str) -> Api {
    let data = tempfile::tempdir().unwrap();
    let biller = Arc::new(contract::biller::parse(contract::biller::SHIPPED).unwrap());
    let context = Context { bus: Bus::in_process(), data: data.path().to_owned() };
    let stop = CancellationToken::new();
    let running = core_service::start(&context, &[biller], Calendar::Manual, stop).await.unwrap();
    let peer: SocketAddr = peer.parse().unwrap();
    let routes = running.core.routes(access).layer(MockConnectInfo(peer));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(axum::serve(listener, routes).into_future());
    Api { address, running, _data: data }
}

impl Api {
    /// The status of a request, and the whole answer.
    async fn ask(&self, request: &str, headers: &str, body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let length = body.len();
        let text = format!(
            "{request} HTTP/1.1\r\nHost: demarc.example.net\r\nConnection: close\r\n\
             Content-Length: {length}\r\n{headers}\r\n{body}"
        );
        stream.write_all(text.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        (answer.split(' ').nth(1).unwrap().parse().unwrap(), answer)
    }
}

#[tokio::test]
async fn another_machine_needs_a_token() {
    let api = api(Access::LogIn, ELSEWHERE).await;
    let (status, answer) = api.ask("GET /v1/northeast/events", "", "").await;
    assert_eq!(status, 401, "{answer}");
    assert!(answer.to_lowercase().contains("www-authenticate: bearer"), "{answer}");
    assert!(answer.contains("demarc login"), "{answer}");
    let actor = "Demarc-Actor: eve; roles=administrator\r\n";
    for request in ["GET /v1", "GET /nothing", "POST /v1/northeast/commands/OpenDay"] {
        assert_eq!(api.ask(request, actor, "{}").await.0, 401, "{request}");
    }
    assert_eq!(api.ask("GET /v1/keys", "", "").await.0, 200);

    let (name, password) = api.running.core.first_login("northeast", false).await.unwrap().unwrap();
    assert!(api.running.core.first_login("northeast", false).await.unwrap().is_none());
    let body = json!({ "name": name, "password": password }).to_string();
    let (status, answer) = api.ask("POST /v1/northeast/login", "", &body).await;
    assert_eq!(status, 200, "{answer}");
    let session: Value = serde_json::from_str(answer.split("\r\n\r\n").nth(1).unwrap()).unwrap();
    let bearer = format!("Authorization: Bearer {}\r\n", session["token"].as_str().unwrap());
    assert_eq!(api.ask("POST /v1/northeast/logout", &bearer, "").await.0, 200);
    assert_eq!(api.ask("POST /v1/northeast/logout", &bearer, "").await.0, 401);
    api.running.shutdown().await;
}

#[tokio::test]
async fn where_a_header_is_believed_only_this_machine_is_answered() {
    let elsewhere = api(Access::TrustedHeader, ELSEWHERE).await;
    assert_eq!(elsewhere.ask("GET /v1/northeast/events", "", "").await.0, 401);
    elsewhere.running.shutdown().await;

    let here = api(Access::TrustedHeader, HERE).await;
    // The host that it asks is another one: a name that was made to point here.
    assert_eq!(here.ask("GET /v1/northeast/events", "", "").await.0, 401);
    here.running.shutdown().await;
}

#[tokio::test]
async fn a_lost_password_of_the_first_login_is_replaced() {
    let api = api(Access::LogIn, ELSEWHERE).await;
    let (_, first) = api.running.core.first_login("northeast", false).await.unwrap().unwrap();
    let (name, second) = api.running.core.first_login("northeast", true).await.unwrap().unwrap();
    for (password, expected) in [(first, 401), (second, 200)] {
        let body = json!({ "name": name, "password": password }).to_string();
        assert_eq!(api.ask("POST /v1/northeast/login", "", &body).await.0, expected);
    }
    api.running.shutdown().await;
}

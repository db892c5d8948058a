//! Requests and replies: answered, refused, late or lost, the caller always hears.

use std::sync::Arc;
use std::time::Duration;

use bus::{Bus, Endpoint, Handler, Message, RequestError};
use futures::FutureExt;
use tokio::sync::{Notify, mpsc};
use tokio::time::timeout;

use crate::world::{PATIENCE, World};

fn endpoint(subject: &str) -> Endpoint {
    Endpoint {
        service: "care".to_owned(),
        version: "1.0.0".to_owned(),
        description: "Answers in tests.".to_owned(),
        subject: subject.to_owned(),
        queue_group: "care".to_owned(),
    }
}

/// Answers with the subject and the request's body, and with its headers.
fn echo() -> Handler {
    Arc::new(|subject, request: Message| {
        let body = format!("{subject}: {}", String::from_utf8_lossy(&request.body));
        async move { Message { headers: request.headers, body: body.into() } }.boxed()
    })
}

async fn a_request_comes_back_with_headers_and_body(world: World) {
    let _serving = world.owner.serve(endpoint("demarc.acme.query.care"), echo()).await.unwrap();
    let request = Message::new("who?".into()).with_header("actor", "anna");
    let reply = world.other.request("demarc.acme.query.care", request, PATIENCE).await.unwrap();
    assert_eq!(reply.body, "demarc.acme.query.care: who?");
    assert_eq!(reply.headers.get("actor"), Some("anna"));
}

#[tokio::test]
async fn in_process_a_request_comes_back_with_headers_and_body() {
    a_request_comes_back_with_headers_and_body(World::in_process().await).await;
}

#[tokio::test]
async fn over_nats_a_request_comes_back_with_headers_and_body() {
    a_request_comes_back_with_headers_and_body(World::over_nats().await).await;
}

async fn one_endpoint_takes_every_command_of_a_biller(world: World) {
    let commands = bus::subject::commands("acme");
    let _serving = world.owner.serve(endpoint(&commands), echo()).await.unwrap();
    let suspend = bus::subject::command("acme", "site", "suspend");
    let reply = world.other.request(&suspend, Message::default(), PATIENCE).await.unwrap();
    assert_eq!(reply.body, "demarc.acme.command.site.suspend: ");
    let other = bus::subject::command("umbrella", "site", "suspend");
    let refused = world.other.request(&other, Message::default(), PATIENCE).await.unwrap_err();
    assert!(matches!(refused, RequestError::NoResponder { .. }), "{refused}");
}

#[tokio::test]
async fn in_process_one_endpoint_takes_every_command_of_a_biller() {
    one_endpoint_takes_every_command_of_a_biller(World::in_process().await).await;
}

#[tokio::test]
async fn over_nats_one_endpoint_takes_every_command_of_a_biller() {
    one_endpoint_takes_every_command_of_a_biller(World::over_nats().await).await;
}

async fn a_late_reply_is_a_time_out_and_the_handler_runs_to_its_end(world: World) {
    let go = Arc::new(Notify::new());
    let (done, mut finished) = mpsc::unbounded_channel();
    let gate = go.clone();
    let handler: Handler = Arc::new(move |_subject, request| {
        let (gate, done) = (gate.clone(), done.clone());
        async move {
            gate.notified().await;
            done.send("finished").unwrap();
            request
        }
        .boxed()
    });
    let _serving = world.owner.serve(endpoint("demarc.acme.slow"), handler).await.unwrap();
    let soon = Duration::from_millis(50);
    let late = world.other.request("demarc.acme.slow", Message::default(), soon).await.unwrap_err();
    assert!(matches!(late, RequestError::TimedOut { .. }), "{late}");
    go.notify_one();
    assert_eq!(timeout(PATIENCE, finished.recv()).await.unwrap(), Some("finished"));
}

#[tokio::test]
async fn in_process_a_late_reply_is_a_time_out_and_the_handler_runs_to_its_end() {
    a_late_reply_is_a_time_out_and_the_handler_runs_to_its_end(World::in_process().await).await;
}

#[tokio::test]
async fn over_nats_a_late_reply_is_a_time_out_and_the_handler_runs_to_its_end() {
    a_late_reply_is_a_time_out_and_the_handler_runs_to_its_end(World::over_nats().await).await;
}

async fn a_failure_reaches_the_caller_with_code_and_reason(world: World) {
    let handler: Handler = Arc::new(|_subject, _request| {
        async { Message::failure(404, "no such account").with_header("actor", "anna") }.boxed()
    });
    let _serving = world.owner.serve(endpoint("demarc.acme.query.care"), handler).await.unwrap();
    let asked = world.other.request("demarc.acme.query.care", Message::default(), PATIENCE).await;
    let reply = asked.unwrap();
    assert_eq!(reply.as_failure(), Some((404, "no such account")));
    assert_eq!(reply.headers.get("actor"), Some("anna"));
}

#[tokio::test]
async fn in_process_a_failure_reaches_the_caller_with_code_and_reason() {
    a_failure_reaches_the_caller_with_code_and_reason(World::in_process().await).await;
}

#[tokio::test]
async fn over_nats_a_failure_reaches_the_caller_with_code_and_reason() {
    a_failure_reaches_the_caller_with_code_and_reason(World::over_nats().await).await;
}

async fn a_handler_that_panics_is_a_failure_and_goes_on_serving(world: World) {
    let handler: Handler = Arc::new(|_subject, request: Message| {
        async move {
            assert!(!request.body.is_empty(), "a request without a body");
            request
        }
        .boxed()
    });
    let _serving = world.owner.serve(endpoint("demarc.acme.query.care"), handler).await.unwrap();
    let ask = |body| world.other.request("demarc.acme.query.care", Message::new(body), PATIENCE);
    assert_eq!(ask("".into()).await.unwrap().as_failure().unwrap().0, 500);
    assert_eq!(ask("again".into()).await.unwrap().body, "again");
}

#[tokio::test]
async fn in_process_a_handler_that_panics_is_a_failure_and_goes_on_serving() {
    a_handler_that_panics_is_a_failure_and_goes_on_serving(World::in_process().await).await;
}

#[tokio::test]
async fn over_nats_a_handler_that_panics_is_a_failure_and_goes_on_serving() {
    a_handler_that_panics_is_a_failure_and_goes_on_serving(World::over_nats().await).await;
}

async fn shutting_down_answers_what_runs_and_then_nobody_answers(world: World) {
    let (started, mut running) = mpsc::unbounded_channel();
    let go = Arc::new(Notify::new());
    let gate = go.clone();
    let handler: Handler = Arc::new(move |_subject, request| {
        let (gate, started) = (gate.clone(), started.clone());
        async move {
            started.send(()).unwrap();
            gate.notified().await;
            request
        }
        .boxed()
    });
    let serving = world.owner.serve(endpoint("demarc.acme.query.care"), handler).await.unwrap();
    let other = world.other.clone();
    let asking = tokio::spawn(async move {
        other.request("demarc.acme.query.care", Message::new("last".into()), PATIENCE).await
    });
    timeout(PATIENCE, running.recv()).await.unwrap();
    let ((), ()) = tokio::join!(serving.shutdown(), async { go.notify_one() });
    assert_eq!(asking.await.unwrap().unwrap().body, "last");
    let after = world.other.request("demarc.acme.query.care", Message::default(), PATIENCE).await;
    assert!(matches!(after, Err(RequestError::NoResponder { .. })), "{after:?}");
}

#[tokio::test]
async fn in_process_shutting_down_answers_what_runs_and_then_nobody_answers() {
    shutting_down_answers_what_runs_and_then_nobody_answers(World::in_process().await).await;
}

#[tokio::test]
async fn over_nats_shutting_down_answers_what_runs_and_then_nobody_answers() {
    shutting_down_answers_what_runs_and_then_nobody_answers(World::over_nats().await).await;
}

#[tokio::test]
async fn over_nats_a_request_without_a_connection_fails_at_once() {
    let mut world = World::over_nats().await;
    world.server().kill().await.unwrap();
    let asking = world.other.request("demarc.acme.query.care", Message::default(), PATIENCE);
    let heard = timeout(PATIENCE / 2, asking).await.expect("long before its time is over");
    assert!(matches!(heard, Err(RequestError::Disconnected { .. })), "{heard:?}");
}

#[tokio::test]
async fn over_nats_a_server_out_of_reach_is_named_without_the_password() {
    let refused = Bus::nats("nats://core:secret@127.0.0.1:1", "core").await.map(drop).unwrap_err();
    assert_eq!(refused.to_string(), "no connection to NATS at 127.0.0.1:1");
    assert!(!format!("{refused:?}").contains("secret"), "{refused:?}");
}

#[tokio::test]
async fn over_nats_a_reply_too_large_for_the_server_is_a_failure() {
    let world = World::over_nats().await;
    let handler: Handler =
        Arc::new(|_subject, _request| async { Message::new(vec![0; 2 << 20].into()) }.boxed());
    let _serving = world.owner.serve(endpoint("demarc.acme.query.care"), handler).await.unwrap();
    let asked = world.other.request("demarc.acme.query.care", Message::default(), PATIENCE).await;
    assert_eq!(asked.unwrap().as_failure().unwrap().0, 500);
}

#[tokio::test]
async fn over_nats_the_micro_service_api_lists_the_service_and_its_endpoints() {
    let mut world = World::over_nats().await;
    let query = bus::subject::query("acme", "care");
    let _care = world.owner.serve(endpoint(&query), echo()).await.unwrap();
    let _commands = world.owner.serve(endpoint("demarc.*.command.>"), echo()).await.unwrap();
    let client = async_nats::connect(world.server().url()).await.unwrap();
    let answer = async |subject: &'static str| {
        let reply = client.request(subject, "".into()).await.unwrap();
        serde_json::from_slice::<serde_json::Value>(&reply.payload).unwrap()
    };
    let ping = answer("$SRV.PING.care").await;
    assert_eq!((&ping["name"], &ping["version"]), (&"care".into(), &"1.0.0".into()));
    let info = answer("$SRV.INFO.care").await;
    assert_eq!(info["endpoints"].as_array().unwrap().len(), 2);
    world.other.request(&query, Message::default(), PATIENCE).await.unwrap();
    let stats = answer("$SRV.STATS.care").await.to_string();
    assert!(stats.contains(r#""num_requests":1"#), "{stats}");
}

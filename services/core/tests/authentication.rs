//! What a sender learns of an attempt to authenticate a customer: the receipt names the fact.

#![expect(clippy::unwrap_used, reason = "a test may end here")]

use std::sync::Arc;

use bus::Bus;
use contract::{AsItIs, command};
use core_service::{Answer, Calendar, Decision, Running, Submission};
use domain::actor::Actor;
use event_store::CommandId;
use serde_json::{Value, json};
use service::Context;
use tokio_util::sync::CancellationToken;

const BILLER: &str = "northeast";

/// Sends a command; says the kind of its first event, or the code of its refusal.
async fn send(running: &Running, id: u8, name: &str, body: Value) -> String {
    let command = command::named(name).unwrap();
    let submission = Submission {
        name: command.name,
        command: command.from_json(body.to_string().as_bytes(), &AsItIs).unwrap(),
        actor: Actor::parse("jane; roles=agent,administrator").unwrap(),
        id: CommandId([id; 16]),
        causation: None,
        correlation: None,
        traceparent: None,
    };
    let answer = running.core.submit(BILLER, submission).await.unwrap();
    let Answer::Decided { decision, .. } = answer else { panic!("{answer:?}") };
    match decision {
        Decision::Accepted(events) => events[0].kind.replace("demarc.customer.v1.", ""),
        Decision::Rejected { code, .. } => code,
        Decision::Fulfilled => "fulfilled".to_owned(),
    }
}

fn pin(attempt: u8, pin: &str) -> Value {
    json!({
        "customerId": "customer_4",
        "authenticationId": format!("attempt-{attempt}"),
        "method": "AUTHENTICATION_METHOD_PIN",
        "pin": pin,
    })
}

fn photo(attempt: u8) -> Value {
    json!({
        "customerId": "customer_4",
        "authenticationId": format!("attempt-{attempt}"),
        "method": "AUTHENTICATION_METHOD_PHOTO_ID",
    })
}

#[tokio::test]
async fn f7_the_receipt_tells_a_right_pin_from_a_wrong_one_and_the_sixth_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let biller = Arc::new(contract::biller::parse(contract::biller::SHIPPED).unwrap());
    let context = Context { bus: Bus::in_process(), data: dir.path().to_owned() };
    let stop = CancellationToken::new();
    let running = core_service::start(&context, &[biller], Calendar::Manual, stop).await.unwrap();
    send(&running, 1, "OpenDay", json!({ "date": "2026-03-16" })).await;
    let customer = json!({ "customerId": "customer_4", "name": "Harbor Cafe" });
    assert_eq!(send(&running, 2, "RegisterCustomer", customer).await, "CustomerRegistered");
    let chosen = json!({ "customerId": "customer_4", "pin": "2580" });
    let too_early = send(&running, 13, "SetPin", chosen.clone()).await;
    assert_eq!(too_early, "customer.not_authenticated");
    let shown = send(&running, 14, "AuthenticateCustomer", photo(14)).await;
    assert_eq!(shown, "CustomerAuthenticated");
    assert_eq!(send(&running, 3, "SetPin", chosen).await, "CustomerPinSet");

    let right = send(&running, 4, "AuthenticateCustomer", pin(4, "2580")).await;
    assert_eq!(right, "CustomerAuthenticated");
    for attempt in 5..10 {
        let wrong = send(&running, attempt, "AuthenticateCustomer", pin(attempt, "1379")).await;
        assert_eq!(wrong, "CustomerAuthenticationFailed");
    }
    let locked = send(&running, 10, "AuthenticateCustomer", pin(10, "2580")).await;
    assert_eq!(locked, "customer.pin_locked");
    let otherwise = send(&running, 11, "AuthenticateCustomer", photo(11)).await;
    assert_eq!(otherwise, "CustomerAuthenticated");
    let again = send(&running, 12, "AuthenticateCustomer", pin(12, "2580")).await;
    assert_eq!(again, "CustomerAuthenticated");
    running.shutdown().await;
}

//! After the stories: the past can be asked, proven and replayed.

use serde_json::Value;

use super::{
    check::Check,
    teller::{Broken, Teller, Went, broken, until},
};
use crate::{
    client::{Client, ClientError, pages::position},
    output::{DIM, GOOD, Output, STRONG, paint, words},
};

const REBUILT: &str = "billing";
const VIEWS: [&str; 3] = ["balance", "lines", "recurring"];

/// Asks about the past, verifies the chain and rebuilds a service.
pub(crate) async fn tell(teller: &mut Teller) -> anyhow::Result<()> {
    teller.begin("After  ", "The past can be asked, proven and replayed")?;
    let went = as_of_the_suspension(teller).await;
    teller.report(went)?;
    let went = verified(teller.client()).await;
    teller.report(went)?;
    let went = rebuilt(teller.client()).await;
    teller.report(went)?;
    Ok(())
}

async fn as_of_the_suspension(teller: &Teller) -> Went {
    let expected = || "SiteSuspended of site_88 in the log".to_owned();
    let filter = vec![("type", "SiteSuspended".to_owned()), ("stream", "site_88".to_owned())];
    let events =
        teller.client().events(&filter, 1).await.map_err(|error| broken(expected(), &error))?;
    let Some(position) = events.first().and_then(|event| position(event, "position")) else {
        return Err(Broken { expected: expected(), seen: "none".into() });
    };
    teller
        .row(("care", "site", "site_88"), &[Check::Field("state", "stopped")], Some(position))
        .await
}

async fn verified(client: &Client) -> Went {
    let expected = "the chain to be intact";
    let answer = client
        .get(&["audit", "chain", "verification"], &[])
        .await
        .map_err(|error| broken(expected.into(), &error))?;
    let value = answer.get("value").unwrap_or(&answer);
    let text = |name: &str| value.get(name).map(words::value).unwrap_or_default();
    if value.get("intact") != Some(&Value::Bool(true)) {
        return Err(Broken { expected: expected.into(), seen: value.to_string() });
    }
    let chain: String = text("chain").chars().take(16).collect();
    let counted = format!("{} events in {} records", text("events"), text("records"));
    Ok(format!("{} audit: {counted}, chain {chain}… verified", paint(GOOD, "✓")))
}

async fn rebuilt(client: &Client) -> Went {
    let expected = format!("{REBUILT} to end in the same rows after a rebuild");
    let failed = |error: ClientError| broken(expected.clone(), &error);
    let before = rows(client).await.map_err(failed)?;
    client.post(&[REBUILT, "rebuild"]).await.map_err(failed)?;
    until(&expected, async || {
        let status = client.get(&["status"], &[]).await?;
        let services = status.get("services").and_then(Value::as_array);
        let billing = services
            .and_then(|services| services.iter().find(|status| status["service"] == REBUILT))
            .unwrap_or(&Value::Null);
        let done = billing["rebuild"].is_null() && billing["state"] == "live";
        Ok(if done { Ok(()) } else { Err(billing.to_string()) })
    })
    .await?;
    let after = rows(client).await.map_err(failed)?;
    if before != after {
        let seen = format!("{before:?}\n    and after it {after:?}");
        return Err(Broken { expected, seen });
    }
    let count: usize = after.iter().map(Vec::len).sum();
    Ok(format!("{} {REBUILT} rebuilt from the log: the same {count} rows", paint(GOOD, "✓")))
}

async fn rows(client: &Client) -> Result<Vec<Vec<Value>>, ClientError> {
    let mut views = Vec::new();
    for view in VIEWS {
        let answer = client.get(&[REBUILT, view], &[]).await?;
        views.push(answer.get("rows").and_then(Value::as_array).cloned().unwrap_or_default());
    }
    Ok(views)
}

/// Says what can be tried next.
pub(crate) fn how_to_go_on(output: Output, url: &str) -> anyhow::Result<()> {
    if output.is_json() {
        return Ok(output.document(&serde_json::json!({ "url": url }))?);
    }
    output.line(format!("\nIt keeps running at {}. In another terminal:\n", paint(STRONG, url)))?;
    let lines = [
        format!("export DEMARC_URL={url}"),
        "demarc events --follow".into(),
        "demarc events --stream site_88".into(),
        "demarc show care account account_88".into(),
        "demarc show billing lines account_1002".into(),
        "demarc show care site site_88 --as-of 100".into(),
        "demarc send --describe SuspendSite".into(),
        "demarc status".into(),
        format!("curl {url}/v1/northeast/care/order/order_1002"),
        format!("curl -N {url}/v1/northeast/events/stream?from=1"),
        format!("curl {url}/openapi.json"),
    ];
    for line in lines {
        output.line(format!("  {line}"))?;
    }
    Ok(output.line(paint(DIM, "\nCtrl-C stops it."))?)
}

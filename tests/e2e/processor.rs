//! The payment processor over HTTP: what is due is drawn, what was drawn is given back, and what it
//! says on its own is believed by its signature (F48).

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Duration,
};

use anyhow::{Context as _, ensure};
use e2e::{Home, House, Office, demarc, northeast};
use payment_processor::{Secret, webhook};
use reqwest::blocking::Client;
use serde_json::{Value, json};
use tempfile::TempDir;

const OUR_KEY: &str = "sk_that_nobody_sees";
const WEBHOOK_KEY: &str = "whsec_that_nobody_sees";
/// The draw of the first bill, which is due four days after the bill day.
const COLLECTION: &str = "autopay-7-2026-11-05";
/// What the processor calls it: no part of an id.
const REFERENCE: &str = "ch.1/b";

/// A processor of the test's own, which answers whatever it is told to.
struct Processor {
    desk: Arc<Mutex<Desk>>,
    url: String,
    dir: TempDir,
}

/// What it answers, and what it was asked.
#[derive(Default)]
struct Desk {
    collections: (u16, Value),
    refunds: (u16, Value),
    /// Path, the header with our key, and the body.
    asked: Vec<(String, String, Value)>,
}

impl Processor {
    fn open() -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let url = format!("http://{}/v1", listener.local_addr()?);
        let desk = Arc::new(Mutex::new(Desk {
            collections: (200, json!({ "status": "paid", "reference": REFERENCE })),
            refunds: (200, json!({ "status": "refunded", "reference": "re_1" })),
            asked: Vec::new(),
        }));
        let working = Arc::clone(&desk);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // Whoever hangs up asks again.
                drop(answer(stream, &working));
            }
        });
        let dir = tempfile::tempdir()?;
        fs::write(dir.path().join("ours"), format!("{OUR_KEY}\n"))?;
        fs::write(dir.path().join("theirs"), format!("{WEBHOOK_KEY}\n"))?;
        Ok(Self { desk, url, dir })
    }

    /// The office that it works for.
    fn office(&self) -> anyhow::Result<Office> {
        let file = self.dir.path().join("processors.toml");
        let text = format!(
            "[northeast]\nurl = \"{}\"\nkey_file = \"ours\"\nwebhook_key_file = \"theirs\"\n",
            self.url
        );
        fs::write(&file, text)?;
        Office::paying_with(&file)
    }

    fn desk(&self) -> std::sync::MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn asked(&self, path: &str) -> Vec<Value> {
        let desk = self.desk();
        assert!(desk.asked.iter().all(|(_, key, _)| *key == format!("Bearer {OUR_KEY}")));
        let asked = desk.asked.iter().filter(|(asked, _, _)| asked == path);
        asked.map(|(_, _, body)| body.clone()).collect()
    }
}

/// Reads a request, writes it down and answers it.
fn answer(stream: TcpStream, desk: &Mutex<Desk>) -> anyhow::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let (mut first, mut key, mut length) = (String::new(), String::new(), 0);
    reader.read_line(&mut first)?;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        match name.to_ascii_lowercase().as_str() {
            "authorization" => value.clone_into(&mut key),
            "content-length" => length = value.parse()?,
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let path = first.split(' ').nth(1).context("a path")?.to_owned();
    let (status, said) = {
        let mut desk = desk.lock().unwrap_or_else(PoisonError::into_inner);
        desk.asked.push((path.clone(), key, serde_json::from_slice(&body)?));
        if path == "/v1/refunds" { desk.refunds.clone() } else { desk.collections.clone() }
    };
    let said = said.to_string();
    write!(
        &stream,
        "HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{said}",
        said.len()
    )?;
    Ok(())
}

/// A customer whose first bill is drawn from a card, up to the day before it is due.
fn billed(processor: &Processor) -> anyhow::Result<(Office, i64)> {
    let office = processor.office()?;
    office.jane.installs(Home::cable(7))?;
    let source = json!({"method": "PAYMENT_METHOD_CARD", "token": "tok_visa",
        "label": "visa 4242"});
    office.jane.sends("SetAutopay", json!({ "accountId": "account_7", "source": source }))?;
    office.day("2026-11-01")?;
    let owed = balance(&office)?;
    ensure!(owed > 0, "the first bill is owed");
    Ok((office, owed))
}

/// ... and on that day.
fn drawn(processor: &Processor) -> anyhow::Result<(Office, i64)> {
    let (office, owed) = billed(processor)?;
    office.day("2026-11-05")?;
    ensure!(balance(&office)? == 0, "it was drawn");
    Ok((office, owed))
}

fn balance(office: &Office) -> anyhow::Result<i64> {
    let row = office.jane.sees("billing/balance/account_7")?;
    row["balance"]["minor"].as_i64().with_context(|| format!("no balance: {row:#}"))
}

/// The facts of one kind about the ledger.
fn facts(office: &Office, fact: &str) -> anyhow::Result<usize> {
    let kind = format!("demarc.ledger.v1.Ledger{fact}");
    Ok(office.jane.api.events(Some(&kind))?.len())
}

fn notice(id: &str, kind: &str, amount: i64) -> Value {
    json!({"id": id, "kind": kind, "collectionId": COLLECTION, "reference": REFERENCE,
        "amountMinor": amount, "currency": "USD", "code": "no_account"})
}

/// What is said to a notice that is signed with a key, so long ago.
fn says(office: &Office, notice: &Value, key: &str, ago: i64) -> anyhow::Result<(u16, Value)> {
    let body = notice.to_string();
    let signed_s = service::clock::now_micros() / 1_000_000 - ago;
    let signed = webhook::sign(&Secret::new(key.to_owned()), signed_s, body.as_bytes());
    let url = format!("{}/v1/northeast/payments/webhook", office.world.api.url());
    let request = Client::new().post(url).header("webhook-signature", signed).body(body);
    let answer = request.send()?;
    Ok((answer.status().as_u16(), answer.json()?))
}

fn tells(office: &Office, notice: &Value) -> anyhow::Result<(u16, Value)> {
    says(office, notice, WEBHOOK_KEY, 0)
}

#[test]
fn f48_what_is_due_is_drawn_over_http_and_a_chargeback_is_owed_again_once() -> anyhow::Result<()> {
    let processor = Processor::open()?;
    let (office, owed) = drawn(&processor)?;
    let expected = json!({"id": COLLECTION, "token": "tok_visa", "amountMinor": owed,
        "currency": "USD", "reference": "account_7"});
    assert_eq!(processor.asked("/v1/collections"), [expected]);

    // What is known already is heard and changes nothing.
    assert_eq!(tells(&office, &notice("evt_1", "paid", owed))?.0, 200);
    assert_eq!((facts(&office, "PaymentReceived")?, balance(&office)?), (1, 0));

    let charged_back = notice("evt_2", "reversed", owed);
    for (key, ago) in [("whsec_of_somebody_else", 0), (WEBHOOK_KEY, 301)] {
        let (status, problem) = says(&office, &charged_back, key, ago)?;
        assert_eq!(status, 401, "{problem:#}");
        let told = problem.to_string();
        assert!(told.contains("Webhook-Signature") && !told.contains("nobody_sees"), "{told}");
    }
    assert_eq!(balance(&office)?, 0, "nobody was believed");

    for _ in 0..2 {
        assert_eq!(tells(&office, &charged_back)?, (200, json!({ "outcome": "done" })));
    }
    assert_eq!((facts(&office, "PaymentReversed")?, balance(&office)?), (1, owed));
    // The same under another id says nothing new.
    assert_eq!(tells(&office, &notice("evt_3", "reversed", owed))?.0, 200);
    assert_eq!(facts(&office, "PaymentReversed")?, 1);

    let ignored = (200, json!({ "outcome": "ignored" }));
    assert_eq!(tells(&office, &json!({ "id": "evt_4", "kind": "payout" }))?, ignored);
    let unknown = json!({"id": "evt_5", "kind": "reversed", "collectionId": "portal-1",
        "reference": "ch_9", "amountMinor": 5, "currency": "USD"});
    assert_eq!(tells(&office, &unknown)?, ignored, "it is somebody else's");
    assert_eq!(tells(&office, &json!({ "id": "evt_6" }))?.0, 422, "it is signed, and no notice");
    let said = fs::read_to_string(office.world.said("serve"))?;
    assert!(!said.contains("nobody_sees") && !said.contains("tok_visa"), "{said}");
    Ok(())
}

#[test]
fn f48_whoever_hears_first_of_a_payment_records_it_and_nobody_else_does() -> anyhow::Result<()> {
    let processor = Processor::open()?;
    processor.desk().collections = (202, json!({ "status": "pending", "reference": REFERENCE }));
    let (office, owed) = billed(&processor)?;
    let calendar = office.desk("calendar; roles=service")?;
    calendar.sends("OpenDay", json!({ "date": "2026-11-05" }))?;
    while processor.asked("/v1/collections").len() < 2 {
        thread::sleep(Duration::from_millis(20));
    }
    // Before it is recorded that it was paid, nothing can be taken back.
    let (status, said) = tells(&office, &notice("evt_1", "reversed", owed))?;
    assert_eq!(status, 503, "{said:#}");
    assert_eq!(tells(&office, &notice("evt_2", "paid", owed))?.0, 200);
    assert_eq!(facts(&office, "PaymentReceived")?, 1);
    // Nothing is drawn a second time meanwhile, and what the processor answers is known already.
    processor.desk().collections = (200, json!({ "status": "paid", "reference": REFERENCE }));
    assert_eq!(balance(&office)?, 0);
    assert_eq!(facts(&office, "PaymentReceived")?, 1);
    let ids: Vec<_> = processor.asked("/v1/collections");
    assert!(ids.iter().all(|asked| asked["id"] == COLLECTION), "{ids:#?}");

    assert_eq!(tells(&office, &notice("evt_1", "reversed", owed))?.0, 200);
    assert_eq!(balance(&office)?, owed);
    Ok(())
}

#[test]
fn f48_what_came_back_is_owed_again_and_a_part_of_it_is_a_ticket() -> anyhow::Result<()> {
    let processor = Processor::open()?;
    let (office, owed) = drawn(&processor)?;
    let tickets = || office.jane.lists("care/tickets-of-account", "account_7");
    let before = tickets()?.len();
    for _ in 0..2 {
        assert_eq!(tells(&office, &notice("evt_1", "reversed", owed - 1))?.0, 200);
    }
    assert_eq!((tickets()?.len(), balance(&office)?), (before + 1, 0));
    assert_eq!(tells(&office, &notice("evt_2", "failed", owed))?.0, 200);
    assert_eq!(balance(&office)?, owed);
    assert_eq!(tells(&office, &notice("evt_2", "failed", owed))?.0, 200);
    assert_eq!((facts(&office, "PaymentReversed")?, balance(&office)?), (1, owed));
    Ok(())
}

#[test]
fn what_the_processor_drew_it_gives_back_and_a_refusal_is_credit_again() -> anyhow::Result<()> {
    let processor = Processor::open()?;
    let (office, _) = drawn(&processor)?;
    let adjust = json!({"accountId": "account_7", "adjustmentId": "a-1",
        "amount": {"currency": "USD", "minor": -1_000}, "reason": "OUTAGE",
        "note": "Two days without service."});
    office.jane.sends("AdjustAccount", adjust)?;
    let bea = office.desk("bea; roles=billing")?;
    let refund = |id: &str, minor: i64| {
        json!({"accountId": "account_7", "refundId": id, "paymentId": COLLECTION,
            "amount": {"currency": "USD", "minor": minor}, "method": "PAYMENT_METHOD_CARD"})
    };
    bea.sends("RefundAccount", refund("r-1", 600))?;
    assert_eq!(balance(&office)?, -400);
    assert_eq!(facts(&office, "RefundConfirmed")?, 1);
    let asked = processor.asked("/v1/refunds");
    assert_eq!(asked.len(), 1, "{asked:#?}");
    assert_eq!(
        (&asked[0]["reference"], &asked[0]["amountMinor"]),
        (&json!(REFERENCE), &json!(600))
    );

    processor.desk().refunds = (402, json!({ "status": "refused", "code": "too_late" }));
    bea.sends("RefundAccount", refund("r-2", 400))?;
    assert_eq!(balance(&office)?, -400, "it is credit again");
    assert_eq!(facts(&office, "RefundFailed")?, 1);
    let lines = bea.sees("billing/lines/account_7")?;
    let last = lines["lines"].as_array().and_then(|lines| lines.last()).context("lines")?;
    assert_eq!(last["description"], "Refund was not given back: too_late");
    let books = office.world.client(&["books"])?.well()?.out;
    let total = books.lines().find(|line| line.trim_start().starts_with("total"));
    assert!(total.is_some_and(|total| total.trim_end().ends_with("$0.00")), "{books}");
    Ok(())
}

#[test]
fn a_processor_that_is_not_set_up_is_told_before_anything_starts() -> anyhow::Result<()> {
    let dir = tempfile::tempdir()?;
    let file = dir.path().join("processors.toml");
    fs::write(&file, "[northeast]\nurl = \"https://pay.example\"\nkey_file = \"lost\"\n")?;
    let data = dir.path().join("data");
    let mut command = demarc();
    command.args(["serve", "--http", "127.0.0.1:0", "--biller-file"]).arg(northeast());
    let ran = command.arg("--data").arg(&data).arg("--processor-file").arg(&file).output()?;
    let said = String::from_utf8_lossy(&ran.stderr);
    assert!(!ran.status.success() && said.contains("key_file"), "{said}");
    assert!(said.contains("the payment processor of northeast is not set up"), "{said}");
    assert!(!data.exists(), "nothing was begun");
    Ok(())
}

#[test]
fn whoever_has_no_processor_takes_no_webhooks_and_asks_nobody_to_log_in() -> anyhow::Result<()> {
    let (house, _) = House::settled("")?;
    let (status, problem) = house.post("payments/webhook", None, &notice("evt_1", "paid", 1))?;
    ensure!(status == 404, "{status}: {problem:#}");
    let told = problem["detail"].as_str().unwrap_or_default();
    ensure!(told.contains("--processor-file"), "{told}");
    Ok(())
}

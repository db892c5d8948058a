//! The customer's statement: billed, stored sealed, shown opened, on paper or not.

use std::{fs, path::Path};

use anyhow::{Context as _, ensure};
use e2e::{Home, House, Office};
use reqwest::blocking::{Client, Response};
use serde_json::{Value, json};

/// What stands on a statement and in no file of billing's.
const PLAIN: [&str; 4] = ["Ada Byron", "Mill Lane", "Byron LLC", "PO Box 9"];

/// Two customers who are billed on the 1st of November: one with two services, whose statements go
/// to a firm, and one who wants no paper.
fn billed() -> anyhow::Result<Office> {
    let office = Office::open()?;
    let jane = &office.jane;
    jane.installs(Home::cable(7))?;
    jane.installs(Home::fiber(8))?;
    second_service(&office)?;
    let paperless = json!({ "customerId": "customer_account_8", "paperless": true });
    jane.authenticates("customer_account_8")?;
    jane.sends("SetPaperless", paperless)?;
    let bill_to = json!({"accountId": "account_7", "name": "Byron LLC",
        "address": "PO Box 9\nReston, VA 20190"});
    jane.sends("ChangeBillTo", bill_to.clone())?;
    let again = jane.sends("ChangeBillTo", bill_to)?;
    ensure!(again["events"].as_array().is_none_or(Vec::is_empty), "{again:#}");
    office.day("2026-11-01")?;
    Ok(office)
}

/// Another service in the same home.
fn second_service(office: &Office) -> anyhow::Result<()> {
    let jane = &office.jane;
    jane.sends(
        "RegisterDevice",
        json!({"deviceId": "device_9", "siteId": "site_7", "model": "CM1000", "serial": "SN-9"}),
    )?;
    jane.sends(
        "AddService",
        json!({"serviceId": "service_9", "accountId": "account_7", "siteId": "site_7",
            "deviceId": "device_9", "packageId": "basic", "orderId": "order_9"}),
    )?;
    jane.sends(
        "ScheduleOrder",
        json!({"orderId": "order_9", "orderType": "INSTALL",
            "appointment": {"date": e2e::TODAY, "slot": "10-12"}}),
    )?;
    jane.agrees("order_9")?;
    jane.completes("order_9").map(drop)
}

/// The number of the only statement of an account.
fn number(office: &Office, account: &str) -> anyhow::Result<String> {
    let listed = office.jane.lists("billing/invoices", account)?;
    ensure!(listed.len() == 1, "one statement: {listed:#?}");
    Ok(listed[0]["number"].as_str().context("a number")?.to_owned())
}

/// What jane gets who asks for a kind of document.
fn fetched(office: &Office, path: &str, accept: &str) -> anyhow::Result<Response> {
    let url = format!("{}/v1/northeast/{path}", office.world.api.url());
    let request = Client::new().get(url).header("demarc-actor", "jane; roles=agent");
    let answer = request.header("accept", accept).send()?;
    ensure!(answer.status() == 200, "{path}: {}", answer.status());
    Ok(answer)
}

fn header(answer: &Response, name: &str) -> Option<String> {
    answer.headers().get(name)?.to_str().ok().map(ToOwned::to_owned)
}

/// Every file below a directory.
fn files(dir: &Path) -> anyhow::Result<Vec<Vec<u8>>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        match path.is_dir() {
            true => found.extend(files(&path)?),
            false => found.push(fs::read(&path)?),
        }
    }
    Ok(found)
}

#[test]
fn f44_f58_f74_an_agent_sees_a_statement_opened_and_no_file_holds_its_names() -> anyhow::Result<()>
{
    let mut office = billed()?;
    let number = number(&office, "account_7")?;
    let path = format!("statements/{number}");
    let shown = office.jane.looks(&path)?;
    let statement = &shown["statement"];
    assert_eq!(statement["billTo"]["name"], "Byron LLC");
    assert_eq!(statement["billTo"]["address"], json!(["PO Box 9", "Reston, VA 20190"]));
    assert_eq!(statement["charges"][0]["heading"], "7 Mill Lane");
    assert_eq!(statement["dueOn"], "2026-11-05", "four days after the bill day");
    let charged = statement["charges"][0]["charges"].as_array().context("charges")?;
    assert!(charged.len() >= 4, "October and November of two services: {charged:#?}");

    let html = fetched(&office, &path, "text/html,*/*;q=0.8")?;
    let tag = header(&html, "etag");
    let page = html.text()?;
    for said in ["Byron LLC", "PO Box 9", "7 Mill Lane", "Northeast Broadband", &number] {
        assert!(page.contains(said), "{said} is not on the page");
    }
    assert!(!page.contains("{sealed:"), "{page}");
    let pdf = fetched(&office, &format!("{path}?format=pdf"), "*/*")?;
    assert_eq!(header(&pdf, "content-type").as_deref(), Some("application/pdf"));
    assert!(pdf.bytes()?.starts_with(b"%PDF-"));

    let kept = files(&office.world.data().join("billing"))?;
    let holds =
        |needle: &[u8]| kept.iter().any(|it| it.windows(needle.len()).any(|at| at == needle));
    assert!(holds(number.as_bytes()), "the rows are there");
    assert!(!PLAIN.iter().any(|plain| holds(plain.as_bytes())), "something is not sealed");

    office.world.stop()?;
    fs::remove_dir_all(office.world.data().join("billing"))?;
    office.world.start_again()?;
    let again = office.jane.looks(&path)?;
    assert_eq!(again["digest"], shown["digest"], "it is what it was");
    assert_eq!(header(&fetched(&office, &path, "text/html")?, "etag"), tag, "to the byte");

    let typed = office.world.client(&["statement", &number])?.well()?.out;
    for said in ["Byron LLC, PO Box 9, Reston, VA 20190", "7 Mill Lane: Classic", "2026-11-05"] {
        assert!(typed.contains(said), "{said}: {typed}");
    }
    Ok(())
}

#[test]
fn f50_whoever_wants_no_paper_is_written_to_and_not_printed() -> anyhow::Result<()> {
    let office = billed()?;
    let number = number(&office, "account_7")?;
    let told = |account: &str| -> anyhow::Result<Vec<Value>> {
        let letters = office.jane.sees(&format!("notifications/by-account/{account}"))?;
        let letters = letters["messages"].as_array().context("messages")?.clone();
        Ok(letters.into_iter().filter(|it| it["template"] == "statement_ready").collect())
    };
    assert_eq!(told("account_8")?.len(), 1);
    assert_eq!(told("account_7")?.len(), 0);
    let file = fetched(&office, "print-file?cycle=2026-11-01", "*/*")?;
    assert_eq!(header(&file, "demarc-count").as_deref(), Some("1"));
    assert_eq!(header(&file, "demarc-next"), None);
    assert!(file.bytes()?.starts_with(b"%PDF-"));
    let listed = office.jane.lists("billing/to-print", "2026-11-01")?;
    assert_eq!(listed, [json!({ "number": number, "accountId": "account_7" })]);

    let out = office.world.data().with_file_name("november.pdf");
    let out = out.to_str().context("a path")?;
    let typed = office.world.client(&["print-file", "--cycle", "2026-11-01", "--out", out])?;
    assert!(typed.well()?.out.contains("november.pdf: 1 statements"));
    assert!(fs::read(out)?.starts_with(b"%PDF-"));
    Ok(())
}

#[test]
fn f44_nobody_sees_a_statement_who_has_not_logged_in() -> anyhow::Result<()> {
    let (house, admin) = House::settled("")?;
    for path in ["statements/I00000001", "print-file?cycle=2026-11-01"] {
        assert_eq!(house.get(path, None)?.0, 401, "{path}");
        assert_eq!(house.get(path, Some(&admin))?.0, 404, "{path}: there is none yet");
    }
    Ok(())
}

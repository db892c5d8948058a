//! The four billers that are shipped, served by one process.

use std::time::{Duration, Instant};

use anyhow::ensure;
use e2e::{Process, demarc};
use reqwest::blocking::{Client, Response};
use serde_json::{Value, json};

/// How long an account may take to be shown.
const SHOWN_MAX: Duration = Duration::from_secs(60);

struct Four {
    url: String,
    client: Client,
}

impl Four {
    fn get(&self, path: &str) -> anyhow::Result<Response> {
        let request = self.client.get(format!("{}/v1/{path}", self.url));
        Ok(request.header("Demarc-Actor", "jane; roles=agent").send()?)
    }

    fn open_account(&self, biller: &str) -> anyhow::Result<Response> {
        let request = self.client.post(format!("{}/v1/{biller}/commands/OpenAccount", self.url));
        let body = json!({"accountId": "account_1", "holderName": format!("Ada of {biller}"),
            "email": "ada@example.net"});
        Ok(request.header("Demarc-Actor", "jane; roles=agent").body(body.to_string()).send()?)
    }

    /// Who has `account_1` at a biller, once that is shown.
    fn holder(&self, biller: &str) -> anyhow::Result<Value> {
        let start = Instant::now();
        loop {
            let answer = self.get(&format!("{biller}/care/account/account_1"))?;
            if answer.status() == 200 {
                return Ok(answer.json::<Value>()?["value"]["holderName"].clone());
            }
            ensure!(start.elapsed() < SHOWN_MAX, "{biller} shows no account");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

#[test]
fn f39_four_billers_are_served_and_an_account_belongs_to_one() -> anyhow::Result<()> {
    let dir = tempfile::tempdir()?;
    let mut command = demarc();
    command.args(["serve", "--manual-calendar", "--trust-actor-header"]);
    command.args(["--http", "127.0.0.1:0", "--data"]).arg(dir.path().join("data"));
    let mut process = Process::start(command, &dir.path().join("serve.log"))?;
    let four = Four { url: process.running()?, client: Client::new() };

    let billers = ["northeast", "midwest", "brighthouse", "national"];
    let leads_to = ["ScheduleOrder", "care/site", "ScheduleOrder", ""];
    for (biller, expected) in billers.iter().zip(leads_to) {
        let answer = four.get(&format!("{biller}/tasks/SS"))?;
        let found = answer.status() == 200;
        let task: Value = answer.json()?;
        let leads_to = task["path"].as_str().filter(|_| found).unwrap_or_default();
        ensure!(leads_to.ends_with(expected) && found != expected.is_empty(), "{biller}: {task}");
    }
    for biller in ["northeast", "midwest"] {
        ensure!(four.open_account(biller)?.status() == 200);
    }
    for biller in ["northeast", "midwest"] {
        assert_eq!(four.holder(biller)?, format!("Ada of {biller}"));
    }
    assert_eq!(four.get("national/care/account/account_1")?.status(), 404);
    Ok(())
}

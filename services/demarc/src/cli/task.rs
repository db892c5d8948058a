//! `demarc task`: what agents type on every screen, and the view or command that it leads to.

use std::path::PathBuf;

use clap::Args;
use serde::Deserialize;
use serde_json::Value;

use super::{
    Context, describe,
    send::{Send, known},
    show::Show,
};
use crate::{
    client::part,
    exit::Misused,
    output::{DIM, STRONG, paint, table, words},
};

const EXAMPLES: &str = "\
Examples:
  demarc task                                     every task code of the biller
  demarc task SC                                  what it stands for, and how to use it
  demarc task 04 account_7                        look at a view
  demarc task CC --data '{\"accountId\":\"account_7\",\"commentId\":\"c-1\",\"text\":\"Called.\"}'

The same letters mean other things to other billers: see --biller.";

/// Options of `demarc task`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Task {
    /// The code, for example SC or 04; without it all of them are listed
    code: Option<String>,
    /// Which row of the view that the code leads to
    #[arg(requires = "code")]
    row: Option<String>,
    /// The command that the code leads to, as JSON (`-`: from standard input)
    #[arg(long, value_name = "JSON", requires = "code", conflicts_with = "row")]
    data: Option<String>,
    /// Read the command from a file (`-`: from standard input)
    #[arg(long, value_name = "FILE", requires = "code", conflicts_with_all = ["row", "data"])]
    file: Option<PathBuf>,
    /// Idempotency key of the command: any text, or its UUID
    #[arg(long, requires = "code", conflicts_with = "row")]
    key: Option<String>,
}

/// A task as the API shows it.
#[derive(Clone, Debug, Deserialize)]
struct Shown {
    code: String,
    title: String,
    about: String,
    #[serde(flatten)]
    leads_to: LeadsTo,
}

/// Where it leads.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum LeadsTo {
    Command { command: String },
    View { service: String, view: String },
}

impl Task {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<()> {
        let Some(code) = self.code.as_deref() else { return list(context).await };
        let answer = context.client.get(&["tasks", code], &[]).await?;
        let task: Shown = part(&answer)?;
        let has_command = self.data.is_some() || self.file.is_some();
        match (task.leads_to.clone(), self.row) {
            (LeadsTo::Command { command }, None) if has_command => {
                Send::one(command, self.data, self.file, self.key).run(context).await
            }
            (LeadsTo::View { service, view }, Some(row)) => {
                Show::row(service, view, row).run(context).await
            }
            (LeadsTo::Command { command }, Some(_)) => Err(Misused(format!(
                "{} leads to the command {command}: give it with --data or --file",
                task.code
            ))
            .into()),
            (LeadsTo::View { service, view }, None) if has_command => Err(Misused(format!(
                "{} leads to the view {service} {view}: name a row, as in \
                 `demarc task {} account_7`",
                task.code, task.code
            ))
            .into()),
            (LeadsTo::Command { .. } | LeadsTo::View { .. }, None) => {
                task.describe(context, &answer).await
            }
        }
    }
}

impl Shown {
    async fn describe(&self, context: &Context, answer: &Value) -> anyhow::Result<()> {
        let output = context.output;
        if output.is_json() {
            return Ok(output.document(answer)?);
        }
        output.line(format!("{}  {}", paint(STRONG, &self.code), paint(STRONG, &self.title)))?;
        output.line(&self.about)?;
        let code = &self.code;
        match &self.leads_to {
            LeadsTo::Command { command } => {
                output.line(paint(DIM, format!("\ndemarc task {code} --data JSON sends it:\n")))?;
                describe::describe(known(command)?, output)
            }
            LeadsTo::View { service, view } => {
                let views = context.client.get(&[service], &[]).await?;
                let about = about(&views, view);
                let how = format!("\ndemarc task {code} KEY shows {service} {view}: {about}");
                Ok(output.line(paint(DIM, how))?)
            }
        }
    }

    fn destination(&self) -> String {
        match &self.leads_to {
            LeadsTo::Command { command } => format!("send {command}"),
            LeadsTo::View { service, view } => format!("show {service} {view}"),
        }
    }
}

/// What a service says that its view answers.
fn about(views: &Value, name: &str) -> String {
    let mut views = views.get("views").and_then(Value::as_array).into_iter().flatten();
    let found = views.find(|view| view["name"] == name);
    found.map(|view| words::value(&view["about"])).unwrap_or_default()
}

async fn list(context: &Context) -> anyhow::Result<()> {
    let answer = context.client.get(&["tasks"], &[]).await?;
    let output = context.output;
    if output.is_json() {
        return Ok(output.document(&answer)?);
    }
    let tasks: Vec<Shown> = part(answer.get("tasks").unwrap_or(&Value::Null))?;
    Ok(output.line(in_table(&context.biller, &tasks))?)
}

fn in_table(biller: &str, tasks: &[Shown]) -> String {
    if tasks.is_empty() {
        return format!("{biller} has no task codes");
    }
    let mut table = table::table(["task", "title", "leads to", "about"]);
    for task in tasks {
        let (code, title) = (task.code.clone(), task.title.clone());
        table.add_row([code, title, task.destination(), task.about.clone()]);
    }
    table::fitted(table)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Shown, about, in_table};
    use crate::client::part;

    #[test]
    fn f8_tasks_are_listed_with_where_they_lead() {
        let tasks: Vec<Shown> = part(&json!([
            {"code": "SC", "title": "Service Change", "about": "Begins.", "path": "/v1/x",
             "command": "StartServiceChange"},
            {"code": "04", "title": "Services", "about": "Shows.", "path": "/v1/x",
             "service": "care", "view": "account"},
        ]))
        .unwrap();
        let shown = anstream::adapter::strip_str(&in_table("northeast", &tasks)).to_string();
        assert!(shown.contains("send StartServiceChange"), "{shown}");
        assert!(shown.contains("show care account"), "{shown}");
        assert_eq!(in_table("west", &[]), "west has no task codes");
    }

    #[test]
    fn a_view_says_what_its_key_is() {
        let views = json!({"views": [{"name": "order", "about": "by order id"}]});
        assert_eq!(about(&views, "order"), "by order id");
        assert_eq!(about(&views, "other"), "");
    }
}

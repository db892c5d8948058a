//! Task codes from a biller's file (F8).
//!
//! What must stay true: a code leads to a command that can be sent, or to something that has the
//! form of a view. Which views there are is known to the services alone: the composition root
//! looks that up before it starts anything.

use std::collections::BTreeMap;

use domain::{
    biller::{LeadsTo, Task, TaskCode},
    text::{Code, Text},
};
use serde::Deserialize;

use super::{
    code,
    mistakes::{Document, Mistakes, Read, each},
    value,
};
use crate::command;

/// `[tasks.<code>]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TaskFile {
    title: String,
    about: String,
    view: Option<String>,
    command: Option<String>,
}

/// The biller's tasks by code.
pub(super) fn tasks(files: &BTreeMap<String, TaskFile>) -> Read<BTreeMap<TaskCode, Task>> {
    let task = |(name, file): (&String, &TaskFile)| {
        let key = format!("tasks.{name}");
        let mut mistakes = Mistakes::default();
        let code = TaskCode::parse(name).map_err(|error| value(&key, error));
        let (code, task) = (mistakes.take(code), mistakes.take(file.task(&key)));
        mistakes.or(code.zip(task))
    };
    each(files.iter().map(task))
}

impl TaskFile {
    fn task(&self, key: &str) -> Read<Task> {
        let text = |field: &str, text: &str| {
            Text::parse(text).map_err(|error| value(&format!("{key}.{field}"), error))
        };
        let mut mistakes = Mistakes::default();
        let title = mistakes.take(text("title", &self.title));
        let about = mistakes.take(text("about", &self.about));
        let leads_to = mistakes.take(self.leads_to(key));
        let task = || Some(Task { title: title?, about: about?, leads_to: leads_to? });
        mistakes.or(task())
    }

    fn leads_to(&self, key: &str) -> Read<LeadsTo> {
        match (&self.view, &self.command) {
            (Some(named), None) => view(&format!("{key}.view"), named),
            (None, Some(name)) => {
                let known = command::named(name)
                    .ok_or_else(|| value(&format!("{key}.command"), "must name a command"))?;
                Ok(LeadsTo::Command(code(key, known.name)?))
            }
            (Some(_), Some(_)) | (None, None) => {
                let wrong = value(key, "must have either a view or a command");
                let wrong = wrong.reckoned_with(&format!("{key}.view"));
                Err(wrong.reckoned_with(&format!("{key}.command")))
            }
        }
    }
}

/// Views that tasks lead to, with their keys.
pub(super) fn views(document: &Document<'_>) -> Vec<(String, LeadsTo)> {
    let tasks = document.root.get_ref().get("tasks").and_then(|tasks| tasks.get_ref().as_table());
    let named = tasks.into_iter().flatten().filter_map(|(code, task)| {
        let named = task.get_ref().as_table()?.get("view")?.get_ref().as_str()?;
        let key = format!("tasks.{}.view", code.get_ref());
        view(&key, named).ok().map(|leads_to| (key, leads_to))
    });
    named.collect()
}

fn view(key: &str, named: &str) -> Read<LeadsTo> {
    let part = |part: &str| Code::parse(part).ok().filter(|_| !part.contains('/'));
    let parts = named.split_once('/').map(|(service, view)| (part(service), part(view)));
    match parts {
        Some((Some(service), Some(view))) => Ok(LeadsTo::View { service, view }),
        Some(_) | None => Err(value(key, "must be a service and its view as in care/account")),
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        biller::{LeadsTo, TaskCode},
        testing::fixtures::code,
    };

    use crate::biller::{BillerError, SHIPPED, parse};

    const PLAIN: &str = "title = \"Odd\"\nabout = \"An odd task.\"\n";

    fn with(task: &str) -> Result<domain::biller::Biller, BillerError> {
        parse(&format!("{SHIPPED}\n{task}"))
    }

    #[test]
    fn f8_the_shipped_codes_are_those_of_the_documents() {
        let tasks = parse(SHIPPED).unwrap().tasks;
        let leads_to = |typed: &str| &tasks[&TaskCode::typed(typed).unwrap()].leads_to;
        assert_eq!(leads_to("sc"), &LeadsTo::Command(code("StartServiceChange")));
        assert_eq!(leads_to("SS"), &LeadsTo::Command(code("ScheduleOrder")));
        assert_eq!(leads_to("CC"), &LeadsTo::Command(code("AddComment")));
        let view = |service, view| LeadsTo::View { service: code(service), view: code(view) };
        assert_eq!(leads_to("04"), &view("care", "services"));
        assert_eq!(leads_to("PT"), &view("provisioning", "site"));
    }

    #[test]
    fn a_task_that_leads_nowhere_is_named() {
        let wrong = [
            ("[tasks.XX]", "command = \"BakeBread\"", "tasks.XX.command"),
            ("[tasks.XX]", "view = \"care\"", "tasks.XX.view"),
            ("[tasks.XX]", "view = \"care/account/7\"", "tasks.XX.view"),
            ("[tasks.XX]", "", "tasks.XX"),
            ("[tasks.XX]", "view = \"care/account\"\ncommand = \"OpenDay\"", "tasks.XX"),
            ("[tasks.x]", "command = \"OpenDay\"", "tasks.x"),
        ];
        for (head, leads_to, expected) in wrong {
            match with(&format!("{head}\n{PLAIN}{leads_to}\n")) {
                Err(BillerError::Value { key, .. }) => assert_eq!(key, expected),
                other => panic!("{expected}: {other:?}"),
            }
        }
        let fine = with(&format!("[tasks.XX]\n{PLAIN}command = \"OpenDay\"\n")).unwrap();
        assert!(fine.tasks.contains_key(&TaskCode::parse("XX").unwrap()));
    }
}

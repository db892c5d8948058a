//! `GET /v1/{biller}/tasks`: what agents type, and the view or command that it leads to (F8).

use axum::{
    Json,
    extract::{Path, State},
};
use domain::biller::{Biller, LeadsTo, Task, TaskCode};
use serde_json::{Value, json};
use service::{Problem, nearest::nearest};

use super::edge;
use crate::Core;

pub(super) async fn list(
    State(core): State<Core>,
    Path(biller): Path<String>,
) -> Result<Json<Value>, Problem> {
    let biller = &edge::desk(&core, &biller)?.biller;
    let tasks: Vec<_> =
        biller.tasks.iter().map(|(code, task)| shown(&biller.name, code, task)).collect();
    Ok(Json(json!({ "tasks": tasks })))
}

pub(super) async fn show(
    State(core): State<Core>,
    Path((biller, typed)): Path<(String, String)>,
) -> Result<Json<Value>, Problem> {
    let biller = &edge::desk(&core, &biller)?.biller;
    let code =
        TaskCode::typed(&typed).map_err(|error| Problem::invalid("code", &error.to_string()))?;
    let task = biller.tasks.get(&code).ok_or_else(|| Problem::not_found(unknown(biller, &code)))?;
    Ok(Json(shown(&biller.name, &code, task)))
}

fn shown(biller: &str, code: &TaskCode, task: &Task) -> Value {
    let mut shown = json!({
        "code": code.as_str(),
        "title": task.title.as_str(),
        "about": task.about.as_str(),
    });
    let path = match &task.leads_to {
        LeadsTo::View { service, view } => {
            shown["service"] = json!(service.as_str());
            shown["view"] = json!(view.as_str());
            format!("/v1/{biller}/{service}/{view}")
        }
        LeadsTo::Command(command) => {
            shown["command"] = json!(command.as_str());
            format!("/v1/{biller}/commands/{command}")
        }
    };
    shown["path"] = json!(path);
    shown
}

fn unknown(biller: &Biller, code: &TaskCode) -> String {
    let near = nearest(code.as_str(), biller.tasks.keys().map(TaskCode::as_str)).join(" or ");
    let hint = if near.is_empty() { String::new() } else { format!(": did you mean {near}?") };
    let name = &biller.name;
    format!("{name} has no task {code}{hint}; GET /v1/{name}/tasks lists them")
}

#[cfg(test)]
mod tests {
    use contract::biller;
    use domain::biller::TaskCode;
    use serde_json::json;

    use super::{shown, unknown};

    #[test]
    fn f8_a_task_is_shown_with_the_path_that_it_leads_to() {
        let biller = biller::parse(biller::SHIPPED).unwrap();
        let of = |typed: &str| {
            let code = TaskCode::typed(typed).unwrap();
            shown(&biller.name, &code, &biller.tasks[&code])
        };
        let change = of("sc");
        assert_eq!(change["command"], "StartServiceChange");
        assert_eq!(change["path"], "/v1/northeast/commands/StartServiceChange");
        let services = of("04");
        assert_eq!((&services["service"], &services["view"]), (&json!("care"), &json!("services")));
        assert_eq!(services["path"], "/v1/northeast/care/services");
    }

    #[test]
    fn f8_who_mistypes_a_task_is_told_what_is_near() {
        let biller = biller::parse(biller::SHIPPED).unwrap();
        let told = unknown(&biller, &TaskCode::parse("SX").unwrap());
        assert!(told.contains("did you mean SC or SS?"), "{told}");
        let told = unknown(&biller, &TaskCode::parse("QQ99").unwrap());
        assert_eq!(told, "northeast has no task QQ99; GET /v1/northeast/tasks lists them");
    }
}

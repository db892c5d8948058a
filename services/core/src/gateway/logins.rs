//! `POST /v1/{biller}/logins`, `/logins/{name}/password` and `/logins/{name}/token`: what an
//! administrator does about logins that needs more than a command.
//!
//! What must stay true: a password is hashed here and goes no further.

use axum::{
    Extension, Json,
    extract::{Path, Request, State},
    http::request::Parts,
};
use contract::{command, pb::envelope::v1::Receipt};
use domain::login::{IssueToken, LoginId};
use identity::{
    Claims, password,
    token::{Bearer, PROGRAM_SECONDS_MAX},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use service::Problem;

use super::{commands, edge, session};
use crate::{
    Core, Decision, Submission,
    access::{Caller, login_id, now},
};

/// Seconds of a day.
const DAY: i64 = 86_400;

/// How long a program's token counts.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Lifetime {
    days: i64,
}

/// A program's token.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Token {
    token: String,
    /// RFC 3339 in UTC.
    expires_at: String,
}

/// `CreateLogin` with `password` in the place of `passwordHash`.
pub(super) async fn create(
    State(core): State<Core>,
    Path(biller): Path<String>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Result<Json<Receipt>, Problem> {
    edge::desk(&core, &biller)?;
    let (head, body) = request.into_parts();
    let fields: Map<String, Value> =
        session::read(Request::new(body), "loginId, roles and password").await?;
    let text = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default();
    let login_id = LoginId::parse(text("loginId"))
        .map_err(|error| Problem::invalid("loginId", &error.to_string()))?;
    let with = WithPassword { core: &core, biller: &biller, head: &head, caller };
    with.send("CreateLogin", &login_id, fields).await
}

/// `ResetPassword` with `password` in the place of `passwordHash`.
pub(super) async fn reset(
    State(core): State<Core>,
    Path((biller, name)): Path<(String, String)>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Result<Json<Receipt>, Problem> {
    edge::desk(&core, &biller)?;
    let (head, body) = request.into_parts();
    let mut fields: Map<String, Value> = session::read(Request::new(body), "password").await?;
    let login_id = login_id(&name).ok_or_else(|| no_login(&name))?;
    fields.insert("loginId".to_owned(), login_id.as_str().into());
    let with = WithPassword { core: &core, biller: &biller, head: &head, caller };
    with.send("ResetPassword", &login_id, fields).await
}

/// A token for a program.
pub(super) async fn token(
    State(core): State<Core>,
    Path((biller, name)): Path<(String, String)>,
    Extension(Caller { actor, .. }): Extension<Caller>,
    request: Request,
) -> Result<Json<Token>, Problem> {
    edge::desk(&core, &biller)?;
    let Lifetime { days } = session::read(request, "days, a number").await?;
    if !(1..=PROGRAM_SECONDS_MAX / DAY).contains(&days) {
        let problem = format!("must be 1 to {}", PROGRAM_SECONDS_MAX / DAY);
        return Err(Problem::invalid("days", &problem));
    }
    let login_id = login_id(&name).ok_or_else(|| no_login(&name))?;
    let seconds = days * DAY;
    let now = now();
    let until = Timestamp::from_second(now.saturating_add(seconds)).unwrap_or(Timestamp::MAX);
    let issue = Box::new(IssueToken { login_id: login_id.clone(), until });
    match session::submit(&core, &biller, "IssueToken", issue, actor).await? {
        Decision::Accepted(_) | Decision::Fulfilled => {}
        Decision::Rejected { code, reason } => return Err(Problem::rejected(&code, &reason)),
    }
    let unreadable = || Problem::unavailable("the log cannot be read now: see core's log");
    let login = edge::desk(&core, &biller)?.logins.find(&login_id).await.ok_or_else(unreadable)?;
    let holder = login.holder().map_err(|_| no_login(&name))?;
    let bearer = Bearer {
        biller,
        name: login_id.suffix().to_owned(),
        roles: holder.roles.iter().map(|role| role.name().to_owned()).collect(),
        generation: holder.generation,
        must_change: false,
    };
    let token = core.tokens().sign(&Claims::new(bearer, now, seconds));
    Ok(Json(Token { token, expires_at: until.to_string() }))
}

/// A command that comes with a password.
struct WithPassword<'a> {
    core: &'a Core,
    biller: &'a str,
    head: &'a Parts,
    caller: Caller,
}

impl WithPassword<'_> {
    async fn send(
        self,
        name: &str,
        login_id: &LoginId,
        mut fields: Map<String, Value>,
    ) -> Result<Json<Receipt>, Problem> {
        let Self { core, biller, head, caller: Caller { actor, .. } } = self;
        let command = command::named(name).ok_or_else(|| Problem::not_found("no such command"))?;
        let password = fields.remove("password");
        let password = password.as_ref().and_then(Value::as_str).unwrap_or_default();
        password::demand_good(login_id.suffix(), password)
            .map_err(|weak| Problem::invalid("password", &weak.to_string()))?;
        // Whoever may not is refused by the domain, and not worth the work.
        let hash = match actor.demand_may_send(command.name) {
            Ok(()) => session::hash(core, biller, login_id, password).await?.reveal().to_owned(),
            Err(_) => password::OF_NOBODY.to_owned(),
        };
        fields.insert("passwordHash".to_owned(), hash.into());
        let rule = command
            .from_json(
                Value::Object(fields).to_string().as_bytes(),
                &*edge::desk(core, biller)?.door,
            )
            .map_err(|unread| commands::unreadable(&unread))?;
        let id = edge::command_id(&head.headers, biller, command.name)?;
        commands::decided(core, biller, Submission::of(command.name, rule, actor, id)).await
    }
}

fn no_login(name: &str) -> Problem {
    Problem::not_found(format!("there is no login {name:?}: create it"))
}

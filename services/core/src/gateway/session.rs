//! `POST /v1/{biller}/login`, `/password` and `/logout`: sessions begin, go on with another
//! password (F63), and end.
//!
//! What must stay true: whoever tries learns only that name or password is wrong, and learns it as
//! slowly whether or not there is such a login; an attempt is recorded even if nobody waits for the
//! answer any more.

use axum::{
    Extension, Json,
    extract::{Path, Request, State},
};
use contract::pb::envelope::v1::Receipt;
use domain::{
    Decide,
    actor::Actor,
    login::{
        ChangePassword, Credential, EndSessions, Holder, Login, LoginId, PasswordHash,
        RecordFailedAttempt, RecordLogIn,
    },
};
use event_store::CommandId;
use identity::{
    Claims, password,
    token::{Bearer, SESSION_SECONDS},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use service::{Problem, clock};

use super::{commands, edge};
use crate::{
    Core, Decision, Submission,
    access::{Caller, login_id, now},
};

/// Largest body of a request here, in bytes.
const BODY_BYTES_MAX: usize = 8 * 1024;
/// Who records that somebody has failed.
const DOORKEEPER: &str = "log-in; roles=service";

/// Who wants in. It has no `Debug`, so that nobody writes it down.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Credentials {
    name: String,
    password: String,
}

/// Who wants another password.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Change {
    password: String,
    new_password: String,
}

/// A session.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Session {
    /// Comes with every request, as `Authorization: Bearer`.
    token: String,
    name: String,
    roles: Vec<&'static str>,
    /// RFC 3339 in UTC.
    expires_at: String,
    /// The password is temporary: nothing is allowed but to change it (F63).
    must_change: bool,
}

pub(super) async fn log_in(
    State(core): State<Core>,
    Path(biller): Path<String>,
    request: Request,
) -> Result<Json<Session>, Problem> {
    edge::desk(&core, &biller)?;
    let Credentials { name, password } = read(request, "name and password").await?;
    let trying = async move {
        let login_id = login_id(&name).ok_or_else(wrong)?;
        let shown = show(&core, &biller, &login_id, &password).await?;
        let record = RecordLogIn { login_id: login_id.clone(), at: shown.at };
        let actor = Actor { name: login_id.name(), roles: shown.holder.roles.clone() };
        match submit(&core, &biller, "RecordLogIn", Box::new(record), actor).await? {
            Decision::Accepted(_) | Decision::Fulfilled => {}
            // It was locked since it was looked up.
            Decision::Rejected { .. } => return Err(wrong()),
        }
        Ok(session(&core, &biller, &login_id, &shown.holder))
    };
    to_its_end(trying).await.map(Json)
}

pub(super) async fn change_password(
    State(core): State<Core>,
    Path(biller): Path<String>,
    Extension(Caller { actor, .. }): Extension<Caller>,
    request: Request,
) -> Result<Json<Session>, Problem> {
    edge::desk(&core, &biller)?;
    let Change { password, new_password } = read(request, "password and newPassword").await?;
    let login_id = login_id(actor.name.as_str()).ok_or_else(wrong)?;
    password::demand_good(login_id.suffix(), &new_password)
        .map_err(|weak| Problem::invalid("newPassword", &weak.to_string()))?;
    if password == new_password {
        return Err(Problem::invalid("newPassword", "must be another one than before"));
    }
    let changing = async move {
        let shown = show(&core, &biller, &login_id, &password).await?;
        let password = hash(&core, &biller, &login_id, &new_password).await?;
        let change = ChangePassword { login_id: login_id.clone(), before: shown.hash, password };
        let change = Box::new(change);
        match submit(&core, &biller, "ChangePassword", change, actor).await? {
            Decision::Accepted(_) | Decision::Fulfilled => {}
            Decision::Rejected { code, reason } => return Err(Problem::rejected(&code, &reason)),
        }
        let login = edge::desk(&core, &biller)?.logins.find(&login_id).await;
        match login.as_deref() {
            Some(Login::Created(holder)) => Ok(session(&core, &biller, &login_id, holder)),
            Some(Login::NotCreated) | None => Err(Problem::unavailable("log in again")),
        }
    };
    to_its_end(changing).await.map(Json)
}

pub(super) async fn log_out(
    State(core): State<Core>,
    Path(biller): Path<String>,
    Extension(Caller { actor, generation, .. }): Extension<Caller>,
) -> Result<Json<Receipt>, Problem> {
    edge::desk(&core, &biller)?;
    let nobody = || Problem::unauthorized("there is no session to end: nobody has logged in");
    let login_id = login_id(actor.name.as_str()).ok_or_else(nobody)?;
    let end = EndSessions { login_id, generation: generation.ok_or_else(nobody)? };
    let id = CommandId(clock::new_id().into_bytes());
    commands::decided(&core, &biller, Submission::of("EndSessions", Box::new(end), actor, id)).await
}

/// What is stored of a password.
pub(super) async fn hash(
    core: &Core,
    biller: &str,
    login_id: &LoginId,
    password: &str,
) -> Result<PasswordHash, Problem> {
    let door = core.doors().enter(biller, login_id.as_str()).await.ok_or_else(too_many)?;
    let hash = door.hash(password).await;
    hash.ok_or_else(|| Problem::internal("the password was not hashed: see core's log"))
}

/// The body of a request, whose fields are named and never repeated.
pub(super) async fn read<T: DeserializeOwned>(
    request: Request,
    fields: &str,
) -> Result<T, Problem> {
    let body = axum::body::to_bytes(request.into_body(), BODY_BYTES_MAX)
        .await
        .map_err(|_| Problem::too_large(BODY_BYTES_MAX))?;
    serde_json::from_slice(&body)
        .map_err(|_| Problem::invalid("body", &format!("must be JSON with {fields}")))
}

/// Goes on where nobody waits for the answer any more: nobody tries twice by going away.
async fn to_its_end<T: Send + 'static>(
    work: impl Future<Output = Result<T, Problem>> + Send + 'static,
) -> Result<T, Problem> {
    let ended = tokio::spawn(work).await;
    ended.unwrap_or_else(|_| Err(Problem::internal("it was not looked into: see core's log")))
}

/// A login whose password was shown.
struct Shown {
    holder: Holder,
    hash: PasswordHash,
    at: Timestamp,
}

/// Looks whether a password is the login's. Records it where it is not.
async fn show(
    core: &Core,
    biller: &str,
    login_id: &LoginId,
    password: &str,
) -> Result<Shown, Problem> {
    let door = core.doors().enter(biller, login_id.as_str()).await.ok_or_else(too_many)?;
    let unreadable = || Problem::unavailable("the log cannot be read now: see core's log");
    let login = edge::desk(core, biller)?.logins.find(login_id).await.ok_or_else(unreadable)?;
    let at = Timestamp::from_microsecond(clock::now_micros()).unwrap_or(Timestamp::MAX);
    let open = open(&login, at);
    let hash = open.as_ref().map_or(password::OF_NOBODY, |(_, hash)| hash.reveal());
    let is_right = password.len() <= password::BYTES_MAX && door.is_right(password, hash).await;
    match open {
        Some((holder, hash)) if is_right => Ok(Shown { holder, hash, at }),
        Some(_) => {
            let failed = RecordFailedAttempt { login_id: login_id.clone(), at };
            let doorkeeper = Actor::parse(DOORKEEPER).expect("its name is a code");
            submit(core, biller, "RecordFailedAttempt", Box::new(failed), doorkeeper).await?;
            Err(wrong())
        }
        None => Err(wrong()),
    }
}

/// Who holds a login that a password opens now.
fn open(login: &Login, at: Timestamp) -> Option<(Holder, PasswordHash)> {
    let holder = login.holder().ok()?;
    holder.demand_unlocked(at).ok()?;
    match &holder.credential {
        Credential::Password { hash, .. } => Some((holder.clone(), hash.clone())),
        Credential::Token => None,
    }
}

fn session(core: &Core, biller: &str, login_id: &LoginId, holder: &Holder) -> Session {
    let roles: Vec<_> = holder.roles.iter().map(|role| role.name()).collect();
    let must_change = matches!(holder.credential, Credential::Password { temporary: true, .. });
    let bearer = Bearer {
        biller: biller.to_owned(),
        name: login_id.suffix().to_owned(),
        roles: roles.iter().map(ToString::to_string).collect(),
        generation: holder.generation,
        must_change,
    };
    let claims = Claims::new(bearer, now(), SESSION_SECONDS);
    let token = core.tokens().sign(&claims);
    let expires_at = contract::event::time(claims.exp.saturating_mul(1_000_000));
    Session { token, name: login_id.suffix().to_owned(), roles, expires_at, must_change }
}

/// What becomes of a command that is made here.
pub(super) async fn submit(
    core: &Core,
    biller: &str,
    name: &'static str,
    command: Box<dyn Decide>,
    actor: Actor,
) -> Result<Decision, Problem> {
    let id = CommandId(clock::new_id().into_bytes());
    let submission = Submission::of(name, command, actor, id);
    let answer = core.submit(biller, submission).await.map_err(commands::refused)?;
    match answer {
        crate::Answer::Decided { decision, .. } => Ok(decision),
        crate::Answer::RuleFailed | crate::Answer::Unavailable => {
            Err(Problem::unavailable("the log cannot be written now: try again"))
        }
    }
}

fn wrong() -> Problem {
    Problem::unauthorized(
        "name or password is wrong, or the login is locked: after 5 failed attempts it is for 15 \
         minutes",
    )
}

fn too_many() -> Problem {
    Problem::unavailable("too many log in at once: try again in a moment")
}

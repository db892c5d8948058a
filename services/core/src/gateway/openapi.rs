//! `/openapi.json`: the API described. Commands and messages come from the proto files, so that
//! they cannot fall behind them; the few other paths are listed here.

use axum::Json;
use contract::{command, descriptor, schema};
use serde_json::{Map, Value, json};

/// What is about log-in: path, what it does, what it answers with, and the fields of its body.
const BY_LOG_IN: [(&str, &str, &str, &[&str]); 6] = [
    ("/v1/{biller}/login", "Begin a session", "A session", &["name", "password"]),
    (
        "/v1/{biller}/password",
        "Choose another password",
        "Another session",
        &["password", "newPassword"],
    ),
    ("/v1/{biller}/logout", "End every session of one's own login", "They have ended", &[]),
    (
        "/v1/{biller}/logins",
        "CreateLogin with the temporary password in the place of its hash",
        "It is created",
        &["loginId", "roles", "password"],
    ),
    (
        "/v1/{biller}/logins/{name}/password",
        "ResetPassword with the temporary password in the place of its hash",
        "It is reset",
        &["password"],
    ),
    ("/v1/{biller}/logins/{name}/token", "Sign a token for a program", "A token", &["days"]),
];

/// Where a payment processor says something on its own.
const WEBHOOK: &str = "/v1/{biller}/payments/webhook";
/// What is shown as more than JSON.
const STATEMENT: &str = "/v1/{biller}/statements/{number}";
const PRINT_FILE: &str = "/v1/{biller}/print-file";

pub(super) async fn document() -> Json<Value> {
    let mut paths = Map::new();
    for command in command::all() {
        let path = format!("/v1/{{biller}}/commands/{}", command.name);
        paths.insert(path, send(command));
    }
    for (path, summary) in [
        ("/v1/{biller}/{service}/rebuild", "Fill a service's rows again from the log"),
        ("/v1/{biller}/{service}/retry", "Try again what has stopped"),
    ] {
        let status = json!({ "type": "object" });
        paths.insert(path.to_owned(), json!({ "post": read(path, summary, &status) }));
    }
    paths.insert(WEBHOOK.to_owned(), webhook());
    for (path, summary, status, fields) in BY_LOG_IN {
        paths.insert(path.to_owned(), by_log_in(path, summary, status, fields));
    }
    for (path, summary, answer) in to_read() {
        paths.insert(path.to_owned(), json!({ "get": read(path, summary, &answer) }));
    }
    let types: Vec<_> = descriptor::facts().iter().map(|fact| fact.kind.as_str()).collect();
    Json(json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Demarc",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Commands in, events out, views of every service. JSON is canonical \
                            protobuf JSON: 64-bit integers are strings, enums are names.",
        },
        "paths": paths,
        "security": [{ "session": [] }],
        "components": {
            "schemas": schema::schemas(),
            "securitySchemes": {
                "session": { "type": "http", "scheme": "bearer", "bearerFormat": "JWT" },
            },
        },
        "x-event-types": types,
    }))
}

/// What is read: path, what it is, and what it answers with.
fn to_read() -> impl IntoIterator<Item = (&'static str, &'static str, Value)> {
    [
        ("/healthz", "The process lives", json!({ "type": "string" })),
        ("/readyz", "It has started", json!({ "type": "string" })),
        ("/metrics", "Prometheus text", json!({ "type": "string" })),
        (
            "/v1/{biller}/events/stream",
            "Server-sent events; Last-Event-ID resumes",
            schema::reference("demarc.envelope.v1.Envelope"),
        ),
        ("/v1", "The billers of this process", json!({ "type": "object" })),
        ("/v1/keys", "What tokens are verified with", json!({ "type": "object" })),
        (
            "/v1/{biller}/events",
            "A page of the log",
            schema::reference("demarc.envelope.v1.EventPage"),
        ),
        ("/v1/{biller}/status", "How every service is doing", json!({ "type": "object" })),
        (
            "/v1/{biller}/search",
            "Accounts by a name, a number, an address or a device; by type, status and balance",
            json!({ "type": "object" }),
        ),
        (
            "/v1/{biller}/recently-opened",
            "The accounts and orders that whoever asks opened last",
            json!({ "type": "object" }),
        ),
        (STATEMENT, "A statement; as JSON, HTML or PDF", json!({ "type": "object" })),
        (
            PRINT_FILE,
            "The statements of a bill day that go out on paper; Demarc-Next says where the next \
             file begins",
            json!({ "type": "string" }),
        ),
        (
            "/v1/{biller}/drafts",
            "What a whole bill run would come to, `on` a day or for the run that is open: lines of \
             JSON that say how far it is, and the draft in the last one",
            json!({ "type": "object" }),
        ),
        (
            "/v1/{biller}/drafts/{account}",
            "What an account's next bill would have on it",
            json!({ "type": "object" }),
        ),
        (
            "/v1/{biller}/catalog",
            "What is sold at which price since when, what is taxed and dunned how, and every code",
            json!({ "type": "object" }),
        ),
        ("/v1/{biller}/tasks", "What agents type, and where it leads", json!({ "type": "object" })),
        ("/v1/{biller}/tasks/{code}", "One task code", json!({ "type": "object" })),
        ("/v1/{biller}/{service}", "The views of a service", json!({ "type": "object" })),
        (
            "/v1/{biller}/{service}/{view}",
            "A page of rows. What the views of the service say under `listedBy` are parameters too",
            json!({ "type": "object" }),
        ),
        ("/v1/{biller}/{service}/{view}/{key}", "One row", json!({ "type": "object" })),
    ]
}

fn send(command: &contract::CommandType) -> Value {
    let body = schema::reference(&format!("{}.{}", command.package, command.name));
    let receipt = schema::reference("demarc.envelope.v1.Receipt");
    json!({
        "post": {
            "operationId": command.name,
            "tags": [command.noun()],
            "parameters": [
                parameter("biller", "path"),
                parameter("Idempotency-Key", "header"),
                parameter("Demarc-Actor", "header"),
            ],
            "requestBody": {
                "required": true,
                "content": { "application/json": { "schema": body } },
            },
            "responses": {
                "200": answer("Accepted, or fulfilled already", &receipt),
                "401": problem("It is not known who asks: log in"),
                "403": problem("The token is for another biller, or the password is temporary"),
                "409": problem("The domain says no; `code` is stable"),
                "422": problem("A field cannot be read; `errors` names it"),
                "503": problem("Send the same command with the same key again"),
            },
        },
    })
}

fn read(path: &str, summary: &str, schema: &Value) -> Value {
    let names = ["biller", "service", "view", "key", "code", "number"];
    let filters: &[&str] = match path {
        "/v1/{biller}/events" | "/v1/{biller}/events/stream" => {
            &["from", "stream", "type", "limit"]
        }
        "/v1/{biller}/{service}/{view}" => &["of", "after", "limit", "asOf", "from", "to"],
        "/v1/{biller}/{service}/{view}/{key}" => &["asOf"],
        "/v1/{biller}/search" => &["q", "type", "status", "balance", "after", "limit"],
        STATEMENT => &["format"],
        PRINT_FILE => &["cycle", "after"],
        _ => &[],
    };
    let forms: &[&str] = match path {
        STATEMENT => &["application/json", "text/html", "application/pdf"],
        PRINT_FILE => &["application/pdf"],
        _ => &["application/json"],
    };
    let forms = forms.iter().map(|form| ((*form).to_owned(), json!({ "schema": schema })));
    let answer = json!({ "description": summary, "content": forms.collect::<Map<_, _>>() });
    let in_path = names.into_iter().filter(|name| path.contains(&format!("{{{name}}}")));
    let parameters: Vec<_> = in_path
        .map(|name| parameter(name, "path"))
        .chain(filters.iter().map(|name| parameter(name, "query")))
        .collect();
    json!({
        "summary": summary,
        "parameters": parameters,
        "responses": { "200": answer, "404": problem("There is no such thing") },
    })
}

fn by_log_in(path: &str, summary: &str, status: &str, fields: &[&str]) -> Value {
    let names = ["biller", "name"].into_iter();
    let in_path = names.filter(|name| path.contains(&format!("{{{name}}}")));
    let parameters: Vec<_> = in_path.map(|name| parameter(name, "path")).collect();
    let body: Map<_, _> = fields.iter().map(|field| ((*field).to_owned(), json!({}))).collect();
    let body = json!({ "type": "object", "properties": body, "additionalProperties": false });
    json!({
        "post": {
            "summary": summary,
            "parameters": parameters,
            "requestBody": { "content": { "application/json": { "schema": body } } },
            "responses": {
                "200": answer(status, &json!({ "type": "object" })),
                "401": problem("It is not known who asks, or the password is wrong"),
                "422": problem("A field cannot be read; `errors` names it"),
            },
        },
    })
}

fn webhook() -> Value {
    let names = ["id", "kind", "collectionId", "reference", "amountMinor", "currency"];
    let fields: Map<_, _> = names.map(|name| (name.to_owned(), json!({}))).into_iter().collect();
    let body = json!({ "type": "object", "properties": fields, "required": ["id", "kind"] });
    json!({
        "post": {
            "summary": "What a payment processor says on its own; signed, without a log-in",
            "parameters": [
                parameter("biller", "path"),
                parameter("Webhook-Signature", "header"),
            ],
            "requestBody": { "content": { "application/json": { "schema": body } } },
            "security": [],
            "responses": {
                "200": answer("It is done, or there is nothing to do", &json!({"type": "object"})),
                "401": problem("The signature is wrong, or too old"),
                "409": problem("The domain says no; `code` is stable"),
                "422": problem("It is signed, and no notice"),
                "503": problem("Send it again"),
            },
        },
    })
}

fn parameter(name: &str, place: &str) -> Value {
    let schema = json!({ "type": "string" });
    json!({ "name": name, "in": place, "required": place == "path", "schema": schema })
}

fn answer(description: &str, schema: &Value) -> Value {
    json!({ "description": description, "content": { "application/json": { "schema": schema } } })
}

fn problem(description: &str) -> Value {
    let schema = json!({ "type": "object" });
    json!({
        "description": description,
        "content": { "application/problem+json": { "schema": schema } },
    })
}

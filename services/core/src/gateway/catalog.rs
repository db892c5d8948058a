//! `GET /v1/{biller}/catalog`: what the biller sells, and the codes that its orders, customers and
//! records may carry: what an agent picks from (F2, F10, F12, F16, F19, F21, F37, F71).

use axum::{
    Json,
    extract::{Path, State},
};
use contract::biller::shown;
use serde_json::Value;
use service::Problem;

use super::edge;
use crate::Core;

pub(super) async fn show(
    State(core): State<Core>,
    Path(biller): Path<String>,
) -> Result<Json<Value>, Problem> {
    Ok(Json(shown(&edge::desk(&core, &biller)?.biller)))
}

//! What the bridge answers events with. Pure: one policy per file, named effect on cause.

pub(crate) mod confirm_on_provisioned;
pub(crate) mod fail_on_unprovisioned;
pub(crate) mod forward_on_request;
pub(crate) mod time_limit_on_request;

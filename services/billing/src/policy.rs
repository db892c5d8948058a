//! What billing wants done because of an event: one file per policy.

pub(crate) mod act_on_step;
pub(crate) mod charge_reconnect_fee;
pub(crate) mod collect_on_request;
pub(crate) mod collect_when_set;
pub(crate) mod refund_on_request;
pub(crate) mod reinstate_on_payment;
pub(crate) mod run_the_day;

//! What billing wants done: one file per policy, named after the effect and its cause.

pub(crate) mod charge_on_completion;
pub(crate) mod reinstate_on_payment;
pub(crate) mod suspend_on_past_due;

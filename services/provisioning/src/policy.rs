//! What provisioning answers events with. Pure: one policy per file, named effect on cause.

pub(crate) mod move_line_on_acknowledgement;
pub(crate) mod provision_on_completion;
pub(crate) mod retry_on_failed_attempt;
pub(crate) mod withdraw_on_failed_request;

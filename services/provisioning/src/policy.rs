//! What provisioning answers events with. Pure: one policy per file, named effect on cause.

pub(crate) mod block_on_suspension;
pub(crate) mod provision_on_completion;
pub(crate) mod retry_on_failed_attempt;
pub(crate) mod unblock_on_reinstatement;
pub(crate) mod withdraw_on_failed_request;

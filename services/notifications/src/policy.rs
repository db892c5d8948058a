//! What notifications answers events with. Pure: one policy per file, named effect on cause.

pub(crate) mod deliver_on_message;

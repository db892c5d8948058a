//! What the tests of notifications have in common: their stories, what is delivered in them.

use std::sync::Arc;

use domain::{
    Fact,
    notification::{Channel, NotificationEvent},
    testing::fixtures::{account_id, code, completed, id, site},
};
use read_side::testing::Story;

use crate::model::Model;

/// Nothing has happened yet.
pub(crate) fn story() -> Story {
    Story::of(Model::new(Arc::new(domain::biller::testing())))
}

/// A day, an account and its site: three facts.
pub(crate) fn with_site() -> Story {
    story().and(site())
}

pub(crate) fn order_completed() -> Fact {
    completed(Some("basic"), "classic")
}

pub(crate) fn delivered(message_id: &str) -> Fact {
    NotificationEvent::Delivered {
        account_id: account_id(),
        template: code("order_completed"),
        channel: Channel::Email,
    }
    .on(&id(message_id))
}

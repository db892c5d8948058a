//! What the tests of notifications have in common: their stories, what is delivered in them.

use std::sync::Arc;

use domain::{
    Fact,
    notification::{Channel, NotificationEvent},
    order::{OrderEvent, OrderKind},
    testing::fixtures::{TODAY, account_id, code, id, order_id, service_id, site, site_id},
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
    OrderEvent::Completed {
        kind: OrderKind::ServiceChange,
        account_id: account_id(),
        site_id: site_id(),
        service_id: service_id(),
        from_package_id: Some(code("basic")),
        to_package_id: code("classic"),
        start_billing_date: TODAY,
        sales_id: None,
        sales_date: None,
    }
    .on(&order_id())
}

pub(crate) fn delivered(message_id: &str) -> Fact {
    NotificationEvent::Delivered {
        account_id: account_id(),
        template: code("order_completed"),
        channel: Channel::Email,
    }
    .on(&id(message_id))
}

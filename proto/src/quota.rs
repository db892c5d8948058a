//! Quotas between protobuf and the domain.

use domain::quota::QuotaEvent;

use crate::{
    Invalid,
    invalid::{code, id, required},
    pb::quota::v1::{self as pb, quota_event::Fact},
};

pub(crate) fn encode(event: &QuotaEvent) -> pb::QuotaEvent {
    let fact = match event {
        QuotaEvent::PointsTaken { slot, order_id, points } => {
            Fact::PointsTaken(pb::QuotaPointsTaken {
                slot: slot.to_string(),
                order_id: order_id.to_string(),
                points: *points,
            })
        }
        QuotaEvent::PointsReleased { slot, order_id } => {
            Fact::PointsReleased(pb::QuotaPointsReleased {
                slot: slot.to_string(),
                order_id: order_id.to_string(),
            })
        }
    };
    pb::QuotaEvent { fact: Some(fact) }
}

pub(crate) fn decode(message: pb::QuotaEvent) -> Result<QuotaEvent, Invalid> {
    Ok(match required("fact", message.fact)? {
        Fact::PointsTaken(fact) => QuotaEvent::PointsTaken {
            slot: code("slot", &fact.slot)?,
            order_id: id("orderId", &fact.order_id)?,
            points: fact.points,
        },
        Fact::PointsReleased(fact) => QuotaEvent::PointsReleased {
            slot: code("slot", &fact.slot)?,
            order_id: id("orderId", &fact.order_id)?,
        },
    })
}

//! How an order's state follows from its facts.

use super::{Completion, Order, OrderEvent, Schedule, Stage, Start, Swap, WorkOrder};
use crate::{Aggregate, Noun};

impl WorkOrder {
    fn advance(&mut self, event: &OrderEvent) {
        match event {
            OrderEvent::Started { .. } => {}
            OrderEvent::PackageSwapped {
                method,
                from_package_id,
                from_service_code: _,
                to_package_id,
                to_service_code,
                serviceability_check,
            } => {
                self.stage = Stage::Draft;
                self.swap = Some(Swap {
                    method: *method,
                    from_package_id: from_package_id.clone(),
                    to_package_id: to_package_id.clone(),
                    to_service_code: to_service_code.clone(),
                    serviceability_check: serviceability_check.clone(),
                });
            }
            OrderEvent::Scheduled { order_type, appointment, comments } => {
                self.stage = Stage::Draft;
                self.schedule = Some(Schedule {
                    order_type: order_type.clone(),
                    appointment: appointment.clone(),
                    comments: comments.clone(),
                });
            }
            OrderEvent::Rescheduled { appointment } => {
                if let Some(schedule) = &mut self.schedule {
                    schedule.appointment = Some(appointment.clone());
                }
            }
            OrderEvent::Reviewed { .. } => self.stage = Stage::Reviewed,
            OrderEvent::Committed => self.stage = Stage::Committed,
            OrderEvent::Completed { start_billing_date, sales_id, sales_date, .. } => {
                self.stage = Stage::Completed(Completion {
                    start_billing_date: *start_billing_date,
                    sales_id: sales_id.clone(),
                    sales_date: *sales_date,
                });
            }
            OrderEvent::Cancelled { .. } => self.stage = Stage::Cancelled,
        }
    }
}

impl Aggregate for Order {
    const CATEGORY: &'static str = "order";
    const UNKNOWN: &'static Self = &Self::NotStarted;
    type Event = OrderEvent;

    fn evolve(self, event: &OrderEvent) -> Self {
        match (self, event) {
            (
                _,
                OrderEvent::Started {
                    kind,
                    account_id,
                    site_id,
                    service_id,
                    package_id,
                    sale_type,
                    sale_reason,
                    campaign_code,
                    acknowledged_flashes: _,
                },
            ) => {
                let start = Start {
                    kind: *kind,
                    account_id: account_id.clone(),
                    site_id: site_id.clone(),
                    service_id: service_id.clone(),
                    package_id: package_id.clone(),
                    sale_type: sale_type.clone(),
                    sale_reason: sale_reason.clone(),
                    campaign_code: campaign_code.clone(),
                };
                let stage = Stage::Draft;
                Self::Started(Box::new(WorkOrder { start, swap: None, schedule: None, stage }))
            }
            (Self::Started(mut order), event) => {
                order.advance(event);
                Self::Started(order)
            }
            (Self::NotStarted, _) => Self::NotStarted,
        }
    }

    fn of(noun: &Noun) -> Option<&Self> {
        if let Noun::Order(order) = noun { Some(order) } else { None }
    }

    fn from(noun: Noun) -> Option<Self> {
        if let Noun::Order(order) = noun { Some(order) } else { None }
    }
}

//! How an order's state follows from its facts.

use super::{Order, OrderEvent, Schedule, Stage, Swap, WorkOrder};
use crate::{Aggregate, Noun};

impl WorkOrder {
    fn advance(&mut self, event: &OrderEvent) {
        match event {
            OrderEvent::Started(_) => {}
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
            OrderEvent::CampaignChosen { campaign_code } => {
                self.stage = Stage::Draft;
                self.campaign_code.clone_from(campaign_code);
            }
            OrderEvent::DeviceChosen { device_id } => {
                self.stage = Stage::Draft;
                self.device_id = Some(device_id.clone());
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
                    schedule.appointment.clone_from(appointment);
                }
            }
            OrderEvent::Reviewed(_) => self.stage = Stage::Reviewed,
            OrderEvent::Committed => self.stage = Stage::Committed,
            OrderEvent::Completed(completed) => {
                self.stage = Stage::Completed(completed.completion.clone());
            }
            OrderEvent::Reopened { .. } => self.stage = Stage::Draft,
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
            (_, OrderEvent::Started(start)) => Self::Started(Box::new(WorkOrder {
                start: start.clone(),
                swap: None,
                campaign_code: start.job.campaign_code().cloned(),
                device_id: None,
                schedule: None,
                stage: Stage::Draft,
            })),
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

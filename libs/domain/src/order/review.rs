//! Review: the customer hears what changes and what it costs (F24).

use super::{OrderEvent, OrderId, OrderRejection, Stage, WorkOrder, schedule::check_office_only};
use crate::{
    Decide, Desk, Fact, Rejection, calendar::today, proration::Period, subscription::SubscriptionId,
};

/// The Order Summary was reviewed with the customer (F24).
#[derive(Clone, Debug)]
pub struct ReviewOrder {
    /// Which.
    pub order_id: OrderId,
}

impl Decide for ReviewOrder {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let order = desk.get(&self.order_id).started()?;
        match &order.stage {
            Stage::Cancelled => Err(OrderRejection::Cancelled.into()),
            Stage::Draft | Stage::Reviewed | Stage::Committed | Stage::Completed(_)
                if !order.start.job.kind().changes_price() =>
            {
                Err(OrderRejection::NothingToReview.into())
            }
            Stage::Draft => self.review(desk, order),
            Stage::Reviewed | Stage::Committed | Stage::Completed(_) => Ok(vec![]),
        }
    }
}

impl ReviewOrder {
    fn review(&self, desk: &Desk<'_>, order: &WorkOrder) -> Result<Vec<Fact>, Rejection> {
        if order.schedule.is_none() {
            return Err(OrderRejection::NotScheduled.into());
        }
        order.demand_service_unchanged(desk)?;
        // It is billed from the day on which it is done.
        let start = match order.visit() {
            Some(visit) => visit.date,
            None => {
                // The package may have been swapped after the order was scheduled.
                check_office_only(desk, order)?;
                today(desk)?
            }
        };
        let subscription = desk.get(&SubscriptionId::of(&order.start.account_id));
        let period = match subscription.is_opened() {
            true => subscription.period(start),
            false => Period::around(start, desk.biller.billing.bill_day),
        };
        let quote = order.work(desk, start)?.quote(desk.biller.currency, start, period);
        Ok(vec![OrderEvent::Reviewed(quote).on(&self.order_id)])
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::ReviewOrder;
    use crate::{
        order::{Appointment, OrderEvent, OrderRejection, Prorated, Quote},
        service::{Promotion, ServiceEvent},
        testing::{
            fixtures::{
                TODAY, cancelled, changed_meanwhile, code, committed_change, disconnect,
                installation_in, order_id, reviewed, scheduled, service, service_id, started,
                started_in, swapped, trouble_call, usd,
            },
            given,
        },
    };

    fn review() -> ReviewOrder {
        ReviewOrder { order_id: order_id() }
    }

    #[test]
    fn f24_the_customer_hears_the_price_before_and_after() {
        given(service("basic"))
            .and([started("basic"), swapped("basic", "classic"), scheduled(None)])
            .when(review())
            .then([reviewed()]);
    }

    #[test]
    fn f24_an_installation_costs_nothing_before() {
        let quote = Quote {
            monthly_before: usd(0),
            monthly_after: usd(4_999),
            prorated: Some(Prorated { amount: usd(2_580), from: TODAY }),
            promotion: None,
        };
        given(installation_in("phoenix", "SB8200", "basic"))
            .and([scheduled(None)])
            .when(review())
            .then([OrderEvent::Reviewed(quote).on(&order_id())]);
    }

    #[test]
    fn f69_the_customer_hears_the_price_of_the_campaign_and_the_one_after_it() {
        let from = date(2026, 3, 30);
        let quote = Quote {
            monthly_before: usd(4_999),
            monthly_after: usd(5_999),
            // Two days of March: 3.87 less 3.23.
            prorated: Some(Prorated { amount: usd(64), from }),
            promotion: Some(Promotion {
                campaign_code: code("SPRING"),
                monthly: usd(5_999),
                until: date(2027, 3, 30),
                monthly_after: usd(6_999),
            }),
        };
        let visit = Appointment { date: from, slot: code("08-10") };
        given(service("basic"))
            .and([started_in("basic", "SPRING"), swapped("basic", "classic")])
            .and([scheduled(Some(visit))])
            .when(review())
            .then([OrderEvent::Reviewed(quote).on(&order_id())]);
    }

    #[test]
    fn f69_what_is_paid_before_is_the_price_of_the_running_campaign() {
        let promotion = |until| Promotion {
            campaign_code: code("LOYAL"),
            monthly: usd(3_999),
            until,
            monthly_after: usd(4_999),
        };
        let before = |until| {
            let activated = ServiceEvent::Activated {
                start_billing_date: date(2026, 1, 1),
                promotion: Some(promotion(until)),
            };
            let order = [started("basic"), swapped("basic", "classic"), scheduled(None)];
            given(service("basic")).and([activated.on(&service_id())]).and(order)
        };
        let told = |minor, amount| {
            let quote = Quote {
                monthly_before: usd(minor),
                monthly_after: usd(6_999),
                prorated: Some(Prorated { amount: usd(amount), from: TODAY }),
                promotion: None,
            };
            OrderEvent::Reviewed(quote).on(&order_id())
        };
        before(date(2026, 3, 17)).when(review()).then([told(3_999, 1_548)]);
        before(TODAY).when(review()).then([told(4_999, 1_032)]);
    }

    #[test]
    fn f49_a_disconnect_costs_nothing_afterwards() {
        let quote = Quote {
            monthly_before: usd(4_999),
            monthly_after: usd(0),
            prorated: Some(Prorated { amount: usd(-2_580), from: TODAY }),
            promotion: None,
        };
        given(service("basic"))
            .and([disconnect("basic"), scheduled(None)])
            .when(review())
            .then([OrderEvent::Reviewed(quote).on(&order_id())]);
    }

    #[test]
    fn f38_an_order_that_changes_no_price_is_not_reviewed() {
        given(service("basic"))
            .and([trouble_call(), scheduled(None)])
            .when(review())
            .then_rejected(OrderRejection::NothingToReview);
    }

    #[test]
    fn f24_there_is_nothing_to_review_before_the_order_is_scheduled() {
        given(service("basic"))
            .and([started("basic"), swapped("basic", "classic")])
            .when(review())
            .then_rejected(OrderRejection::NotScheduled);
    }

    #[test]
    fn f4_a_package_swapped_after_the_schedule_may_need_a_technician() {
        let (package_id, market) = (code("super-fast-1g"), code("phoenix"));
        given(service("basic"))
            .and([started("basic"), swapped("basic", "classic"), scheduled(None)])
            .and([swapped("basic", "super-fast-1g")])
            .when(review())
            .then_rejected(OrderRejection::ProfessionalInstallationRequired { package_id, market });
    }

    #[test]
    fn a_committed_order_was_reviewed_and_a_cancelled_one_is_over() {
        given(committed_change()).when(review()).then([]);
        given(committed_change())
            .and([cancelled()])
            .when(review())
            .then_rejected(OrderRejection::Cancelled);
    }

    #[test]
    fn f20_an_order_that_another_one_overtook_is_not_reviewed() {
        given(service("basic"))
            .and([started("basic"), swapped("basic", "classic"), scheduled(None)])
            .and([changed_meanwhile()])
            .when(review())
            .then_rejected(OrderRejection::ServiceChangedSince);
    }
}

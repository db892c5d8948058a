//! Start: an agent is walked through one of the biller's plans (F29).

use super::{Guide, GuideEvent, GuideId, GuideRejection, Question, Walk};
use crate::{
    Decide, Desk, Fact, Rejection,
    account::AccountId,
    biller::{GuidePlan, GuideSubject},
    order::{Order, OrderId, Stage},
    text::Code,
};

/// Start a walk through one of the biller's guides (F29 to F36).
#[derive(Clone, Debug)]
pub struct StartGuide {
    /// Which walk.
    pub guide_id: GuideId,
    /// Whose customer is helped.
    pub account_id: AccountId,
    /// The order that it is about, where the guide follows one.
    pub order_id: Option<OrderId>,
    /// Name of the biller's plan.
    pub guide: Code,
}

impl Decide for StartGuide {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        match desk.get(&self.guide_id) {
            Guide::NotStarted => self.start(desk),
            Guide::Started(walk) if self.started(walk) => Ok(vec![]),
            Guide::Started(_) => Err(GuideRejection::StartedOtherwise.into()),
        }
    }
}

impl StartGuide {
    fn start(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        desk.get(&self.account_id).demand_open()?;
        let plan = self.plan(desk)?;
        self.check_order(desk, plan.subject)?;
        let gone = || GuideRejection::StepGone { step: plan.first.clone() };
        let first = plan.steps.get(&plan.first).ok_or_else(gone)?;
        let started = GuideEvent::Started {
            account_id: self.account_id.clone(),
            order_id: self.order_id.clone(),
            guide: self.guide.clone(),
            title: plan.title.clone(),
            question: Question::of(&plan.first, first),
        };
        Ok(vec![started.on(&self.guide_id)])
    }

    fn plan<'a>(&self, desk: &Desk<'a>) -> Result<&'a GuidePlan, GuideRejection> {
        let guides = &desk.biller.guides;
        guides.get(&self.guide).ok_or_else(|| {
            let names: Vec<_> = guides.keys().map(Code::as_str).collect();
            let known = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
            GuideRejection::NotInBiller { guide: self.guide.clone(), known }
        })
    }

    fn check_order(&self, desk: &Desk<'_>, subject: GuideSubject) -> Result<(), GuideRejection> {
        let order = self.order_id.as_ref().map(|order_id| desk.get(order_id));
        match (order, subject) {
            (Some(Order::Started(order)), _) if order.start.account_id != self.account_id => {
                Err(GuideRejection::OrderOfAnotherAccount)
            }
            (Some(Order::Started(order)), GuideSubject::CompletedOrder) => match order.stage {
                Stage::Completed(_) => Ok(()),
                Stage::Draft | Stage::Reviewed | Stage::Committed | Stage::Cancelled => {
                    Err(GuideRejection::NeedsCompletedOrder)
                }
            },
            (Some(Order::NotStarted), _) | (None, GuideSubject::CompletedOrder) => {
                Err(GuideRejection::NeedsCompletedOrder)
            }
            (Some(Order::Started(_)) | None, GuideSubject::Account) => Ok(()),
        }
    }

    fn started(&self, walk: &Walk) -> bool {
        walk.account_id == self.account_id
            && walk.order_id == self.order_id
            && walk.guide == self.guide
    }
}

#[cfg(test)]
mod tests {
    use super::StartGuide;
    use crate::{
        account::AccountRejection,
        guide::GuideRejection,
        testing::{
            Given,
            fixtures::{
                account_id, code, committed_change, completed, guide_id, guide_started, id,
                order_id,
            },
            given,
        },
    };

    fn start() -> StartGuide {
        StartGuide {
            guide_id: guide_id(),
            account_id: account_id(),
            order_id: Some(order_id()),
            guide: code("after-completion"),
        }
    }

    fn upgraded() -> Given {
        given(committed_change()).and([completed(Some("basic"), "classic")])
    }

    #[test]
    fn f29_a_guide_follows_a_completed_order_and_shows_its_first_question() {
        upgraded().when(start()).then([guide_started()]);
    }

    #[test]
    fn f29_before_the_completion_there_is_nothing_to_guide_through() {
        given(committed_change()).when(start()).then_rejected(GuideRejection::NeedsCompletedOrder);
        upgraded()
            .when(StartGuide { order_id: None, ..start() })
            .then_rejected(GuideRejection::NeedsCompletedOrder);
        upgraded()
            .when(StartGuide { order_id: Some(id("order_404")), ..start() })
            .then_rejected(GuideRejection::NeedsCompletedOrder);
    }

    #[test]
    fn a_guide_is_one_of_the_billers() {
        let (guide, known) = (code("baking"), "after-completion".to_owned());
        upgraded()
            .when(StartGuide { guide: guide.clone(), ..start() })
            .then_rejected(GuideRejection::NotInBiller { guide, known });
    }

    #[test]
    fn a_guide_helps_the_customer_of_its_order() {
        let opened = crate::account::AccountEvent::Opened {
            customer_id: None,
            holder_name: crate::testing::fixtures::sealed("Al Roe"),
            email: crate::testing::fixtures::sealed("al@example.com"),
        };
        let other = id("account_8");
        upgraded()
            .and([opened.on(&other)])
            .when(StartGuide { account_id: other, ..start() })
            .then_rejected(GuideRejection::OrderOfAnotherAccount);
        given([]).when(start()).then_rejected(AccountRejection::NotOpen);
    }

    #[test]
    fn an_id_names_one_walk() {
        upgraded()
            .after(start())
            .when(StartGuide { order_id: None, ..start() })
            .then_rejected(GuideRejection::StartedOtherwise);
    }
}

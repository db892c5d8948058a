//! What is due already is collected as soon as there is something to collect it from (F48): whoever
//! gives a card on the eve of his suspension has paid before it.

use contract::pb::autopay::v1::CollectPayment;
use domain::{Event, autopay::AutopayEvent};
use projection::Intents;
use read_side::command;

const POLICY: &str = "collect_when_set";

/// Asks for what is due, if anything is.
pub(crate) fn react(event: &Event, intents: &mut Intents<'_>) {
    if let Event::Autopay(AutopayEvent::Set { account_id, .. }) = event {
        let collect = CollectPayment { account_id: account_id.to_string() };
        intents.command(POLICY, account_id.as_str(), command(&collect));
    }
}

#[cfg(test)]
mod tests {
    use contract::pb::autopay::v1::CollectPayment;
    use domain::{
        autopay::{AutopayEvent, Source},
        ledger::PaymentMethod,
        testing::fixtures::{account, account_id, code},
    };

    use crate::testing::{sent, wanted};

    #[test]
    fn f48_what_is_due_is_collected_when_autopay_is_set() {
        let (method, token) = (PaymentMethod::Card, code("tok_ok"));
        let source = Source { method, token, label: code("visa 4242") };
        let set = AutopayEvent::Set { account_id: account_id(), source };
        let facts = account().into_iter().chain([set.on(&account_id())]);
        let collect = CollectPayment { account_id: "account_7".to_owned() };
        assert_eq!(wanted(facts), [sent("collect_when_set", "account_7", &collect)]);
    }
}

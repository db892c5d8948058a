//! Story 3: suspension for non-payment and reinstatement (F72 to F90).

use serde_json::json;

use super::{
    check::Check,
    customers::payment,
    step::{JANE, LEE, Step, Story, delivered, happens, refused, send, shows},
};

const SITE: &str = "site_88";
const ACCOUNT: &str = "account_88";
const DUNNING: &str = "dunning_88";
const TICKET: &str = "ticket_dunning-88-1";

pub(crate) fn story() -> Story {
    let mut steps = dunning();
    steps.extend(suspension());
    steps.extend(reinstatement());
    Story { number: "Story 3", title: "Suspension for non-payment and reinstatement", steps }
}

fn dunning() -> Vec<Step> {
    vec![
        Step::Say(
            "Ben's bill was due on the 5th. Nobody may suspend by looking at the wrong door.",
        ),
        shows(("billing", "balance", ACCOUNT), [Check::Field("balance", "$74.06")]),
        refused(
            send(
                LEE,
                "SuspendSite",
                "the neighbor's address",
                json!({"siteId": SITE, "verifiedAddressId": "ADDR-89",
                    "reason": "SUSPENSION_REASON_NON_PAYMENT"}),
            ),
            "site.address_not_verified",
            "F82",
        ),
        Step::Days("2026-10-10", "2026-10-16"),
        Step::Say("The 16th: delinquent (F75). The 17th is a Saturday, so the call is on Monday"),
        Step::Say("the 19th, and the suspension a day after it (F80)."),
        happens("DunningStepTaken", Some(DUNNING), [Check::Field("name", "notice")]),
        happens("TicketOpened", Some(TICKET), [Check::Field("kind", "delinquency")]),
        Step::Days("2026-10-17", "2026-10-19"),
        happens("DunningStepTaken", Some(DUNNING), [Check::Field("name", "call")]),
        shows(
            ("care", "task", "task_dunning-88-1-1"),
            [Check::Field("recipient", "collections"), Check::Says("suspended on 2026-10-20")],
        ),
        Step::Days("2026-10-20", "2026-10-20"),
        happens("DunningStepTaken", Some(DUNNING), [Check::Field("name", "suspension")]),
    ]
}

fn suspension() -> Vec<Step> {
    vec![
        happens("SiteSuspensionRequested", Some(SITE), [Check::Field("reason", "non payment")]),
        happens("AccountPortalDisabled", Some(ACCOUNT), [Check::Field("siteId", SITE)]),
        happens("SiteNocRequestAcknowledged", Some(SITE), [Check::Field("request", "1")]),
        happens("SiteSuspended", Some(SITE), [Check::Field("request", "1")]),
        Step::Say("What each service made of it:"),
        shows(("noc-bridge", "request", "site_88-1"), [Check::Field("state", "effective")]),
        shows(("provisioning", "line", SITE), [Check::Field("vlan", "666")]),
        shows(("care", "site", SITE), [Check::Field("state", "stopped")]),
        shows(
            ("care", "account", ACCOUNT),
            [Check::Field("portal", "disabled"), Check::Says("Suspension for non-payment")],
        ),
        shows(
            ("billing", "dunning", ACCOUNT),
            [Check::Field("pastDue", "$74.06"), Check::Says("Late fee of 5.00 USD charged")],
        ),
        delivered(ACCOUNT, "past_due"),
        Step::Say("Ben promises to pay. A promise is not a payment (F86)."),
        refused(
            send(
                JANE,
                "UnsuspendSite",
                "paid in full, he says",
                json!({"siteId": SITE, "verifiedAddressId": "ADDR-88",
                    "grounds": "REINSTATEMENT_GROUNDS_PAID_IN_FULL"}),
            ),
            "site.not_paid_in_full",
            "F86",
        ),
        refused(
            send(
                JANE,
                "UnsuspendSite",
                "an arrangement, says an agent",
                json!({"siteId": SITE, "verifiedAddressId": "ADDR-88",
                    "grounds": "REINSTATEMENT_GROUNDS_PAYMENT_ARRANGEMENT"}),
            ),
            "site.not_arranged",
            "F86",
        ),
    ]
}

fn reinstatement() -> Vec<Step> {
    vec![
        Step::Days("2026-10-21", "2026-10-21"),
        payment(ACCOUNT, "2026-10-21", "7406", "Ben, $74.06"),
        happens(
            "SiteReinstatementRequested",
            Some(SITE),
            [Check::Field("grounds", "paid in full")],
        ),
        happens("SiteNocRequestAcknowledged", Some(SITE), [Check::Field("request", "2")]),
        Step::Say("Done is done when the ONT shows VLAN 552 again (F89)."),
        happens(
            "SiteReinstated",
            Some(SITE),
            [Check::Field("request", "2"), Check::Field("vlan", "552")],
        ),
        happens("AccountPortalEnabled", Some(ACCOUNT), [Check::Field("siteId", SITE)]),
        Step::Say("What each service made of it:"),
        shows(("billing", "dunning", ACCOUNT), [Check::Says("Ladder 1 ended")]),
        shows(("billing", "balance", ACCOUNT), [Check::Field("balance", "$0.00")]),
        shows(("noc-bridge", "request", "site_88-2"), [Check::Field("state", "effective")]),
        shows(("provisioning", "line", SITE), [Check::Field("vlan", "552")]),
        shows(
            ("care", "account", ACCOUNT),
            [Check::Field("portal", "enabled"), Check::Field("traffic", "flowing")],
        ),
        delivered(ACCOUNT, "payment_received"),
        delivered(ACCOUNT, "site_reinstated"),
    ]
}

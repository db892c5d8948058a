//! Which role may send which command (F86): one table for all of them, looked into before the rule.
//! `docs/roles.md` shows it. What depends on more than the role, as an arrangement that only a
//! manager may make, is decided by the rule of the command.
//!
//! What must stay true: a command that is not here may be sent by nobody; whoever only looks may
//! send nothing but what is about the own login.

use Role::{Administrator, Agent, Auditor, Billing, Lead, Manager, Noc, Service};

use super::{Actor, Role};
use crate::Rejection;

/// Talk to customers, and what they agree to.
const CARE: &[Role] = &[Agent, Lead, Manager];
/// Decide who serves a customer.
const LEADS: &[Role] = &[Lead, Manager];
/// Forget a customer for ever.
const ERASURE: &[Role] = &[Manager, Administrator];
/// See what is shown to nobody else.
const SECRETS: &[Role] = &[Manager, Billing, Administrator];
/// Whoever writes something down about a customer.
const WRITERS: &[Role] = &[Agent, Lead, Manager, Noc, Billing, Administrator, Service];
/// Money, and policies that charge it.
const MONEY: &[Role] = &[Manager, Billing, Service];
/// Money, and what is agreed on about it with a customer on the phone.
const MONEY_AND_CARE: &[Role] = &[Agent, Lead, Manager, Billing, Service];
/// Let a bill run go on.
const RUNS: &[Role] = &[Manager, Billing];
/// Whoever may ask the NOC for a site's traffic.
const TRAFFIC: &[Role] = &[Agent, Lead, Manager, Billing, Service];
/// Reports of the NOC, and of the bridge that speaks for it.
const NOC: &[Role] = &[Noc, Service];
/// Reports of Demarc's own services.
const SERVICES: &[Role] = &[Service];
/// Set the system up.
const SETUP: &[Role] = &[Administrator];
/// Time: core's clock, or somebody in its place.
const TIME: &[Role] = &[Administrator, Service];
/// What is about the own login.
const EVERYBODY: &[Role] = &Role::ALL;

/// Every command, and the roles of which one is enough to send it.
pub const MAY_SEND: &[(&str, &[Role])] = &[
    ("AcknowledgeNocRequest", NOC),
    ("AddComment", WRITERS),
    ("AddContact", CARE),
    ("AddService", CARE),
    ("AddTicketEntry", WRITERS),
    ("AdjustAccount", MONEY_AND_CARE),
    ("AdvanceDunning", MONEY),
    ("AnswerGuideStep", CARE),
    ("ApproveAdjustment", MONEY_AND_CARE),
    ("ApproveRun", RUNS),
    ("AssignTask", WRITERS),
    ("AssignTelephone", CARE),
    ("AssignTicket", WRITERS),
    ("AuthenticateCustomer", CARE),
    ("BillAccount", MONEY),
    ("CancelOrder", CARE),
    ("ChangeBillDay", MONEY_AND_CARE),
    ("ChangeBillTo", MONEY_AND_CARE),
    ("ChangeOrder", CARE),
    ("ChangePassword", EVERYBODY),
    ("ChargeFee", MONEY_AND_CARE),
    ("CheckInOrder", CARE),
    ("ChooseCampaign", CARE),
    ("ChooseDevice", CARE),
    ("ClearFlash", WRITERS),
    ("CloseDispute", MONEY),
    ("CloseRun", SERVICES),
    ("CollectPayment", MONEY),
    ("CommitOrder", CARE),
    ("CompleteTask", WRITERS),
    ("ConfirmCustomer", CARE),
    ("ConfirmRefund", MONEY),
    ("ConfirmReinstatement", NOC),
    ("ConfirmSuspension", NOC),
    ("ContinueRun", SERVICES),
    ("CreateLogin", SETUP),
    ("CreatePortalLogin", CARE),
    ("CreateProgram", SETUP),
    ("CreditInvoice", MONEY),
    ("DeclineAdjustment", MONEY_AND_CARE),
    ("DisablePortalLogin", CARE),
    ("DisputeCharge", MONEY_AND_CARE),
    ("EnablePortalLogin", CARE),
    ("EndItem", CARE),
    ("EndSessions", EVERYBODY),
    ("EraseCustomer", ERASURE),
    ("ExcludeFromDunning", MONEY),
    ("ExpireCampaign", MONEY),
    ("FailCollection", MONEY),
    ("FailNocRequest", NOC),
    ("FailRefund", MONEY),
    ("GrantExemption", MONEY),
    ("IncludeInDunning", MONEY),
    ("IssueToken", SETUP),
    ("LeaveMemo", WRITERS),
    ("LockLogin", SETUP),
    ("MakeArrangement", MONEY_AND_CARE),
    ("OpenAccount", CARE),
    ("OpenDay", TIME),
    ("OpenRun", MONEY),
    ("OpenTicket", WRITERS),
    ("RaiseFlash", WRITERS),
    ("RecordAgreement", CARE),
    ("RecordCharge", MONEY),
    ("RecordDelivery", SERVICES),
    ("RecordFailedAttempt", SERVICES),
    ("RecordInteraction", WRITERS),
    ("RecordLogIn", EVERYBODY),
    ("RecordPayment", MONEY),
    ("RecordProvisioningAttempt", NOC),
    ("RecordSsn", CARE),
    ("RefundAccount", MONEY),
    ("RegisterCustomer", CARE),
    ("RegisterDevice", CARE),
    ("RegisterSite", CARE),
    ("ReleaseTelephone", CARE),
    ("RemoveAutopay", MONEY_AND_CARE),
    ("RemoveContact", CARE),
    ("ReopenTicket", WRITERS),
    ("RepriceItem", MONEY),
    ("RescheduleOrder", CARE),
    ("ResetPassword", SETUP),
    ("ResolveTicket", WRITERS),
    ("RevealSsn", SECRETS),
    ("ReversePayment", MONEY),
    ("ReviewOrder", CARE),
    ("RevokeExemption", MONEY),
    ("ScheduleOrder", CARE),
    ("SendEmail", WRITERS),
    ("SetAutopay", MONEY_AND_CARE),
    ("SetPaperless", CARE),
    ("SetPin", CARE),
    ("SetRoles", SETUP),
    ("SetSegment", LEADS),
    ("StartDisconnect", CARE),
    ("StartGuide", CARE),
    ("StartItem", CARE),
    ("StartServiceChange", CARE),
    ("StartSpecialRequest", CARE),
    ("StartTroubleCall", CARE),
    ("SuspendSite", TRAFFIC),
    ("SwapPackage", CARE),
    ("UnlockLogin", SETUP),
    ("UnsuspendSite", TRAFFIC),
];

impl Actor {
    /// Refuses what no role of the actor may send.
    ///
    /// # Errors
    /// Which roles may.
    pub fn demand_may_send(&self, command: &str) -> Result<(), Rejection> {
        let row = MAY_SEND.iter().find(|(name, _)| *name == command);
        let allowed = row.map(|(_, roles)| *roles).unwrap_or_default();
        if self.roles.iter().any(|role| allowed.contains(role)) {
            return Ok(());
        }
        if self.roles.iter().all(|role| *role == Auditor) {
            return Err(Rejection {
                code: "actor.may_only_look",
                reason: "an auditor, or an actor without a role, changes nothing".to_owned(),
            });
        }
        let names: Vec<_> = allowed.iter().map(|role| role.name()).collect();
        Err(Rejection {
            code: "actor.role_may_not",
            reason: match names.as_slice() {
                [] => "no role may send this".to_owned(),
                names => format!("only somebody who acts as {} may do this", names.join(" or ")),
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::MAY_SEND;
    use crate::actor::{Actor, Role};

    fn refusal(actor: &str, command: &str) -> Option<&'static str> {
        Actor::parse(actor).unwrap().demand_may_send(command).err().map(|rejection| rejection.code)
    }

    #[test]
    fn one_role_of_several_is_enough() {
        assert_eq!(refusal("jane; roles=agent", "OpenAccount"), None);
        assert_eq!(refusal("jo; roles=auditor,billing", "RecordPayment"), None);
        assert_eq!(refusal("jane; roles=agent", "RecordPayment"), Some("actor.role_may_not"));
        assert_eq!(refusal("jane; roles=agent", "CreateLogin"), Some("actor.role_may_not"));
    }

    #[test]
    fn an_auditor_looks_and_changes_nothing() {
        for actor in ["ann; roles=auditor", "nobody"] {
            assert_eq!(refusal(actor, "OpenAccount"), Some("actor.may_only_look"), "{actor}");
        }
        assert_eq!(refusal("ann; roles=auditor", "EndSessions"), None);
        let sent = MAY_SEND.iter().filter(|(_, roles)| roles.contains(&Role::Auditor));
        let sent: Vec<_> = sent.map(|(command, _)| *command).collect();
        assert_eq!(sent, ["ChangePassword", "EndSessions", "RecordLogIn"], "the own login");
    }

    #[test]
    fn what_is_not_in_the_table_is_sent_by_nobody() {
        let all = "all; roles=agent,lead,manager,noc,billing,auditor,administrator,service";
        assert_eq!(refusal(all, "Bake"), Some("actor.role_may_not"));
    }

    #[test]
    fn the_table_is_in_the_order_of_the_commands() {
        assert!(MAY_SEND.is_sorted_by(|(one, _), (other, _)| one < other));
    }
}

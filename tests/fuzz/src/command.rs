//! Commands as they are sent: protobuf and canonical JSON of the same wish.

use std::fmt::Debug;

use contract::command::{self, CommandType, Read};
use contract::pb::{account, autopay, calendar, customer, device, dunning, guide, interaction};
use contract::pb::{invoice, ledger, login, notification, order, provisioning, run, service, site};
use contract::pb::{subscription, task, telephone, ticket};
use contract::{AsItIs, CommandMessage, Invalid, Unread};

use crate::{assert_names_a_field, chosen};

/// A message's way through both forms: its protobuf becomes JSON, and that the same protobuf. A
/// number of an enum that has no name has no JSON.
type BothForms = fn(&[u8]) -> Option<(Vec<u8>, Vec<u8>)>;

/// Every command's name with its way through both forms. The tests count them.
pub const COMMANDS: [(&str, BothForms); 100] = [
    ("OpenAccount", both::<account::v1::OpenAccount>),
    ("AddComment", both::<account::v1::AddComment>),
    ("OpenDay", both::<calendar::v1::OpenDay>),
    ("RegisterDevice", both::<device::v1::RegisterDevice>),
    ("RecordCharge", both::<ledger::v1::RecordCharge>),
    ("RecordPayment", both::<ledger::v1::RecordPayment>),
    ("RecordDelivery", both::<notification::v1::RecordDelivery>),
    ("StartServiceChange", both::<order::v1::StartServiceChange>),
    ("SwapPackage", both::<order::v1::SwapPackage>),
    ("ScheduleOrder", both::<order::v1::ScheduleOrder>),
    ("ReviewOrder", both::<order::v1::ReviewOrder>),
    ("CommitOrder", both::<order::v1::CommitOrder>),
    ("RescheduleOrder", both::<order::v1::RescheduleOrder>),
    ("CheckInOrder", both::<order::v1::CheckInOrder>),
    ("CancelOrder", both::<order::v1::CancelOrder>),
    ("RecordProvisioningAttempt", both::<provisioning::v1::RecordProvisioningAttempt>),
    ("AddService", both::<service::v1::AddService>),
    ("RegisterSite", both::<site::v1::RegisterSite>),
    ("SuspendSite", both::<site::v1::SuspendSite>),
    ("UnsuspendSite", both::<site::v1::UnsuspendSite>),
    ("AcknowledgeNocRequest", both::<site::v1::AcknowledgeNocRequest>),
    ("ConfirmSuspension", both::<site::v1::ConfirmSuspension>),
    ("ConfirmReinstatement", both::<site::v1::ConfirmReinstatement>),
    ("FailNocRequest", both::<site::v1::FailNocRequest>),
    ("RegisterCustomer", both::<customer::v1::RegisterCustomer>),
    ("ConfirmCustomer", both::<customer::v1::ConfirmCustomer>),
    ("AddContact", both::<customer::v1::AddContact>),
    ("RemoveContact", both::<customer::v1::RemoveContact>),
    ("SetPin", both::<customer::v1::SetPin>),
    ("AuthenticateCustomer", both::<customer::v1::AuthenticateCustomer>),
    ("SetPaperless", both::<customer::v1::SetPaperless>),
    ("CreatePortalLogin", both::<customer::v1::CreatePortalLogin>),
    ("DisablePortalLogin", both::<customer::v1::DisablePortalLogin>),
    ("EnablePortalLogin", both::<customer::v1::EnablePortalLogin>),
    ("SetSegment", both::<customer::v1::SetSegment>),
    ("RecordAgreement", both::<customer::v1::RecordAgreement>),
    ("EraseCustomer", both::<customer::v1::EraseCustomer>),
    ("LeaveMemo", both::<account::v1::LeaveMemo>),
    ("RaiseFlash", both::<account::v1::RaiseFlash>),
    ("ClearFlash", both::<account::v1::ClearFlash>),
    ("SendEmail", both::<account::v1::SendEmail>),
    ("OpenTicket", both::<ticket::v1::OpenTicket>),
    ("AddTicketEntry", both::<ticket::v1::AddTicketEntry>),
    ("AssignTicket", both::<ticket::v1::AssignTicket>),
    ("ResolveTicket", both::<ticket::v1::ResolveTicket>),
    ("ReopenTicket", both::<ticket::v1::ReopenTicket>),
    ("RecordInteraction", both::<interaction::v1::RecordInteraction>),
    ("StartTroubleCall", both::<order::v1::StartTroubleCall>),
    ("StartSpecialRequest", both::<order::v1::StartSpecialRequest>),
    ("StartDisconnect", both::<order::v1::StartDisconnect>),
    ("ChooseCampaign", both::<order::v1::ChooseCampaign>),
    ("ChooseDevice", both::<order::v1::ChooseDevice>),
    ("ChangeOrder", both::<order::v1::ChangeOrder>),
    ("AssignTelephone", both::<telephone::v1::AssignTelephone>),
    ("ReleaseTelephone", both::<telephone::v1::ReleaseTelephone>),
    ("StartGuide", both::<guide::v1::StartGuide>),
    ("AnswerGuideStep", both::<guide::v1::AnswerGuideStep>),
    ("CreateLogin", both::<login::v1::CreateLogin>),
    ("CreateProgram", both::<login::v1::CreateProgram>),
    ("ResetPassword", both::<login::v1::ResetPassword>),
    ("SetRoles", both::<login::v1::SetRoles>),
    ("LockLogin", both::<login::v1::LockLogin>),
    ("UnlockLogin", both::<login::v1::UnlockLogin>),
    ("EndSessions", both::<login::v1::EndSessions>),
    ("RecordSsn", both::<customer::v1::RecordSsn>),
    ("RevealSsn", both::<customer::v1::RevealSsn>),
    ("AssignTask", both::<task::v1::AssignTask>),
    ("CompleteTask", both::<task::v1::CompleteTask>),
    ("StartItem", both::<subscription::v1::StartItem>),
    ("EndItem", both::<subscription::v1::EndItem>),
    ("RepriceItem", both::<subscription::v1::RepriceItem>),
    ("ChargeFee", both::<subscription::v1::ChargeFee>),
    ("ChangeBillDay", both::<subscription::v1::ChangeBillDay>),
    ("GrantExemption", both::<subscription::v1::GrantExemption>),
    ("RevokeExemption", both::<subscription::v1::RevokeExemption>),
    ("ExpireCampaign", both::<subscription::v1::ExpireCampaign>),
    ("CreditInvoice", both::<invoice::v1::CreditInvoice>),
    ("SetAutopay", both::<autopay::v1::SetAutopay>),
    ("RemoveAutopay", both::<autopay::v1::RemoveAutopay>),
    ("CollectPayment", both::<autopay::v1::CollectPayment>),
    ("FailCollection", both::<autopay::v1::FailCollection>),
    ("AdvanceDunning", both::<dunning::v1::AdvanceDunning>),
    ("MakeArrangement", both::<dunning::v1::MakeArrangement>),
    ("DisputeCharge", both::<dunning::v1::DisputeCharge>),
    ("CloseDispute", both::<dunning::v1::CloseDispute>),
    ("ExcludeFromDunning", both::<dunning::v1::ExcludeFromDunning>),
    ("IncludeInDunning", both::<dunning::v1::IncludeInDunning>),
    ("OpenRun", both::<run::v1::OpenRun>),
    ("ApproveRun", both::<run::v1::ApproveRun>),
    ("ContinueRun", both::<run::v1::ContinueRun>),
    ("CloseRun", both::<run::v1::CloseRun>),
    ("BillAccount", both::<ledger::v1::BillAccount>),
    ("AdjustAccount", both::<ledger::v1::AdjustAccount>),
    ("ApproveAdjustment", both::<ledger::v1::ApproveAdjustment>),
    ("DeclineAdjustment", both::<ledger::v1::DeclineAdjustment>),
    ("ReversePayment", both::<ledger::v1::ReversePayment>),
    ("RefundAccount", both::<ledger::v1::RefundAccount>),
    ("ChangeBillTo", both::<account::v1::ChangeBillTo>),
    ("ConfirmRefund", both::<ledger::v1::ConfirmRefund>),
    ("FailRefund", both::<ledger::v1::FailRefund>),
];

/// Reads a command from protobuf; what is a command is the same one from its JSON.
pub fn command_proto(data: &[u8]) {
    let Some((choice, data)) = chosen(data) else { return };
    let (name, both) = COMMANDS[choice % COMMANDS.len()];
    let command = command::named(name).expect("the list holds commands");
    let read = told(command.from_proto(data, &AsItIs));
    let Some((json, protobuf)) = both(data) else {
        return assert!(read.is_err(), "{name} is a command, but has no JSON");
    };
    assert_eq!(told(command.from_json(&json, &AsItIs)), read, "{name} is another in JSON");
    assert_eq!(command.json_to_proto(&json), Ok(protobuf), "{name} is another sent on");
}

/// Reads a command from JSON; what is a command is the same one from the protobuf it is sent as.
pub fn command_json(data: &[u8]) {
    let Some((choice, data)) = chosen(data) else { return };
    let (name, both) = COMMANDS[choice % COMMANDS.len()];
    let command: &CommandType = command::named(name).expect("the list holds commands");
    let read = told(command.from_json(data, &AsItIs));
    let protobuf = match command.json_to_proto(data) {
        Ok(protobuf) => protobuf,
        Err(invalid) => return assert_eq!(read, Err(invalid), "{name} is refused in two ways"),
    };
    assert_eq!(told(command.from_proto(&protobuf, &AsItIs)), read, "{name} is another in protobuf");
    let (json, again) = both(&protobuf).expect("it was encoded here");
    assert_eq!(again, protobuf, "{name} does not survive being JSON");
    assert_eq!(told(command.from_json(&json, &AsItIs)), read);
}

/// A command in words, or the field that cannot be read.
fn told(read: Read) -> Result<String, Invalid> {
    read.map(|rule| words(&rule)).map_err(unreadable)
}

/// What cannot be read names its field; a door that leaves everything as it is is never closed.
pub(crate) fn unreadable(unread: Unread) -> Invalid {
    match unread {
        Unread::Invalid(invalid) => {
            assert_names_a_field(&invalid.field, &invalid.problem);
            invalid
        }
        Unread::Closed(closed) => panic!("{closed}"),
    }
}

fn words(rule: &dyn Debug) -> String {
    format!("{rule:?}")
}

fn both<M: CommandMessage + PartialEq>(data: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let message = M::decode(data).ok()?;
    let json = serde_json::to_vec(&message).ok()?;
    let read: M = serde_json::from_slice(&json).expect("it was written here");
    assert!(read == message, "{} does not survive being JSON", M::NAME);
    Some((json, read.encode_to_vec()))
}

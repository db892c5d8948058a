//! Who is a customer, who speaks for them, who serves them, what was agreed, and which accounts
//! belong to them (F10, F41, F42, F47, F50, F51, F53, F56, F57)?

mod apply;

use projection::Table;
use serde::{Deserialize, Serialize};

pub(crate) use apply::apply;

/// By customer id.
pub(crate) const TABLE: Table = Table::new(b'c');

/// One customer, with all their accounts.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct CustomerRow {
    customer_id: String,
    /// Absent for a customer who has one account alone: the account says it.
    name: Option<String>,
    account_ids: Vec<String>,
    details: Option<DetailsRow>,
    /// Authorized users among them (F42, F51).
    contacts: Vec<ContactRow>,
    pin: PinRow,
    /// The last time that the caller was the customer (F7).
    authenticated: Option<AuthenticatedRow>,
    /// Whether bills come without paper (F50).
    paperless: bool,
    portal_logins: Vec<PortalLoginRow>,
    /// Whom to contact for what; absent: whoever serves everybody (F47, F57).
    segment: Option<SegmentRow>,
    agreements: Vec<AgreementRow>,
    /// Shown without all but its last digits (F10).
    ssn: Option<String>,
    /// What was sealed for them can never be read again.
    erased: bool,
}

/// What was confirmed in Customer Maintenance (F10).
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct DetailsRow {
    first_name: String,
    last_name: String,
    home_phone: Option<PhoneRow>,
    business_phone: Option<PhoneRow>,
    other_phone: Option<PhoneRow>,
    customer_type: String,
    category: String,
}

/// Somebody who may be asked about the customer (F51).
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ContactRow {
    contact_id: String,
    name: String,
    phone: Option<PhoneRow>,
    email: Option<String>,
    authorized_user: bool,
}

/// Who may log in to the portal (F53).
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PortalLoginRow {
    portal_login_id: String,
    email: String,
    enabled: bool,
    /// Why it was last closed or opened again.
    reason: Option<String>,
}

/// Whom to contact for what (F47, F57).
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct SegmentRow {
    segment: String,
    changes: String,
    fiber_upgrades: String,
}

/// The contract for a service (F41).
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct AgreementRow {
    agreement_id: String,
    order_id: String,
    title: String,
    signed_on: String,
    ends_on: Option<String>,
}

/// Whether a PIN shows who calls (F7).
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum PinRow {
    None,
    Set,
    /// It was wrong too often.
    Locked,
}

/// Who may rely on it that the caller is the customer, and on which day (F7).
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct AuthenticatedRow {
    method: MethodRow,
    by: String,
    on: String,
}

/// What showed it.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum MethodRow {
    Pin,
    CallBack,
    PhotoId,
    PortalLogin,
}

/// How to call somebody.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PhoneRow {
    number: String,
    line_type: LineTypeRow,
}

/// What kind of line it is (F11).
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum LineTypeRow {
    Landline,
    Mobile,
    Voip,
    Unknown,
}

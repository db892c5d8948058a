//! An Internet package is changed by an order that is done from the office, as the operator's own
//! procedure tells it, from the authentication of the caller to the comment: once where nothing is
//! available for swapping, once where the swap is confirmed.

use anyhow::ensure;
use e2e::{Desk, GOOD_PASSWORD, Home, House, TODAY};
use serde_json::{Value, json};

/// The temporary password that an agent is given.
const TEMPORARY: &str = "the first of many";

/// An agent at the telephone, with the command line and the API before her.
struct Counter {
    house: House,
    jane: Desk,
}

impl Counter {
    /// Jane begins her work: she chooses her own password. Ada has had Classic since this morning,
    /// and a flash says what is to be known before anything is changed.
    fn open(network: &str, home: Home) -> anyhow::Result<Self> {
        let (house, admin) = House::settled(network)?;
        house.desk(&admin)?.sends("OpenDay", json!({ "date": TODAY }))?;
        ensure!(house.add(&admin, "jane", TEMPORARY)?.0 == 200);
        let lines = format!("{TEMPORARY}\n{GOOD_PASSWORD}\n");
        house.typed(&["login", "--name", "jane"], &lines)?.well()?;
        let session = house.log_in("jane", GOOD_PASSWORD)?.1;
        let jane = house.desk(&e2e::token(&session)?)?;
        jane.installs(home)?;
        ensure!(house.add(&admin, "lee", TEMPORARY)?.0 == 200);
        let lee = house.desk(&house.chooses("lee", TEMPORARY)?)?;
        lee.authenticates("customer_account_7")?;
        lee.sends("SetPin", json!({ "customerId": "customer_account_7", "pin": "2580" }))?;
        let text = "Asks to be called Dr. Byron.";
        jane.sends(
            "RaiseFlash",
            json!({ "accountId": "account_7", "flashId": "flash-1", "text": text }),
        )?;
        Ok(Self { house, jane })
    }

    /// What is printed when a command is typed.
    fn types(&self, arguments: &[&str], lines: &str) -> anyhow::Result<String> {
        Ok(self.house.typed(arguments, lines)?.well()?.out)
    }

    /// A task with its command is accepted.
    fn does(&self, task: &str, body: &Value) -> anyhow::Result<()> {
        self.types(&["task", task, "--data", &body.to_string()], "").map(drop)
    }

    /// A task with its command is refused, and says so.
    fn cannot(&self, task: &str, body: &Value, code: &str, says: &str) -> anyhow::Result<()> {
        let ran = self.house.typed(&["task", task, "--data", &body.to_string()], "")?;
        let said = ran.out + &ran.err;
        ensure!(ran.code == 3 && said.contains(code), "exit code {}: {said}", ran.code);
        ensure!(said.contains(says), "{says:?} is not what is said: {said}");
        Ok(())
    }

    /// What the agent is shown when a task leads to a row.
    fn reads(&self, task: &str, key: &str, shown: &[&str]) -> anyhow::Result<()> {
        let text = self.types(&["task", task, key], "")?;
        for part in shown {
            ensure!(text.contains(part), "task {task} does not show {part:?}: {text}");
        }
        Ok(())
    }

    /// F7: the caller shows who they are; a wrong PIN shows nothing.
    fn authenticates(&self) -> anyhow::Result<()> {
        let wish = |id: &str, pin: &str| {
            json!({"customerId": "customer_account_7", "authenticationId": id,
                "method": "AUTHENTICATION_METHOD_PIN", "pin": pin})
        };
        let wrong = self.jane.sends("AuthenticateCustomer", wish("call-1", "2581"))?;
        ensure!(happened(&wrong, "CustomerAuthenticationFailed"), "{wrong}");
        let path = "care/customer/customer_account_7";
        self.jane.api.until_row(path, "authenticated.by", "lee")?;
        let change = json!({"orderId": "order_7", "serviceId": "service_7", "saleType": "UPG",
            "saleReason": "CUSTOMER-CALLED", "acknowledgedFlashes": ["flash-1"]});
        self.cannot("SC", &change, "customer.not_authenticated", "authenticate")?;
        let right = self.jane.sends("AuthenticateCustomer", wish("call-2", "2580"))?;
        ensure!(happened(&right, "CustomerAuthenticated"), "{right}");
        for (field, value) in [("method", "pin"), ("by", "jane"), ("on", TODAY)] {
            self.jane.api.until_row(path, &format!("authenticated.{field}"), value)?;
        }
        Ok(())
    }

    /// F8, F9, F12: SC begins a service change, once the flash was read and the sale is named.
    fn begins(&self) -> anyhow::Result<()> {
        let tasks = self.types(&["task"], "")?;
        for task in ["SC", "CM", "ES", "HS", "SS", "PT", "CC"] {
            ensure!(tasks.contains(task), "no task {task}: {tasks}");
        }
        let described = self.types(&["task", "SC"], "")?;
        ensure!(described.contains("acknowledgedFlashes"), "{described}");
        self.picks_from("saleTypes", &["UPG", "DNG"])?;
        self.picks_from("campaigns", &["FALL26", "Fall 2026"])?;

        let mut change = json!({"orderId": "order_7", "serviceId": "service_7",
            "saleType": "UPG", "saleReason": "CUSTOMER-CALLED", "campaignCode": "FALL26"});
        self.cannot("SC", &change, "order.flashes_not_acknowledged", "flash-1")?;
        let flash = self.types(&["show", "care", "account", "account_7"], "")?;
        ensure!(flash.contains("Asks to be called Dr. Byron."), "{flash}");
        change["acknowledgedFlashes"] = json!(["flash-1"]);
        let asked = |field: &str, value: &str| {
            let mut other = change.clone();
            other[field] = json!(value);
            other
        };
        let unsold = asked("saleType", "GIFT");
        self.cannot("SC", &unsold, "order.sale_type_not_in_catalog", "GIFT")?;
        let reason = asked("saleReason", "WHIM");
        self.cannot("SC", &reason, "order.sale_reason_not_in_catalog", "WHIM")?;
        let campaign = asked("campaignCode", "SPRING");
        self.cannot("SC", &campaign, "order.campaign_not_in_catalog", "SPRING")?;
        let unread = asked("saleType", "").to_string();
        let ran = self.house.typed(&["task", "SC", "--data", &unread], "")?;
        ensure!(ran.code == 4 && ran.err.contains("saleType"), "{} {}", ran.code, ran.err);
        self.does("SC", &change)?;
        self.jane.api.until_row("care/order/order_7", "saleReason", "CUSTOMER-CALLED")
    }

    /// F10, F11: Customer Maintenance; a mobile number is offered as other phone.
    fn maintains(&self) -> anyhow::Result<()> {
        let mobile = json!({ "number": "(602) 555-0199", "lineType": "LINE_TYPE_MOBILE" });
        let work = json!({ "number": "602-555-0100", "lineType": "LINE_TYPE_LANDLINE" });
        let mut details = json!({"customerId": "customer_account_7", "firstName": "Ada",
            "lastName": "Byron", "homePhone": mobile, "businessPhone": work,
            "customerType": "RESIDENTIAL", "category": "STANDARD"});
        let says = "offer it as other phone";
        self.cannot("CM", &details, "customer.mobile_as_home_phone", says)?;
        details["otherPhone"] = details["homePhone"].take();
        self.does("CM", &details)?;
        let path = "care/customer/customer_account_7";
        self.jane.api.until_row(path, "details.otherPhone.number", "6025550199")?;
        let confirmed = self.jane.api.get(path)?["value"]["details"].clone();
        let expected = json!({"firstName": "Ada", "lastName": "Byron", "homePhone": null,
            "businessPhone": {"number": "6025550100", "lineType": "landline"},
            "otherPhone": {"number": "6025550199", "lineType": "mobile"},
            "customerType": "RESIDENTIAL", "category": "STANDARD"});
        ensure!(confirmed == expected, "{confirmed:#}");
        let ssn = json!({ "customerId": "customer_account_7", "ssn": "543-21-6789" });
        self.jane.sends("RecordSsn", ssn)?;
        self.jane.api.until_row(path, "ssn", "***-**-6789")
    }

    /// What the agent picks from in a part of the catalog.
    fn picks_from(&self, part: &str, offered: &[&str]) -> anyhow::Result<()> {
        let text = self.types(&["catalog", part], "")?;
        for one in offered {
            ensure!(text.contains(one), "{one} is not offered in {part}: {text}");
        }
        Ok(())
    }

    /// F21 to F24: SS, office only, the Order Summary; nothing is committed before it is reviewed.
    fn agrees(&self, before: &str, after: &str) -> anyhow::Result<()> {
        self.picks_from("orderTypes", &["UPGRADE", "DOWNGRADE"])?;
        let mut schedule = json!({"orderId": "order_7", "orderType": "GIFT", "officeOnly": true,
            "comments": "Customer restarts the modem."});
        self.cannot("SS", &schedule, "order.order_type_not_in_catalog", "GIFT")?;
        schedule["orderType"] = json!("UPGRADE");
        self.does("SS", &schedule)?;
        let order = json!({ "orderId": "order_7" });
        self.jane.refused("order.not_reviewed", "CommitOrder", order.clone())?;
        self.jane.sends("ReviewOrder", order.clone())?;
        let path = "care/order/order_7";
        self.jane.api.until_row(path, "summary.monthlyBefore.text", before)?;
        self.jane.api.until_row(path, "summary.monthlyAfter.text", after)?;
        self.jane.sends("CommitOrder", order)?;
        self.jane.api.until_row(path, "stage", "committed")?;
        let shown = ["Customer restarts the modem.", "UPGRADE", "committed", "serviceChange"];
        self.reads("05", "order_7", &shown)
    }

    /// F25 to F28: the check-in; its start billing date is today, and Enter is pressed twice.
    fn completes(&self) -> anyhow::Result<()> {
        let mut check_in = json!({"orderId": "order_7", "status": "CHECK_IN_STATUS_COMPLETED",
            "salesId": "J-4711", "salesDate": TODAY, "startBillingDate": "2026-10-07",
            "confirmed": true});
        let code = "order.start_billing_date_must_be_today";
        let says = self.jane.refused(code, "CheckInOrder", check_in.clone())?;
        ensure!(says.contains(TODAY), "{says}");
        check_in["startBillingDate"] = json!(TODAY);
        check_in["confirmed"] = json!(false);
        self.jane.refused("order.check_in_not_confirmed", "CheckInOrder", check_in.clone())?;
        self.jane.api.until_row("care/order/order_7", "stage", "committed")?;
        check_in["confirmed"] = json!(true);
        self.jane.sends("CheckInOrder", check_in)?;
        let path = "care/order/order_7";
        self.jane.api.until_row(path, "stage", "completed")?;
        let completion = self.jane.api.get(path)?["value"]["completion"].clone();
        let expected =
            json!({ "startBillingDate": TODAY, "salesId": "J-4711", "salesDate": TODAY });
        ensure!(completion == expected, "{completion:#}");
        Ok(())
    }

    /// F20, F29: package and service code have moved together, and the line has them.
    fn is_provisioned(&self, package: &str, code: &str) -> anyhow::Result<()> {
        let service = "care/service/service_7";
        self.jane.api.until_row(service, "packageId", package)?;
        self.jane.api.until_row(service, "serviceCode", code)?;
        let transaction = "provisioning/transaction/provisioning_order-7";
        self.jane.api.until_row(transaction, "state", "completed")?;
        self.jane.api.until_row("provisioning/line/site_7", "packageId", package)?;
        self.jane.api.until_row("provisioning/site/site_7", "transactions.0.respCode", "000")?;
        self.reads("PT", "site_7", &["000", "reprovision"])
    }

    /// The agent is walked through what follows the order; every question with its answer.
    fn walks(&self, id: &str, answers: &[(&str, &str)], end: &str) -> anyhow::Result<()> {
        let start = ["guide", "after-completion", "--order", "order_7", "--account", "account_7"];
        let lines: String = answers.iter().map(|(_, answer)| format!("{answer}\n")).collect();
        let text = self.types(&[&start[..], &["--id", id]].concat(), &lines)?;
        let mut rest = text.as_str();
        for said in answers.iter().map(|(question, _)| *question).chain([end]) {
            let found = rest.find(said);
            let Some(at) = found else { anyhow::bail!("{said:?} is not said in turn: {text}") };
            rest = &rest[at..];
        }
        Ok(())
    }

    /// F36: CC, a comment about the upgrade, which the next agent sees.
    fn comments(&self, text: &str) -> anyhow::Result<()> {
        let comment = json!({"accountId": "account_7", "commentId": "order_7-done", "text": text});
        self.does("CC", &comment)?;
        let path = "care/account/account_7";
        self.jane.api.until_row(path, "comments.0.text", text)?;
        self.jane.api.until_row(path, "comments.0.actor", "jane; roles=agent")?;
        self.reads("15", "account_7", &[text, "Customer restarts the modem."])
    }
}

/// Whether a receipt tells of such a fact.
fn happened(receipt: &Value, fact: &str) -> bool {
    receipt["events"][0]["type"].as_str().is_some_and(|it| it.ends_with(&format!(".{fact}")))
}

fn swap(method: &str, to: &str, code: &str) -> Value {
    json!({"orderId": "order_7", "method": method, "fromPackageId": "classic", "toPackageId": to,
        "toServiceCode": code, "packageGroup": "Data Packages"})
}

#[test]
fn f1_f7_f14_f15_f16_f20_f35_f36_a_package_that_cannot_be_swapped_is_removed_and_added()
-> anyhow::Result<()> {
    let counter = Counter::open("", Home::fiber(7))?;
    counter.authenticates()?;
    counter.begins()?;
    counter.maintains()?;

    let (gigablast, code) = ("gigablast-pon", "PON-GB");
    let says = "no services available for swapping";
    let no_swap = "order.no_services_available_for_swapping";
    counter.cannot("ES", &swap("SWAP_METHOD_SWAP", gigablast, code), no_swap, says)?;
    counter.picks_from("packages", &["Data Packages", "gigablast-pon", "PON-GB"])?;
    let by_hand = swap("SWAP_METHOD_REMOVE_AND_ADD", gigablast, code);
    let but = |field: &str, value: &str| {
        let mut other = by_hand.clone();
        other[field] = json!(value);
        other
    };
    let old = but("fromPackageId", "basic");
    counter.cannot("HS", &old, "order.from_package_is_another", "classic")?;
    let alone = but("toServiceCode", "HSD-300");
    counter.cannot("HS", &alone, "order.service_code_does_not_match_package", "both move")?;
    let group = but("packageGroup", "Voice Packages");
    counter.cannot("HS", &group, "order.package_group_is_another", "Data Packages")?;
    counter.does("HS", &by_hand)?;
    counter.jane.api.until_row("care/order/order_7", "packageTo", gigablast)?;

    counter.agrees("59.99 USD", "99.99 USD")?;
    counter.completes()?;
    counter.is_provisioned(gigablast, code)?;
    let not_working = [
        ("two minutes", "no"),
        ("15 seconds", "on"),
        ("battery", "done"),
        ("put the battery back", "done"),
        ("Internet working", "no"),
        ("three-digit error code", "none"),
    ];
    counter.walks("guide_1", &not_working, "Tech Support")?;
    let ticket = json!({"ticketId": "ticket_7", "accountId": "account_7", "siteId": "site_7",
        "kind": "TICKET_KIND_TECH_SUPPORT", "summary": "No code, and no Internet."});
    counter.jane.sends("OpenTicket", ticket)?;
    let queue = json!({ "ticketId": "ticket_7", "queue": "TECH-SUPPORT" });
    counter.jane.sends("AssignTicket", queue)?;
    let waiting = counter.jane.lists("care/tickets-in-queue", "TECH-SUPPORT")?;
    ensure!(waiting[0]["summary"] == "No code, and no Internet.", "{waiting:#?}");
    counter.comments("Gigablast by hand; Tech Support looks for the fault.")
}

#[test]
fn f1_f7_f13_f17_f18_f19_f33_f34_f36_a_swap_is_confirmed_with_the_package_that_leaves()
-> anyhow::Result<()> {
    // The first two attempts of every change fail: the agent finds a code.
    let counter = Counter::open("fail=2", Home::cable(7))?;
    counter.authenticates()?;
    counter.begins()?;
    counter.maintains()?;

    counter.picks_from("packages", &["Data Packages", "gigablast", "HSD-GB"])?;
    let swap = swap("SWAP_METHOD_SWAP", "gigablast", "HSD-GB");
    let but = |field: &str, value: &str| {
        let mut other = swap.clone();
        other[field] = json!(value);
        other
    };
    let old = but("fromPackageId", "basic");
    counter.cannot("ES", &old, "order.from_package_is_another", "name it to confirm")?;
    let group = but("packageGroup", "Voice Packages");
    counter.cannot("ES", &group, "order.package_group_is_another", "Data Packages")?;
    counter.does("ES", &swap)?;
    counter.jane.api.until_row("care/order/order_7", "packageTo", "gigablast")?;

    counter.agrees("59.99 USD", "99.99 USD")?;
    counter.completes()?;
    let transactions = "provisioning/site/site_7";
    counter.jane.api.until_row(transactions, "transactions.0.respCode", "503")?;
    counter.reads("PT", "site_7", &["503", "the network is busy", "Wait for the next attempt."])?;
    let not_working = [
        ("two minutes", "no"),
        ("15 seconds", "off"),
        ("plug everything in again", "done"),
        ("Internet working", "no"),
        ("three-digit error code", "code"),
    ];
    counter.walks("guide_1", &not_working, "ICOMS Provisioning Error Codes")?;

    counter.is_provisioned("gigablast", "HSD-GB")?;
    let working = [("two minutes", "yes"), ("Internet working", "yes")];
    counter.walks("guide_2", &working, "Leave a comment")?;
    counter.comments("Upgraded to Gigablast by office only; the network was busy at first.")
}

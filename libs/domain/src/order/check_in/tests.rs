//! What is completed when, and what becomes of the service.

use jiff::civil::date;

use super::CheckInOrder;
use crate::{
    Fact,
    biller::ServiceType,
    device::DeviceId,
    order::{
        Appointment, CheckInStatus, Completed, Confirmation, OrderEvent, OrderRejection, Sold, Work,
    },
    service::{Promotion, Service, ServiceEvent},
    subscription::{Item, ItemKind, SubscriptionEvent, SubscriptionId},
    testing::{
        fixtures::{
            TODAY, account_id, cancelled, changed_meanwhile, code, committed_change, completed,
            completed_disconnect, day, disconnect, disconnected, id, installation_in, item,
            order_id, reviewed, scheduled, service, service_id, site_id, started, started_in,
            swapped, text, trouble_call, usd,
        },
        given,
    },
};

fn check_in() -> CheckInOrder {
    CheckInOrder {
        order_id: order_id(),
        status: CheckInStatus::Completed,
        sales_id: Some(code("4711")),
        sales_date: Some(date(2026, 3, 14)),
        start_billing_date: TODAY,
        confirmed: Confirmation::Twice,
    }
}

/// A package of the service is paid for from today on, and nothing was paid for before.
fn paid_for(package: &str, name: &str, monthly: i64) -> [Fact; 2] {
    let opened = SubscriptionEvent::Opened { account_id: account_id(), bill_day: 1 };
    let item =
        Item { service_id: Some(service_id()), ..item(ItemKind::Package, package, name, monthly) };
    let item_id = code("service_5");
    let started = SubscriptionEvent::ItemStarted { item_id, item, from: TODAY };
    [opened, started].map(|fact| fact.on(&account_id()))
}

#[test]
fn f1_f20_f25_f26_an_office_only_change_is_completed_and_changes_the_service() {
    let changed = ServiceEvent::PackageChanged {
        from_package_id: code("basic"),
        to_package_id: code("classic"),
        service_code: code("HSD300"),
        start_billing_date: TODAY,
        service_type: Some(ServiceType::Internet),
        promotion: None,
    };
    let sold = |package: &str, name: &str, minor| Sold {
        package_id: code(package),
        package_name: text(name),
        monthly: usd(minor),
    };
    let completed = OrderEvent::Completed(Completed {
        account_id: account_id(),
        site_id: site_id(),
        work: Work::Changed {
            service_id: service_id(),
            from: sold("basic", "Basic", 4_999),
            to: sold("classic", "Classic", 6_999),
            promotion: None,
        },
        completion: check_in().completion(),
    });
    given(committed_change()).when(check_in()).then(
        [completed.on(&order_id()), changed.on(&service_id())]
            .into_iter()
            .chain(paid_for("classic", "Classic", 6_999)),
    );
}

#[test]
fn f71_a_package_that_is_paid_for_is_another_one_from_the_check_in_on() {
    let done = given(committed_change()).and(paid_for("basic", "Basic", 4_999)).after(check_in());
    let subscription = done.state(&SubscriptionId::of(&account_id()));
    let paid = |day| subscription.items_on(day).map(|(_, item)| item.product.as_str().to_owned());
    assert_eq!(paid(TODAY).collect::<Vec<_>>(), ["classic"]);
    assert_eq!(paid(date(2026, 3, 15)).count(), 0);
}

#[test]
fn f49_f71_what_a_disconnected_service_cost_is_not_paid_for_any_more() {
    let ended = SubscriptionEvent::ItemEnded { item_id: code("service_5"), on: TODAY };
    given(service("basic"))
        .and(paid_for("basic", "Basic", 4_999))
        .and([disconnect("basic"), scheduled(None), reviewed()])
        .and([OrderEvent::Committed.on(&order_id())])
        .when(check_in())
        .then([completed_disconnect("basic"), disconnected(), ended.on(&account_id())]);
}

#[test]
fn f25_a_completed_installation_activates_the_service() {
    let activated = ServiceEvent::Activated { start_billing_date: TODAY, promotion: None };
    given(installation_in("phoenix", "SB8200", "basic"))
        .and([scheduled(None), reviewed(), OrderEvent::Committed.on(&order_id())])
        .when(check_in())
        .then(
            [completed(None, "basic"), activated.on(&service_id())]
                .into_iter()
                .chain(paid_for("basic", "Basic", 4_999)),
        );
}

#[test]
fn f68_an_installation_brings_the_package_and_the_device_that_were_chosen_last() {
    let device_id: DeviceId = id("device_4");
    let chosen = OrderEvent::DeviceChosen { device_id: device_id.clone() };
    let facts = [
        ServiceEvent::DeviceChanged { device_id },
        ServiceEvent::PackageChanged {
            from_package_id: code("basic"),
            to_package_id: code("classic"),
            service_code: code("HSD300"),
            start_billing_date: TODAY,
            service_type: Some(ServiceType::Internet),
            promotion: None,
        },
        ServiceEvent::Activated { start_billing_date: TODAY, promotion: None },
    ];
    let facts = facts.map(|fact| fact.on(&service_id()));
    given(installation_in("phoenix", "SB8200", "basic"))
        .and([swapped("basic", "classic"), chosen.on(&order_id()), scheduled(None)])
        .and([reviewed(), OrderEvent::Committed.on(&order_id())])
        .when(check_in())
        .then(
            [completed(None, "classic")]
                .into_iter()
                .chain(facts)
                .chain(paid_for("classic", "Classic", 6_999)),
        );
}

#[test]
fn f49_f67_a_completed_disconnect_ends_the_service() {
    given(service("basic"))
        .and([disconnect("basic"), scheduled(None), reviewed()])
        .and([OrderEvent::Committed.on(&order_id())])
        .when(check_in())
        .then([completed_disconnect("basic"), disconnected()]);
}

#[test]
fn f38_a_completed_trouble_call_changes_no_service() {
    let completed = OrderEvent::Completed(Completed {
        account_id: account_id(),
        site_id: site_id(),
        work: Work::Repaired { service_id: service_id() },
        completion: check_in().completion(),
    });
    given(service("basic"))
        .and([trouble_call(), scheduled(None), OrderEvent::Committed.on(&order_id())])
        .when(check_in())
        .then([completed.on(&order_id())]);
}

#[test]
fn f69_a_service_costs_its_campaign_from_the_check_in_on() {
    let promotion = Promotion {
        campaign_code: code("SPRING"),
        monthly: usd(5_999),
        until: date(2027, 3, 16),
        monthly_after: usd(6_999),
    };
    let after = given(service("basic"))
        .and([started_in("basic", "SPRING"), swapped("basic", "classic"), scheduled(None)])
        .and([reviewed(), OrderEvent::Committed.on(&order_id())])
        .after(check_in());
    match after.state(&service_id()) {
        Service::Added { promotion: sold, .. } => assert_eq!(*sold, Some(promotion)),
        Service::NotAdded => panic!("the service was added"),
    }
}

#[test]
fn f25_only_a_committed_order_is_checked_in() {
    given(service("basic"))
        .and([started("basic"), swapped("basic", "classic"), scheduled(None), reviewed()])
        .when(check_in())
        .then_rejected(OrderRejection::NotCommitted);
    given(committed_change())
        .and([cancelled()])
        .when(check_in())
        .then_rejected(OrderRejection::Cancelled);
}

#[test]
fn f27_start_billing_date_must_be_today() {
    let refused = OrderRejection::StartBillingDateMustBeToday { today: TODAY };
    let on = |start_billing_date| CheckInOrder { start_billing_date, ..check_in() };
    given(committed_change()).when(on(date(2026, 3, 15))).then_rejected(refused.clone());
    given(committed_change()).when(on(date(2026, 3, 17))).then_rejected(refused);
}

#[test]
fn f28_enter_is_pressed_twice() {
    given(committed_change())
        .when(CheckInOrder { confirmed: Confirmation::Once, ..check_in() })
        .then_rejected(OrderRejection::CheckInNotConfirmed);
}

#[test]
fn an_appointment_is_not_checked_in_before_its_date() {
    let date = date(2026, 3, 17);
    let appointment = Appointment { date, slot: code("08-10") };
    let tomorrow = given(service("basic"))
        .and([started("basic"), swapped("basic", "classic"), scheduled(Some(appointment))])
        .and([reviewed(), OrderEvent::Committed.on(&order_id())]);
    tomorrow.clone().when(check_in()).then_rejected(OrderRejection::AppointmentNotReached { date });
    let done = CheckInOrder { start_billing_date: date, ..check_in() };
    tomorrow.and([day(date)]).after(done.clone()).when(done).then([]);
}

#[test]
fn an_order_is_completed_once() {
    let tomorrow = day(date(2026, 3, 17));
    let done = given(committed_change()).after(check_in()).and([tomorrow]);
    done.clone().when(check_in()).then([]);
    done.when(CheckInOrder { sales_id: None, ..check_in() })
        .then_rejected(OrderRejection::CompletedOtherwise);
}

#[test]
fn f20_an_order_that_another_one_overtook_is_not_completed() {
    given(committed_change())
        .and([changed_meanwhile()])
        .when(check_in())
        .then_rejected(OrderRejection::ServiceChangedSince);
}

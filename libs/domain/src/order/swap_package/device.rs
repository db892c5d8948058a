//! Whether the device carries the new package (F2), and when that does not matter (F6).

use crate::{
    Desk, Id, Rejection,
    biller::{Package, Unfit},
    device::Device,
    order::{OrderRejection, progress::package},
    text::Code,
};

/// Refuses a package that the device cannot carry, but for the downgrades that keep their device.
/// `from` is what the service has; absent for an installation.
pub(in crate::order) fn check(
    desk: &Desk<'_>,
    device_id: &Id<Device>,
    package_id: &Code,
    from: Option<&Package>,
) -> Result<(), Rejection> {
    let to = package(desk, package_id)?;
    if from.is_some_and(|from| to.rank < from.rank && from.downgrade_keeps_device) {
        return Ok(());
    }
    let package_id = package_id.clone();
    match to.unfit(desk.get(device_id).certified(desk)?) {
        None => Ok(()),
        Some(Unfit::TooSlow) => Err(OrderRejection::DeviceTooSlow { package_id }.into()),
        Some(Unfit::AnotherTechnology) => {
            Err(OrderRejection::DeviceSpeaksAnotherTechnology { package_id }.into())
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        order::{OrderRejection, SwapMethod, SwapPackage},
        testing::{
            Given,
            fixtures::{code, order_id, service_code, service_in, started},
            given,
        },
    };

    fn change(model: &str, package_id: &str) -> Given {
        given(service_in("phoenix", model, package_id)).and([started(package_id)])
    }

    fn replace(from: &str, to: &str) -> SwapPackage {
        SwapPackage {
            order_id: order_id(),
            method: SwapMethod::RemoveAndAdd,
            from_package_id: code(from),
            to_package_id: code(to),
            to_service_code: service_code(to),
            package_group: code("Data Packages"),
            serviceability_check: None,
        }
    }

    #[test]
    fn f2_the_device_must_reach_the_speed_of_the_new_package() {
        let package_id = code("gigablast");
        change("SB6141", "basic")
            .when(replace("basic", "gigablast"))
            .then_rejected(OrderRejection::DeviceTooSlow { package_id });
    }

    #[test]
    fn f2_the_device_must_speak_the_technology_of_the_new_package() {
        let package_id = code("gigablast-pon");
        change("SB8200", "basic")
            .when(replace("basic", "gigablast-pon"))
            .then_rejected(OrderRejection::DeviceSpeaksAnotherTechnology { package_id });
    }

    #[test]
    fn f6_a_downgrade_from_super_fast_fiber_keeps_the_device() {
        let downgrade = replace("super-fast-1g-pon", "basic");
        change("ONT-G", "super-fast-1g-pon").after(downgrade.clone()).when(downgrade).then([]);
    }

    #[test]
    fn f6_an_upgrade_from_super_fast_fiber_does_not() {
        let package_id = code("gigablast");
        change("ONT-G", "super-fast-1g-pon")
            .when(replace("super-fast-1g-pon", "gigablast"))
            .then_rejected(OrderRejection::DeviceSpeaksAnotherTechnology { package_id });
    }

    #[test]
    fn f6_a_downgrade_from_another_fiber_package_does_not() {
        let package_id = code("basic");
        change("ONT-G", "gigablast-pon")
            .when(replace("gigablast-pon", "basic"))
            .then_rejected(OrderRejection::DeviceSpeaksAnotherTechnology { package_id });
    }
}

//! What the network's three digits mean, and what to do about them (F33, F34).
//!
//! What must stay true: a code that is not in the list leads to tech support (F35), never nowhere.

/// The network did it.
pub(crate) const DONE: &str = "000";
/// The network did not answer in time.
pub(crate) const NO_ANSWER: &str = "408";
/// The network has no time for it.
pub(crate) const BUSY: &str = "503";

/// What a code means and what to do.
pub(crate) struct Explanation {
    pub(crate) meaning: &'static str,
    /// Absent where nothing is left to do.
    pub(crate) remedy: Option<&'static str>,
}

/// Code, meaning, remedy.
const ERRORS: &[(&str, &str, &str)] = &[
    ("401", "the device does not authenticate", "Compare the serial number on its label."),
    ("404", "there is no line at this address", "Compare the address id of the site."),
    (NO_ANSWER, "no answer within the limit", "Wait for the next attempt."),
    ("409", "another transaction works on this line", "Wait for the next attempt."),
    (
        "430",
        "the device is offline",
        "Unplug the modem and everything attached for 15 seconds and plug it in again; if lights \
         stay on, take the battery out as well.",
    ),
    (BUSY, "the network is busy", "Wait for the next attempt."),
];

/// Explains a code.
pub(crate) fn explain(code: &str) -> Explanation {
    if code == DONE {
        return Explanation { meaning: "done", remedy: None };
    }
    match ERRORS.iter().find(|(known, _, _)| *known == code) {
        Some((_, meaning, remedy)) => Explanation { meaning, remedy: Some(remedy) },
        None => Explanation {
            meaning: "not in the list of codes",
            remedy: Some("Transfer the customer to tech support."),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::explain;

    #[test]
    fn f34_a_code_leads_to_its_remedy() {
        assert_eq!(explain("430").meaning, "the device is offline");
        assert_eq!(explain("408").remedy, Some("Wait for the next attempt."));
    }

    #[test]
    fn f31_an_offline_device_is_unplugged_for_15_seconds_and_its_battery_removed() {
        let remedy = explain("430").remedy.unwrap();
        assert!(remedy.contains("15 seconds") && remedy.contains("battery"), "{remedy}");
    }

    #[test]
    fn f35_an_unknown_code_goes_to_tech_support() {
        assert_eq!(explain("999").remedy, Some("Transfer the customer to tech support."));
    }

    #[test]
    fn success_needs_no_remedy() {
        assert_eq!(explain("000").remedy, None);
    }
}

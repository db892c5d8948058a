//! What phone numbers, PINs and social security numbers look like.
//!
//! What must stay true: what is wrong is said without the number.

use std::ops::RangeInclusive;

use crate::Invalid;

/// Fewest digits of a phone number: a local one.
const PHONE_DIGITS_MIN: usize = 7;
/// Most digits of a phone number (E.164).
const PHONE_DIGITS_MAX: usize = 15;
/// Digits of a number in North America, without the country's.
const NATIONAL_DIGITS: usize = 10;
/// Digits of a PIN.
const PIN_DIGITS: RangeInclusive<usize> = 4..=10;
/// Digits of a social security number: no PIN has so many.
const SSN_DIGITS: usize = 9;

/// The digits of a social security number that could have been issued: never the area 000, 666 or
/// 9xx, the group 00 or the serial number 0000.
pub(super) fn ssn_digits(text: &str) -> Option<String> {
    let digits = match text.split('-').collect::<Vec<_>>().as_slice() {
        [digits] => (*digits).to_owned(),
        [area, group, serial] if [area.len(), group.len(), serial.len()] == [3, 2, 4] => {
            format!("{area}{group}{serial}")
        }
        _ => return None,
    };
    if digits.len() != SSN_DIGITS || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (area, group, serial) = (&digits[..3], &digits[3..5], &digits[5..]);
    let no_area = area == "000" || area == "666" || area.starts_with('9');
    (!no_area && group != "00" && serial != "0000").then_some(digits)
}

/// A phone number's digits, after a `+` where there is one.
pub(super) fn phone_number(field: &str, value: &str) -> Result<String, Invalid> {
    let is_between = |char: &char| matches!(char, ' ' | '-' | '.' | '/' | '(' | ')');
    let number: String = value.chars().filter(|char| !is_between(char)).collect();
    let digits = number.strip_prefix('+').unwrap_or(&number);
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number || !(PHONE_DIGITS_MIN..=PHONE_DIGITS_MAX).contains(&digits.len()) {
        let problem =
            format!("must be a phone number of {PHONE_DIGITS_MIN} to {PHONE_DIGITS_MAX} digits");
        return Err(Invalid::new(field, problem));
    }
    Ok(number)
}

/// Nothing that is guessed at once, nothing that looks like a social security number.
pub(super) fn is_pin(pin: &str) -> bool {
    let digits = pin.as_bytes();
    let all = |steps: u8| digits.windows(2).all(|pair| pair[1] == pair[0] + steps);
    pin.bytes().all(|byte| byte.is_ascii_digit())
        && PIN_DIGITS.contains(&digits.len())
        && digits.len() != SSN_DIGITS
        && !all(0)
        && !all(1)
}

/// A phone number's digits, without the country's where that is North America's.
pub(super) fn national(number: &str) -> &str {
    let digits = number.trim_start_matches('+');
    let national = digits.strip_prefix('1').filter(|rest| rest.len() == NATIONAL_DIGITS);
    national.unwrap_or(digits)
}

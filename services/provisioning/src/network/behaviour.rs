//! How the simulated network behaves: slow, busy, losing answers, lying about a VLAN.

use std::time::Duration;

/// Longest time that an attempt may wait, so that it ends before the performer is given up.
const ANSWER_MAX_LIMIT: Duration = Duration::from_secs(30);

/// How the simulated network behaves. The default does everything at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetworkBehaviour {
    /// How long every answer takes.
    pub latency: Duration,
    /// The first so many attempts of every transaction are refused with 503.
    pub fail_first: u32,
    /// The next so many attempts are carried out, but the answer is lost.
    pub lose_answers: u32,
    /// A reinstatement is answered with 000 but leaves the line where it is (F89).
    pub keep_vlan: bool,
    /// How long an answer is waited for before the attempt counts as 408.
    pub answer_max: Duration,
}

/// Why a text does not describe a behaviour.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{part:?} is no behaviour of the network: it is a list as in \
     `slow=200ms,fail=1,lose=1,keep-vlan,limit=2s`, the limit at most 30s"
)]
pub struct BehaviourError {
    /// What was not understood.
    pub part: String,
}

impl Default for NetworkBehaviour {
    fn default() -> Self {
        Self {
            latency: Duration::ZERO,
            fail_first: 0,
            lose_answers: 0,
            keep_vlan: false,
            answer_max: Duration::from_secs(2),
        }
    }
}

impl NetworkBehaviour {
    /// Reads `slow=200ms,fail=1,lose=1,keep-vlan,limit=2s`; every part may be left out.
    ///
    /// # Errors
    /// The part that is not understood.
    pub fn parse(text: &str) -> Result<Self, BehaviourError> {
        let mut behaviour = Self::default();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            behaviour.set(part).ok_or_else(|| BehaviourError { part: part.to_owned() })?;
        }
        Ok(behaviour)
    }

    fn set(&mut self, part: &str) -> Option<()> {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        match name {
            "slow" => self.latency = duration(value)?,
            "fail" => self.fail_first = value.parse().ok()?,
            "lose" => self.lose_answers = value.parse().ok()?,
            "keep-vlan" if value.is_empty() => self.keep_vlan = true,
            "limit" => {
                self.answer_max = duration(value).filter(|it| *it <= ANSWER_MAX_LIMIT)?;
            }
            _ => return None,
        }
        Some(())
    }
}

/// `200ms` or `2s`.
fn duration(text: &str) -> Option<Duration> {
    match text.strip_suffix("ms") {
        Some(millis) => millis.parse().ok().map(Duration::from_millis),
        None => text.strip_suffix('s')?.parse().ok().map(Duration::from_secs),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::NetworkBehaviour;

    #[test]
    fn a_behaviour_is_read_part_by_part() {
        let expected = NetworkBehaviour {
            latency: Duration::from_millis(200),
            fail_first: 1,
            lose_answers: 2,
            keep_vlan: true,
            answer_max: Duration::from_secs(3),
        };
        let text = "slow=200ms,fail=1, lose=2,keep-vlan,limit=3s";
        assert_eq!(NetworkBehaviour::parse(text), Ok(expected));
        assert_eq!(NetworkBehaviour::parse(""), Ok(NetworkBehaviour::default()));
    }

    #[test]
    fn what_is_not_understood_is_named() {
        let refused = |text| NetworkBehaviour::parse(text).unwrap_err().part;
        assert_eq!(refused("fail=1,slow=fast"), "slow=fast");
        assert_eq!(refused("limit=31s"), "limit=31s");
        assert_eq!(refused("explode"), "explode");
        assert_eq!(refused("keep-vlan=1"), "keep-vlan=1");
    }
}

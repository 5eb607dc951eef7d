//! The hours in which a message goes out.

use chrono::{NaiveTime, Timelike};
use serde::{Deserialize, Serialize};

/// Nothing is sent before this hour of the recipient (08:00; the FDCPA's and TCPA's presumed hours,
/// 12 CFR 1006.6(b)(1)(i) and 47 CFR 64.1200(c)(1)).
const QUIET_UNTIL: u8 = 8;

/// Nothing is sent from this hour of the recipient on (21:00; the same rules).
const QUIET_FROM: u8 = 21;

/// Whole hours of the recipient's day, all of them legal: a message is planned for the first, and goes out before the
/// last. Where nobody chose any, from 10:00 to 21:00.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "(u8, u8)", into = "(u8, u8)")]
pub struct Window {
    from: u8,
    until: u8,
}

impl Window {
    /// All legal hours.
    pub const LEGAL: Self = Self { from: QUIET_UNTIL, until: QUIET_FROM };

    /// From one hour until another.
    ///
    /// # Errors
    /// No hour is left, or one is not legal.
    pub fn new(from: u8, until: u8) -> Result<Self, String> {
        if QUIET_UNTIL <= from && from < until && until <= QUIET_FROM {
            return Ok(Self { from, until });
        }
        Err(format!("expected hours from {QUIET_UNTIL} to {QUIET_FROM}, the first before the second"))
    }

    /// The hour for which messages are planned.
    pub const fn from_hour(self) -> u8 {
        self.from
    }

    /// The hour from which on they wait for the next day.
    pub const fn until_hour(self) -> u8 {
        self.until
    }

    /// The time for which messages are planned.
    pub fn start(self) -> NaiveTime {
        NaiveTime::from_hms_opt(self.from.into(), 0, 0).unwrap_or(NaiveTime::MIN)
    }

    /// The time from which on messages wait for the next day.
    pub fn end(self) -> NaiveTime {
        NaiveTime::from_hms_opt(self.until.into(), 0, 0).unwrap_or(NaiveTime::MIN)
    }

    /// Whether a message may go out at that time of the recipient's day.
    pub fn contains(self, time: NaiveTime) -> bool {
        (u32::from(self.from)..u32::from(self.until)).contains(&time.hour())
    }
}

impl Default for Window {
    fn default() -> Self {
        Self { from: 10, until: QUIET_FROM }
    }
}

impl TryFrom<(u8, u8)> for Window {
    type Error = String;

    fn try_from((from, until): (u8, u8)) -> Result<Self, String> {
        Self::new(from, until)
    }
}

impl From<Window> for (u8, u8) {
    fn from(window: Window) -> Self {
        (window.from, window.until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_window_has_an_hour_in_which_patients_may_not_be_written_to() {
        for from in 0..=u8::MAX {
            for until in 0..=u8::MAX {
                let legal = from >= 8 && until <= 21 && from < until;
                assert_eq!(Window::new(from, until).is_ok(), legal, "{from} to {until}");
            }
        }
    }

    #[test]
    fn a_window_ends_before_its_last_hour() {
        let window = Window::new(9, 12).unwrap();
        let at = |hour, minute| window.contains(NaiveTime::from_hms_opt(hour, minute, 59).unwrap());
        assert_eq!((at(8, 59), at(9, 0), at(11, 59), at(12, 0)), (false, true, true, false));
    }
}

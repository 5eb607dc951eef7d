//! The numbers that people see: INV-001, PAY-001.

use std::{fmt, num::NonZeroU32, str::FromStr};

use serde::{Deserialize, Serialize};

/// What a number counts; each practice counts each kind on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Series {
    /// `INV-001`
    Invoice,
    /// `PAY-001`
    Payment,
}

impl Series {
    /// The letters before the dash.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Invoice => "INV",
            Self::Payment => "PAY",
        }
    }

    /// The text that people see: at least three digits.
    pub fn show(self, number: Number) -> String {
        format!("{}-{number}", self.prefix())
    }

    /// Reads what [`Series::show`] wrote; leading zeros beyond three digits are refused, so that every number has one
    /// spelling.
    pub fn read(self, text: &str) -> Option<Number> {
        let number = text.strip_prefix(self.prefix())?.strip_prefix('-')?.parse().ok()?;
        (self.show(number) == text).then_some(number)
    }

    /// Reads a number as people write it: `INV-012`, `inv 12`, `12`.
    pub fn find(self, text: &str) -> Option<Number> {
        let text = text.trim().to_ascii_uppercase();
        let digits = match text.strip_prefix(self.prefix()) {
            Some(rest) => rest.trim_start_matches(['-', ' ', '#']),
            None => &text,
        };
        digits.bytes().all(|byte| byte.is_ascii_digit()).then_some(digits)?.parse().ok()
    }
}

/// A practice's count of one series: unique, roughly in order, with gaps allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Number(NonZeroU32);

impl Number {
    /// The count, from 1.
    pub const fn new(count: NonZeroU32) -> Self {
        Self(count)
    }

    /// The count, from 1.
    pub const fn get(self) -> u32 {
        self.0.get()
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:03}", self.0)
    }
}

impl FromStr for Number {
    type Err = std::num::ParseIntError;

    fn from_str(digits: &str) -> Result<Self, Self::Err> {
        digits.parse().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_one_spelling() {
        let seven = Number::new(NonZeroU32::new(7).unwrap());
        assert_eq!(Series::Invoice.show(seven), "INV-007");
        assert_eq!(Series::Invoice.read("INV-007"), Some(seven));
        assert_eq!(Series::Payment.read("PAY-12345").map(Number::get), Some(12_345));
        for text in ["INV-7", "INV7", "inv-007", " inv 7 ", "7", "007", "INV-0007"] {
            assert_eq!(Series::Invoice.find(text), Some(seven), "{text:?}");
        }
        for text in ["PAY-7", "INV-", "", "7a", "-7", "+7", "0", "7.0", "99999999999"] {
            assert_eq!(Series::Invoice.find(text), None, "{text:?}");
        }
        for text in ["INV-7", "INV-0007", "INV-000", "PAY-007", "inv-007", "INV-", "INV--7", "INV-+07"] {
            assert_eq!(Series::Invoice.read(text), None, "{text:?}");
        }
    }
}

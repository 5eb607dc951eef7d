//! Money as whole cents. Decimals exist only at the edges: what a person typed, and percentages.

use std::{fmt, iter::Sum, str::FromStr};

use rust_decimal::{Decimal, RoundingStrategy, prelude::ToPrimitive};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use utoipa::ToSchema;

/// A currency of ISO 4217 with two decimals. Every practice keeps its books in one. There is one; a second one needs the
/// check that a request's currency is the practice's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Currency {
    /// United States dollar.
    Usd,
}

impl Currency {
    /// The code that the processor uses: lower case (<https://docs.stripe.com/currencies>).
    pub fn processor_code(self) -> &'static str {
        match self {
            Self::Usd => "usd",
        }
    }

    /// The sign that people read before an amount.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Usd => "$",
        }
    }
}

/// A signed number of cents: balances, differences, postings. Every sum is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cents(i64);

impl Cents {
    /// No money.
    pub const ZERO: Self = Self(0);

    /// So many cents.
    pub const fn new(cents: i64) -> Self {
        Self(cents)
    }

    /// The number of cents.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// The sum, or none where it leaves the range of a 64-bit count.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference, or none where it leaves the range.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// The same number on the other side of the account; saturates at the range's end, which no amount reaches.
    #[must_use]
    pub const fn negated(self) -> Self {
        Self(self.0.saturating_neg())
    }

    /// Whether this is more than nothing.
    pub const fn is_positive(self) -> bool {
        self.0 > 0
    }

    /// Whether this is exactly nothing.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The sum of many, or none where it leaves the range.
    pub fn checked_sum(parts: impl IntoIterator<Item = Self>) -> Option<Self> {
        parts.into_iter().try_fold(Self::ZERO, Self::checked_add)
    }
}

impl fmt::Display for Cents {
    /// As in the API: `-12.05`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let cents = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:02}", cents / 100, cents % 100)
    }
}

/// A positive amount of money that one movement may have: 0.01 to 999,999.99.
///
/// The upper bound is the processor's: eight digits of cents (<https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts>).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct Amount(i64);

/// Why a text or a number is no [`Amount`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AmountError {
    /// Not digits with at most two decimals.
    #[error("expected an amount such as \"125.00\": digits, and at most two decimals")]
    Malformed,
    /// Nothing, or less.
    #[error("expected an amount of at least 0.01")]
    NotPositive,
    /// More than one movement may have.
    #[error("expected an amount of at most 999999.99")]
    TooLarge,
}

impl Amount {
    /// The largest amount.
    pub const MAX: Self = Self(99_999_999);

    /// The number of cents, always positive.
    pub const fn cents(self) -> Cents {
        Cents(self.0)
    }

    /// The smaller of two amounts.
    #[must_use]
    pub fn min(self, other: Self) -> Self {
        if self <= other { self } else { other }
    }
}

impl TryFrom<i64> for Amount {
    type Error = AmountError;

    fn try_from(cents: i64) -> Result<Self, AmountError> {
        match cents {
            ..=0 => Err(AmountError::NotPositive),
            _ if cents > Self::MAX.0 => Err(AmountError::TooLarge),
            _ => Ok(Self(cents)),
        }
    }
}

impl TryFrom<Cents> for Amount {
    type Error = AmountError;

    fn try_from(cents: Cents) -> Result<Self, AmountError> {
        Self::try_from(cents.0)
    }
}

impl From<Amount> for i64 {
    fn from(amount: Amount) -> i64 {
        amount.0
    }
}

impl From<Amount> for Cents {
    fn from(amount: Amount) -> Self {
        amount.cents()
    }
}

impl FromStr for Amount {
    type Err = AmountError;

    /// Digits, and at most two decimals after a point: no sign, no exponent, no separators, no spaces.
    fn from_str(text: &str) -> Result<Self, AmountError> {
        let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(decimals) || decimals.len() > 2 {
            return Err(AmountError::Malformed);
        }
        if whole.trim_start_matches('0').len() > 6 {
            return Err(AmountError::TooLarge);
        }
        let decimal: Decimal = text.parse().map_err(|_| AmountError::Malformed)?;
        let cents = (decimal * Decimal::ONE_HUNDRED).to_i64().ok_or(AmountError::TooLarge)?;
        Self::try_from(cents)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.cents().fmt(f)
    }
}

/// Adds up amounts that are known to be within range (a payment's own allocations, an invoice's own lines).
impl Sum<Amount> for Option<Cents> {
    fn sum<I: Iterator<Item = Amount>>(iter: I) -> Self {
        Cents::checked_sum(iter.map(Cents::from))
    }
}

/// A share in hundredths of a percent: 10 % is 1,000. At most 100 %.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct BasisPoints(u16);

impl BasisPoints {
    /// This share of an amount, half a cent rounded away from zero.
    pub fn of(self, base: Cents) -> Cents {
        let share = Decimal::from(base.get()) * Decimal::from(self.0) / Decimal::from(10_000);
        let rounded = share.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
        // A share of at most 100 % of an `i64` is an `i64`.
        Cents(rounded.to_i64().unwrap_or(base.get()))
    }
}

impl TryFrom<u16> for BasisPoints {
    type Error = &'static str;

    fn try_from(points: u16) -> Result<Self, Self::Error> {
        match points {
            1..=10_000 => Ok(Self(points)),
            _ => Err("expected a percentage from 0.01 to 100"),
        }
    }
}

impl From<BasisPoints> for u16 {
    fn from(points: BasisPoints) -> u16 {
        points.0
    }
}

impl FromStr for BasisPoints {
    type Err = &'static str;

    /// A percentage as a person types it: `12.5` is 12.5 %.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const EXPECTED: &str =
            "expected a percentage from 0.01 to 100, with at most two decimals, such as \"12.5\"";
        let plain = text.len() <= 6 && text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        let percent: Decimal = text.parse().ok().filter(|_| plain).ok_or(EXPECTED)?;
        let points = (percent * Decimal::ONE_HUNDRED).normalize();
        points.to_u16().filter(|_| points.scale() == 0).and_then(|p| Self::try_from(p).ok()).ok_or(EXPECTED)
    }
}

impl fmt::Display for BasisPoints {
    /// As a percentage without trailing zeros: `12.5`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Decimal::new(i64::from(self.0), 2).normalize().fmt(f)
    }
}

/// Splits a whole over parts in proportion to their weights, by the largest remainder, so that the parts add up
/// to the whole exactly. Weights are not negative; where all are zero the first part takes everything.
pub fn split(whole: Cents, weights: &[Cents]) -> Vec<Cents> {
    let total: i128 = weights.iter().map(|w| i128::from(w.get().max(0))).sum();
    if total == 0 {
        return weights.iter().enumerate().map(|(i, _)| if i == 0 { whole } else { Cents::ZERO }).collect();
    }
    let shares: Vec<(i128, i128)> = weights
        .iter()
        .map(|w| {
            let product = i128::from(whole.get()) * i128::from(w.get().max(0));
            (product.div_euclid(total), product.rem_euclid(total))
        })
        .collect();
    let given: i128 = shares.iter().map(|(share, _)| share).sum();
    let left = usize::try_from(i128::from(whole.get()) - given).unwrap_or(0);
    let mut by_remainder: Vec<usize> = (0..shares.len()).collect();
    by_remainder.sort_by_key(|&i| (std::cmp::Reverse(shares.get(i).map(|s| s.1)), i));
    let favoured: Vec<usize> = by_remainder.into_iter().take(left).collect();
    shares
        .iter()
        .enumerate()
        .map(|(i, (share, _))| share + i128::from(favoured.contains(&i)))
        .map(|share| Cents(i64::try_from(share).unwrap_or(i64::MAX)))
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_amount_is_digits_with_at_most_two_decimals() {
        for (text, cents) in
            [("125.00", 12_500), ("0.01", 1), ("7", 700), ("7.5", 750), ("999999.99", 99_999_999)]
        {
            assert_eq!(text.parse::<Amount>().map(i64::from), Ok(cents), "{text}");
        }
    }

    #[test]
    fn what_is_no_amount_is_refused_with_the_reason() {
        use AmountError::{Malformed, NotPositive, TooLarge};
        for (text, error) in [
            ("1e3", Malformed),
            ("12.345", Malformed),
            ("-5", Malformed),
            ("+5", Malformed),
            ("", Malformed),
            (".", Malformed),
            (".5", Malformed),
            ("5.", Malformed),
            ("NaN", Malformed),
            ("1,000.00", Malformed),
            ("1_000", Malformed),
            (" 5", Malformed),
            ("٣", Malformed),
            ("0", NotPositive),
            ("0.00", NotPositive),
            ("1000000", TooLarge),
            ("99999999999999999999999999999999999", TooLarge),
        ] {
            assert_eq!(text.parse::<Amount>(), Err(error), "{text:?}");
        }
    }

    #[test]
    fn an_amount_is_more_than_nothing_and_at_most_the_largest() {
        assert_eq!(Amount::try_from(99_999_999), Ok(Amount::MAX));
        assert_eq!(Amount::try_from(100_000_000), Err(AmountError::TooLarge));
        assert_eq!(Amount::try_from(0), Err(AmountError::NotPositive));
        let (less, more) = (Amount::try_from(1).unwrap(), Amount::try_from(2).unwrap());
        assert_eq!((less.min(more), more.min(less)), (less, less));
    }

    #[test]
    fn cents_read_as_money() {
        for (cents, text) in [(0, "0.00"), (5, "0.05"), (-5, "-0.05"), (-1_205, "-12.05"), (10_000, "100.00")]
        {
            assert_eq!(Cents::new(cents).to_string(), text);
        }
        assert_eq!((Currency::Usd.sign(), Currency::Usd.processor_code()), ("$", "usd"));
    }

    #[test]
    fn half_a_cent_rounds_away_from_zero() {
        let half: BasisPoints = "50".parse().unwrap();
        assert_eq!(half.of(Cents::new(1)), Cents::new(1));
        assert_eq!(half.of(Cents::new(-1)), Cents::new(-1));
        let share: BasisPoints = "12.5".parse().unwrap();
        assert_eq!((share.to_string().as_str(), u16::from(share)), ("12.5", 1_250));
        for text in ["0", "100.01", "1e1", "-1", "12.345", ""] {
            assert!(text.parse::<BasisPoints>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn where_nothing_weighs_the_first_part_takes_everything() {
        let cents = |parts: &[i64]| parts.iter().copied().map(Cents::new).collect::<Vec<_>>();
        assert_eq!(split(Cents::new(5), &cents(&[0, 0])), cents(&[5, 0]));
    }

    proptest! {
        #[test]
        fn text_and_amount_agree_both_ways(cents in 1_i64..=99_999_999) {
            let amount = Amount::try_from(cents).unwrap();
            prop_assert_eq!(amount.to_string().parse::<Amount>().unwrap(), amount);
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in "\\PC{0,40}") {
            let _ = text.parse::<Amount>();
        }

        #[test]
        fn a_split_adds_up_and_no_part_is_off_by_a_cent(
            whole in 0_i64..=99_999_999_999,
            weights in proptest::collection::vec(0_i64..=99_999_999, 1..40),
        ) {
            let cents: Vec<Cents> = weights.iter().copied().map(Cents::new).collect();
            let parts = split(Cents::new(whole), &cents);
            prop_assert_eq!(Cents::checked_sum(parts.iter().copied()), Some(Cents::new(whole)));
            let total: i128 = weights.iter().map(|w| i128::from(*w)).sum();
            if total > 0 {
                for (part, weight) in parts.iter().zip(&weights) {
                    let exact = i128::from(whole) * i128::from(*weight);
                    let off = i128::from(part.get()) * total - exact;
                    prop_assert!(off.abs() < total, "{} of {}", part, whole);
                }
            }
        }
    }
}

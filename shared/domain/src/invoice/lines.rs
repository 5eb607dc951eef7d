//! What is billed: lines, discounts, totals.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{
    Amount, Cents, TreatmentId,
    money::{BasisPoints, split},
    text::Line,
};

/// How many units of a service: 1 to 9,999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct Quantity(u16);

impl Quantity {
    /// A single unit.
    pub const ONE: Self = Self(1);
}

impl TryFrom<u16> for Quantity {
    type Error = &'static str;

    fn try_from(units: u16) -> Result<Self, Self::Error> {
        if (1..=9_999).contains(&units) { Ok(Self(units)) } else { Err("expected a quantity of 1 to 9999") }
    }
}

impl From<Quantity> for u16 {
    fn from(quantity: Quantity) -> u16 {
        quantity.0
    }
}

/// A reduction of a line or of the whole invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Discount {
    /// A share, in hundredths of a percent.
    Percent(BasisPoints),
    /// So many cents, at most what there is to discount.
    Fixed(Amount),
}

impl Discount {
    /// What it takes off a base: never more than the base.
    pub fn of(self, base: Cents) -> Cents {
        match self {
            Self::Percent(share) => share.of(base),
            Self::Fixed(amount) => amount.cents().min(base),
        }
    }
}

impl FromStr for Discount {
    type Err = &'static str;

    /// `10%` or `12.50`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.strip_suffix('%') {
            Some(percent) => percent.parse().map(Self::Percent),
            None => {
                text.parse().map(Self::Fixed).map_err(|_| "expected a discount such as \"10%\" or \"12.50\"")
            }
        }
    }
}

/// One service billed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceLine {
    /// Its number on this invoice; never given again after the line was deleted.
    pub number: u16,
    /// Procedure code, where the service has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<Line<16>>,
    /// What it was, for the patient.
    pub description: Line<120>,
    /// How many units.
    pub quantity: Quantity,
    /// The price of one unit.
    pub unit_price: Amount,
    /// A discount on this line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discount: Option<Discount>,
    /// The visit it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub treatment: Option<TreatmentId>,
}

impl InvoiceLine {
    /// Quantity times unit price. At most 9,999 × 999,999.99, which a cent counter holds.
    pub fn gross(&self) -> Cents {
        Cents::new(i64::from(self.quantity.0).saturating_mul(self.unit_price.cents().get()))
    }

    /// The line's own discount, in cents.
    pub fn own_discount(&self) -> Cents {
        self.discount.map_or(Cents::ZERO, |discount| discount.of(self.gross()))
    }
}

/// The sums of an invoice. `gross - discounts = total`, and the lines' net amounts add up to the total.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Totals {
    /// All lines before discounts.
    pub gross: Cents,
    /// All discounts.
    pub discounts: Cents,
    /// What is owed in all.
    pub total: Cents,
    /// What each line comes to after its own discount and its share of the discount on the whole.
    pub line_nets: Vec<Cents>,
}

impl Totals {
    /// The sums of lines and a discount on the whole, which is shared over the lines by the largest remainder.
    pub fn of(lines: &[InvoiceLine], discount: Option<Discount>) -> Self {
        let sum = |parts: &[Cents]| parts.iter().fold(Cents::ZERO, |a, b| a.checked_add(*b).unwrap_or(a));
        let minus = |a: Cents, b: Cents| a.checked_sub(b).unwrap_or(Cents::ZERO);
        let gross = sum(&lines.iter().map(InvoiceLine::gross).collect::<Vec<_>>());
        let nets: Vec<Cents> = lines.iter().map(|line| minus(line.gross(), line.own_discount())).collect();
        let subtotal = sum(&nets);
        let whole = discount.map_or(Cents::ZERO, |discount| discount.of(subtotal));
        let shares = split(whole, &nets);
        let line_nets = nets.iter().zip(shares).map(|(net, share)| minus(*net, share)).collect();
        let total = minus(subtotal, whole);
        Self { gross, discounts: minus(gross, total), total, line_nets }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    pub(crate) fn line(number: u16, quantity: u16, cents: i64, discount: Option<Discount>) -> InvoiceLine {
        InvoiceLine {
            number,
            code: None,
            description: "Office visit".try_into().unwrap(),
            quantity: quantity.try_into().unwrap(),
            unit_price: cents.try_into().unwrap(),
            discount,
            treatment: None,
        }
    }

    #[test]
    fn a_discount_is_a_percentage_or_an_amount() {
        assert_eq!("10%".parse::<Discount>().unwrap().of(Cents::new(12_345)), Cents::new(1_235));
        assert_eq!("5.00".parse::<Discount>().unwrap().of(Cents::new(12_345)), Cents::new(500));
        assert_eq!(
            "500".parse::<Discount>().unwrap().of(Cents::new(100)),
            Cents::new(100),
            "never more than the base"
        );
        for text in ["", "%", "-1%", "101%", "ten", "1e1%"] {
            assert!(text.parse::<Discount>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_line_s_own_discount_comes_before_that_on_the_whole() {
        let lines = [line(1, 2, 5_000, "10%".parse().ok()), line(2, 1, 1_000, None)];
        assert_eq!((u16::from(lines[0].quantity), lines[0].own_discount()), (2, Cents::new(1_000)));
        let totals = Totals::of(&lines, "1.00".parse().ok());
        assert_eq!((totals.gross, totals.discounts), (Cents::new(11_000), Cents::new(1_100)));
        assert_eq!(totals.line_nets, [Cents::new(8_910), Cents::new(990)]);
    }

    fn discount() -> impl Strategy<Value = Option<Discount>> {
        prop_oneof![
            Just(None),
            (1_u16..=10_000).prop_map(|p| Some(Discount::Percent(p.try_into().unwrap()))),
            (1_i64..=99_999_999).prop_map(|c| Some(Discount::Fixed(c.try_into().unwrap()))),
        ]
    }

    proptest! {
        #[test]
        fn the_parts_of_an_invoice_add_up(
            lines in proptest::collection::vec((1_u16..=9_999, 1_i64..=99_999_999, discount()), 1..50),
            whole in discount(),
        ) {
            let lines: Vec<InvoiceLine> =
                lines.into_iter().enumerate().map(|(i, (q, c, d))| line(u16::try_from(i).unwrap() + 1, q, c, d)).collect();
            let totals = Totals::of(&lines, whole);
            prop_assert_eq!(totals.gross.checked_sub(totals.discounts), Some(totals.total));
            prop_assert_eq!(Cents::checked_sum(totals.line_nets.iter().copied()), Some(totals.total));
            prop_assert!(totals.total >= Cents::ZERO);
            prop_assert!(totals.line_nets.iter().all(|net| *net >= Cents::ZERO));
        }
    }
}

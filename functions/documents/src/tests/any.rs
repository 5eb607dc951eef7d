//! Whatever invoice the domain allows can be printed, and says the domain's figures.

use paywell_domain::{
    PaymentId,
    invoice::{AdjustmentReason, Discount, WriteOffReason},
};
use proptest::prelude::*;

use super::*;
use crate::words::money;

fn discounts() -> impl Strategy<Value = Option<Discount>> {
    prop_oneof![
        Just(None),
        (1_u16..=10_000).prop_map(|points| Some(Discount::Percent(points.try_into().unwrap()))),
        (1_i64..=99_999_999).prop_map(|cents| Some(Discount::Fixed(amount(cents)))),
    ]
}

prop_compose! {
    fn lines()(
        parts in proptest::collection::vec(("\\PC{1,120}", 1_u16..=20, 1_i64..=100_000, discounts()), 1..40),
    ) -> Vec<InvoiceLine> {
        let line = |(number, (text, quantity, cents, discount)): (u16, (String, u16, i64, Option<Discount>))| {
            let description = text.try_into().unwrap_or_else(|_| "Visit".try_into().unwrap());
            InvoiceLine { description, discount, ..line(number, "Visit", quantity, cents, None) }
        };
        (1..).zip(parts).map(line).collect()
    }
}

/// An invoice that went some way through its life: each step is taken where the domain allows it.
fn lived(mut invoice: Invoice, steps: &[(u8, i64)]) -> Invoice {
    for (step, cents) in steps {
        let decided = match step {
            0 => invoice.send(&[], now()),
            1 => invoice.apply(PaymentId::new(Uuid::nil()), "1".parse().unwrap(), amount(*cents), now()),
            2 => invoice.adjust(Cents::new(-cents), AdjustmentReason::Courtesy, None),
            3 => invoice.adjust(Cents::new(*cents), AdjustmentReason::LateCharge, None),
            4 => invoice.write_off(Some(amount(*cents)), WriteOffReason::BadDebt, None),
            5 => invoice.send_to_collections(),
            6 => invoice.reverse_adjustment(1),
            _ => invoice.delete(),
        };
        if let Ok(decision) = decided {
            invoice = decision.state;
        }
    }
    invoice
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_invoice_is_printed_with_the_figures_of_the_domain(
        lines in lines(),
        discount in discounts(),
        steps in proptest::collection::vec((0_u8..8, 1_i64..=200_000), 0..8),
        name in "\\PC{1,60}",
        days in 0_i64..200,
    ) {
        let created = create("1", Charges { lines, discount });
        prop_assume!(created.is_ok(), "more than one payment can be");
        let invoice = lived(created.unwrap().state, &steps);
        let mut document = printed(invoice.clone(), vec![moved("PAY-001", 100, false)]);
        document.printed_at = now() + chrono::Duration::days(days);
        if let Ok(name) = name.try_into() {
            document.patient.details.first_name = name;
        }
        let text = text(&crate::invoice(&FONTS, &document).unwrap());
        let totals = invoice.totals();
        let shown = |label: &str, cents| format!("{label} {}", money(Currency::Usd, cents));
        for figure in [
            shown("Subtotal", totals.gross),
            shown("Total", totals.total),
            shown("Balance due", invoice.balance()),
        ] {
            prop_assert!(text.contains(&figure), "expected {} in {}", figure, text);
        }
        for line in &invoice.lines {
            let net = line.gross().checked_sub(line.own_discount()).unwrap();
            prop_assert!(text.contains(&money(Currency::Usd, net)));
        }
    }
}

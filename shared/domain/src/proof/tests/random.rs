//! Whatever commands a practice gives, the books they make prove clean.

use proptest::prelude::*;

use super::model::{Model, amount};
use crate::{
    Cents, RefundId,
    invoice::{AdjustmentReason, WriteOffReason},
    payment::DisputeStatus,
};

#[derive(Debug, Clone, Copy)]
enum Command {
    Bill,
    Cash,
    Card,
    Prepay,
    Adjust,
    WriteOff,
    TakeBack,
    Place,
    Unplace,
    Void,
    Refund,
    RefundNotOwed,
    RefundSucceeds,
    RefundFails,
    Dispute,
    Win,
    Lose,
    Return,
    Allocate,
    PayOut,
}

const COMMANDS: [Command; 20] = [
    Command::Bill,
    Command::Cash,
    Command::Card,
    Command::Prepay,
    Command::Adjust,
    Command::WriteOff,
    Command::TakeBack,
    Command::Place,
    Command::Unplace,
    Command::Void,
    Command::Refund,
    Command::RefundNotOwed,
    Command::RefundSucceeds,
    Command::RefundFails,
    Command::Dispute,
    Command::Win,
    Command::Lose,
    Command::Return,
    Command::Allocate,
    Command::PayOut,
];

const fn made(_: usize) -> Result<(), crate::Refusal> {
    Ok(())
}

/// A command on some invoice, payment and refund; whether it was accepted.
fn give(
    model: &mut Model,
    command: Command,
    (at, with, cents): (usize, usize, i64),
    refunds: &mut Vec<(usize, RefundId)>,
) -> bool {
    if model.invoices.is_empty() {
        model.bill(10_000);
    }
    if model.payments.is_empty() {
        model.card(5_000, Some(0));
    }
    let (invoice, payment) = (at % model.invoices.len(), with % model.payments.len());
    let refund = refunds.get(at % refunds.len().max(1)).copied();
    let accepted = match command {
        Command::Bill => made(model.bill(cents)),
        Command::Cash => made(model.cash(cents, Some(invoice))),
        Command::Card => made(model.card(cents, Some(invoice))),
        Command::Prepay => made(model.card(cents, None)),
        Command::Adjust => {
            let change = Cents::new(cents - 2_000);
            model.change(invoice, |invoice| invoice.adjust(change, AdjustmentReason::Courtesy, None))
        }
        Command::WriteOff => {
            let part = (cents % 2 == 0).then(|| amount(cents));
            model.change(invoice, |invoice| invoice.write_off(part, WriteOffReason::BadDebt, None))
        }
        Command::TakeBack => {
            let number = u16::try_from(with % 4 + 1).unwrap();
            model.change(invoice, |invoice| invoice.reverse_adjustment(number))
        }
        Command::Place => model.change(invoice, crate::Invoice::send_to_collections),
        Command::Unplace => model.change(invoice, crate::Invoice::reverse_collections),
        Command::Void => model.change(invoice, crate::Invoice::delete),
        Command::Refund | Command::RefundNotOwed => {
            let owed_again = matches!(command, Command::Refund);
            model.refund(payment, cents, owed_again).map(|id| refunds.push((payment, id)))
        }
        Command::RefundSucceeds => refund.map_or(Ok(()), |(of, id)| model.refund_succeeded(of, id)),
        Command::RefundFails => refund.map_or(Ok(()), |(of, id)| model.refund_failed(of, id)),
        Command::Dispute => model.disputed(payment, DisputeStatus::Open),
        Command::Win => model.disputed(payment, DisputeStatus::Won),
        Command::Lose => model.disputed(payment, DisputeStatus::Lost),
        Command::Return => model.disputed(payment, DisputeStatus::Returned),
        Command::Allocate => model.allocate(payment, invoice, cents),
        Command::PayOut => {
            model.pay_out();
            Ok(())
        }
    };
    accepted.is_ok()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn books_that_commands_made_prove_clean(
        commands in proptest::collection::vec((0..COMMANDS.len(), 0_usize..50, 0_usize..50, 1_i64..=9_000), 1..60),
    ) {
        let (mut model, mut refunds, mut accepted) = (Model::new(), Vec::new(), 0);
        for (command, at, with, cents) in commands {
            accepted += u32::from(give(&mut model, COMMANDS[command], (at, with, cents), &mut refunds));
        }
        let proof = model.proof();
        prop_assert!(proof.differences.is_empty() && proof.awaiting.is_empty(), "{proof:#?}");
        prop_assert!(accepted == 0 || proof.counted.entries > 0);
    }
}

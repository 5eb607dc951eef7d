//! Any commands in any order: no cent is lost or made, every posting has its counterpart, every status its way there.

use std::collections::BTreeMap;

use proptest::prelude::*;
use uuid::Uuid;

use super::{
    Allocation, AttemptMeans, DisputeNews, DisputeStatus, Move, NewRefund, Payment, Receipt, RefundMeans,
    RefundReason, RefundStatus, Settlement, Tender, settle,
};
use crate::{
    Account, Amount, Cents, Decision, Invoice, InvoiceStatus, PaymentId, PaymentStatus, Posting, Refusal,
    fixtures::{NOW, amount, attempt, invoice, meant, payment, refund, today},
    invoice::{AdjustmentKind, AdjustmentReason, WriteOffReason},
};

/// A command: which, on which invoice and payment, and how much.
type Command = (u8, usize, usize, i64);

const COMMANDS: u8 = 22;

/// What a command gives, where it is not refused.
type Given = Result<(), Refusal>;

struct Books {
    invoices: Vec<Invoice>,
    payments: Vec<Payment>,
    /// All that each payment received, as often as it was received.
    received: Vec<i64>,
    ledger: BTreeMap<Account, i64>,
    made: u128,
}

fn cents(sum: impl Iterator<Item = Cents>) -> i64 {
    sum.map(Cents::get).sum()
}

impl Books {
    fn open() -> Self {
        let drafts: Vec<Invoice> = (1..=3).map(|n| invoice(n, 1_000 * i64::try_from(n).unwrap())).collect();
        let own = |n: u128, payment: Payment| Payment { id: PaymentId::new(Uuid::from_u128(n)), ..payment };
        let all = vec![meant(&drafts[0], 1_000), meant(&drafts[1], 1_500)];
        let payments =
            vec![own(1, payment(3_000, all)), own(2, payment(1_200, vec![meant(&drafts[1], 700)]))];
        let mut books =
            Self { invoices: Vec::new(), payments, received: vec![0, 0], ledger: BTreeMap::new(), made: 0 };
        for draft in &drafts {
            books.post(&[Posting::debit(Account::PatientReceivable, draft.balance())]);
            books.post(&[Posting::credit(Account::Charges, draft.balance())]);
        }
        books.invoices = drafts;
        books
    }

    fn fresh(&mut self) -> u128 {
        self.made += 1;
        self.made
    }

    fn post(&mut self, postings: &[Posting]) {
        for posting in postings {
            *self.ledger.entry(posting.account).or_default() += posting.cents.get();
        }
    }

    /// Takes over what was decided of an invoice. `elsewhere` are the postings of the payment that moved it.
    fn book_invoice(&mut self, decision: Decision<Invoice>, elsewhere: &[Posting]) {
        let place = self.invoices.iter().position(|known| known.id == decision.state.id).unwrap();
        let (before, after) = (&self.invoices[place], &decision.state);
        let (from, to) = (before.status, after.status);
        assert!(from == to || from.can_become(to), "{from:?} to {to:?}");
        assert!(!decision.events.is_empty() && after.balance() >= Cents::ZERO, "{after:?}");
        assert_eq!(to == InvoiceStatus::Open, after.balance().is_positive() && to == InvoiceStatus::Open);
        for account in [Account::PatientReceivable, Account::CollectionsReceivable] {
            let own = decision.postings.iter().filter(|p| p.account == account);
            let others = elsewhere.iter().filter(|p| p.account == account && p.invoice == Some(after.id));
            let owed = |of: &Invoice| if of.receivable() == account { of.balance().get() } else { 0 };
            let moved = cents(own.chain(others).map(|p| p.cents));
            assert_eq!(moved, owed(after) - owed(before), "{account:?} of {before:?} to {after:?}");
        }
        assert_eq!(cents(decision.postings.iter().map(|p| p.cents)), 0, "{:?}", decision.postings);
        self.post(&decision.postings);
        self.invoices[place] = decision.state;
    }

    fn book_payment(&mut self, place: usize, decision: Decision<Payment>) {
        let (from, to) = (self.payments[place].status, decision.state.status);
        assert!(from == to || Move::ALL.iter().any(|m| from.after(*m) == Some(to)), "{from:?} to {to:?}");
        assert_eq!(cents(decision.postings.iter().map(|p| p.cents)), 0, "{:?}", decision.postings);
        self.post(&decision.postings);
        self.payments[place] = decision.state;
    }

    fn book(&mut self, place: usize, settlement: Settlement) {
        for decision in settlement.invoices {
            self.book_invoice(decision, &settlement.payment.postings);
        }
        self.book_payment(place, settlement.payment);
    }

    fn receive(&mut self, place: usize, received: Decision<Payment>, account: Account) -> Given {
        let settlement = settle(received, account, &self.invoices, None)?;
        self.received[place] += settlement.payment.state.amount.cents().get();
        self.book(place, settlement);
        Ok(())
    }

    fn run(&mut self, (command, of_invoice, of_payment, sum): Command) -> Given {
        let (i, p) = (of_invoice % self.invoices.len(), of_payment % self.payments.len());
        match command {
            0..=11 => self.pay(command, p, of_invoice, sum),
            12 => self.allocate(p, vec![(i, sum)]),
            13 => self.allocate(p, vec![((i + 1) % 3, 1 + sum / 2), (i, 1 + sum / 3)]),
            14 => self.allocate(p, Vec::new()),
            _ => {
                let decision = self.correct(command, &self.invoices[i], sum)?;
                self.book_invoice(decision, &[]);
                Ok(())
            }
        }
    }

    fn correct(&self, command: u8, invoice: &Invoice, sum: i64) -> Result<Decision<Invoice>, Refusal> {
        let other = || Some("agreed".try_into().unwrap());
        match command {
            15 => invoice.adjust(Cents::new(sum), AdjustmentReason::LateCharge, None),
            16 => invoice.adjust(Cents::new(-sum), AdjustmentReason::Other, other()),
            17 => invoice.write_off(None, WriteOffReason::BadDebt, None),
            18 => invoice.write_off(Some(amount(sum)), WriteOffReason::Other, other()),
            19 => invoice.reverse_adjustment(u16::try_from(sum % 9).unwrap()),
            20 if sum % 8 == 0 => invoice.delete(),
            20 => invoice.send_to_collections(),
            _ => invoice.reverse_collections(),
        }
    }

    fn pay(&mut self, command: u8, p: usize, which: usize, sum: i64) -> Given {
        let payment = self.payments[p].clone();
        let open = payment.open_attempt().map_or(attempt(0), |open| open.id);
        let nth = payment.refunds.get(which % payment.refunds.len().max(1)).map(|refund| refund.id);
        match command {
            0 | 1 => {
                let id = attempt(self.fresh());
                let started =
                    payment.start_attempt(id, AttemptMeans::Hosted { session: None, keep: None }, NOW)?;
                let succeeded = started.state.attempt_succeeded(id, "pi_1", NOW)?;
                self.book_payment(p, started);
                self.receive(p, succeeded, Account::ProcessorClearing)?;
            }
            2 => self.book_payment(p, payment.attempt_failed(open, "declined")?),
            3 => {
                let receipt = Receipt { tender: Tender::Cash, received_on: today() };
                let received = payment.record(&receipt, today(), NOW)?;
                self.receive(p, received, Account::CashDrawer)?;
            }
            4 => self.book_payment(p, payment.manual_move("reopen")?),
            5..=7 => {
                let desk = payment.tender.as_ref().map(|_| Tender::Cash);
                let reason = RefundReason::ALL[which % 5];
                let parts = (command == 7).then(|| payment.allocations.iter().take(1).copied().collect());
                let amount = (command > 5).then(|| amount(sum));
                let new = NewRefund { amount, reason, note: None, owed_again: None, parts, desk };
                let id = refund(self.fresh());
                self.book(p, payment.refund(id, new, &self.invoices, None, NOW)?);
            }
            8 => self.book_payment(p, payment.refund_succeeded(nth.unwrap_or(refund(0)), "re_1")?),
            9 => {
                let id = nth.unwrap_or(refund(0));
                self.book(p, payment.refund_failed(id, None, &self.invoices, None, NOW)?);
            }
            _ => {
                let known = payment.disputes.iter().find(|d| d.status == DisputeStatus::Open);
                let fresh = format!("dp_{}", self.fresh());
                let known = known.filter(|_| command == 10).map_or(fresh.as_str(), |known| &known.id);
                let amount = payment.disputes.iter().find(|d| d.id == known);
                let amount = amount.map_or(Amount::min(payment.amount, amount_of(sum)), |known| known.amount);
                use DisputeStatus::{Lost, Open, Returned, Won};
                let news = DisputeNews {
                    id: known,
                    amount,
                    reason: "x",
                    status: [Open, Won, Lost, Returned][which % 4],
                };
                if let Some(settlement) = payment.disputed(news, &self.invoices, None, NOW)? {
                    self.book(p, settlement);
                }
            }
        }
        Ok(())
    }

    fn allocate(&mut self, p: usize, wanted: Vec<(usize, i64)>) -> Given {
        let wanted: Vec<Allocation> =
            wanted.into_iter().map(|(i, sum)| meant(&self.invoices[i], sum)).collect();
        let settlement = self.payments[p].allocate(&wanted, &self.invoices, None, NOW)?;
        self.book(p, settlement);
        Ok(())
    }

    /// What is derived is what the ledger says.
    fn prove(&self) {
        let on = |account| self.ledger.get(&account).copied().unwrap_or_default();
        assert_eq!(self.ledger.values().sum::<i64>(), 0);
        let (mut credit, mut in_flight, mut held, mut lost) = (0, 0, 0, 0);
        for (payment, received) in self.payments.iter().zip(&self.received) {
            let live = |refund: &&super::Refund| refund.status != RefundStatus::Failed;
            let live = cents(payment.refunds.iter().filter(live).map(|refund| refund.amount.cents()));
            let here = if payment.paid_at.is_some() { payment.refundable().get() } else { 0 };
            let all = here + live + payment.reversed.get() - payment.lost.get();
            assert_eq!(all, *received, "allocations, credit, refunds and reversals: {payment:?}");
            let succeeded = payment.refunds.iter().filter(|r| r.status == RefundStatus::Succeeded);
            assert_eq!(payment.refunded.get(), cents(succeeded.map(|refund| refund.amount.cents())));
            assert!(payment.unapplied >= Cents::ZERO && payment.lost >= Cents::ZERO);
            let whole = payment.refunded >= payment.amount.cents();
            assert!(payment.status != PaymentStatus::Refunded || whole, "{payment:?}");
            let part = payment.refunded.is_positive() && !whole;
            assert!(payment.status != PaymentStatus::PartiallyRefunded || part, "{payment:?}");
            let at_desk = |refund: &&super::Refund| matches!(refund.means, RefundMeans::Desk(_));
            assert!(payment.refunds.iter().filter(at_desk).all(|r| r.status == RefundStatus::Succeeded));
            (credit, lost) = (credit + payment.unapplied.get(), lost + payment.lost.get());
            in_flight += payment.refunds_pending().get();
            let open = payment.disputes.iter().filter(|d| d.status == DisputeStatus::Open);
            held += cents(open.map(|dispute| dispute.amount.cents()));
        }
        assert_eq!(
            (-on(Account::PatientCredit), -on(Account::RefundsInFlight), on(Account::DisputedFunds)),
            (credit, in_flight, held)
        );
        assert_eq!(on(Account::Losses), lost);
        let kept = || self.invoices.iter().filter(|invoice| invoice.status != InvoiceStatus::Void);
        assert_eq!(-on(Account::Adjustments), cents(kept().map(Invoice::adjusted)));
        assert_eq!(on(Account::WriteOffs), cents(kept().map(Invoice::written_off)));
        for invoice in &self.invoices {
            let received = self.payments.iter().filter(|payment| payment.paid_at.is_some());
            let of_it = received.flat_map(|p| &p.allocations).filter(|a| a.invoice == invoice.id);
            assert_eq!(cents(of_it.map(|a| a.amount.cents())), invoice.applied.get(), "{invoice:?}");
            assert!(invoice.written_off() >= Cents::ZERO);
            let refunds = invoice.adjustments.iter().filter(|made| made.kind == AdjustmentKind::Refund);
            assert!(cents(refunds.map(|made| made.cents)) <= 0, "no refund makes more owed: {invoice:?}");
        }
    }
}

fn amount_of(sum: i64) -> Amount {
    amount(sum.max(1))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_order_of_commands_loses_or_makes_a_cent(
        commands in proptest::collection::vec((0..COMMANDS, 0_usize..60, 0_usize..2, 1_i64..2_000), 1..60),
    ) {
        let mut books = Books::open();
        for command in commands {
            let before = books.ledger.clone();
            if books.run(command).is_err() {
                prop_assert_eq!(&before, &books.ledger, "what is refused moves nothing");
            }
            books.prove();
        }
    }
}

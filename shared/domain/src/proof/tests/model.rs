//! A practice of one patient in memory: domain commands, the journal they make, and what the processor would move.

use std::num::NonZeroU32;

use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

use super::super::{Books, Movement, MovementKind, PayoutMade, Proof, Scope};
use crate::{
    Account, Amount, AttemptId, Cents, Currency, Decision, EventKind, Invoice, InvoiceId, InvoiceStatus,
    JournalEntry, Number, PatientId, Payment, PaymentId, Payout, Posting, RefundId, Refusal, fixtures,
    invoice::{Charges, InvoiceLine, Terms},
    payment::{
        Allocation, AttemptMeans, AttemptStatus, DisputeNews, DisputeStatus, NewRefund, Receipt,
        RefundReason, Settlement, Tender, settle,
    },
    payout::PayoutStatus,
};

pub(super) fn now() -> DateTime<Utc> {
    "2026-06-01T12:00:00Z".parse().unwrap()
}

pub(super) fn patient() -> PatientId {
    PatientId::new(Uuid::nil())
}

pub(super) fn amount(cents: i64) -> Amount {
    Amount::try_from(cents).unwrap()
}

/// What the proof reads, as it would be after the commands.
#[derive(Clone)]
pub(super) struct Model {
    pub(super) invoices: Vec<Invoice>,
    pub(super) payments: Vec<Payment>,
    pub(super) payouts: Vec<Payout>,
    pub(super) journal: Vec<JournalEntry>,
    pub(super) movements: Vec<Movement>,
    pub(super) made: Vec<(PayoutMade, Vec<Movement>)>,
    pub(super) account: [i64; 3],
    ids: u128,
    unpaid: usize,
}

impl Model {
    pub(super) fn new() -> Self {
        Self {
            invoices: Vec::new(),
            payments: Vec::new(),
            payouts: Vec::new(),
            journal: Vec::new(),
            movements: Vec::new(),
            made: Vec::new(),
            account: [0; 3],
            ids: 0,
            unpaid: 0,
        }
    }

    fn uuid(&mut self) -> Uuid {
        self.ids += 1;
        Uuid::from_u128(self.ids)
    }

    fn book(
        &mut self,
        source: String,
        patient: Option<PatientId>,
        (events, postings): (&[EventKind], &[Posting]),
    ) {
        self.ids += 1;
        let version = u64::try_from(self.ids).unwrap();
        let entry =
            JournalEntry::balanced((source, version), &now(), patient, Currency::Usd, postings).unwrap();
        let accounts = [Account::PatientReceivable, Account::CollectionsReceivable, Account::PatientCredit];
        if let Some(entry) = entry {
            for (shown, account) in self.account.iter_mut().zip(accounts) {
                *shown += entry.effect(account).get();
            }
            self.journal.push(entry.of_refund(events.iter().find_map(EventKind::refund)));
        }
    }

    fn number() -> Number {
        Number::new(NonZeroU32::MIN)
    }

    /// An invoice that is owed.
    pub(super) fn bill(&mut self, cents: i64) -> usize {
        let line = InvoiceLine {
            number: 1,
            code: None,
            description: "Visit".try_into().unwrap(),
            quantity: 1.try_into().unwrap(),
            unit_price: amount(cents),
            discount: None,
            treatment: None,
        };
        let charges = Charges { lines: vec![line], discount: Some("5%".parse().unwrap()) };
        let date = now().date_naive();
        let terms = Terms { location: None, payment_type: None, date, term: 30.try_into().unwrap() };
        let who = (patient(), "Ada Lovelace".try_into().unwrap());
        let id = InvoiceId::new(self.uuid());
        let draft =
            Invoice::create(id, Self::number(), who, Currency::Usd, charges, terms, date, now()).unwrap();
        self.invoices.push(draft.state.clone());
        self.change(self.invoices.len() - 1, |invoice| invoice.send(&[], now())).unwrap();
        self.invoices.len() - 1
    }

    /// A command on an invoice alone.
    pub(super) fn change(
        &mut self,
        index: usize,
        command: impl FnOnce(&Invoice) -> Result<Decision<Invoice>, Refusal>,
    ) -> Result<(), Refusal> {
        let decision = command(&self.invoices[index])?;
        self.book(decision.state.id.to_string(), Some(patient()), (&decision.events, &decision.postings));
        self.invoices[index] = decision.state;
        Ok(())
    }

    fn ask(&mut self, cents: i64, invoice: Option<usize>) -> usize {
        let meant =
            invoice.map(|index| Allocation { invoice: self.invoices[index].id, amount: amount(cents) });
        let id = PaymentId::new(self.uuid());
        self.payments.push(Payment { id, ..fixtures::payment(cents, meant.into_iter().collect()) });
        self.payments.len() - 1
    }

    /// Cash for an invoice, the rest as credit.
    pub(super) fn cash(&mut self, cents: i64, invoice: Option<usize>) -> usize {
        let index = self.ask(cents, invoice);
        let receipt = Receipt { tender: Tender::Cash, received_on: now().date_naive() };
        let received = self.payments[index].record(&receipt, now().date_naive(), now()).unwrap();
        let settled = settle(received, Account::CashDrawer, &self.invoices, None).unwrap();
        self.settled(index, settled);
        index
    }

    /// A card charged on the hosted page.
    pub(super) fn card(&mut self, cents: i64, invoice: Option<usize>) -> usize {
        let index = self.ask(cents, invoice);
        let attempt = AttemptId::new(self.uuid());
        let means = AttemptMeans::Hosted { session: None, keep: None };
        let payment = self.payments[index].start_attempt(attempt, means, now()).unwrap().state;
        let intent = format!("pi_{}", self.ids);
        let received = payment.attempt_succeeded(attempt, &intent, now()).unwrap();
        self.payments[index] = payment;
        let settled = settle(received, Account::ProcessorClearing, &self.invoices, None).unwrap();
        self.settled(index, settled);
        self.moved(MovementKind::Charge, cents, cents * 29 / 1000 + 30, &format!("ch_{intent}"), index, None);
        index
    }

    fn settled(&mut self, index: usize, settled: Settlement) {
        for decision in settled.invoices {
            let place = self.invoices.iter().position(|invoice| invoice.id == decision.state.id).unwrap();
            assert!(decision.postings.is_empty(), "an invoice's part is the payment's entry");
            self.invoices[place] = decision.state;
        }
        self.changed(index, settled.payment);
    }

    fn changed(&mut self, index: usize, decision: Decision<Payment>) {
        self.book(decision.state.id.to_string(), Some(patient()), (&decision.events, &decision.postings));
        self.payments[index] = decision.state;
    }

    fn moved(
        &mut self,
        kind: MovementKind,
        gross: i64,
        fee: i64,
        source: &str,
        payment: usize,
        refund: Option<RefundId>,
    ) {
        let payment = &self.payments[payment];
        self.movements.push(Movement {
            id: format!("txn_{}", self.movements.len()),
            kind,
            gross: Cents::new(gross),
            fee: Cents::new(fee),
            source: source.to_owned(),
            intent: payment.attempts.last().and_then(|attempt| attempt.intent.clone()),
            ours: true,
            payment: Some(payment.id),
            attempt: None,
            refund,
            at: now(),
        });
    }

    /// A refund: of the desk at once, by the processor asked for and taken from its balance.
    pub(super) fn refund(&mut self, index: usize, cents: i64, owed_again: bool) -> Result<RefundId, Refusal> {
        let id = RefundId::new(self.uuid());
        let payment = &self.payments[index];
        let new = NewRefund {
            amount: Some(amount(cents)),
            reason: RefundReason::PatientRequest,
            note: None,
            owed_again: Some(owed_again),
            parts: None,
            desk: payment.tender.clone(),
        };
        let by_processor = payment.tender.is_none();
        let settled = payment.refund(id, new, &self.invoices, None, now())?;
        self.settled(index, settled);
        if by_processor {
            self.moved(MovementKind::Refund, -cents, 0, &format!("re_{id}"), index, Some(id));
        }
        Ok(id)
    }

    pub(super) fn refund_succeeded(&mut self, index: usize, id: RefundId) -> Result<(), Refusal> {
        let decision = self.payments[index].refund_succeeded(id, &format!("re_{id}"))?;
        self.changed(index, decision);
        Ok(())
    }

    pub(super) fn refund_failed(&mut self, index: usize, id: RefundId) -> Result<(), Refusal> {
        let settled = self.payments[index].refund_failed(id, None, &self.invoices, None, now())?;
        let cents = self.payments[index].refund_of(id)?.amount.cents().get();
        self.settled(index, settled);
        self.moved(MovementKind::RefundFailure, cents, 0, &format!("re_{id}"), index, Some(id));
        Ok(())
    }

    /// What the processor says of a dispute of all of a payment.
    pub(super) fn disputed(&mut self, index: usize, status: DisputeStatus) -> Result<(), Refusal> {
        let (payment, id) = (&self.payments[index], format!("du_{}", self.payments[index].id));
        // A bank disputes what the processor took, and answers one of its disputes once.
        let over = payment.disputes.iter().any(|dispute| dispute.status != DisputeStatus::Open);
        if payment.tender.is_some() || over {
            return Ok(());
        }
        let open = payment.disputes.iter().any(|dispute| dispute.status == DisputeStatus::Open);
        let news = DisputeNews { id: &id, amount: payment.amount, reason: "fraudulent", status };
        let cents = payment.amount.cents().get();
        let Some(settled) = payment.disputed(news, &self.invoices, None, now())? else { return Ok(()) };
        self.settled(index, settled);
        match (status, open) {
            (DisputeStatus::Won, true) => self.moved(MovementKind::Dispute, cents, 0, &id, index, None),
            (DisputeStatus::Won, false) | (_, true) => {}
            (_, false) => self.moved(MovementKind::Dispute, -cents, 1_500, &id, index, None),
        }
        Ok(())
    }

    pub(super) fn allocate(&mut self, index: usize, invoice: usize, cents: i64) -> Result<(), Refusal> {
        let wanted = [Allocation { invoice: self.invoices[invoice].id, amount: amount(cents) }];
        let settled = self.payments[index].allocate(&wanted, &self.invoices, None, now())?;
        self.settled(index, settled);
        Ok(())
    }

    /// Everything that is at the processor goes to the bank.
    pub(super) fn pay_out(&mut self) {
        let parts = self.movements.split_off(self.unpaid);
        self.movements.extend(parts.iter().cloned());
        self.unpaid = self.movements.len();
        let fees: i64 = parts.iter().map(|part| part.fee.get()).sum();
        let gross: i64 = parts.iter().map(|part| part.gross.get()).sum();
        let id = format!("po_{}", self.payouts.len());
        let (net, fees) = (Cents::new(gross - fees), Cents::new(fees));
        let (currency, status) = (Currency::Usd, PayoutStatus::InTransit);
        let (created_at, arrives_at) = (now(), now() + Duration::days(1));
        let payout = Payout { id: id.clone(), currency, net, fees, status, created_at, arrives_at };
        let decision = payout.seen();
        self.book(id.clone(), None, (&decision.events, &decision.postings));
        self.payouts.push(decision.state);
        self.made.push((PayoutMade { id, is_gone: false, is_listed: true, at: now() }, parts));
    }

    /// The books as a proof takes them, an hour's grace long past.
    pub(super) fn books(&self) -> Books {
        self.books_at(now() + Duration::days(2))
    }

    pub(super) fn books_at(&self, now: DateTime<Utc>) -> Books {
        let mut books = Books::new(Scope { now, grace: Duration::hours(1), since: None });
        self.journal.iter().for_each(|entry| books.entry(entry));
        let mut counters: std::collections::BTreeMap<String, i64> = std::collections::BTreeMap::new();
        let mut count = |kind: &str, status: &str, cents: i64| {
            *counters.entry(format!("{kind}_{status}_n")).or_default() += 1;
            *counters.entry(format!("{kind}_{status}_cents")).or_default() += cents;
        };
        for invoice in &self.invoices {
            books.invoice(invoice);
            count("invoice", invoice.status.name(), invoice.balance().get());
            if invoice.status == InvoiceStatus::Open && invoice.applied.is_positive() {
                count("invoice", "partly", invoice.balance().get());
            }
        }
        for payment in &self.payments {
            books.payment(payment);
            count("payment", payment.status.name(), payment.amount.cents().get());
        }
        for (name, cents) in self.collected() {
            *counters.entry(name.to_owned()).or_default() += cents;
        }
        self.payouts.iter().for_each(|payout| books.payout(payout));
        books.counters(counters);
        let [owed, collections, credit] = self.account.map(Cents::new);
        books.account(patient(), owed, collections, credit.negated());
        books.processor_was_read();
        self.movements.iter().for_each(|movement| books.movement(movement));
        self.made.iter().for_each(|(payout, parts)| books.payout_made(payout, parts));
        books
    }

    /// What was collected, all of it in one month, as the processor's charges and the desk's tenders say.
    fn collected(&self) -> [(&'static str, i64); 4] {
        let (mut gross, mut back) = (0, 0);
        for payment in &self.payments {
            let taken = payment.attempts.iter().filter(|attempt| attempt.status == AttemptStatus::Succeeded);
            gross += taken.map(|attempt| attempt.amount.cents().get()).sum::<i64>();
            gross += payment.tender.as_ref().map_or(0, |_| payment.amount.cents().get());
            back += payment.refunded.get() + payment.reversed.get();
        }
        [
            ("gross_cents", gross),
            ("gross_2026-06_cents", gross),
            ("back_cents", back),
            ("back_2026-06_cents", back),
        ]
    }

    pub(super) fn proof(&self) -> Proof {
        self.books().prove()
    }
}

/// The names of what a proof found.
pub(super) fn names(proof: &Proof) -> Vec<String> {
    let mut names: Vec<String> = proof.differences.iter().map(|found| found.name.text()).collect();
    names.dedup();
    names
}

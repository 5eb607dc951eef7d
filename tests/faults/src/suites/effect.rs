//! What is there when all is done: two runs of a command have the same effect, whatever happened in one of them.

use std::collections::BTreeMap;

use paywell_domain::{
    Account, Appointment, ContactStanding, InvoiceSet, MethodsOnFile, Payment, PaymentPlan,
    on_file::MethodOnFile,
};
use paywell_tests::support::{Clinic, Dump};
use serde_json::Value;

use crate::Site;

/// What is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Effect {
    items: Vec<(&'static str, usize)>,
    accounts: BTreeMap<Account, i64>,
    invoices: Vec<String>,
    payments: Vec<String>,
    /// Methods on file, as they are at the practice.
    methods: Vec<String>,
    /// Invoice sets, payment plans, visits, and how contacts stand.
    around: Vec<String>,
    /// Messages, but for receipts: whether one goes out depends on when the payment was heard of, and whoever claimed one
    /// and is gone may have sent it.
    mails: usize,
}

/// The kinds of items that one effect has so many of. Numbers may have gaps, and counters are in shards by chance.
const KINDS: [&str; 18] = [
    "PATIENT#",
    "TREATMENT#",
    "INVOICE#",
    "PAYMENT#",
    "LINK#",
    "SET#",
    "JOURNAL#",
    "INVOICES#",
    "PAYMENTS#",
    "SETS#",
    "TOKEN#",
    "WEBHOOK#",
    "IDEMPOTENCY#",
    "ATTEMPTS#",
    "METHODS#",
    "PLAN#",
    "APPOINTMENT#",
    "STANDING#",
];

impl Effect {
    /// Proves the books, and says what there is; of one patient. There are no more receipts than payments.
    pub(super) async fn of(site: &Site, clinic: &Clinic) -> Self {
        let books = clinic.proven_books().await;
        let dump = site.world.dump().await;
        let mut accounts: BTreeMap<Account, i64> = BTreeMap::new();
        for posting in books.journal.iter().flat_map(|entry| entry.postings()) {
            *accounts.entry(posting.account).or_default() += posting.cents.get();
        }
        accounts.retain(|_, cents| *cents != 0);
        let mut invoices: Vec<String> = books
            .invoices
            .iter()
            .map(|invoice| format!("{:?} {:?}", invoice.status, invoice.balance()))
            .collect();
        let mut payments: Vec<String> = books.payments.iter().map(shown).collect();
        let methods: Vec<MethodsOnFile> = dump.decoded("METHODS#");
        let is_receipt =
            |mail: &Value| mail["text"].as_str().is_some_and(|text| text.contains("/pay/receipts/"));
        let (receipts, others): (Vec<Value>, Vec<Value>) =
            site.mail().await.into_iter().partition(is_receipt);
        let made = books.payments.len();
        assert!(receipts.len() <= made, "{} receipts of {made} payments", receipts.len());
        invoices.sort_unstable();
        payments.sort_unstable();
        Self {
            items: KINDS.iter().map(|kind| (*kind, dump.count(kind))).collect(),
            accounts,
            invoices,
            payments,
            methods: methods.iter().flat_map(kept).collect(),
            around: around(&dump),
            mails: others.len(),
        }
    }

    /// Whether this is the effect of a command that sends a message, after a crash: the message went once or not at
    /// all, and there may be no note of which, where it is noted. Whoever claimed it and is gone may have sent it.
    pub(super) fn is_but_for_a_message(&self, undisturbed: &Self, is_noted: bool) -> bool {
        let notes = |kind: &str| is_noted && matches!(kind, "INVOICE#" | "SET#" | "APPOINTMENT#");
        let mut pairs = self.items.iter().zip(&undisturbed.items);
        self.mails <= undisturbed.mails
            && pairs.all(|(one, other)| one == other || (notes(one.0) && one.1 + 1 == other.1))
            && self.without_items(0) == undisturbed.without_items(0)
    }

    /// Whether this is the same but for how much was noted on the way: how often the processor was asked, which messenger
    /// brought its news first, and where a receipt's address leads.
    pub(super) fn is_but_for_notes(&self, undisturbed: &Self) -> bool {
        let notes =
            |kind: &str| matches!(kind, "PAYMENT#" | "METHODS#" | "WEBHOOK#" | "TOKEN#" | "APPOINTMENT#");
        let mut pairs = self.items.iter().zip(&undisturbed.items);
        pairs.all(|(one, other)| one == other || notes(one.0))
            && self.without_items(self.mails) == undisturbed.without_items(undisturbed.mails)
    }

    /// Whether since then no money has moved and nothing is open: a charge was given up.
    pub(super) fn gave_up(&self, before: &Self) -> bool {
        let is_over = |payment: &String| payment.starts_with("Failed") || payment.starts_with("Pending");
        (&self.accounts, &self.invoices, &self.methods)
            == (&before.accounts, &before.invoices, &before.methods)
            && self.payments.iter().all(is_over)
    }

    /// The same, when everything is settled: the processor has what the books say it has.
    pub(super) async fn settled(site: &Site, clinic: &Clinic) -> Self {
        let effect = Self::of(site, clinic).await;
        let booked = effect.of_account(Account::ProcessorClearing);
        assert_eq!(booked, site.kept_by_processor(), "the books say what the processor has");
        effect
    }

    /// What an account holds, in cents.
    pub(super) fn of_account(&self, account: Account) -> i64 {
        self.accounts.get(&account).copied().unwrap_or_default()
    }

    /// What the accounts hold, but for those of what was billed.
    pub(super) fn leaves(&self) -> Vec<(Account, i64)> {
        let billed = |account: &Account| matches!(account, Account::Charges | Account::Discounts);
        self.accounts.iter().filter(|(account, _)| !billed(account)).map(|(a, cents)| (*a, *cents)).collect()
    }

    fn without_items(&self, mails: usize) -> Self {
        Self { items: Vec::new(), mails, ..self.clone() }
    }
}

/// What else there is, without what is its own: ids and times.
fn around(dump: &Dump) -> Vec<String> {
    let sets = dump.decoded::<InvoiceSet>("SET#").into_iter().map(|set| {
        let held = set.pause.as_ref().map(|pause| pause.reason);
        let left: Vec<_> = set.invoices.iter().map(|member| member.balance).collect();
        let planned = (set.next_step, set.tried, set.next_send_at.is_some(), set.autopay_at.is_some());
        let (tasks, given_up) = (set.tasks.len(), set.given_up.len());
        format!("{:?} {held:?} {left:?} {planned:?} {tasks} tasks, {given_up} given up", set.status)
    });
    let plans = dump.decoded::<PaymentPlan>("PLAN#").into_iter().map(|plan| {
        let taken: Vec<_> = plan.instalments.iter().map(|part| (part.taken, part.refused)).collect();
        format!("{:?} {taken:?} {}", plan.status, plan.next_at.is_some())
    });
    let visits = dump.decoded::<Appointment>("APPOINTMENT#").into_iter().map(|visit| {
        let paid = (visit.payment.is_some(), visit.link.is_some(), visit.asked_at.is_some());
        format!("{:?} {paid:?} {}", visit.status, visit.collect_at.is_some())
    });
    let contacts = dump.decoded::<ContactStanding>("STANDING#").into_iter().map(|contact| {
        let stopped = (contact.opted_out_at.is_some(), contact.suppressed);
        format!("{stopped:?} {} of {} unread", contact.unread.len(), contact.replies)
    });
    let mut around: Vec<String> = sets.chain(plans).chain(visits).chain(contacts).collect();
    around.sort_unstable();
    around
}

/// Methods on file, without what is their own.
fn kept(on_file: &MethodsOnFile) -> Vec<String> {
    let default = on_file.default.as_ref();
    let shown =
        |method: &MethodOnFile| format!("{:?}, default: {}", method.kind, default == Some(&method.id));
    on_file.methods.iter().map(shown).collect()
}

/// Where a payment stands, without what is its own: ids and times.
fn shown(payment: &Payment) -> String {
    let attempts: Vec<_> = payment.attempts.iter().map(|attempt| attempt.status).collect();
    let refunds: Vec<_> = payment.refunds.iter().map(|refund| (refund.status, refund.amount)).collect();
    let disputes: Vec<_> = payment.disputes.iter().map(|dispute| (dispute.status, dispute.amount)).collect();
    let kept = (payment.amount, payment.unapplied, payment.refunded, payment.reversed, payment.lost);
    format!("{:?} {kept:?} {attempts:?} {refunds:?} {disputes:?}", payment.status)
}

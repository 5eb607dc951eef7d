//! What the table says of a patient after the load, against what the rows say.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use anyhow::Result;
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use paywell_app::tracker::List;
use paywell_domain::{Account, Cents, JournalEntry, PatientId, PracticeId, invoice::ShownStatus};
use paywell_store::{Direction, Filters, InvoiceRow, Key, Sort, Store};

use super::perform::{Outcome, sum};
use crate::import::Importer;

/// The most rows of a page of a list.
const PAGE: usize = 100;

/// What a patient's journal entries come to; debits are positive.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Books {
    receivable: Cents,
    credit: Cents,
    charges: Cents,
    received: Cents,
}

impl Books {
    fn book(&mut self, entry: &JournalEntry) {
        self.receivable = sum(self.receivable, entry.effect(Account::PatientReceivable));
        self.credit = sum(self.credit, entry.effect(Account::PatientCredit));
        self.charges = sum(self.charges, entry.effect(Account::Charges));
        for account in [Account::CashDrawer, Account::Bank] {
            self.received = sum(self.received, entry.effect(account));
        }
    }
}

/// What the table holds of a patient.
#[derive(Debug, Clone, Default)]
pub(super) struct Held {
    /// What open invoices come to, as the balance says.
    pub(super) balance: Cents,
    /// Money not applied, as the balance says.
    pub(super) credit: Cents,
    /// What is left of the invoices in the list.
    pub(super) listed: Cents,
    /// How many invoices there are of each status that people see.
    pub(super) statuses: BTreeMap<String, usize>,
}

/// The journal of these months (UTC), added up by patient.
pub(super) async fn books(
    store: &Store,
    practice: &PracticeId,
    months: &BTreeSet<(i32, u32)>,
) -> Result<HashMap<PatientId, Books>> {
    let mut books: HashMap<PatientId, Books> = HashMap::new();
    let firsts = months.iter().filter_map(|(year, month)| NaiveDate::from_ymd_opt(*year, *month, 1));
    for first in firsts {
        for entry in store.journal(practice, first.and_time(NaiveTime::MIN).and_utc()).await? {
            if let Some(patient) = entry.patient {
                books.entry(patient).or_default().book(&entry);
            }
        }
    }
    Ok(books)
}

/// A patient's balance and invoices.
pub(super) async fn held(importer: &Importer<'_>, patient: PatientId, now: DateTime<Utc>) -> Result<Held> {
    let practice = &importer.practice;
    let loaded = importer.app.store.load([Key::patient_balance(practice, patient)]).await?;
    let account = loaded.account(practice, patient);
    let mut held = Held { balance: account.owed, credit: account.credit, ..Held::default() };
    let cx = importer.context("synthea-check", now);
    let mut list = List {
        statuses: Vec::new(),
        filters: Filters { patients: vec![patient], ..Filters::default() },
        search: None,
        sort: Sort::Created,
        descending: false,
        limit: PAGE,
        from: None,
    };
    loop {
        let (page, today) = importer.app.list_invoices(&cx, list.clone()).await?;
        for row in &page.rows {
            held.listed = sum(held.listed, row.balance);
            *held.statuses.entry(status(row, today)?).or_default() += 1;
        }
        match page.next {
            Some(next) => list.from = Some((next, Direction::Next)),
            None => return Ok(held),
        }
    }
}

/// The status that people see, and whether a part is paid, which *overdue* does not say.
fn status(row: &InvoiceRow, today: NaiveDate) -> Result<String> {
    let shown = row.shown(today);
    let name = serde_json::to_value(shown)?.as_str().unwrap_or_default().replace('_', " ");
    let part = shown == ShownStatus::Overdue && row.applied.is_positive();
    Ok(if part { format!("{name}, partly paid") } else { name })
}

/// Where rows and table disagree about a patient; nothing where they agree to the cent.
pub(super) fn disagreements(outcome: &Outcome, held: &Held, books: Books) -> Vec<String> {
    let minus = |a: Cents, b: Cents| a.checked_sub(b).unwrap_or_default();
    [
        (
            "owed less paid",
            minus(outcome.owed, outcome.paid),
            "balance less credit",
            minus(held.balance, held.credit),
        ),
        ("credit of the rows", outcome.credit, "credit", held.credit),
        ("balance", held.balance, "what is left of the invoices", held.listed),
        ("balance", held.balance, "receivable in the journal", books.receivable),
        ("credit", held.credit, "credit in the journal", books.credit.negated()),
        ("owed", outcome.owed, "charges in the journal", books.charges.negated()),
        ("paid", outcome.paid, "received in the journal", books.received),
    ]
    .into_iter()
    .filter(|(_, expected, _, found)| expected != found)
    .map(|(what, expected, other, found)| format!("{what} is {expected}, but {other} is {found}"))
    .collect()
}

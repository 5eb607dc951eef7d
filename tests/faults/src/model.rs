//! The pure domain against a model of it: random commands on one patient's invoices and payments, each followed by a
//! comparison, cent by cent, with plain sums that know nothing of the domain's types.

mod books;
mod commands;

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, NaiveDate, Utc};
use paywell_domain::{Account, Decision, Invoice, Payment, Posting, payment::Settlement};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::suites::Figure;

/// What a run of the model found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Found {
    /// Commands that the domain took.
    pub accepted: u64,
    /// Commands that it refused.
    pub refused: u64,
    /// Cents by which the domain and the model differ, added up over all comparisons.
    pub cents_off: u64,
}

/// One patient's invoices and payments, as the domain has them and as the model has them.
struct Site {
    rng: ChaCha8Rng,
    now: DateTime<Utc>,
    ids: u128,
    invoices: Vec<Invoice>,
    payments: Vec<Payment>,
    ledger: BTreeMap<Account, i64>,
    by_invoice: BTreeMap<String, i64>,
    books: books::Books,
}

impl Site {
    fn new(seed: u64) -> Self {
        Self {
            rng: ChaCha8Rng::seed_from_u64(seed),
            now: DateTime::UNIX_EPOCH + Duration::days(20_000),
            ids: 0,
            invoices: Vec::new(),
            payments: Vec::new(),
            ledger: BTreeMap::new(),
            by_invoice: BTreeMap::new(),
            books: books::Books::default(),
        }
    }

    fn today(&self) -> NaiveDate {
        self.now.date_naive()
    }

    /// Posts a decision, and gives its state. Postings that do not name an invoice are of `of`, if it is one.
    fn post<S>(&mut self, decision: Decision<S>, of: Option<&Invoice>) -> S {
        for Posting { account, cents, invoice } in decision.postings {
            *self.ledger.entry(account).or_default() += cents.get();
            let owed = matches!(account, Account::PatientReceivable | Account::CollectionsReceivable);
            if let Some(invoice) = invoice.or(of.map(|invoice| invoice.id)).filter(|_| owed) {
                *self.by_invoice.entry(invoice.to_string()).or_default() += cents.get();
            }
        }
        decision.state
    }

    fn settle(&mut self, at: usize, settlement: Settlement) {
        for decision in settlement.invoices {
            let place = self.invoices.iter().position(|invoice| invoice.id == decision.state.id);
            self.invoices[place.unwrap()] = decision.state;
        }
        self.payments[at] = self.post(settlement.payment, None);
    }
}

/// Runs so many commands of a seed, comparing after each; says where it first differs.
fn run(seed: u64, commands: u32) -> Found {
    let mut site = Site::new(seed);
    let mut found = Found::default();
    for number in 0..commands {
        let before = found.cents_off;
        match site.command() {
            Ok(name) => {
                found.accepted += 1;
                found.cents_off += site.cents_off();
                if found.cents_off > before {
                    eprintln!("seed {seed}, command {number} ({name}): {:?}", site.differences());
                    return found;
                }
            }
            Err(_) => found.refused += 1,
        }
    }
    found
}

/// So many commands over so many seeds, from the first on.
pub fn model(first: u64, seeds: u64, commands: u64) -> Vec<Figure> {
    let each = u32::try_from(commands / seeds).unwrap();
    let mut sum = Found::default();
    for seed in first..first + seeds {
        let found = run(seed, each);
        sum.accepted += found.accepted;
        sum.refused += found.refused;
        sum.cents_off += found.cents_off;
    }
    let n = sum.accepted + sum.refused;
    vec![
        Figure { name: "model_cents_off", value: sum.cents_off, unit: "cents", n },
        Figure { name: "model_accepted_pct", value: sum.accepted * 100 / n.max(1), unit: "%", n },
        Figure { name: "model_seeds", value: seeds, unit: "seeds", n },
    ]
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_domain_and_the_model_agree_to_the_cent() {
        let figures = super::model(0, 200, 20_000);
        assert_eq!(figures[0].value, 0);
        assert!(figures[1].value >= 40, "{:?}", figures[1]);
    }
}

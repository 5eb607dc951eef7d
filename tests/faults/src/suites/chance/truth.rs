//! The processor's account of each payment beside the practice's.

use std::collections::BTreeMap;

use paywell_app::proof::Options;
use paywell_domain::{
    Account, Payment,
    payment::{DisputeStatus, RefundMeans, RefundStatus},
};
use serde_json::Value;

use super::story::Story;

/// What is compared, what the books say, what is true: in cents.
pub(super) type Difference = (String, i64, i64);

impl Story<'_> {
    pub(super) fn truth(&self) -> Value {
        serde_json::to_value(self.site.processor.simulator.truth()).unwrap()
    }

    /// The program's own proof, with the processor's movements and payouts, finds nothing.
    pub(super) async fn proves(&self) {
        self.site.world.set_clock(self.site.now());
        let proof = self.clinic.proof(&Options::default()).await;
        assert!(proof.differences.is_empty(), "{:?}", proof.differences);
    }

    /// Every figure in which the books and the processor differ.
    pub(super) async fn differences(&self) -> Vec<Difference> {
        let books = self.clinic.proven_books().await;
        let truth = Truth::of(&self.truth());
        let mut all = Vec::new();
        let own: Vec<String> = books.payments.iter().map(|payment| payment.id.to_string()).collect();
        for id in truth.of_payments.keys().filter(|id| !own.contains(id)) {
            all.push((format!("{id}, which the books do not have"), 0, truth.get(id, "moved")));
        }
        for payment in &books.payments {
            let id = payment.id.to_string();
            let clearing = |entry: &&paywell_domain::JournalEntry| entry.source == id;
            let moved =
                books.journal.iter().filter(clearing).map(|e| e.effect(Account::ProcessorClearing).get());
            all.push((format!("moved {id}"), moved.sum(), truth.get(&id, "moved")));
            for (name, booked) in [
                ("refunded", refunded(payment)),
                ("held back", disputed(payment, &[DisputeStatus::Open])),
                ("taken back", disputed(payment, &[DisputeStatus::Lost, DisputeStatus::Returned])),
            ] {
                all.push((format!("{name} {id}"), booked, truth.get(&id, name)));
            }
        }
        all.retain(|(_, booked, true_of_it)| booked != true_of_it);
        all
    }
}

fn refunded(payment: &Payment) -> i64 {
    let by_processor = payment.refunds.iter().filter(|refund| {
        refund.status == RefundStatus::Succeeded && matches!(refund.means, RefundMeans::Processor(_))
    });
    by_processor.map(|refund| refund.amount.cents().get()).sum()
}

fn disputed(payment: &Payment, so: &[DisputeStatus]) -> i64 {
    let disputes = payment.disputes.iter().filter(|dispute| so.contains(&dispute.status));
    disputes.map(|dispute| dispute.amount.cents().get()).sum()
}

/// The processor's account, by payment and figure.
struct Truth {
    of_payments: BTreeMap<String, BTreeMap<&'static str, i64>>,
}

impl Truth {
    fn of(truth: &Value) -> Self {
        let rows = |kind: &str| truth[kind].as_array().unwrap().iter();
        let text = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
        let intents: BTreeMap<String, String> =
            rows("payment_intents").map(|i| (text(i, "id"), text(&i["metadata"], "payment"))).collect();
        let by_intent = |row: &Value| intents[&text(row, "payment_intent")].clone();
        // Charges, refunds and disputes are what movements of the balance are about.
        let sources: BTreeMap<String, String> = ["charges", "refunds", "disputes"]
            .iter()
            .flat_map(|kind| rows(kind))
            .map(|row| (text(row, "id"), by_intent(row)))
            .collect();
        let mut of_payments: BTreeMap<String, BTreeMap<&'static str, i64>> = BTreeMap::new();
        let mut add = |payment: String, name, cents: &Value| {
            *of_payments.entry(payment).or_default().entry(name).or_default() += cents.as_i64().unwrap();
        };
        for row in rows("balance_transactions") {
            if let Some(payment) = sources.get(&text(row, "source")) {
                add(payment.clone(), "moved", &row["amount"]);
            }
        }
        for row in rows("refunds").filter(|row| row["status"] == "succeeded") {
            add(by_intent(row), "refunded", &row["amount"]);
        }
        for row in rows("disputes") {
            match text(row, "status").as_str() {
                "won" => {}
                "lost" => add(by_intent(row), "taken back", &row["amount"]),
                _ => add(by_intent(row), "held back", &row["amount"]),
            }
        }
        Self { of_payments }
    }

    fn get(&self, payment: &str, name: &str) -> i64 {
        self.of_payments.get(payment).and_then(|figures| figures.get(name)).copied().unwrap_or_default()
    }
}

//! The balance and its transactions.
//! Sources: <https://docs.stripe.com/api/balance_transactions>, <https://docs.stripe.com/api/balance>.

use crate::calendar::{business_days_after, next_business_midnight};
use crate::error::{Result, StripeError};
use crate::lists::{Created, Listing, Page};
use crate::params::Reader;
use crate::passing_time::PAYOUTS;
use crate::state::{Cx, State};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// One movement on the account's balance, in cents: `net = amount - fee`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct BalanceTransaction {
    pub(crate) id: String,
    pub(crate) created: i64,
    pub(crate) available_on: i64,
    pub(crate) amount: i64,
    pub(crate) fee: i64,
    pub(crate) currency: String,
    pub(crate) description: Option<String>,
    /// `charge`, `payment` (bank debits), `payment_failure_refund`, `refund`, `payment_refund`, `refund_failure`,
    /// `adjustment` (disputes), `payout`, `payout_failure`.
    pub(crate) kind: String,
    pub(crate) source: String,
    /// The payout that took it to the bank.
    #[serde(default)]
    pub(crate) payout: Option<String>,
}

impl BalanceTransaction {
    pub(crate) fn net(&self) -> i64 {
        self.amount - self.fee
    }

    /// Source: <https://docs.stripe.com/reports/reporting-categories>
    fn reporting_category(&self) -> &str {
        match self.kind.as_str() {
            "payment" => "charge",
            "payment_refund" => "refund",
            "adjustment" if self.amount < 0 => "dispute",
            "adjustment" => "dispute_reversal",
            "payout_failure" => "payout_reversal",
            "payment_failure_refund" => "charge_failure",
            other => other,
        }
    }

    pub(crate) fn json(&self, now: i64) -> Value {
        let dispute = self.kind == "adjustment";
        let fee_details = json!([{
            "amount": self.fee,
            "application": null,
            "currency": self.currency,
            "description": if dispute { "Dispute fee" } else { "Stripe processing fees" },
            "type": "stripe_fee",
        }]);
        json!({
            "id": self.id,
            "object": "balance_transaction",
            "amount": self.amount,
            "available_on": self.available_on,
            "balance_type": "payments",
            "created": self.created,
            "currency": self.currency,
            "description": self.description,
            "exchange_rate": null,
            "fee": self.fee,
            "fee_details": if self.fee == 0 { json!([]) } else { fee_details },
            "net": self.net(),
            "reporting_category": self.reporting_category(),
            "source": self.source,
            "status": if self.available_on <= now { "available" } else { "pending" },
            "type": self.kind,
        })
    }
}

/// What a movement is about.
pub(crate) struct Movement<'a> {
    pub(crate) kind: &'a str,
    pub(crate) source: &'a str,
    pub(crate) amount: i64,
    pub(crate) fee: i64,
    pub(crate) currency: &'a str,
    pub(crate) description: Option<String>,
}

/// Writes a movement. Money of a card is available after two business days; what is taken from the balance is taken at
/// once. Source: <https://docs.stripe.com/payouts#payout-speed>
pub(crate) fn record(state: &mut State, cx: &Cx, movement: Movement<'_>) -> String {
    let available_on = if movement.kind == "charge" { business_days_after(cx.now, 2) } else { cx.now };
    record_as_of(state, cx, movement, available_on)
}

/// Writes a movement that is available from `available_on`, and calls for the payout that will take it along.
pub(crate) fn record_as_of(state: &mut State, cx: &Cx, movement: Movement<'_>, available_on: i64) -> String {
    let id = state.id("txn_");
    let transaction = BalanceTransaction {
        id: id.clone(),
        created: cx.now,
        available_on,
        amount: movement.amount,
        fee: movement.fee,
        currency: movement.currency.to_owned(),
        description: movement.description,
        kind: movement.kind.to_owned(),
        source: movement.source.to_owned(),
        payout: None,
    };
    state.call_payout(&transaction);
    state.put(transaction);
    id
}

impl State {
    fn call_payout(&mut self, transaction: &BalanceTransaction) {
        if transaction.kind != "payout" && transaction.payout.is_none() {
            self.unpaid.insert(transaction.id.clone());
            let at = transaction.available_on.max(next_business_midnight(transaction.created));
            self.agenda.insert((at, PAYOUTS.to_owned()));
        }
    }

    /// Notes which movements a payout is still to take along.
    pub(crate) fn derive_balance(&mut self) {
        let transactions = std::mem::take(&mut self.balance_transactions);
        transactions.values().for_each(|transaction| self.call_payout(transaction));
        self.balance_transactions = transactions;
    }
}

/// 2.9 % and 30 cents, half a cent rounded up. Source: <https://stripe.com/pricing>
pub(crate) fn card_fee(amount: i64) -> i64 {
    (amount * 29 + 500) / 1000 + 30
}

/// 0.8 %, at most 5 dollars. Source: <https://stripe.com/pricing>
pub(crate) fn bank_fee(amount: i64) -> i64 {
    ((amount * 8 + 500) / 1000).min(500)
}

/// `GET /v1/balance_transactions/{id}`
pub(crate) fn retrieve(state: &State, cx: &Cx, reader: Reader, id: &str) -> Result<Value> {
    reader.finish()?;
    let transaction = state.balance_transactions.get(id);
    Ok(transaction.ok_or_else(|| StripeError::missing("balance transaction", id, "id"))?.json(cx.now))
}

/// `GET /v1/balance_transactions`. Those of a payout are what it took to the bank, and the payout's own.
/// Source: <https://docs.stripe.com/api/balance_transactions/list>
pub(crate) fn list(state: &State, cx: &Cx, mut reader: Reader) -> Result<Value> {
    let (page, created) = (Page::read(&mut reader), Created::read(&mut reader));
    let (kind, source, currency) =
        (reader.string("type"), reader.string("source"), reader.string("currency"));
    let payout = reader.string("payout");
    reader.finish()?;
    if let Some(id) = payout.as_ref().filter(|id| !state.payouts.contains_key(*id)) {
        return Err(StripeError::missing("payout", id, "payout").status(400));
    }
    let wanted = |row: &BalanceTransaction| {
        let paid_out = |payout: &String| {
            row.payout.as_ref() == Some(payout) || (row.kind == "payout" && row.source == *payout)
        };
        kind.as_ref().is_none_or(|kind| row.kind == *kind)
            && source.as_ref().is_none_or(|source| row.source == *source)
            && currency.as_ref().is_none_or(|currency| row.currency == *currency)
            && payout.as_ref().is_none_or(paid_out)
    };
    let owner = payout.as_deref().or(source.as_deref()).or(kind.as_deref());
    let listing = Listing { page, created, owner };
    listing.of(state, "/v1/balance_transactions", wanted, |row| row.json(cx.now))
}

/// `GET /v1/balance`. All money is in one pool, whatever it was paid with.
pub(crate) fn balance(state: &State, cx: &Cx, reader: Reader) -> Result<Value> {
    reader.finish()?;
    let funds = |available: bool| {
        let rows = state.balance_transactions.values();
        let rows = rows.filter(|row| (row.available_on <= cx.now) == available);
        let amount: i64 = rows.map(BalanceTransaction::net).sum();
        json!([{ "amount": amount, "currency": "usd", "source_types": { "card": amount } }])
    };
    Ok(json!({
        "object": "balance",
        "available": funds(true),
        "connect_reserved": [{ "amount": 0, "currency": "usd" }],
        "livemode": false,
        "pending": funds(false),
    }))
}

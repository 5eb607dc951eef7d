//! The balance and its transactions.
//! Sources: <https://docs.stripe.com/api/balance_transactions>, <https://docs.stripe.com/api/balance>.

use crate::error::{Result, StripeError};
use crate::lists::{Created, Page, newest};
use crate::params::Reader;
use crate::state::{Cx, State};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

const DAY: i64 = 24 * 60 * 60;

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
    /// `charge`, `payment` (bank debits), `refund`, `payment_refund`, `refund_failure`.
    pub(crate) kind: String,
    pub(crate) source: String,
}

impl BalanceTransaction {
    pub(crate) fn json(&self, now: i64) -> Value {
        let fee_details = json!([{
            "amount": self.fee,
            "application": null,
            "currency": self.currency,
            "description": "Stripe processing fees",
            "type": "stripe_fee",
        }]);
        let reporting = match self.kind.as_str() {
            "payment" => "charge",
            "payment_refund" => "refund",
            other => other,
        };
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
            "net": self.amount - self.fee,
            "reporting_category": reporting,
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

/// Writes a movement. Card money is available after two days, a bank debit's after four.
/// Source: <https://docs.stripe.com/payouts#payout-speed>
pub(crate) fn record(state: &mut State, cx: &Cx, movement: Movement<'_>) -> String {
    let id = state.id("txn_");
    let delay = match movement.kind {
        "charge" => 2 * DAY,
        "payment" => 4 * DAY,
        _ => 0,
    };
    let transaction = BalanceTransaction {
        id: id.clone(),
        created: cx.now,
        available_on: cx.now + delay,
        amount: movement.amount,
        fee: movement.fee,
        currency: movement.currency.to_owned(),
        description: movement.description,
        kind: movement.kind.to_owned(),
        source: movement.source.to_owned(),
    };
    state.balance_transactions.insert(id.clone(), transaction);
    id
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

/// `GET /v1/balance_transactions`
pub(crate) fn list(state: &State, cx: &Cx, mut reader: Reader) -> Result<Value> {
    let page = Page::read(&mut reader);
    let created = Created::read(&mut reader);
    let (kind, source, currency) =
        (reader.string("type"), reader.string("source"), reader.string("currency"));
    reader.finish()?;
    let wanted = |row: &BalanceTransaction| {
        created.holds(row.created)
            && kind.as_ref().is_none_or(|kind| row.kind == *kind)
            && source.as_ref().is_none_or(|source| row.source == *source)
            && currency.as_ref().is_none_or(|currency| row.currency == *currency)
    };
    let rows: Vec<_> =
        newest(&state.balance_transactions).into_iter().filter(|(_, row)| wanted(row)).collect();
    page.of("/v1/balance_transactions", "balance transaction", &rows, |row| row.json(cx.now))
}

/// `GET /v1/balance`
pub(crate) fn balance(state: &State, cx: &Cx, reader: Reader) -> Result<Value> {
    reader.finish()?;
    let funds = |available: bool| {
        let rows =
            state.balance_transactions.values().filter(|row| (row.available_on <= cx.now) == available);
        let (mut card, mut bank) = (0, 0);
        for row in rows {
            let net = row.amount - row.fee;
            if row.kind.starts_with("payment") { bank += net } else { card += net }
        }
        json!([{
            "amount": card + bank, "currency": "usd", "source_types": { "card": card, "bank_account": bank },
        }])
    };
    Ok(json!({
        "object": "balance",
        "available": funds(true),
        "connect_reserved": [{ "amount": 0, "currency": "usd" }],
        "livemode": false,
        "pending": funds(false),
    }))
}

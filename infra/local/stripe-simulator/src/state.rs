//! Everything the simulator knows, and how ids and events are made.
//!
//! The core is functional: a transition takes the state, a request and [`Cx`] (which holds `now`), and gives an
//! answer; the events it emits are part of the new state. It reads no clock, does no I/O and makes no randomness.

use crate::balance::BalanceTransaction;
use crate::charges::Charge;
use crate::checkout::Session;
use crate::customers::Customer;
use crate::disputes::Dispute;
use crate::events::Event;
use crate::idempotency::Record;
use crate::lists::Lists;
use crate::mandates::Mandate;
use crate::outbox::{Delivery, Rules};
use crate::payment_intents::PaymentIntent;
use crate::payment_methods::PaymentMethod;
use crate::payouts::Payout;
use crate::refunds::Refund;
use crate::setup_intents::SetupIntent;
use crate::webhooks::Endpoint;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// Objects of one kind by id.
pub(crate) type Table<T> = BTreeMap<String, T>;

/// What a transition may know of its surroundings.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cx {
    /// Seconds since 1970.
    pub(crate) now: i64,
    pub(crate) request_id: Option<String>,
    pub(crate) idempotency_key: Option<String>,
    /// Scheme and authority of the hosted pages.
    pub(crate) base_url: String,
    /// Seconds until a bank debit settles; four business days if absent.
    pub(crate) ach_settles_after: Option<i64>,
    pub(crate) refund_settles_after: i64,
}

/// The whole state, which is also the snapshot.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct State {
    seed: u64,
    sequence: u64,
    /// Changes with every write; tells the snapshot writer that there is something to save.
    pub(crate) revision: u64,
    /// Seconds that the simulator's clock is ahead of the system's.
    pub(crate) ahead: i64,
    pub(crate) customers: Table<Customer>,
    pub(crate) payment_methods: Table<PaymentMethod>,
    pub(crate) payment_intents: Table<PaymentIntent>,
    pub(crate) setup_intents: Table<SetupIntent>,
    pub(crate) mandates: Table<Mandate>,
    pub(crate) charges: Table<Charge>,
    pub(crate) refunds: Table<Refund>,
    pub(crate) disputes: Table<Dispute>,
    pub(crate) balance_transactions: Table<BalanceTransaction>,
    pub(crate) payouts: Table<Payout>,
    pub(crate) sessions: Table<Session>,
    pub(crate) events: Table<Event>,
    pub(crate) endpoints: Table<Endpoint>,
    pub(crate) deliveries: Table<Delivery>,
    pub(crate) idempotency: Table<Record>,
    pub(crate) rules: Rules,
    /// Deliveries made under these rules.
    pub(crate) ruled: u64,
    /// The last event that [`crate::Simulator::take_events`] gave.
    pub(crate) taken: String,
    /// What is listed under what.
    #[serde(skip)]
    pub(crate) lists: Lists,
    /// What time will change, and when.
    #[serde(skip)]
    pub(crate) agenda: BTreeSet<(i64, String)>,
    /// Deliveries still to be tried, and when.
    #[serde(skip)]
    pub(crate) outbox: BTreeSet<(i64, String)>,
    /// Balance transactions that no payout has taken to the bank.
    #[serde(skip)]
    pub(crate) unpaid: BTreeSet<String>,
}

impl State {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed, ..Self::default() }
    }

    /// Forgets everything but the endpoint that the configuration asks for; the clock goes by the system's again. Ids
    /// go on, so that none is used twice.
    pub(crate) fn reset(&mut self) {
        let mut fresh =
            Self { seed: self.seed, sequence: self.sequence, revision: self.revision, ..Self::default() };
        fresh.endpoints = std::mem::take(&mut self.endpoints);
        fresh.endpoints.retain(|_, endpoint| endpoint.from_config);
        *self = fresh;
    }

    /// A new id: `prefix`, then 24 characters of which the first eight count up, so that ids sort by creation.
    pub(crate) fn id(&mut self, prefix: &str) -> String {
        let order = self.next();
        format!("{prefix}{order}{}", self.random(16))
    }

    /// The long id of a Checkout Session.
    pub(crate) fn session_id(&mut self) -> String {
        let order = self.next();
        format!("cs_test_a1{order}{}", self.random(50))
    }

    /// `length` characters that no one guesses from an id.
    pub(crate) fn secret(&mut self, length: usize) -> String {
        self.next();
        self.random(length)
    }

    fn next(&mut self) -> String {
        self.sequence += 1;
        let mut digits = Vec::new();
        let mut rest = self.sequence;
        for _ in 0..8 {
            digits.push(base62(rest % 62));
            rest /= 62;
        }
        digits.iter().rev().collect()
    }

    fn random(&self, length: usize) -> String {
        let mut text = String::new();
        let mut block: u64 = 0;
        while text.len() < length {
            let mut hash = Sha256::new();
            hash.update(self.seed.to_be_bytes());
            hash.update(self.sequence.to_be_bytes());
            hash.update(block.to_be_bytes());
            text.extend(hash.finalize().iter().map(|byte| base62(u64::from(*byte) % 62)));
            block += 1;
        }
        text.truncate(length);
        text
    }
}

/// ASCII order, so that the text of a counter sorts as its number.
fn base62(digit: u64) -> char {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let index = usize::try_from(digit).unwrap_or_default();
    char::from(*DIGITS.get(index).unwrap_or(&b'0'))
}

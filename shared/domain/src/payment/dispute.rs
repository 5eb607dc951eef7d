//! A patient's bank takes the money back, or asks to: returns of bank debits, and disputes of cards.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Move, Payment, Settlement};
use crate::{Account, Amount, Decision, EventKind, Invoice, InvoiceSet, Posting, Refusal};

/// How a dispute stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DisputeStatus {
    /// The funds are held back until the bank decides.
    Open,
    /// Decided for the practice: the funds are back.
    Won,
    /// Decided for the patient: the funds are gone.
    Lost,
    /// The return of a bank debit, which is final.
    Returned,
}

/// A dispute of a payment (<https://docs.stripe.com/disputes/how-disputes-work>).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dispute {
    /// The processor's name for it.
    pub id: String,
    /// How much is disputed.
    pub amount: Amount,
    /// How it stands.
    pub status: DisputeStatus,
    /// The bank's reason, as the processor names it.
    pub reason: String,
    /// When we heard of it (UTC).
    pub opened_at: DateTime<Utc>,
}

/// What the processor says of a dispute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DisputeNews<'a> {
    /// The processor's name for it.
    pub id: &'a str,
    /// How much is disputed.
    pub amount: Amount,
    /// The bank's reason.
    pub reason: &'a str,
    /// How it now stands.
    pub status: DisputeStatus,
}

impl Payment {
    /// Whether a dispute is open, so that nothing can be refunded.
    pub fn is_disputed(&self) -> bool {
        self.disputes.iter().any(|dispute| dispute.status == DisputeStatus::Open)
    }

    /// Applies what the processor says of a dispute, in whatever order it says it. The same again changes nothing; none
    /// where it is known already.
    ///
    /// An opened dispute holds the funds back; won, they return; lost, what they had paid is owed again and the payment
    /// keeps its status. A return is final at once: the payment has failed, unless refunds had changed its status.
    ///
    /// # Errors
    /// The money is not here yet (the success that comes before is still on its way), or a sum overflows.
    pub fn disputed(
        &self,
        news: DisputeNews<'_>,
        invoices: &[Invoice],
        set: Option<&InvoiceSet>,
        now: DateTime<Utc>,
    ) -> Result<Option<Settlement>, Refusal> {
        let known = self.disputes.iter().find(|dispute| dispute.id == news.id).map(|dispute| dispute.status);
        if known.is_some_and(|known| known == news.status || known != DisputeStatus::Open) {
            return Ok(None);
        }
        if self.paid_at.is_none() {
            return Err(Refusal::state("not-received", "the money of this payment is not here yet"));
        }
        let cents = news.amount.cents();
        let mut base = self.clone();
        let mut postings = Vec::new();
        let mut events = Vec::new();
        if known.is_none() && news.status != DisputeStatus::Returned {
            events.push(EventKind::DisputeOpened {
                dispute: news.id.to_owned(),
                cents: news.amount,
                reason: news.reason.to_owned(),
            });
            postings.push(Posting::debit(Account::DisputedFunds, cents));
            postings.push(Posting::credit(Account::ProcessorClearing, cents));
        }
        base.note_dispute(news, now);
        let mut changed = Vec::new();
        match news.status {
            DisputeStatus::Open => {}
            DisputeStatus::Won => {
                events.push(EventKind::DisputeWon { dispute: news.id.to_owned() });
                postings.push(Posting::debit(Account::ProcessorClearing, cents));
                postings.push(Posting::credit(Account::DisputedFunds, cents));
            }
            DisputeStatus::Lost | DisputeStatus::Returned => {
                let returned = news.status == DisputeStatus::Returned;
                // What an open dispute had held back is no longer with the processor's other money.
                let held_back = known.is_some() || !returned;
                let account = if held_back { Account::DisputedFunds } else { Account::ProcessorClearing };
                let (reversed, invoices, moved) = base.reverse(news.amount, account, invoices)?;
                (base, changed) = (reversed, invoices);
                postings.extend(moved);
                events.push(if returned {
                    if let Some(failed) = base.status.after(Move::Return) {
                        (base.status, base.paid_at) = (failed, None);
                    }
                    EventKind::PaymentReturned {
                        dispute: news.id.to_owned(),
                        cents: news.amount,
                        reason: news.reason.to_owned(),
                    }
                } else {
                    EventKind::DisputeLost { dispute: news.id.to_owned() }
                });
            }
        }
        let decision = Decision { state: base, events, postings };
        Ok(Some(Settlement::of(decision, changed, set)))
    }

    fn note_dispute(&mut self, news: DisputeNews<'_>, now: DateTime<Utc>) {
        match self.disputes.iter_mut().find(|dispute| dispute.id == news.id) {
            Some(known) => known.status = news.status,
            None => self.disputes.push(Dispute {
                id: news.id.to_owned(),
                amount: news.amount,
                status: news.status,
                reason: news.reason.to_owned(),
                opened_at: now,
            }),
        }
    }
}

//! Payouts: each practice's share of what the processor sends to the bank, from the movements that it is made of.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use paywell_domain::{Cents, Currency, Payout, PracticeId, payout::PayoutStatus};
use paywell_gateways::stripe::{
    self, BalanceFilter, BalanceSource, BalanceTransaction, ReconciliationStatus, StripeError,
};
use paywell_store::Key;

use super::Pass;
use crate::{App, AppError, processor::Subject};

/// A practice's movements in a payout, in cents.
#[derive(Debug, Clone, Copy, Default)]
struct Share {
    net: i64,
    fees: i64,
}

impl App {
    /// Books the payouts that were made since then, and those that stand otherwise now.
    pub(super) async fn book_payouts(&self, since: DateTime<Utc>, pass: &mut Pass<'_>) {
        let mut after: Option<String> = None;
        while pass.goes_on() {
            let page = match self.payouts(since, (pass.clock)(), after.as_deref()).await {
                Ok(page) => page,
                Err(error) => return pass.failed("the processor's payouts cannot be read", &error),
            };
            for payout in &page.data {
                match self.book_payout(payout, pass).await {
                    Ok(booked) => pass.run.payouts += booked,
                    Err(error) => pass.failed(&payout.id, &error),
                }
            }
            after = page.next_after().map(|payout| payout.id.clone());
            if after.is_none() {
                return;
            }
        }
    }

    async fn payouts(
        &self,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
        after: Option<&str>,
    ) -> Result<stripe::Page<stripe::Payout>, AppError> {
        self.stripe()?.list_payouts(from, until, after).await.map_err(AppError::unavailable)
    }

    async fn book_payout(&self, payout: &stripe::Payout, pass: &Pass<'_>) -> Result<u32, AppError> {
        // What a payout holds is listed once the processor has put it together.
        if payout.reconciliation_status != ReconciliationStatus::Completed {
            return Ok(0);
        }
        let Some(status) = status(&payout.status) else { return Ok(0) };
        let mut booked = 0;
        for (practice, share) in self.shares(&payout.id).await? {
            let cx = pass.context(practice);
            booked += self
                .change(&cx, [Key::payout(cx.practice(), &payout.id)], async |work| {
                    match work.find::<Payout>(payout.id.clone())? {
                        Some(known) => {
                            let Some(decision) = known.state.stands(status, payout.arrival_date) else {
                                return Ok(0);
                            };
                            work.commit.update(&known, decision)?;
                        }
                        None => {
                            let seen = Payout {
                                id: payout.id.clone(),
                                currency: Currency::Usd,
                                net: Cents::new(share.net),
                                fees: Cents::new(share.fees),
                                status,
                                created_at: payout.created,
                                arrives_at: payout.arrival_date,
                            };
                            work.commit.create(seen.seen())?;
                        }
                    }
                    Ok(1)
                })
                .await?;
        }
        Ok(booked)
    }

    /// Each practice's movements in a payout. What belongs to none, such as the processor's own fees, is the account
    /// holder's; the proof of the books names it.
    async fn shares(&self, payout: &str) -> Result<BTreeMap<PracticeId, Share>, AppError> {
        let mut shares: BTreeMap<PracticeId, Share> = BTreeMap::new();
        let mut after: Option<String> = None;
        loop {
            let filter = BalanceFilter::Payout(payout);
            let page = self.stripe()?.list_balance_transactions(filter, after.as_deref()).await;
            let page = page.map_err(AppError::unavailable)?;
            for movement in &page.data {
                if let Some(BalanceSource::Payout(failed)) = &movement.source {
                    // What the bank sent back goes out once more; its fees were kept the first time.
                    if movement.amount > 0 {
                        for (practice, sent_back) in Box::pin(self.shares(&failed.id)).await? {
                            let share = shares.entry(practice).or_default();
                            share.net = share.net.saturating_add(sent_back.net);
                        }
                    }
                } else if let Some(subject) = self.mover(movement).await? {
                    let share = shares.entry(subject.practice).or_default();
                    share.net = share.net.saturating_add(movement.net);
                    share.fees = share.fees.saturating_add(movement.fee);
                }
            }
            after = page.next_after().map(|movement| movement.id.clone());
            if after.is_none() {
                return Ok(shares);
            }
        }
    }

    /// Whose payment moved the processor's balance; none where it was no payment of ours.
    pub(crate) async fn mover(&self, movement: &BalanceTransaction) -> Result<Option<Subject>, AppError> {
        let intent = match &movement.source {
            Some(BalanceSource::Charge(charge)) => return Ok(Subject::of(&charge.metadata)),
            Some(BalanceSource::Refund(refund)) => match Subject::of(&refund.metadata) {
                Some(subject) => return Ok(Some(subject)),
                None => refund.payment_intent.clone(),
            },
            Some(BalanceSource::Dispute(dispute)) => dispute.payment_intent.clone(),
            _ => None,
        };
        let Some(intent) = intent else { return Ok(None) };
        let intent = self.stripe()?.retrieve_payment_intent(&intent).await;
        let intent = intent.map_err(|error: StripeError| AppError::unavailable(error))?;
        Ok(Subject::of(&intent.metadata))
    }
}

fn status(theirs: &stripe::PayoutStatus) -> Option<PayoutStatus> {
    match theirs {
        stripe::PayoutStatus::Pending => Some(PayoutStatus::Pending),
        stripe::PayoutStatus::InTransit => Some(PayoutStatus::InTransit),
        stripe::PayoutStatus::Paid => Some(PayoutStatus::Paid),
        stripe::PayoutStatus::Failed => Some(PayoutStatus::Failed),
        stripe::PayoutStatus::Canceled => Some(PayoutStatus::Canceled),
        stripe::PayoutStatus::Other(_) => None,
    }
}

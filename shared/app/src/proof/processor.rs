//! Reading the processor's side: the movements of its balance, and what its payouts sent to the bank.

use std::collections::HashMap;

use chrono::{DateTime, Duration, Utc};
use paywell_domain::{
    Cents, PracticeId,
    proof::{Books, Movement, MovementKind, PayoutMade},
};
use paywell_gateways::stripe::{
    BalanceFilter, BalanceSource, BalanceTransaction, ChargeStatus, Payout, PayoutStatus,
    ReconciliationStatus,
};

use crate::{App, AppError, processor::Subject};

/// How long before something was booked the processor may have moved it: it sends its messages again for three days, and
/// a nightly run that finds the rest may be lost.
const BOOKED_WITHIN: Duration = Duration::days(7);

/// Whose the disputes and refunds are that do not say it themselves: asked for once.
type Movers = HashMap<String, Option<Subject>>;

impl App {
    pub(super) async fn read_processor(
        &self,
        practice: &PracticeId,
        since: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
        books: &mut Books,
    ) -> Result<(), AppError> {
        books.processor_was_read();
        let mut movers = Movers::new();
        let until = now + Duration::days(1);
        let from = since.map_or(DateTime::UNIX_EPOCH, |since| since - BOOKED_WITHIN);
        let mut after: Option<String> = None;
        loop {
            let filter = BalanceFilter::Created(from, until);
            let (movements, next) = self.movements(practice, filter, after.as_deref(), &mut movers).await?;
            movements.iter().for_each(|movement| books.movement(movement));
            after = next;
            if after.is_none() {
                break;
            }
        }
        let from = since.unwrap_or(DateTime::UNIX_EPOCH);
        loop {
            let page = self.stripe()?.list_payouts(from, until, after.as_deref()).await;
            let page = page.map_err(AppError::unavailable)?;
            for payout in &page.data {
                self.read_payout(practice, payout, &mut movers, books).await?;
            }
            after = page.next_after().map(|payout| payout.id.clone());
            if after.is_none() {
                return Ok(());
            }
        }
    }

    async fn read_payout(
        &self,
        practice: &PracticeId,
        payout: &Payout,
        movers: &mut Movers,
        books: &mut Books,
    ) -> Result<(), AppError> {
        let made = PayoutMade {
            id: payout.id.clone(),
            is_gone: matches!(payout.status, PayoutStatus::Failed | PayoutStatus::Canceled),
            is_listed: payout.reconciliation_status == ReconciliationStatus::Completed,
            at: payout.created,
        };
        // Until it is put together it is booked by nobody.
        if matches!(
            payout.reconciliation_status,
            ReconciliationStatus::InProgress | ReconciliationStatus::Other(_)
        ) {
            return Ok(());
        }
        if !made.is_listed {
            books.payout_made(&made, []);
            return Ok(());
        }
        let mut after: Option<String> = None;
        loop {
            let filter = BalanceFilter::Payout(&payout.id);
            let (movements, next) = self.movements(practice, filter, after.as_deref(), movers).await?;
            books.payout_made(&made, &movements);
            after = next;
            if after.is_none() {
                return Ok(());
            }
        }
    }

    /// A page of the movements that are the practice's or nobody's and done, and after which the next page begins.
    async fn movements(
        &self,
        practice: &PracticeId,
        filter: BalanceFilter<'_>,
        after: Option<&str>,
        movers: &mut Movers,
    ) -> Result<(Vec<Movement>, Option<String>), AppError> {
        let page = self.stripe()?.list_balance_transactions(filter, after).await;
        let page = page.map_err(AppError::unavailable)?;
        let mut movements = Vec::new();
        for moved in &page.data {
            let mover = match moved.source.as_ref().and_then(|source| movers.get(source.id())) {
                Some(known) => known.clone(),
                None => {
                    let mover = self.mover(moved).await?;
                    if let Some(BalanceSource::Dispute(_) | BalanceSource::Refund(_)) = &moved.source {
                        movers.extend(moved.source.as_ref().map(|s| (s.id().to_owned(), mover.clone())));
                    }
                    mover
                }
            };
            let theirs = mover.as_ref().is_some_and(|subject| subject.practice != *practice);
            if !theirs && !is_under_way(moved) {
                movements.push(movement(moved, mover));
            }
        }
        Ok((movements, page.next_after().map(|moved| moved.id.clone())))
    }
}

/// Whether it is of a bank debit that the bank has not paid yet: in the processor's balance from its second on, in the
/// ledger once it has succeeded.
fn is_under_way(moved: &BalanceTransaction) -> bool {
    matches!(&moved.source, Some(BalanceSource::Charge(charge)) if charge.status == ChargeStatus::Pending)
}

/// A movement by the object that moved: Stripe has many names for one and the same
/// (<https://docs.stripe.com/reports/balance-transaction-types>).
fn movement(moved: &BalanceTransaction, mover: Option<Subject>) -> Movement {
    let leaves = moved.amount < 0;
    let (kind, intent) = match &moved.source {
        // Below zero a bank debit that failed is taken back: together they come to nothing.
        Some(BalanceSource::Charge(charge)) => (MovementKind::Charge, charge.payment_intent.clone()),
        Some(BalanceSource::Refund(refund)) => {
            let kind = if leaves { MovementKind::Refund } else { MovementKind::RefundFailure };
            (kind, refund.payment_intent.clone())
        }
        Some(BalanceSource::Dispute(dispute)) => (MovementKind::Dispute, dispute.payment_intent.clone()),
        Some(BalanceSource::Payout(_)) if leaves => (MovementKind::Payout, None),
        Some(BalanceSource::Payout(_)) => (MovementKind::PayoutFailure, None),
        _ => (MovementKind::Other, None),
    };
    Movement {
        id: moved.id.clone(),
        kind,
        gross: Cents::new(moved.amount),
        fee: Cents::new(moved.fee),
        source: moved.source.as_ref().map(|source| source.id().to_owned()).unwrap_or_default(),
        intent,
        ours: mover.is_some(),
        payment: mover.as_ref().map(|subject| subject.payment),
        attempt: mover.as_ref().and_then(|subject| subject.attempt),
        refund: mover.as_ref().and_then(|subject| subject.refund),
        at: moved.created,
    }
}

//! Reconciling with the processor: what is unsettled is asked about, receipts of what was paid are mailed, what came without
//! a message is found, payouts are booked. What outreach will do soon is foreseen anew, for time alone may change that.

mod foresee;
mod payouts;
mod sweep;

use chrono::{DateTime, Duration, Utc};
use paywell_domain::{Actor, Payment, PaymentId, PracticeId};
use paywell_store::{By, Due, Queue, Store, Stored};
use serde::{Deserialize, Serialize};

use crate::{App, AppError, Context};

/// How many entries of the queue are read at a time.
const PAGE: i32 = 100;

/// How far back a nightly run looks: the processor sends its messages again for three days, and a night may be lost.
const LOOK_BACK: Duration = Duration::days(7);

/// What a run is to do, as its schedule or an engineer says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Order {
    /// Whether to go through the processor's records as well, for what nobody told us, to book payouts, and to foresee which
    /// invoice sets will fail.
    pub nightly: bool,
    /// From when on (UTC) those records are gone through; a week back where nothing is said. After the table was restored
    /// from a backup: from before the backup.
    pub since: Option<DateTime<Utc>>,
}

/// What a run did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Run {
    /// Payments that were due to be asked about.
    pub due: u32,
    /// Payments of which everything is known now.
    pub settled: u32,
    /// Payments that are asked about again later.
    pub waiting: u32,
    /// Charges of the processor that were gone through.
    pub swept: u32,
    /// Charges, refunds and disputes that nobody had told us of.
    pub found: u32,
    /// Payouts that were booked, or stand otherwise now.
    pub payouts: u32,
    /// Invoice sets whose next step was foreseen anew.
    pub foreseen: u32,
    /// Those of them that will fail now, or will no more.
    pub sets_changed: u32,
    /// What could not be handled; the next run finds it again.
    pub errors: u32,
    /// Whether it ended before all was done; the next run goes on.
    pub cut_off: bool,
}

/// When a run must end, and what it counts.
pub(crate) struct Pass<'a> {
    request: &'a str,
    clock: fn() -> DateTime<Utc>,
    deadline: DateTime<Utc>,
    run: Run,
}

impl Pass<'_> {
    fn context(&self, practice: PracticeId) -> Context {
        let by =
            By { practice, actor: Actor::Schedule, request: self.request.to_owned(), now: (self.clock)() };
        Context { by, command: None }
    }

    /// Whether there is time for more.
    fn goes_on(&mut self) -> bool {
        self.run.cut_off |= (self.clock)() >= self.deadline;
        !self.run.cut_off
    }

    fn failed(&mut self, what: &str, error: &AppError) {
        tracing::error!(%error, "{what}");
        self.run.errors += 1;
    }
}

impl App {
    /// Asks about what is unsettled, of all practices, and does what else is ordered, until `deadline`.
    ///
    /// # Errors
    /// The queue cannot be read.
    pub async fn reconcile(
        &self,
        order: Order,
        request: &str,
        clock: fn() -> DateTime<Utc>,
        deadline: DateTime<Utc>,
    ) -> Result<Run, AppError> {
        let mut pass = Pass { request, clock, deadline, run: Run::default() };
        self.settle_due(&mut pass).await?;
        if order.nightly || order.since.is_some() {
            let since = order.since.unwrap_or(clock() - LOOK_BACK);
            self.sweep(since, &mut pass).await;
            self.book_payouts(since, &mut pass).await;
        }
        if order.nightly {
            self.foresee_soon(&mut pass).await;
        }
        Ok(pass.run)
    }

    async fn attend(&self, cx: &Context, id: PaymentId) -> Result<Stored<Payment>, AppError> {
        let settled = self.settle_payment(cx, id).await?;
        if settled.state.receipt_at.is_some() {
            self.send_receipt(cx, id).await?;
        }
        Ok(settled)
    }

    async fn settle_due(&self, pass: &mut Pass<'_>) -> Result<(), AppError> {
        for shard in 0..Store::queue_shards() {
            let mut after: Option<String> = None;
            loop {
                let now = (pass.clock)();
                let due: Vec<Due<PaymentId>> =
                    self.store.due(Queue::Unsettled, shard, now, after.as_deref(), PAGE).await?;
                let Some(last) = due.last() else { break };
                after = Some(last.position.clone());
                for payment in &due {
                    if !pass.goes_on() {
                        return Ok(());
                    }
                    pass.run.due += 1;
                    let cx = pass.context(payment.practice.clone());
                    match self.attend(&cx, payment.id).await {
                        Ok(settled) if settled.state.ask_at().is_none() => pass.run.settled += 1,
                        Ok(_) => pass.run.waiting += 1,
                        Err(error) => pass.failed(&format!("{} of {}", payment.id, payment.practice), &error),
                    }
                }
            }
        }
        Ok(())
    }
}

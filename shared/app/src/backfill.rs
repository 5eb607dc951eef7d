//! Making anew, in a practice that works, what is derived from its aggregates: tracker rows and counters. For rows of a new
//! kind, or a table that was damaged.
//!
//! A row is written in a transaction that requires its aggregate to be as it was read; who loses a race reads that one
//! again, and finds what the winner wrote. A page of each is in memory.
//!
//! A counter has no aggregate of its own to hold it to. What it is off by stays the same whatever commands do: each changes
//! the counter, and what it counts, in one transaction, by the same. So the difference is added. That is safe where the
//! difference is not itself the work of commands between two reads: [`App::prove`] names only what stood still and
//! differed each time, it is asked twice, and the shard that takes the sum must hold what it held before the second time.
//! What does not stand still is left, and named: it is for a quieter hour. The proof's figures are in memory, a few
//! hundred bytes for each invoice and payment.

use chrono::{DateTime, Utc};
use futures_util::{StreamExt, TryStreamExt, stream};
use paywell_domain::{
    PracticeId,
    proof::{Difference, Name},
};
use paywell_store::{ROW_LISTS, Rebuilt};

use crate::{App, AppError, proof::Options};

/// How many aggregates are looked at in one step, and how many steps at once.
const STEP: usize = 50;
const AT_ONCE: usize = 4;

/// How often counters are corrected: a command may be quicker.
const ROUNDS: u32 = 3;

/// What a backfill did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Backfilled {
    /// The rows.
    pub rows: Rebuilt,
    /// The counters that were off, with what was added.
    pub corrected: Vec<(String, i64)>,
    /// What the books still differ by: what is no derived figure, or does not stand still.
    pub left: Vec<Difference>,
}

impl App {
    /// Makes a practice's rows and counters anew; `progress` is told how far it is after every page.
    ///
    /// # Errors
    /// The table cannot be reached, an aggregate cannot be read, or one is being changed all the time.
    pub async fn backfill(
        &self,
        practice: &PracticeId,
        now: DateTime<Utc>,
        mut progress: impl FnMut(&Rebuilt),
    ) -> Result<Backfilled, AppError> {
        let mut rows = Rebuilt::default();
        let mut from = None;
        loop {
            let (changes, next) = self.store.changes(practice, None, from).await?;
            let steps =
                stream::iter(changes.chunks(STEP)).map(|step| self.store.rebuild_rows(practice, step));
            let rebuilt: Vec<Rebuilt> = steps.buffer_unordered(AT_ONCE).try_collect().await?;
            rebuilt.into_iter().for_each(|step| rows.add(step));
            progress(&rows);
            from = next;
            if from.is_none() {
                break;
            }
        }
        for list in ROW_LISTS {
            let mut after: Option<String> = None;
            loop {
                let (rebuilt, next) =
                    self.store.remove_rows_of_nothing(practice, list, after.as_deref()).await?;
                rows.add(rebuilt);
                progress(&rows);
                after = next;
                if after.is_none() {
                    break;
                }
            }
        }
        let (corrected, left) = self.correct_counters(practice, now).await?;
        Ok(Backfilled { rows, corrected, left })
    }

    /// Adds to each counter what it is short of; gives what was added, and what the books still differ by.
    async fn correct_counters(
        &self,
        practice: &PracticeId,
        now: DateTime<Utc>,
    ) -> Result<(Vec<(String, i64)>, Vec<Difference>), AppError> {
        let ledger = Options { processor: false, histories: false, ..Options::default() };
        let mut corrected = Vec::new();
        let mut left = self.prove(practice, &ledger, now).await?.differences;
        for _ in 0..ROUNDS {
            // What cannot be read cannot be counted.
            let unread = |name| matches!(name, Name::UnreadableItem | Name::AggregateMissing);
            if left.iter().any(|difference| unread(difference.name)) {
                break;
            }
            let mut off = Vec::new();
            for difference in left.iter().filter(|difference| difference.name == Name::Counter) {
                let name = difference.ids.concat();
                let read = self.store.counted_in_shard(practice, &name).await?;
                off.push((difference.clone(), name, read));
            }
            if off.is_empty() {
                break;
            }
            left = self.prove(practice, &ledger, now).await?.differences;
            for (difference, name, read) in off {
                let more = difference.expected.saturating_sub(difference.found);
                if left.contains(&difference)
                    && self.store.correct_counter(practice, &name, read, more).await?
                {
                    corrected.push((name, more));
                }
            }
            left = self.prove(practice, &ledger, now).await?.differences;
        }
        Ok((corrected, left))
    }
}

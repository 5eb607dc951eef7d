//! Proving a practice's books while it works: reads all there is, page by page, and holds the figures against each other
//! ([`paywell_domain::proof`]).

mod anchors;
mod histories;
mod ledger;
mod processor;

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, Utc};
use paywell_domain::{
    PracticeId,
    proof::{Books, Difference, Name, Proof, Scope},
};

use crate::{App, AppError};

/// How often the books are read where something differs: what a command changed between two reads differs once, or by
/// other figures, what is wrong differs each time by the same. What is wrong with something that changes just then is
/// named the next night.
const PASSES: u32 = 3;

/// What is proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Whether the ledger is held against the processor, where the function has one.
    pub processor: bool,
    /// From when on (UTC) the processor's movements are read; all of them where none is given.
    pub since: Option<DateTime<Utc>>,
    /// How long a movement may be unknown to one side. What no message told, the nightly run finds: a night, and two hours.
    pub grace: Duration,
    /// Whether the chain of every history is verified, and held against its anchors where the function has them.
    pub histories: bool,
}

impl Default for Options {
    /// Everything, from the first day on.
    fn default() -> Self {
        Self { processor: true, since: None, grace: Duration::hours(26), histories: true }
    }
}

impl Options {
    /// What a nightly run proves: the processor's movements of five weeks, so that payouts and late returns are in it.
    pub fn nightly(now: DateTime<Utc>) -> Self {
        Self { since: Some(now - Duration::days(35)), ..Self::default() }
    }
}

impl App {
    /// Proves a practice's books: every balance, credit, row and counter from the journal, the journal against the
    /// processor's movements, and the chain of every history. Commands that run meanwhile are no difference: what differs
    /// is read again.
    ///
    /// # Errors
    /// The table or the processor cannot be read.
    pub async fn prove(
        &self,
        practice: &PracticeId,
        options: &Options,
        now: DateTime<Utc>,
    ) -> Result<Proof, AppError> {
        let mut proof = self.pass(practice, options, now).await?;
        for _ in 1..PASSES {
            if proof.differences.is_empty() {
                break;
            }
            let seen: BTreeSet<Difference> = proof.differences.into_iter().collect();
            proof = self.pass(practice, options, now).await?;
            proof.differences.retain(|difference| seen.contains(difference));
        }
        Ok(proof)
    }

    /// Proves the books of every practice and logs what differs at error level, for the alarm; then keeps the heads of what
    /// was changed. Gives how many differences there are. A practice that cannot be read is logged, and the others are
    /// proven.
    ///
    /// # Errors
    /// The practices cannot be read.
    pub async fn prove_all(
        &self,
        options: &Options,
        clock: fn() -> DateTime<Utc>,
        deadline: DateTime<Utc>,
    ) -> Result<usize, AppError> {
        let mut differences = 0_usize;
        for practice in self.store.practices().await? {
            if clock() >= deadline {
                tracing::error!(%practice, "proof not made: the time is up");
                continue;
            }
            match self.prove(&practice, options, clock()).await {
                Ok(proof) => {
                    log(&practice, &proof);
                    differences = differences.saturating_add(proof.differences.len());
                }
                Err(error) => tracing::error!(%practice, %error, "proof not made"),
            }
            if self.anchors.is_some() {
                match self.anchor(&practice, clock()).await {
                    Ok(heads) => tracing::info!(%practice, heads, "heads anchored"),
                    Err(error) => tracing::error!(%practice, %error, "heads not anchored"),
                }
            }
        }
        Ok(differences)
    }

    async fn pass(
        &self,
        practice: &PracticeId,
        options: &Options,
        now: DateTime<Utc>,
    ) -> Result<Proof, AppError> {
        let before = self.store.all_counters(practice).await?;
        let mut books = Books::new(Scope { now, grace: options.grace, since: options.since });
        let first = self.read_aggregates(practice, &mut books).await?;
        self.read_rows(practice, &mut books).await?;
        self.read_journal(practice, first, now, &mut books).await?;
        if options.processor && self.stripe.is_some() {
            self.read_processor(practice, options.since, now, &mut books).await?;
        }
        if options.histories {
            self.read_histories(practice, &mut books).await?;
        }
        let after = self.store.all_counters(practice).await?;
        books.counters(after.iter().map(|(name, number)| (name.to_owned(), number)));
        let mut proof = books.prove();
        // A counter that moved while the books were read says nothing.
        let stood_still = |name: &String| before.get(name) == after.get(name);
        proof.differences.retain(|d| d.name != Name::Counter || d.ids.iter().all(stood_still));
        Ok(proof)
    }
}

/// One line a practice, which the alarm counts by its words, and one line a difference. Ids and figures alone.
fn log(practice: &PracticeId, proof: &Proof) {
    let counted = serde_json::to_string(&proof.counted).unwrap_or_default();
    let awaiting = proof.awaiting.len();
    if proof.differences.is_empty() {
        tracing::info!(%practice, awaiting, counted, "proof clean");
        return;
    }
    let names: BTreeSet<String> = proof.differences.iter().map(|difference| difference.name.text()).collect();
    let names: Vec<String> = names.into_iter().collect();
    let differences = proof.differences.len();
    tracing::error!(%practice, differences, names = names.join(","), awaiting, counted, "proof differences");
    for difference in &proof.differences {
        let Difference { name, ids, found, expected } = difference;
        tracing::error!(%practice, %name, ids = ids.join(","), found, expected, "proof difference");
    }
}

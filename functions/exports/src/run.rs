//! A run of the schedule: goes on with the exports of all practices that nobody is at work on.

use chrono::{DateTime, Utc};
use paywell_app::{AppError, Context};
use paywell_domain::{Actor, ExportId, ExportStatus, PracticeId};
use paywell_store::{By, Due, Queue, Store};
use serde::Serialize;

use crate::{
    Exports,
    work::{Bounds, Outcome},
};

/// How many entries of the queue are read at a time.
const PAGE: i32 = 100;

/// What a run did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Run {
    /// Exports that were to be gone on with.
    pub due: u32,
    /// Exports whose file is there now.
    pub ready: u32,
    /// Exports that were given up.
    pub failed: u32,
    /// Exports of which something is left.
    pub waiting: u32,
    /// What could not be done; a later run tries again.
    pub errors: u32,
    /// Whether it ended before all was done; the next run goes on.
    pub cut_off: bool,
}

impl Exports {
    /// Goes on with whatever is to be gone on with, of all practices, until `deadline` (UTC).
    ///
    /// # Errors
    /// The queue cannot be read.
    pub async fn run(&self, request: &str, deadline: DateTime<Utc>) -> Result<Run, AppError> {
        let mut run = Run::default();
        for shard in 0..Store::queue_shards() {
            let mut after: Option<String> = None;
            loop {
                let now = (self.clock)();
                let due: Vec<Due<ExportId>> =
                    self.api.app.store.due(Queue::Exports, shard, now, after.as_deref(), PAGE).await?;
                let Some(last) = due.last() else { break };
                after = Some(last.position.clone());
                for export in &due {
                    if (self.clock)() >= deadline {
                        run.cut_off = true;
                        return Ok(run);
                    }
                    run.due += 1;
                    match self.one(request, &export.practice, export.id, deadline).await {
                        Ok(Outcome::Ready) => run.ready += 1,
                        Ok(Outcome::Failed) => run.failed += 1,
                        Ok(Outcome::Waiting) => run.waiting += 1,
                        Ok(Outcome::Elsewhere) => {}
                        Err(error) => {
                            tracing::error!(%error, "{} of {}", export.id, export.practice);
                            run.errors += 1;
                        }
                    }
                }
            }
        }
        Ok(run)
    }

    async fn one(
        &self,
        request: &str,
        practice: &PracticeId,
        id: ExportId,
        deadline: DateTime<Utc>,
    ) -> Result<Outcome, AppError> {
        let now = (self.clock)();
        let by = By { practice: practice.clone(), actor: Actor::Schedule, request: request.to_owned(), now };
        let cx = Context { by, command: None };
        let taken = self.api.app.take_up_export(&cx, id, |export| Self::hold(now, &export.walk)).await?;
        match taken {
            None => Ok(Outcome::Elsewhere),
            Some(given_up) if given_up.state.status == ExportStatus::Failed => Ok(Outcome::Failed),
            Some(export) => self.go_on_with(&cx, export, Bounds { deadline, rows: u64::MAX }).await,
        }
    }
}

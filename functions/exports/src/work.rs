//! Going on with one export: the walk, a part at a time, and the file at its end.

use chrono::{DateTime, Duration, Utc};
use paywell_app::{
    AppError, Context,
    exports::{HELD_WHILE_WALKING, file_key, part_key},
};
use paywell_domain::{
    Export, ExportStatus, Practice,
    export::{ExportFailure, ExportFile, Stretch, Walk},
};
use paywell_store::Stored;
use sha2::{Digest, Sha256};

use crate::{
    Exports,
    columns::Shown,
    part::{self, Line},
    question::Question,
};

/// How many pages of rows are looked at for one part: where the rows that are wanted are rare, it ends short.
const PART_PAGES: usize = 50;

/// How long whoever puts the file together holds the export: Lambda's longest run.
const HELD_WHILE_ASSEMBLING: Duration = Duration::minutes(15);

/// How much may be done now.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// Until when (UTC) something new may be begun.
    pub(crate) deadline: DateTime<Utc>,
    /// Up to how many rows.
    pub(crate) rows: u64,
}

/// How far it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The file is there.
    Ready,
    /// It was given up.
    Failed,
    /// Something is left for the next run.
    Waiting,
    /// Somebody else is at work on it.
    Elsewhere,
}

impl Exports {
    /// Begins with an export that was just asked for, while whoever asked waits. Whatever goes wrong, the schedule goes on
    /// with it.
    pub(crate) async fn begin(&self, cx: &Context, export: Stored<Export>, deadline: DateTime<Utc>) {
        let (cx, id) = (Context { command: None, ..cx.clone() }, export.state.id);
        let bounds = Bounds { deadline, rows: self.limits.request_rows };
        if let Err(error) = self.go_on_with(&cx, export, bounds).await {
            tracing::warn!(%error, %id, "an export is left to the schedule");
        }
    }

    /// Until when an export is held by whoever takes it up now.
    pub(crate) fn hold(now: DateTime<Utc>, walk: &Walk) -> DateTime<Utc> {
        now + if *walk == Walk::End { HELD_WHILE_ASSEMBLING } else { HELD_WHILE_WALKING }
    }

    /// Goes on with an export that the caller holds, to its end or the bounds: at least for one part, or by the file.
    pub(crate) async fn go_on_with(
        &self,
        cx: &Context,
        mut export: Stored<Export>,
        bounds: Bounds,
    ) -> Result<Outcome, AppError> {
        let practice = self.api.app.settings(cx).await?;
        let Ok(question) = Question::of(&export.state, &practice) else {
            tracing::error!(id = %export.state.id, "what an export asks is not understood any more");
            let failed = export.state.failed(ExportFailure::NotMade, (self.clock)())?;
            let kept = self.keep(cx, &export, failed).await?;
            return Ok(kept.map_or(Outcome::Elsewhere, |_| Outcome::Failed));
        };
        let shown = Shown::at(practice.clone(), export.state.asked_at);
        while export.state.status == ExportStatus::Running {
            let kept = if export.state.walk == Walk::End {
                self.finish(cx, &export, &question, &practice).await?
            } else {
                self.stretch(cx, &export, &question, &shown, bounds).await?
            };
            let Some(kept) = kept else { return Ok(Outcome::Elsewhere) };
            export = kept;
            let let_go = export.state.status == ExportStatus::Running && export.state.held_until.is_none();
            if let_go {
                return Ok(Outcome::Waiting);
            }
        }
        Ok(if export.state.status == ExportStatus::Ready { Outcome::Ready } else { Outcome::Failed })
    }

    /// Walks on for a part, keeps it, and commits how far that was.
    async fn stretch(
        &self,
        cx: &Context,
        export: &Stored<Export>,
        question: &Question,
        shown: &Shown,
        bounds: Bounds,
    ) -> Result<Option<Stored<Export>>, AppError> {
        let (lines, next) = self.walk(cx, export, question, shown, bounds.deadline).await?;
        let part = (!lines.is_empty()).then_some(export.version);
        if let Some(object) = part {
            let key = part_key(cx.practice(), export.state.id, object);
            self.api.app.exports()?.put_new(&key, part::encode(&lines)?).await.map_err(AppError::from)?;
        }
        let rows = u64::try_from(lines.len()).unwrap_or(u64::MAX);
        let now = (self.clock)();
        let goes_on = now < bounds.deadline && export.state.rows.saturating_add(rows) <= bounds.rows;
        let walk = next.as_ref().map_or(Walk::End, |_| Walk::Beginning);
        let held_until = goes_on.then(|| Self::hold(now, &walk));
        let decision = export.state.progressed(Stretch { rows, part, next, held_until }, now)?;
        self.keep(cx, export, decision).await
    }

    /// The rows of the next part, and where the walk goes on after it.
    async fn walk(
        &self,
        cx: &Context,
        export: &Stored<Export>,
        question: &Question,
        shown: &Shown,
        deadline: DateTime<Utc>,
    ) -> Result<(Vec<Line>, Option<String>), AppError> {
        let mut from = match &export.state.walk {
            Walk::After { position } => Some(position.clone()),
            Walk::Beginning | Walk::End => None,
        };
        let mut lines: Vec<Line> = Vec::new();
        let most = usize::try_from(self.limits.part_rows).unwrap_or(usize::MAX);
        for _ in 0..PART_PAGES {
            let (found, next) =
                question.walk(&self.api.app, cx, shown, most.saturating_sub(lines.len()), from).await?;
            lines.extend(found);
            from = next;
            if from.is_none() || lines.len() >= most || (self.clock)() >= deadline {
                break;
            }
        }
        Ok((lines, from))
    }

    /// Puts the file together, keeps it, and commits that it is there.
    async fn finish(
        &self,
        cx: &Context,
        export: &Stored<Export>,
        question: &Question,
        practice: &Practice,
    ) -> Result<Option<Stored<Export>>, AppError> {
        let file = self.assemble(&export.state, question, practice).await?;
        let sha256 = Sha256::digest(&file).iter().map(|byte| format!("{byte:02x}")).collect();
        let bytes = u64::try_from(file.len()).unwrap_or(u64::MAX);
        let object = export.version;
        let key = file_key(cx.practice(), export.state.id, object);
        self.api.app.exports()?.put_new(&key, file).await.map_err(AppError::from)?;
        let decision = export.state.finished(ExportFile { object, bytes, sha256 }, (self.clock)())?;
        self.keep(cx, export, decision).await
    }

    async fn keep(
        &self,
        cx: &Context,
        export: &Stored<Export>,
        decision: paywell_domain::Decision<Export>,
    ) -> Result<Option<Stored<Export>>, AppError> {
        let mut now = cx.clone();
        now.by.now = (self.clock)();
        self.api.app.keep_export(&now, export, decision).await
    }
}

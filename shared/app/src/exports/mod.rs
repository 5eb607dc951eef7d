//! Exports: asked for, walked in stretches, put together, fetched. What a file looks like is the function's that makes it.
//!
//! Each object in storage is named after the version of the export under which it was written. A version is committed by one
//! worker alone, so no two ever write the same object, and an object counts once a commit names it: whoever was cut off
//! before that, or was slower than somebody else, leaves an object that nobody reads and the bucket deletes.

mod walk;

use std::cell::RefCell;

use chrono::{DateTime, Duration, Utc};
use paywell_domain::{
    Decision, Export, ExportId, Practice, PracticeId,
    export::{ExportFormat, NewExport, ShownExportStatus},
};
use paywell_gateways::objects::{Download, Objects};
use paywell_store::{Answer, Commit, CommitError, Key, Stored};

use crate::{
    App, AppError, Context,
    command::created,
    ids,
    views::exports::{ExportAddress, ExportDetail, ExportView},
    views::timeline::TimelineEntry,
};

pub use walk::Walked;

/// How long whoever walks a list holds its export from one part to the next.
pub const HELD_WHILE_WALKING: Duration = Duration::minutes(2);

/// How long an address is good for: a download begins at once, and one that is passed on or logged is soon worth nothing.
const ADDRESS_GOOD_FOR: std::time::Duration = std::time::Duration::from_secs(5 * 60);

/// The name under which a part is kept.
pub fn part_key(practice: &PracticeId, id: ExportId, object: u64) -> String {
    format!("exports/{practice}/{id}/{object:08}.part")
}

/// The name under which the file is kept.
pub fn file_key(practice: &PracticeId, id: ExportId, object: u64) -> String {
    format!("exports/{practice}/{id}/{object:08}.file")
}

fn content_type(format: ExportFormat) -> &'static str {
    match format {
        ExportFormat::Csv => "text/csv; charset=utf-8; header=present",
        ExportFormat::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    }
}

impl App {
    /// Asks for an export. Gives the answer, and the export where this is the first time that the command came: whoever asked
    /// holds it for a while, to begin with it.
    ///
    /// # Errors
    /// [`AppError::KeyReused`]; the table cannot be reached.
    pub async fn ask_export(
        &self,
        cx: &Context,
        new: NewExport,
    ) -> Result<(Answer, Option<Stored<Export>>), AppError> {
        let id = ExportId::new(ids::new(cx.now()));
        let location = format!("/v1/exports/{id}");
        let made = RefCell::new(None);
        let answer = self
            .command(cx, [Key::export(cx.practice(), id)], async |work| {
                let (by, now) = (cx.by.actor.clone(), cx.now());
                let decision = Export::ask(id, new.clone(), by, now, now + HELD_WHILE_WALKING);
                let export = work.commit.create(decision)?;
                let view = ExportView::of(&export, &work.practice()?, now);
                made.replace(Some(export));
                created(&view, location.clone())
            })
            .await?;
        // Of two requests with one key at once, the other may have made it.
        let first = answer.location.as_deref() == Some(location.as_str());
        Ok((answer, made.into_inner().filter(|_| first)))
    }

    /// An export with its history. Where the file is there, with an address to fetch it from: who is given one is kept before
    /// it is shown.
    ///
    /// # Errors
    /// There is no such export.
    pub async fn export(&self, cx: &Context, id: ExportId) -> Result<ExportDetail, AppError> {
        let practice = self.settings(cx).await?;
        let key = [Key::export(cx.practice(), id)];
        let until = cx.now() + Duration::seconds(ADDRESS_GOOD_FOR.as_secs().cast_signed());
        let export = self
            .change(cx, key, async |work| {
                let export = work.need::<Export>(id, "export")?;
                if export.state.shown(cx.now()) != ShownExportStatus::Ready {
                    return Ok(export);
                }
                Ok(work.commit.update(&export, export.state.address_given(cx.now(), until)?)?)
            })
            .await?;
        let address = match &export.state.file {
            Some(file) if export.state.shown(cx.now()) == ShownExportStatus::Ready => {
                let name = ExportView::file_name(&export.state, &practice);
                let download = Download { file_name: &name, content_type: content_type(export.state.format) };
                let key = file_key(cx.practice(), id, file.object);
                let url = self.exports()?.address(&key, download, cx.now(), ADDRESS_GOOD_FOR).await?;
                Some(ExportAddress { url, expires_at: until })
            }
            _ => None,
        };
        let history = self.store.history::<Export>(cx.practice(), id).await?;
        let history = history.ok_or(AppError::NotFound("export"))?;
        Ok(ExportDetail {
            export: ExportView::of(&export, &practice, cx.now()),
            address,
            timeline: history.events.iter().map(TimelineEntry::of).collect(),
            history_intact: history.broken_at.is_none(),
        })
    }

    /// Takes an export up, to go on with it until an instant that depends on what is left to do; none where somebody else is
    /// at work, or nothing is left to do.
    ///
    /// # Errors
    /// There is no such export.
    pub async fn take_up_export(
        &self,
        cx: &Context,
        id: ExportId,
        until: impl Fn(&Export) -> DateTime<Utc>,
    ) -> Result<Option<Stored<Export>>, AppError> {
        self.change(cx, [Key::export(cx.practice(), id)], async |work| {
            let export = work.need::<Export>(id, "export")?;
            let claimed = export.state.claim(cx.now(), until(&export.state));
            let Some(decision) = claimed else { return Ok(None) };
            Ok(Some(work.commit.update(&export, decision)?))
        })
        .await
    }

    /// Commits what was decided of an export; gives it as it is now, or none where somebody else was quicker.
    ///
    /// # Errors
    /// The table cannot be reached: it is not known whether it was committed.
    pub async fn keep_export(
        &self,
        cx: &Context,
        before: &Stored<Export>,
        decision: Decision<Export>,
    ) -> Result<Option<Stored<Export>>, AppError> {
        let mut commit = Commit::new(&cx.by, None);
        let after = commit.update(before, decision)?;
        match self.store.commit(commit).await {
            Ok(()) => Ok(Some(after)),
            Err(CommitError::Conflict) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Where exports are kept.
    ///
    /// # Errors
    /// This function has no such storage: a broken set-up.
    pub fn exports(&self) -> Result<&Objects, AppError> {
        self.exports.as_ref().ok_or_else(|| AppError::internal("this function has no storage of exports"))
    }
}

impl ExportView {
    /// The name under which it is fetched, such as `invoices-2026-06-01.csv`.
    pub(crate) fn file_name(export: &Export, practice: &Practice) -> String {
        let list = match export.list {
            paywell_domain::export::ExportList::Invoices => "invoices",
            paywell_domain::export::ExportList::Payments => "payments",
            paywell_domain::export::ExportList::Transactions => "transactions",
            paywell_domain::export::ExportList::InvoiceSets => "invoice-sets",
        };
        let extension = match export.format {
            ExportFormat::Csv => "csv",
            ExportFormat::Xlsx => "xlsx",
        };
        format!("{list}-{}.{extension}", practice.today(export.asked_at))
    }
}

//! An export: the whole filtered set of a list, as a file that leaves the system. Who asked for it, and who was given
//! its address, are in its history (audit controls, 45 CFR 164.312(b)).
//!
//! It is made in stretches. Each walks on where the one before ended and leaves its rows as a part; when the walk is over,
//! the file is put together from the parts. Whoever is at work holds it until an instant, so that nobody else begins the
//! same; that only one of two is counted is the version's doing.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Actor, Decision, EventKind, ExportId, Refusal};

/// The most rows of one export: what one function can put in order in its memory.
pub const MAX_ROWS: u64 = 1_500_000;

/// How often it is begun again without getting any further before it is given up.
pub const MAX_TRIES: u8 = 10;

/// How many days the file is kept.
pub const KEPT_DAYS: i64 = 7;

/// What is exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExportList {
    /// Invoices.
    Invoices,
    /// Payments.
    Payments,
    /// Transactions: charges, refunds and disputes by themselves.
    Transactions,
    /// Invoice sets.
    InvoiceSets,
}

/// The form of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExportFormat {
    /// Comma-separated values (RFC 4180), UTF-8.
    Csv,
    /// A workbook of Excel (ECMA-376).
    Xlsx,
}

/// The stored state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExportStatus {
    /// It is being made.
    Running,
    /// The file is there.
    Ready,
    /// It was given up.
    Failed,
}

/// What people see. Time passes without a write, so no state says "expired".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ShownExportStatus {
    /// It is being made.
    Running,
    /// The file can be fetched.
    Ready,
    /// It was given up; `failure` says why.
    Failed,
    /// The file is gone; ask again.
    Expired,
}

/// Why it was given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExportFailure {
    /// It has more than 1,500,000 rows: filters must narrow it.
    TooManyRows,
    /// It could not be made in several tries: ask again.
    NotMade,
}

/// How far the walk over the list is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "at", rename_all = "snake_case")]
pub enum Walk {
    /// Nothing was looked at.
    Beginning,
    /// Everything up to a place was.
    After {
        /// The store's own notation.
        position: String,
    },
    /// Everything was.
    End,
}

/// The file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportFile {
    /// The part of its name in storage that no other try has.
    pub object: u64,
    /// Its size.
    pub bytes: u64,
    /// The SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
}

/// An export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Export {
    /// Its id.
    pub id: ExportId,
    /// Of what.
    pub list: ExportList,
    /// As what.
    pub format: ExportFormat,
    /// The question, as the list's query has it: parameters and values.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub filters: BTreeMap<String, String>,
    /// The order, as the list's query has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort: Option<String>,
    /// Who asked.
    pub asked_by: Actor,
    /// When (UTC); whatever depends on the day is as of then.
    pub asked_at: DateTime<Utc>,
    /// Where it stands.
    pub status: ExportStatus,
    /// How many rows there are so far.
    pub rows: u64,
    /// The parts so far, in order, each by the part of its name in storage that no other try has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<u64>,
    /// Where the walk goes on.
    pub walk: Walk,
    /// Until when (UTC) somebody is at work on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_until: Option<DateTime<Utc>>,
    /// How often it was begun since it last got further.
    #[serde(default)]
    pub tries: u8,
    /// When it was ready or given up (UTC).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<DateTime<Utc>>,
    /// The file, where it is ready.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<ExportFile>,
    /// Why it was given up, where it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<ExportFailure>,
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewExport {
    /// Of what.
    pub list: ExportList,
    /// As what.
    pub format: ExportFormat,
    /// Parameters and values of the list's query.
    pub filters: BTreeMap<String, String>,
    /// The order.
    pub sort: Option<String>,
}

/// How far a stretch came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// How many rows it found.
    pub rows: u64,
    /// Where they are, if there are any.
    pub part: Option<u64>,
    /// Where the walk goes on; none at its end.
    pub next: Option<String>,
    /// Until when (UTC) whoever made it goes on; none where somebody else is to.
    pub held_until: Option<DateTime<Utc>>,
}

impl ExportStatus {
    /// Whether the state may follow this one.
    pub const fn can_become(self, next: Self) -> bool {
        matches!((self, next), (Self::Running, Self::Ready | Self::Failed))
    }
}

impl Export {
    /// Asks for it; whoever asks is at work on it until `held_until`.
    pub fn ask(
        id: ExportId,
        new: NewExport,
        asked_by: Actor,
        now: DateTime<Utc>,
        held_until: DateTime<Utc>,
    ) -> Decision<Self> {
        let NewExport { list, format, filters, sort } = new;
        let event = EventKind::ExportAsked { list, format, filters: filters.clone(), sort: sort.clone() };
        let export = Self {
            id,
            list,
            format,
            filters,
            sort,
            asked_by,
            asked_at: now,
            status: ExportStatus::Running,
            rows: 0,
            parts: Vec::new(),
            walk: Walk::Beginning,
            held_until: Some(held_until),
            tries: 1,
            ended_at: None,
            file: None,
            failure: None,
        };
        Decision::of(export, event)
    }

    /// When somebody is to go on with it (UTC); none where nothing is left to do.
    pub fn continue_at(&self) -> Option<DateTime<Utc>> {
        (self.status == ExportStatus::Running).then(|| self.held_until.unwrap_or(self.asked_at))
    }

    /// Takes it up until an instant, or gives it up where that was done too often; none where somebody else is at work, or
    /// nothing is left to do.
    pub fn claim(&self, now: DateTime<Utc>, until: DateTime<Utc>) -> Option<Decision<Self>> {
        if self.continue_at().is_none_or(|at| at > now) {
            return None;
        }
        if self.tries >= MAX_TRIES {
            return Some(self.given_up(ExportFailure::NotMade, now));
        }
        let tries = self.tries.saturating_add(1);
        let claimed = Self { held_until: Some(until), tries, ..self.clone() };
        Some(Decision::of(claimed, EventKind::ExportTakenUp { until }))
    }

    /// Keeps what a stretch found.
    ///
    /// # Errors
    /// It is not running, or its walk is over.
    pub fn progressed(&self, stretch: Stretch, now: DateTime<Utc>) -> Result<Decision<Self>, Refusal> {
        self.require_running()?;
        if self.walk == Walk::End {
            return Err(Refusal::state("export-walked", "the list was walked to its end"));
        }
        let rows = self.rows.saturating_add(stretch.rows);
        if rows > MAX_ROWS {
            return Ok(self.given_up(ExportFailure::TooManyRows, now));
        }
        let parts = self.parts.iter().copied().chain(stretch.part).collect();
        let walk = stretch.next.map_or(Walk::End, |position| Walk::After { position });
        let held_until = stretch.held_until;
        let done = Self { rows, parts, walk, held_until, tries: 0, ..self.clone() };
        Ok(Decision::of(done, EventKind::ExportWalked { rows }))
    }

    /// The file is there.
    ///
    /// # Errors
    /// It is not running, or its walk is not over.
    pub fn finished(&self, file: ExportFile, now: DateTime<Utc>) -> Result<Decision<Self>, Refusal> {
        self.require_running()?;
        if self.walk != Walk::End {
            return Err(Refusal::state("export-not-walked", "the list was not walked to its end"));
        }
        let event = EventKind::ExportReady { rows: self.rows, sha256: file.sha256.clone() };
        let done = Self { file: Some(file), ..self.ended(ExportStatus::Ready, now) };
        Ok(Decision::of(done, event))
    }

    /// It cannot be made.
    ///
    /// # Errors
    /// It is not running.
    pub fn failed(&self, failure: ExportFailure, now: DateTime<Utc>) -> Result<Decision<Self>, Refusal> {
        self.require_running()?;
        Ok(self.given_up(failure, now))
    }

    /// Somebody is given the file's address, good until an instant: kept before it is shown.
    ///
    /// # Errors
    /// There is no file, or none any more.
    pub fn address_given(&self, now: DateTime<Utc>, until: DateTime<Utc>) -> Result<Decision<Self>, Refusal> {
        match self.shown(now) {
            ShownExportStatus::Ready => {
                Ok(Decision::of(self.clone(), EventKind::ExportAddressGiven { until }))
            }
            _ => Err(Refusal::state("export-not-ready", "there is no file to fetch")),
        }
    }

    /// When the file is gone (UTC); none while there is none.
    pub fn expires_at(&self) -> Option<DateTime<Utc>> {
        self.file.as_ref().and(self.ended_at).map(|at| at + Duration::days(KEPT_DAYS))
    }

    /// What people see at an instant.
    pub fn shown(&self, now: DateTime<Utc>) -> ShownExportStatus {
        match self.status {
            ExportStatus::Running => ShownExportStatus::Running,
            ExportStatus::Failed => ShownExportStatus::Failed,
            ExportStatus::Ready if self.expires_at().is_some_and(|at| at <= now) => {
                ShownExportStatus::Expired
            }
            ExportStatus::Ready => ShownExportStatus::Ready,
        }
    }

    fn require_running(&self) -> Result<(), Refusal> {
        if self.status == ExportStatus::Running {
            return Ok(());
        }
        Err(Refusal::state("export-ended", "the export has ended"))
    }

    fn given_up(&self, failure: ExportFailure, now: DateTime<Utc>) -> Decision<Self> {
        let failed = Self { failure: Some(failure), ..self.ended(ExportStatus::Failed, now) };
        Decision::of(failed, EventKind::ExportFailed { reason: failure })
    }

    fn ended(&self, status: ExportStatus, now: DateTime<Utc>) -> Self {
        Self { status, held_until: None, ended_at: Some(now), ..self.clone() }
    }
}

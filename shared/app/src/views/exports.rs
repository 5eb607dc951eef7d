//! Exports.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use paywell_domain::{
    Actor, Export, Practice,
    export::{ExportFailure, ExportFormat, ExportList, ShownExportStatus},
};
use paywell_store::Stored;
use serde::Serialize;
use utoipa::ToSchema;

use super::timeline::TimelineEntry;

/// The file of an export.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ExportFileView {
    /// The name under which it is fetched.
    #[schema(example = "invoices-2026-06-01.xlsx")]
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// The SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// When it is deleted (UTC).
    pub expires_at: Option<DateTime<Utc>>,
}

/// An export.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ExportView {
    /// The id.
    pub id: String,
    /// The version.
    pub version: u64,
    /// Of what.
    pub list: ExportList,
    /// As what.
    pub format: ExportFormat,
    /// What was asked for, as the list's query has it.
    pub filters: BTreeMap<String, String>,
    /// The order, as the list's query has it.
    pub sort: Option<String>,
    /// How it stands.
    pub status: ShownExportStatus,
    /// How many rows there are so far.
    pub rows: u64,
    /// Who asked: the user's id.
    pub asked_by: String,
    /// When (UTC); what depends on the day is as of then.
    pub asked_at: DateTime<Utc>,
    /// When it was ready or given up (UTC).
    pub ended_at: Option<DateTime<Utc>>,
    /// Why it was given up.
    pub failure: Option<ExportFailure>,
    /// The file, where it was made.
    pub file: Option<ExportFileView>,
}

impl ExportView {
    /// The export at an instant.
    pub fn of(stored: &Stored<Export>, practice: &Practice, now: DateTime<Utc>) -> Self {
        let export = &stored.state;
        let file = export.file.as_ref().map(|file| ExportFileView {
            name: Self::file_name(export, practice),
            bytes: file.bytes,
            sha256: file.sha256.clone(),
            expires_at: export.expires_at(),
        });
        Self {
            id: export.id.to_string(),
            version: stored.version,
            list: export.list,
            format: export.format,
            filters: export.filters.clone(),
            sort: export.sort.clone(),
            status: export.shown(now),
            rows: export.rows,
            asked_by: match &export.asked_by {
                Actor::Staff { user } => user.clone(),
                other => other.scope(),
            },
            asked_at: export.asked_at,
            ended_at: export.ended_at,
            failure: export.failure,
            file,
        }
    }
}

/// Where the file can be fetched: signed, so that nothing else is to be sent.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ExportAddress {
    /// The address, for whoever has it.
    pub url: String,
    /// Until when it is good (UTC).
    pub expires_at: DateTime<Utc>,
}

/// An export with its history.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ExportDetail {
    /// The export.
    #[serde(flatten)]
    pub export: ExportView,
    /// Where to fetch the file, while it is there. Each look is kept in the history.
    pub address: Option<ExportAddress>,
    /// Everything that happened, in order: who asked, how it was made, who was given the address.
    pub timeline: Vec<TimelineEntry>,
    /// Whether nothing of the history was changed.
    pub history_intact: bool,
}

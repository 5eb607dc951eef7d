//! Exports, for whoever may take lists out of the system.

use std::collections::BTreeMap;

use chrono::Duration;
use paywell_app::views::exports::{ExportDetail, ExportView};
use paywell_domain::{
    ExportId,
    export::{ExportFormat, ExportList, NewExport},
};
use paywell_http::{
    Call, Problem, Response, StatusCode,
    api::{answered, commanding, reading},
    auth::{Authorised, ExportLists},
    described::{Idempotent, Refused},
    respond::json_version,
};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{Exports, question::Question};

/// How long whoever asks waits for a small export; the gateway gives up after 30 seconds.
const WAIT: Duration = Duration::seconds(8);

/// What to export.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateExport {
    /// Of what.
    list: ExportList,
    /// As what.
    format: ExportFormat,
    /// What is asked for: names and values of the list's query parameters (`GET /v1/invoices`, `/v1/payments`,
    /// `/v1/transactions`, `/v1/invoice-sets`), but for `sort`, `limit`, `cursor` and `explain`.
    #[serde(default)]
    #[schema(example = json!({ "status": "overdue,unpaid", "due_to": "2026-06-30" }))]
    filters: BTreeMap<String, String>,
    /// The order, as the list's `sort` has it; the latest made first if left out.
    #[schema(value_type = Option<paywell_http::list::Sort>)]
    sort: Option<String>,
}

/// Exports the whole of a list, all its pages. A small one is ready when the answer comes; look at its address to see.
#[utoipa::path(post, path = "/v1/exports", tag = "exports", request_body = CreateExport, params(Idempotent),
    responses((status = 201, body = ExportView), Refused))]
pub(crate) async fn create(
    state: &Exports,
    staff: Authorised<ExportLists>,
    call: Call,
) -> Result<Response, Problem> {
    let (CreateExport { list, format, filters, sort }, fingerprint) = call.json()?;
    let cx = commanding(&staff, &call, &fingerprint)?;
    let new = NewExport { list, format, filters, sort };
    Question::asked(&new, &state.api.app.settings(&cx).await?)?;
    let (answer, made) = state.api.app.ask_export(&cx, new).await?;
    if let Some(export) = made {
        state.begin(&cx, export, call.now + WAIT).await;
    }
    answered(answer)
}

/// How an export stands and how far it is; once it is ready, with an address to fetch the file from.
#[utoipa::path(get, path = "/v1/exports/{id}", tag = "exports",
    params(("id" = ExportId, Path, description = "The export.")),
    responses((status = 200, body = ExportDetail), Refused))]
pub(crate) async fn show(
    state: &Exports,
    staff: Authorised<ExportLists>,
    call: Call,
) -> Result<Response, Problem> {
    let detail = state.api.app.export(&reading(&staff, &call)?, call.path("id")?).await?;
    json_version(StatusCode::OK, &detail, detail.export.version)
}

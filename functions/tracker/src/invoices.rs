//! Invoices.

use paywell_app::views::invoices::{InvoiceListItem, InvoicePreview};
use paywell_domain::{InvoiceId, PatientId, invoice::ShownStatus};
use paywell_http::{
    Call, Problem, Response, StatusCode,
    api::reading,
    auth::{Authorised, ReadTracker, Staff},
    described::Refused,
    respond::{json, json_version},
};

use crate::{
    Tracker,
    list::{ListPage, ListParameters, Sort},
};

/// Invoices of the practice.
#[utoipa::path(get, path = "/v1/invoices", tag = "tracker",
    params(
        ("status" = Option<ShownStatus>, Query, description = "Only with this status."),
        ("sort" = Option<Sort>, Query, description = "`-created` if left out."),
        ("limit" = Option<u16>, Query, minimum = 1, maximum = 100, description = "How many rows; 50 if left out."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` or `prev_cursor` of a page of the same list.")),
    responses((status = 200, body = ListPage<InvoiceListItem>), Refused))]
pub async fn list(state: &Tracker, staff: Authorised<ReadTracker>, call: Call) -> Result<Response, Problem> {
    page(state, &staff, &call, None).await
}

/// Invoices of one patient.
#[utoipa::path(get, path = "/v1/patients/{id}/invoices", tag = "tracker",
    params(("id" = PatientId, Path, description = "The patient."),
        ("status" = Option<ShownStatus>, Query, description = "Only with this status."),
        ("sort" = Option<Sort>, Query, description = "`-created` if left out."),
        ("limit" = Option<u16>, Query, minimum = 1, maximum = 100, description = "How many rows; 50 if left out."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` or `prev_cursor` of a page of the same list.")),
    responses((status = 200, body = ListPage<InvoiceListItem>), Refused))]
pub async fn list_of_patient(
    state: &Tracker,
    staff: Authorised<ReadTracker>,
    call: Call,
) -> Result<Response, Problem> {
    page(state, &staff, &call, Some(call.path("id")?)).await
}

async fn page(
    state: &Tracker,
    staff: &Staff,
    call: &Call,
    patient: Option<PatientId>,
) -> Result<Response, Problem> {
    let cx = reading(staff, call)?;
    let asked =
        call.query::<ListParameters<ShownStatus>>()?.asked("invoices", patient, &state.cursors, &cx)?;
    let (list, bound_to) = asked.into_parts();
    let (page, today) = state.api.app.list_invoices(&cx, list).await?;
    let page = ListPage::of(&page, &bound_to, &state.cursors, &cx, |row| InvoiceListItem::of(row, today));
    json(StatusCode::OK, &page)
}

/// An invoice with its payments, links and timeline.
#[utoipa::path(get, path = "/v1/invoices/{id}", tag = "tracker",
    params(("id" = InvoiceId, Path, description = "The invoice.")),
    responses((status = 200, body = InvoicePreview), Refused))]
pub async fn preview(
    state: &Tracker,
    staff: Authorised<ReadTracker>,
    call: Call,
) -> Result<Response, Problem> {
    let preview = state.api.app.preview(&reading(&staff, &call)?, call.path("id")?).await?;
    json_version(StatusCode::OK, &preview, preview.invoice.version)
}

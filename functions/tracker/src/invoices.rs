//! Invoices.

use paywell_app::views::invoices::{InvoiceListItem, InvoicePreview};
use paywell_domain::{InvoiceId, PatientId};
use paywell_http::{
    Call, Problem, Response, StatusCode,
    api::reading,
    auth::{Authorised, ReadTracker, Staff},
    described::Refused,
    list::{InvoiceParameters, ListPage, Parameters},
    respond::{json, json_version},
};

use crate::Tracker;

/// Invoices of the practice.
#[utoipa::path(get, path = "/v1/invoices", tag = "tracker", params(InvoiceParameters),
    responses((status = 200, body = ListPage<InvoiceListItem>), Refused))]
pub async fn list(state: &Tracker, staff: Authorised<ReadTracker>, call: Call) -> Result<Response, Problem> {
    page(state, &staff, &call, None).await
}

/// Invoices of one patient.
#[utoipa::path(get, path = "/v1/patients/{id}/invoices", tag = "tracker",
    params(("id" = PatientId, Path, description = "The patient."), InvoiceParameters),
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
    let practice = state.api.app.settings(&cx).await?;
    let mut came = call.query::<InvoiceParameters>()?.list(staff, &practice)?;
    let filters = &mut came.list.filters;
    if patient.is_some() && !filters.patients.is_empty() {
        return Err(Problem::invalid_parameter("patient", "The path names the patient."));
    }
    filters.patients.extend(patient);
    let (list, answering) = came.open("invoices", &state.cursors, &cx)?;
    let (page, today) = state.api.app.list_invoices(&cx, list).await?;
    json(StatusCode::OK, &answering.page(&page, |row| InvoiceListItem::of(row, today)))
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

//! Patients, and how they are being chased.

use paywell_app::views::{
    methods::PaymentMethodsDetail,
    patients::{ContactsView, PatientListItem, PatientView},
    plans::PaymentPlanDetail,
    sets::InvoiceSetDetail,
};
use paywell_domain::PatientId;
use paywell_http::{
    Call, Problem, Response, StatusCode,
    api::reading,
    auth::{Authorised, ReadTracker},
    described::Refused,
    list::{ListPage, Parameters, PatientParameters},
    respond::{json, json_version},
};

use crate::Tracker;

/// Patients of the practice, by name.
#[utoipa::path(get, path = "/v1/patients", tag = "tracker", params(PatientParameters),
    responses((status = 200, body = ListPage<PatientListItem>), Refused))]
pub async fn list(state: &Tracker, staff: Authorised<ReadTracker>, call: Call) -> Result<Response, Problem> {
    let cx = reading(&staff, &call)?;
    let came = call.query::<PatientParameters>()?.list(&staff, &state.api.app.settings(&cx).await?)?;
    let (list, answering) = came.open("patients", &state.cursors, &cx)?;
    let page = state.api.app.list_patients(&cx, list).await?;
    json(StatusCode::OK, &answering.page(&page, PatientListItem::of))
}

/// A patient with balance and credit.
#[utoipa::path(get, path = "/v1/patients/{id}", tag = "tracker",
    params(("id" = PatientId, Path, description = "The patient.")),
    responses((status = 200, body = PatientView), Refused))]
pub async fn get(state: &Tracker, staff: Authorised<ReadTracker>, call: Call) -> Result<Response, Problem> {
    let patient = state.api.app.patient(&reading(&staff, &call)?, call.path("id")?).await?;
    json_version(StatusCode::OK, &patient, patient.version)
}

/// The mail address and the number of whoever answers for the patient's bills: whether messages go there, what was texted
/// from there and nobody has read.
#[utoipa::path(get, path = "/v1/patients/{id}/contacts", tag = "patients",
    params(("id" = PatientId, Path, description = "The patient.")),
    responses((status = 200, body = ContactsView), Refused))]
pub async fn contacts(
    state: &Tracker,
    staff: Authorised<ReadTracker>,
    call: Call,
) -> Result<Response, Problem> {
    let contacts = state.api.app.contacts(&reading(&staff, &call)?, call.path("id")?).await?;
    json(StatusCode::OK, &contacts)
}

/// The patient's current invoice set, with every message and what became of it.
#[utoipa::path(get, path = "/v1/patients/{id}/invoice-set", tag = "tracker",
    params(("id" = PatientId, Path, description = "The patient.")),
    responses((status = 200, body = InvoiceSetDetail), Refused))]
pub async fn invoice_set(
    state: &Tracker,
    staff: Authorised<ReadTracker>,
    call: Call,
) -> Result<Response, Problem> {
    let set = state.api.app.invoice_set(&reading(&staff, &call)?, call.path("id")?).await?;
    json_version(StatusCode::OK, &set, set.set.version)
}

/// The patient's cards and bank accounts on file, with everything that happened to them.
#[utoipa::path(get, path = "/v1/patients/{id}/payment-methods", tag = "payment methods",
    params(("id" = PatientId, Path, description = "The patient.")),
    responses((status = 200, body = PaymentMethodsDetail), Refused))]
pub async fn payment_methods(
    state: &Tracker,
    staff: Authorised<ReadTracker>,
    call: Call,
) -> Result<Response, Problem> {
    let methods = state.api.app.payment_methods(&reading(&staff, &call)?, call.path("id")?).await?;
    json(StatusCode::OK, &methods)
}

/// The patient's present payment plan, or the last one, with everything that happened to it.
#[utoipa::path(get, path = "/v1/patients/{id}/payment-plan", tag = "payment plans",
    params(("id" = PatientId, Path, description = "The patient.")),
    responses((status = 200, body = PaymentPlanDetail), Refused))]
pub async fn payment_plan(
    state: &Tracker,
    staff: Authorised<ReadTracker>,
    call: Call,
) -> Result<Response, Problem> {
    let plan = state.api.app.patients_plan(&reading(&staff, &call)?, call.path("id")?).await?;
    json_version(StatusCode::OK, &plan, plan.plan.version)
}

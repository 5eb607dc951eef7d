//! Methods on file.

use paywell_app::{
    requests::methods::{SetUpMethod, StartAutopay},
    views::methods::{MethodSetupView, PaymentMethodsView},
};
use paywell_domain::PatientId;
use paywell_http::{
    Call, Problem, Response,
    api::{StaffApi, answered, commanding},
    auth::{Authorised, ManagePatients},
    described::{Idempotent, Refused},
};

/// Opens a page on which the patient puts a card or bank account on file; what the patient agreed to is kept first.
#[utoipa::path(post, path = "/v1/patients/{id}/payment-methods/setup", tag = "payment methods",
    request_body = SetUpMethod,
    params(("id" = PatientId, Path, description = "The patient."),
        Idempotent),
    responses((status = 201, body = MethodSetupView), Refused))]
pub async fn set_up(
    state: &StaffApi,
    staff: Authorised<ManagePatients>,
    call: Call,
) -> Result<Response, Problem> {
    let (new, fingerprint) = call.json::<SetUpMethod>()?;
    let cx = commanding(&staff, &call, &fingerprint)?;
    answered(state.app.set_up_method(&cx, call.path("id")?, new).await?)
}

/// Makes a method the one that is charged where none is named.
#[utoipa::path(post, path = "/v1/patients/{id}/payment-methods/{method}/default", tag = "payment methods",
    params(("id" = PatientId, Path, description = "The patient."),
        ("method" = String, Path, description = "The method."),
        Idempotent),
    responses((status = 200, body = PaymentMethodsView), Refused))]
pub async fn make_default(
    state: &StaffApi,
    staff: Authorised<ManagePatients>,
    call: Call,
) -> Result<Response, Problem> {
    let method: String = call.path("method")?;
    let cx = commanding(&staff, &call, &call.no_body()?)?;
    answered(state.app.make_method_default(&cx, call.path("id")?, &method).await?)
}

/// Takes a method off file, here and at the processor. It cannot come back; the patient can put it on file anew.
#[utoipa::path(delete, path = "/v1/patients/{id}/payment-methods/{method}", tag = "payment methods",
    params(("id" = PatientId, Path, description = "The patient."),
        ("method" = String, Path, description = "The method."),
        Idempotent),
    responses((status = 200, body = PaymentMethodsView), Refused))]
pub async fn remove(
    state: &StaffApi,
    staff: Authorised<ManagePatients>,
    call: Call,
) -> Result<Response, Problem> {
    let method: String = call.path("method")?;
    let cx = commanding(&staff, &call, &call.no_body()?)?;
    answered(state.app.remove_method(&cx, call.path("id")?, &method).await?)
}

/// Turns autopay on: what is owed is charged to the default method on the day on which it is due, as the patient agreed.
#[utoipa::path(post, path = "/v1/patients/{id}/autopay", tag = "payment methods", request_body = StartAutopay,
    params(("id" = PatientId, Path, description = "The patient."),
        Idempotent),
    responses((status = 200, body = PaymentMethodsView), Refused))]
pub async fn start_autopay(
    state: &StaffApi,
    staff: Authorised<ManagePatients>,
    call: Call,
) -> Result<Response, Problem> {
    let (new, fingerprint) = call.json::<StartAutopay>()?;
    let cx = commanding(&staff, &call, &fingerprint)?;
    answered(state.app.start_autopay(&cx, call.path("id")?, new).await?)
}

/// Turns autopay off; what is owed is chased as anybody's.
#[utoipa::path(delete, path = "/v1/patients/{id}/autopay", tag = "payment methods",
    params(("id" = PatientId, Path, description = "The patient."),
        Idempotent),
    responses((status = 200, body = PaymentMethodsView), Refused))]
pub async fn stop_autopay(
    state: &StaffApi,
    staff: Authorised<ManagePatients>,
    call: Call,
) -> Result<Response, Problem> {
    let cx = commanding(&staff, &call, &call.no_body()?)?;
    answered(state.app.stop_autopay(&cx, call.path("id")?).await?)
}

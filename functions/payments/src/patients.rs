//! Patients and treatments.

use paywell_app::{
    requests::patients::{CreatePatient, CreateTreatment},
    views::patients::{PatientView, TreatmentView},
};
use paywell_http::{
    Call, Problem, Response,
    api::{StaffApi, answered, commanding},
    auth::{Authorised, ManagePatients},
    described::{Idempotent, Refused},
};

/// Registers a patient.
#[utoipa::path(post, path = "/v1/patients", tag = "patients", request_body = CreatePatient,
    params(Idempotent),
    responses((status = 201, body = PatientView), Refused))]
pub async fn create(
    state: &StaffApi,
    staff: Authorised<ManagePatients>,
    call: Call,
) -> Result<Response, Problem> {
    let (new, fingerprint) = call.json::<CreatePatient>()?;
    answered(state.app.create_patient(&commanding(&staff, &call, &fingerprint)?, new).await?)
}

/// Registers a treatment.
#[utoipa::path(post, path = "/v1/treatments", tag = "patients", request_body = CreateTreatment,
    params(Idempotent),
    responses((status = 201, body = TreatmentView), Refused))]
pub async fn create_treatment(
    state: &StaffApi,
    staff: Authorised<ManagePatients>,
    call: Call,
) -> Result<Response, Problem> {
    let (new, fingerprint) = call.json::<CreateTreatment>()?;
    answered(state.app.create_treatment(&commanding(&staff, &call, &fingerprint)?, new).await?)
}

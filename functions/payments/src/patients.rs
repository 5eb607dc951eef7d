//! Patients and treatments.

use paywell_app::{
    requests::patients::{ChooseMessages, CreatePatient, CreateTreatment, EditPatient},
    views::patients::{PatientView, TreatmentView},
};
use paywell_domain::PatientId;
use paywell_http::{
    Call, Problem, Response,
    api::{StaffApi, answered, commanding},
    auth::{Authorised, ManagePatients},
    described::{Idempotent, OnVersion, Refused},
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

/// Corrects a patient's record: how they are reached, who answers for the bills, where and in what language they live.
#[utoipa::path(patch, path = "/v1/patients/{id}", tag = "patients", request_body = EditPatient,
    params(("id" = PatientId, Path, description = "The patient."),
        Idempotent,
        OnVersion),
    responses((status = 200, body = PatientView), Refused))]
pub async fn edit(
    state: &StaffApi,
    staff: Authorised<ManagePatients>,
    call: Call,
) -> Result<Response, Problem> {
    let (id, version) = (call.path("id")?, call.if_match()?);
    let (edit, fingerprint) = call.json::<EditPatient>()?;
    answered(state.app.edit_patient(&commanding(&staff, &call, &fingerprint)?, id, version, edit).await?)
}

/// Records which messages whoever answers for the bills wants, with the consent to texts that they gave or take back.
#[utoipa::path(put, path = "/v1/patients/{id}/messages", tag = "patients", request_body = ChooseMessages,
    params(("id" = PatientId, Path, description = "The patient."),
        Idempotent,
        OnVersion),
    responses((status = 200, body = PatientView), Refused))]
pub async fn choose_messages(
    state: &StaffApi,
    staff: Authorised<ManagePatients>,
    call: Call,
) -> Result<Response, Problem> {
    let (id, version) = (call.path("id")?, call.if_match()?);
    let (choice, fingerprint) = call.json::<ChooseMessages>()?;
    let cx = commanding(&staff, &call, &fingerprint)?;
    answered(state.app.staff_choose_messages(&cx, id, version, choice).await?)
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

//! Patients and treatments.

use paywell_app::{
    requests::patients::{
        ChooseMessages, CreatePatient, CreateTreatment, EditPatient, LiftSuppression, ReadReply, StopTexts,
    },
    views::patients::{ContactsView, PatientView, TreatmentView},
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

/// Records that whoever answers for the bills told staff, in whatever words, that they want no more texts.
#[utoipa::path(post, path = "/v1/patients/{id}/contacts/stop-texts", tag = "patients", request_body = StopTexts,
    params(("id" = PatientId, Path, description = "The patient."), Idempotent),
    responses((status = 200, body = ContactsView), Refused))]
pub async fn stop_texts(
    state: &StaffApi,
    staff: Authorised<ManagePatients>,
    call: Call,
) -> Result<Response, Problem> {
    let id = call.path("id")?;
    let (said, fingerprint) = call.json::<StopTexts>()?;
    answered(state.app.stop_texts(&commanding(&staff, &call, &fingerprint)?, id, said).await?)
}

/// Records that a contact from which messages came back works again.
#[utoipa::path(post, path = "/v1/patients/{id}/contacts/lift", tag = "patients", request_body = LiftSuppression,
    params(("id" = PatientId, Path, description = "The patient."), Idempotent),
    responses((status = 200, body = ContactsView), Refused))]
pub async fn lift_suppression(
    state: &StaffApi,
    staff: Authorised<ManagePatients>,
    call: Call,
) -> Result<Response, Problem> {
    let id = call.path("id")?;
    let (lift, fingerprint) = call.json::<LiftSuppression>()?;
    answered(state.app.lift_suppression(&commanding(&staff, &call, &fingerprint)?, id, lift).await?)
}

/// Records what a reply means that staff have read. Until then nothing is texted to its number.
#[utoipa::path(post, path = "/v1/patients/{id}/contacts/replies/{number}/read", tag = "patients",
    request_body = ReadReply,
    params(("id" = PatientId, Path, description = "The patient."),
        ("number" = u32, Path, description = "The reply's number."),
        Idempotent),
    responses((status = 200, body = ContactsView), Refused))]
pub async fn read_reply(
    state: &StaffApi,
    staff: Authorised<ManagePatients>,
    call: Call,
) -> Result<Response, Problem> {
    let (id, number) = (call.path("id")?, call.path("number")?);
    let (read, fingerprint) = call.json::<ReadReply>()?;
    answered(state.app.read_reply(&commanding(&staff, &call, &fingerprint)?, id, number, read).await?)
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

//! Appointments.

use paywell_app::{
    requests::appointments::{CreateAppointment, EditAppointment},
    views::appointments::AppointmentView,
};
use paywell_domain::AppointmentId;
use paywell_http::{
    Call, Problem, Response,
    api::{StaffApi, answered, commanding},
    auth::{Authorised, TakePayments},
    described::{Idempotent, OnVersion, Refused},
};

/// Books an appointment; its copay is collected as the practice has chosen. One of another system that is known already, and
/// the same, is shown as it stands, with 200.
#[utoipa::path(post, path = "/v1/appointments", tag = "appointments", request_body = CreateAppointment,
    params(Idempotent),
    responses((status = 201, body = AppointmentView), (status = 200, body = AppointmentView), Refused))]
pub async fn create(
    state: &StaffApi,
    staff: Authorised<TakePayments>,
    call: Call,
) -> Result<Response, Problem> {
    let (new, fingerprint) = call.json::<CreateAppointment>()?;
    answered(state.app.create_appointment(&commanding(&staff, &call, &fingerprint)?, new).await?)
}

/// Moves an appointment, changes its copay, or ends it: what is held for the copay is taken once the visit is completed, and
/// released where there was none; what was asked for is withdrawn then.
#[utoipa::path(patch, path = "/v1/appointments/{id}", tag = "appointments", request_body = EditAppointment,
    params(("id" = AppointmentId, Path, description = "The appointment."),
        Idempotent,
        OnVersion),
    responses((status = 200, body = AppointmentView), Refused))]
pub async fn edit(
    state: &StaffApi,
    staff: Authorised<TakePayments>,
    call: Call,
) -> Result<Response, Problem> {
    let (id, version) = (call.path("id")?, call.if_match()?);
    let (edit, fingerprint) = call.json::<EditAppointment>()?;
    answered(state.app.edit_appointment(&commanding(&staff, &call, &fingerprint)?, id, version, edit).await?)
}

//! Appointments.

use paywell_app::views::appointments::AppointmentDetail;
use paywell_domain::AppointmentId;
use paywell_http::{
    Call, Problem, Response, StatusCode,
    api::reading,
    auth::{Authorised, ReadTracker},
    described::Refused,
    respond::json_version,
};

use crate::Tracker;

/// An appointment, the payment of its copay, and everything that happened.
#[utoipa::path(get, path = "/v1/appointments/{id}", tag = "appointments",
    params(("id" = AppointmentId, Path, description = "The appointment.")),
    responses((status = 200, body = AppointmentDetail), Refused))]
pub async fn get(state: &Tracker, staff: Authorised<ReadTracker>, call: Call) -> Result<Response, Problem> {
    let detail = state.api.app.appointment(&reading(&staff, &call)?, call.path("id")?).await?;
    let version = detail.appointment.version;
    json_version(StatusCode::OK, &detail, version)
}

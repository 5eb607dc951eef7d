//! The practice itself.

use paywell_app::views::practice::PracticeView;
use paywell_http::{
    Call, Problem, Response, StatusCode,
    api::reading,
    auth::{Authorised, ManagePractice},
    described::Refused,
    respond::json_version,
};

use crate::Tracker;

/// How the practice shows itself to patients, what it lets them choose, and how it chases.
#[utoipa::path(get, path = "/v1/practice", tag = "practice",
    responses((status = 200, body = PracticeView), Refused))]
pub async fn get(
    state: &Tracker,
    staff: Authorised<ManagePractice>,
    call: Call,
) -> Result<Response, Problem> {
    let practice = state.api.app.practice_settings(&reading(&staff, &call)?).await?;
    json_version(StatusCode::OK, &practice, practice.version)
}

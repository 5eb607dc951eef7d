//! The practice itself.

use paywell_app::{requests::practice::EditPractice, views::practice::PracticeView};
use paywell_http::{
    Call, Problem, Response,
    api::{StaffApi, answered, commanding},
    auth::{Authorised, ManagePractice},
    described::{Idempotent, OnVersion, Refused},
};

/// Changes how the practice shows itself to patients, what it lets them choose, and how it chases.
#[utoipa::path(patch, path = "/v1/practice", tag = "practice", request_body = EditPractice,
    params(Idempotent, OnVersion),
    responses((status = 200, body = PracticeView), Refused))]
pub async fn edit(
    state: &StaffApi,
    staff: Authorised<ManagePractice>,
    call: Call,
) -> Result<Response, Problem> {
    let version = call.if_match()?;
    let (edit, fingerprint) = call.json::<EditPractice>()?;
    answered(state.app.edit_practice(&commanding(&staff, &call, &fingerprint)?, version, edit).await?)
}

//! Payment plans.

use paywell_app::views::plans::PaymentPlanDetail;
use paywell_domain::PlanId;
use paywell_http::{
    Call, Problem, Response, StatusCode,
    api::reading,
    auth::{Authorised, ReadTracker},
    described::Refused,
    respond::json_version,
};

use crate::Tracker;

/// A payment plan, with everything that happened to it.
#[utoipa::path(get, path = "/v1/payment-plans/{id}", tag = "payment plans",
    params(("id" = PlanId, Path, description = "The payment plan.")),
    responses((status = 200, body = PaymentPlanDetail), Refused))]
pub async fn get(state: &Tracker, staff: Authorised<ReadTracker>, call: Call) -> Result<Response, Problem> {
    let plan = state.api.app.payment_plan(&reading(&staff, &call)?, call.path("id")?).await?;
    json_version(StatusCode::OK, &plan, plan.plan.version)
}

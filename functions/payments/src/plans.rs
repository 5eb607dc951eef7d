//! Payment plans.

use paywell_app::{
    requests::plans::{CancelPlan, CreatePlan, EditPlan},
    views::plans::PaymentPlanView,
};
use paywell_domain::PlanId;
use paywell_http::{
    Call, Problem, Response,
    api::{StaffApi, answered, commanding},
    auth::{Authorised, TakePayments},
    described::{Idempotent, OnVersion, Refused},
};

/// Makes a payment plan: all that is owed on some invoices of a patient, charged to a method on file in instalments. While
/// it is active the patient is not chased.
#[utoipa::path(post, path = "/v1/payment-plans", tag = "payment plans", request_body = CreatePlan,
    params(Idempotent),
    responses((status = 201, body = PaymentPlanView), Refused))]
pub async fn create(
    state: &StaffApi,
    staff: Authorised<TakePayments>,
    call: Call,
) -> Result<Response, Problem> {
    let (new, fingerprint) = call.json::<CreatePlan>()?;
    answered(state.app.create_plan(&commanding(&staff, &call, &fingerprint)?, new).await?)
}

/// Changes which method on file a payment plan is charged to, from the next charge on.
#[utoipa::path(patch, path = "/v1/payment-plans/{id}", tag = "payment plans", request_body = EditPlan,
    params(("id" = PlanId, Path, description = "The payment plan."),
        Idempotent,
        OnVersion),
    responses((status = 200, body = PaymentPlanView), Refused))]
pub async fn edit(
    state: &StaffApi,
    staff: Authorised<TakePayments>,
    call: Call,
) -> Result<Response, Problem> {
    let (id, version) = (call.path("id")?, call.if_match()?);
    let (edit, fingerprint) = call.json::<EditPlan>()?;
    answered(state.app.edit_plan(&commanding(&staff, &call, &fingerprint)?, id, version, edit).await?)
}

/// Ends a payment plan; what is owed stays owed, and is chased again.
#[utoipa::path(post, path = "/v1/payment-plans/{id}/cancel", tag = "payment plans", request_body = CancelPlan,
    params(("id" = PlanId, Path, description = "The payment plan."),
        Idempotent,
        OnVersion),
    responses((status = 200, body = PaymentPlanView), Refused))]
pub async fn cancel(
    state: &StaffApi,
    staff: Authorised<TakePayments>,
    call: Call,
) -> Result<Response, Problem> {
    let (id, version) = (call.path("id")?, call.if_match()?);
    let (new, fingerprint) = call.json::<CancelPlan>()?;
    answered(state.app.cancel_plan(&commanding(&staff, &call, &fingerprint)?, id, version, new).await?)
}

//! The routes of payment links.

use paywell_app::{
    requests::links::{IssueLink, RenewLink},
    views::links::LinkView,
};
use paywell_domain::LinkId;
use paywell_http::{
    Call, Method, Problem, Response, Route, StatusCode,
    api::{StaffApi, answered, commanding, reading},
    auth::{Authorised, IssueLinks},
    described::{Idempotent, Refused},
    respond::json,
};

/// The routes.
pub fn routes() -> Vec<Route<StaffApi>> {
    vec![
        Route::staff(Method::POST, "/v1/payment-links", issue),
        Route::staff(Method::GET, "/v1/payment-links/{id}", get),
        Route::staff(Method::POST, "/v1/payment-links/{id}/revoke", revoke),
        Route::staff(Method::POST, "/v1/payment-links/{id}/renew", renew),
    ]
}

/// The description of these routes.
#[derive(utoipa::OpenApi)]
#[openapi(components(schemas(LinkId)), paths(issue, get, revoke, renew))]
pub struct Description;

/// Gives out a link for invoices of one patient, or for a payment.
#[utoipa::path(post, path = "/v1/payment-links", tag = "links", request_body = IssueLink,
    params(Idempotent),
    responses((status = 201, body = LinkView), Refused))]
pub async fn issue(state: &StaffApi, staff: Authorised<IssueLinks>, call: Call) -> Result<Response, Problem> {
    let (new, fingerprint) = call.json::<IssueLink>()?;
    let answer = state.app.issue_link(&commanding(&staff, &call, &fingerprint)?, new).await?;
    with_url(state, answer)
}

/// A link as it now stands, with its URL while it is good.
#[utoipa::path(get, path = "/v1/payment-links/{id}", tag = "links",
    params(("id" = LinkId, Path, description = "The link.")),
    responses((status = 200, body = LinkView), Refused))]
pub async fn get(state: &StaffApi, staff: Authorised<IssueLinks>, call: Call) -> Result<Response, Problem> {
    let view = state.app.link(&reading(&staff, &call)?, call.path("id")?).await?;
    json(StatusCode::OK, &state.app.with_url(view)?)
}

/// Withdraws a link.
#[utoipa::path(post, path = "/v1/payment-links/{id}/revoke", tag = "links",
    params(("id" = LinkId, Path, description = "The link."),
        Idempotent),
    responses((status = 200, body = LinkView), Refused))]
pub async fn revoke(
    state: &StaffApi,
    staff: Authorised<IssueLinks>,
    call: Call,
) -> Result<Response, Problem> {
    let id: LinkId = call.path("id")?;
    answered(state.app.revoke_link(&commanding(&staff, &call, &call.no_body()?)?, id).await?)
}

/// Gives a link a new URL and a new end; every earlier URL is worthless.
#[utoipa::path(post, path = "/v1/payment-links/{id}/renew", tag = "links", request_body = RenewLink,
    params(("id" = LinkId, Path, description = "The link."),
        Idempotent),
    responses((status = 200, body = LinkView), Refused))]
pub async fn renew(state: &StaffApi, staff: Authorised<IssueLinks>, call: Call) -> Result<Response, Problem> {
    let id: LinkId = call.path("id")?;
    let (renew, fingerprint) = call.json::<RenewLink>()?;
    with_url(state, state.app.renew_link(&commanding(&staff, &call, &fingerprint)?, id, renew).await?)
}

/// The saved answer holds no URL; it is derived each time, from what the answer says.
fn with_url(state: &StaffApi, mut answer: paywell_store::Answer) -> Result<Response, Problem> {
    let view = serde_json::from_str(&answer.body).map_err(Problem::internal)?;
    answer.body = serde_json::to_string(&state.app.with_url(view)?).map_err(Problem::internal)?;
    answered(answer)
}

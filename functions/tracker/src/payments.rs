//! Payments, and the practice's cards.

use paywell_app::{
    metrics::Metrics,
    views::payments::{PaymentDetail, PaymentListItem},
};
use paywell_domain::PaymentId;
use paywell_http::{
    Call, Problem, Response, StatusCode,
    api::reading,
    auth::{Authorised, ReadTracker},
    described::Refused,
    list::{ListPage, Parameters, PaymentParameters},
    respond::{json, json_version},
};

use crate::Tracker;

/// Payments of the practice.
#[utoipa::path(get, path = "/v1/payments", tag = "tracker", params(PaymentParameters),
    responses((status = 200, body = ListPage<PaymentListItem>), Refused))]
pub async fn list(state: &Tracker, staff: Authorised<ReadTracker>, call: Call) -> Result<Response, Problem> {
    let cx = reading(&staff, &call)?;
    let came = call.query::<PaymentParameters>()?.list(&staff, &state.api.app.settings(&cx).await?)?;
    let (list, answering) = came.open("payments", &state.cursors, &cx)?;
    let page = state.api.app.list_payments(&cx, list).await?;
    json(StatusCode::OK, &answering.page(&page, PaymentListItem::of))
}

/// A payment with patient, treatment and timeline.
#[utoipa::path(get, path = "/v1/payments/{id}", tag = "tracker",
    params(("id" = PaymentId, Path, description = "The payment.")),
    responses((status = 200, body = PaymentDetail), Refused))]
pub async fn detail(
    state: &Tracker,
    staff: Authorised<ReadTracker>,
    call: Call,
) -> Result<Response, Problem> {
    let detail = state.api.app.payment_detail(&reading(&staff, &call)?, call.path("id")?).await?;
    json_version(StatusCode::OK, &detail, detail.payment.version)
}

/// The cards: total collected with its trend, outstanding, and how many and how much in every status.
#[utoipa::path(get, path = "/v1/metrics", tag = "tracker",
    responses((status = 200, body = Metrics), Refused))]
pub async fn metrics(
    state: &Tracker,
    staff: Authorised<ReadTracker>,
    call: Call,
) -> Result<Response, Problem> {
    json(StatusCode::OK, &state.api.app.metrics(&reading(&staff, &call)?).await?)
}

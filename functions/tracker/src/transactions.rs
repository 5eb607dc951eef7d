//! Transactions: the movements of money that payments are made of.

use paywell_app::views::transactions::{TransactionDetail, TransactionListItem};
use paywell_http::{
    Call, Problem, Response, StatusCode,
    api::reading,
    auth::{Authorised, ReadTracker},
    described::Refused,
    list::{ListPage, Parameters, TransactionParameters},
    respond::json,
};

use crate::Tracker;

/// Transactions of the practice.
#[utoipa::path(get, path = "/v1/transactions", tag = "tracker", params(TransactionParameters),
    responses((status = 200, body = ListPage<TransactionListItem>), Refused))]
pub async fn list(state: &Tracker, staff: Authorised<ReadTracker>, call: Call) -> Result<Response, Problem> {
    let cx = reading(&staff, &call)?;
    let practice = state.api.app.settings(&cx).await?;
    let came = call.query::<TransactionParameters>()?.list(&staff, &practice)?;
    let (list, answering) = came.open("transactions", &state.cursors, &cx)?;
    let page = state.api.app.list_transactions(&cx, list).await?;
    json(StatusCode::OK, &answering.page(&page, TransactionListItem::of))
}

/// A transaction with everything that happened to it.
#[utoipa::path(get, path = "/v1/transactions/{id}", tag = "tracker",
    params(("id" = String, Path, description = "The transaction.",
        example = "pay_01h455vb4pex5vsknk084sn02q.charge-1")),
    responses((status = 200, body = TransactionDetail), Refused))]
pub async fn detail(
    state: &Tracker,
    staff: Authorised<ReadTracker>,
    call: Call,
) -> Result<Response, Problem> {
    let detail = state.api.app.transaction(&reading(&staff, &call)?, call.path("id")?).await?;
    json(StatusCode::OK, &detail)
}

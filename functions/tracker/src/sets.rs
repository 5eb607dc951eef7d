//! Invoice sets.

use paywell_app::views::sets::InvoiceSetListItem;
use paywell_http::{
    Call, Problem, Response, StatusCode,
    api::reading,
    auth::{Authorised, ReadTracker},
    described::Refused,
    list::{ListPage, Parameters, SetParameters},
    respond::json,
};

use crate::Tracker;

/// Invoice sets of the practice.
#[utoipa::path(get, path = "/v1/invoice-sets", tag = "tracker", params(SetParameters),
    responses((status = 200, body = ListPage<InvoiceSetListItem>), Refused))]
pub async fn list(state: &Tracker, staff: Authorised<ReadTracker>, call: Call) -> Result<Response, Problem> {
    let cx = reading(&staff, &call)?;
    let practice = state.api.app.settings(&cx).await?;
    let came = call.query::<SetParameters>()?.list(&staff, &practice)?;
    let (list, answering) = came.open("invoice-sets", &state.cursors, &cx)?;
    let page = state.api.app.list_sets(&cx, list).await?;
    json(StatusCode::OK, &answering.page(&page, |row| InvoiceSetListItem::of(row, practice.currency)))
}

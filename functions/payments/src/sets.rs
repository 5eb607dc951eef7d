//! What staff do to invoice sets.

use paywell_app::{
    requests::sets::{ActOnSet, ActOnSets, FinishTask},
    views::sets::{ActionResults, InvoiceSetView},
};
use paywell_domain::SetId;
use paywell_http::{
    Call, Problem, Response,
    api::{StaffApi, answered, commanding},
    auth::{Authorised, ManageOutreach},
    described::{Idempotent, Refused},
};

/// Does something to an invoice set: what its `allowed_actions` say.
#[utoipa::path(post, path = "/v1/invoice-sets/{id}/actions", tag = "invoice sets", request_body = ActOnSet,
    params(("id" = SetId, Path, description = "The invoice set."), Idempotent),
    responses((status = 200, body = InvoiceSetView), Refused))]
pub async fn act(
    state: &StaffApi,
    staff: Authorised<ManageOutreach>,
    call: Call,
) -> Result<Response, Problem> {
    let (new, fingerprint) = call.json::<ActOnSet>()?;
    let cx = commanding(&staff, &call, &fingerprint)?;
    answered(state.app.act_on_set(&cx, call.path("id")?, new).await?)
}

/// Does something to each of up to 100 invoice sets, and says of each whether it was done, or why not.
#[utoipa::path(post, path = "/v1/invoice-sets/actions", tag = "invoice sets", request_body = ActOnSets,
    params(Idempotent),
    responses((status = 200, body = ActionResults), Refused))]
pub async fn act_on_many(
    state: &StaffApi,
    staff: Authorised<ManageOutreach>,
    call: Call,
) -> Result<Response, Problem> {
    let (new, fingerprint) = call.json::<ActOnSets>()?;
    let cx = commanding(&staff, &call, &fingerprint)?;
    answered(state.app.act_on_sets(&cx, new, |error| Problem::from(error).into_part()).await?)
}

/// Says that a task of an invoice set is done.
#[utoipa::path(post, path = "/v1/invoice-sets/{id}/tasks/{number}/done", tag = "invoice sets",
    request_body = FinishTask,
    params(("id" = SetId, Path, description = "The invoice set."),
        ("number" = u16, Path, description = "The task's number in the set."),
        Idempotent),
    responses((status = 200, body = InvoiceSetView), Refused))]
pub async fn finish_task(
    state: &StaffApi,
    staff: Authorised<ManageOutreach>,
    call: Call,
) -> Result<Response, Problem> {
    let (id, number) = (call.path("id")?, call.path("number")?);
    let (new, fingerprint) = call.json::<FinishTask>()?;
    answered(state.app.finish_task(&commanding(&staff, &call, &fingerprint)?, id, number, new).await?)
}

#[cfg(test)]
mod tests {
    use paywell_http::auth::Permission;

    /// An action on a set may write off, place with an agency, and take either back.
    #[test]
    fn whoever_acts_on_sets_may_do_so_on_invoices() {
        assert_eq!(Permission::ManageOutreach.roles(), Permission::WriteOff.roles());
    }
}

//! Rule sets.

use paywell_app::{requests::rule_sets::WriteRuleSet, views::rule_sets::RuleSetView};
use paywell_domain::RuleSetId;
use paywell_http::{
    Call, Problem, Response,
    api::{StaffApi, answered, commanding},
    auth::{Authorised, ManageOutreach},
    described::{Idempotent, OnVersion, Refused},
};

/// Makes a rule set.
#[utoipa::path(post, path = "/v1/rule-sets", tag = "rule sets", request_body = WriteRuleSet,
    params(Idempotent),
    responses((status = 201, body = RuleSetView), Refused))]
pub async fn create(
    state: &StaffApi,
    staff: Authorised<ManageOutreach>,
    call: Call,
) -> Result<Response, Problem> {
    let (new, fingerprint) = call.json::<WriteRuleSet>()?;
    answered(state.app.create_rule_set(&commanding(&staff, &call, &fingerprint)?, new).await?)
}

/// Makes a rule set's next version: for sets that start from now on, and those that are told to follow it.
#[utoipa::path(put, path = "/v1/rule-sets/{id}", tag = "rule sets", request_body = WriteRuleSet,
    params(("id" = RuleSetId, Path, description = "The rule set."), Idempotent, OnVersion),
    responses((status = 200, body = RuleSetView), Refused))]
pub async fn revise(
    state: &StaffApi,
    staff: Authorised<ManageOutreach>,
    call: Call,
) -> Result<Response, Problem> {
    let (id, version) = (call.path("id")?, call.if_match()?);
    let (new, fingerprint) = call.json::<WriteRuleSet>()?;
    let cx = commanding(&staff, &call, &fingerprint)?;
    answered(state.app.revise_rule_set(&cx, id, version, new).await?)
}

/// Lets a rule set start no new set any more; sets that follow it go on.
#[utoipa::path(post, path = "/v1/rule-sets/{id}/archive", tag = "rule sets",
    params(("id" = RuleSetId, Path, description = "The rule set."), Idempotent),
    responses((status = 200, body = RuleSetView), Refused))]
pub async fn archive(
    state: &StaffApi,
    staff: Authorised<ManageOutreach>,
    call: Call,
) -> Result<Response, Problem> {
    let cx = commanding(&staff, &call, &call.no_body()?)?;
    answered(state.app.archive_rule_set(&cx, call.path("id")?, true).await?)
}

/// Lets an archived rule set start sets again.
#[utoipa::path(post, path = "/v1/rule-sets/{id}/restore", tag = "rule sets",
    params(("id" = RuleSetId, Path, description = "The rule set."), Idempotent),
    responses((status = 200, body = RuleSetView), Refused))]
pub async fn restore(
    state: &StaffApi,
    staff: Authorised<ManageOutreach>,
    call: Call,
) -> Result<Response, Problem> {
    let cx = commanding(&staff, &call, &call.no_body()?)?;
    answered(state.app.archive_rule_set(&cx, call.path("id")?, false).await?)
}

//! Rule sets.

use paywell_app::views::rule_sets::{RuleSetList, RuleSetPreview, RuleSetView};
use paywell_domain::{PatientId, RuleSetId};
use paywell_http::{
    Call, Problem, Response, StatusCode,
    api::reading,
    auth::{Authorised, ReadTracker},
    described::Refused,
    respond::{json, json_version},
};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::Tracker;

/// Which rule sets.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Listed {
    /// Only those that are archived, or only those that are not; all if left out.
    archived: Option<bool>,
}

/// Which version.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Version {
    /// The newest if left out.
    #[param(minimum = 1)]
    version: Option<u32>,
}

/// Whom a preview is of.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Previewed {
    /// The patient.
    #[param(value_type = PatientId)]
    patient: PatientId,
    /// The newest version if left out.
    #[param(minimum = 1)]
    version: Option<u32>,
}

/// The practice's rule sets.
#[utoipa::path(get, path = "/v1/rule-sets", tag = "rule sets", params(Listed),
    responses((status = 200, body = RuleSetList), Refused))]
pub async fn list(state: &Tracker, staff: Authorised<ReadTracker>, call: Call) -> Result<Response, Problem> {
    let Listed { archived } = call.query()?;
    json(StatusCode::OK, &state.api.app.rule_sets(&reading(&staff, &call)?, archived).await?)
}

/// A rule set in its newest version, or in an earlier one that sets still follow.
#[utoipa::path(get, path = "/v1/rule-sets/{id}", tag = "rule sets",
    params(("id" = RuleSetId, Path, description = "The rule set."), Version),
    responses((status = 200, body = RuleSetView), Refused))]
pub async fn get(state: &Tracker, staff: Authorised<ReadTracker>, call: Call) -> Result<Response, Problem> {
    let Version { version } = call.query()?;
    let rules = state.api.app.rule_set(&reading(&staff, &call)?, call.path("id")?, version).await?;
    json_version(StatusCode::OK, &rules, rules.version.into())
}

/// What a patient would be sent, in the patient's language and zone, if chasing began tomorrow.
#[utoipa::path(get, path = "/v1/rule-sets/{id}/preview", tag = "rule sets",
    params(("id" = RuleSetId, Path, description = "The rule set."), Previewed),
    responses((status = 200, body = RuleSetPreview), Refused))]
pub async fn preview(
    state: &Tracker,
    staff: Authorised<ReadTracker>,
    call: Call,
) -> Result<Response, Problem> {
    let (id, Previewed { patient, version }) = (call.path("id")?, call.query()?);
    let cx = reading(&staff, &call)?;
    json(StatusCode::OK, &state.api.app.preview_rule_set(&cx, id, version, patient).await?)
}

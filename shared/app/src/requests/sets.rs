//! Actions on invoice sets.

use chrono::NaiveDate;
use paywell_domain::{
    Refusal, RuleSetId,
    invoice::WriteOffReason,
    invoice_set::{Action, PauseReason},
    text::Line,
};
use serde::{Deserialize, de::IntoDeserializer};
use utoipa::ToSchema;

/// An action on an invoice set, with what it takes: a pause its `reason` and perhaps `until`, a write-off its `reason`, a
/// change of rule set `rule_set_id`.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActOnSet {
    /// What is done.
    pub action: Action,
    /// Why a set is paused (`dispute`, `insurance`, `hardship`, `patient_request`, `deceased`, `other`) or written off
    /// (`small_balance`, `bad_debt`, `courtesy`, `financial_assistance`, `bankruptcy`, `deceased`, `other`).
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 40)]
    pub reason: Option<Line<40>>,
    /// More on why; required where the reason is `other`.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 200)]
    pub note: Option<Line<200>>,
    /// The practice's day on which a paused set resumes by itself.
    #[serde(default, deserialize_with = "super::optional_day")]
    pub until: Option<NaiveDate>,
    /// The rule set to follow, in its newest version.
    #[serde(default)]
    pub rule_set_id: Option<RuleSetId>,
}

/// An action on several invoice sets.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActOnSets {
    /// 1 to 100 ids.
    #[schema(value_type = Vec<String>, min_items = 1, max_items = 100,
        example = json!(["set_01h455vb4pex5vsknk084sn02q_0001"]))]
    pub sets: Vec<Line<60>>,
    /// What is done to each.
    pub action: Action,
    /// As for one set.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 40)]
    pub reason: Option<Line<40>>,
    /// As for one set.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 200)]
    pub note: Option<Line<200>>,
    /// As for one set.
    #[serde(default, deserialize_with = "super::optional_day")]
    pub until: Option<NaiveDate>,
    /// As for one set.
    #[serde(default)]
    pub rule_set_id: Option<RuleSetId>,
}

/// That a task is done.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FinishTask {
    /// What came of it.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 200)]
    pub note: Option<Line<200>>,
}

/// An action with what it takes, and nothing else.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    WriteOff { reason: WriteOffReason, note: Option<Line<200>> },
    SendToCollections,
    Pause { reason: PauseReason, note: Option<Line<200>>, until: Option<NaiveDate> },
    Resume,
    ChangeRuleSet { rule_set: RuleSetId },
    Cancel { note: Option<Line<200>> },
    Reverse,
    ChaseAgain,
    SendNow,
}

impl ActOnSet {
    /// # Errors
    /// Something is missing, or is given that this action does not take.
    pub(crate) fn act(self) -> Result<Act, Refusal> {
        let Self { action, reason, note, until, rule_set_id } = self;
        let name = action.name();
        let takes = |fields: [bool; 4]| {
            let given = [reason.is_some(), note.is_some(), until.is_some(), rule_set_id.is_some()];
            let names = ["reason", "note", "until", "rule_set_id"];
            let wrong = fields.into_iter().zip(given).zip(names).find(|((takes, given), _)| *given && !takes);
            match wrong {
                Some((_, field)) => Err(Refusal::field(
                    format!("/{field}"),
                    format!("expected none: {name} does not take it"),
                )),
                None => Ok(()),
            }
        };
        takes(match action {
            Action::Pause => [true, true, true, false],
            Action::WriteOff => [true, true, false, false],
            Action::ChangeRuleSet => [false, false, false, true],
            Action::Cancel => [false, true, false, false],
            Action::SendToCollections
            | Action::Resume
            | Action::SendNow
            | Action::Reverse
            | Action::ChaseAgain => [false; 4],
        })?;
        Ok(match action {
            Action::Pause => Act::Pause { reason: parsed(reason.as_ref())?, note, until },
            Action::WriteOff => Act::WriteOff { reason: parsed(reason.as_ref())?, note },
            Action::ChangeRuleSet => {
                let missing = || Refusal::field("/rule_set_id", "required: the rule set to follow");
                Act::ChangeRuleSet { rule_set: rule_set_id.ok_or_else(missing)? }
            }
            Action::Cancel => Act::Cancel { note },
            Action::SendToCollections => Act::SendToCollections,
            Action::Resume => Act::Resume,
            Action::Reverse => Act::Reverse,
            Action::ChaseAgain => Act::ChaseAgain,
            Action::SendNow => Act::SendNow,
        })
    }
}

impl ActOnSets {
    /// The sets, and what is done to each.
    ///
    /// # Errors
    /// No set or too many; as for one set.
    pub(crate) fn act(self) -> Result<(Vec<Line<60>>, Act), Refusal> {
        let Self { sets, action, reason, note, until, rule_set_id } = self;
        if sets.is_empty() || sets.len() > 100 {
            return Err(Refusal::field("/sets", "expected 1 to 100 ids"));
        }
        Ok((sets, ActOnSet { action, reason, note, until, rule_set_id }.act()?))
    }
}

/// A reason by its name; what would do is said.
fn parsed<'de, T: Deserialize<'de>>(reason: Option<&'de Line<40>>) -> Result<T, Refusal> {
    let reason = reason.ok_or_else(|| Refusal::field("/reason", "required: why this is done"))?;
    let name: serde::de::value::StrDeserializer<'de, serde::de::value::Error> =
        reason.as_str().into_deserializer();
    T::deserialize(name).map_err(|error| Refusal::field("/reason", error.to_string()))
}

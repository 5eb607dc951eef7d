//! Rule sets.

use chrono::{DateTime, Utc};
use paywell_domain::{
    Language, Practice, RuleSet,
    rule_set::{ListedRuleSet, Method, Step, Translation},
};
use serde::Serialize;
use utoipa::ToSchema;

/// A version of a rule set.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RuleSetView {
    /// The id, over all versions.
    pub id: String,
    /// This version; the newest is what `If-Match` takes.
    pub version: u32,
    /// The newest version.
    pub newest_version: u32,
    /// Whether it starts no new set any more.
    pub archived: bool,
    /// Whether new invoice sets of the practice follow it.
    pub followed: bool,
    /// Its name for staff.
    pub title: String,
    /// What it is for.
    pub description: Option<String>,
    /// The steps, ordered by delay.
    pub steps: Vec<StepView>,
    /// Days after chasing began when a set with a balance left expires.
    pub expiry_days: u16,
}

/// A step of a rule set.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StepView {
    /// Days after chasing began.
    pub delay_days: u16,
    /// How.
    pub method: Method,
    /// The subject; of a task, what is to be done.
    pub title: String,
    /// The opening words; of a task, how it is done.
    pub message: String,
    /// The hours of the recipient in which a message goes out.
    pub window: HourWindowView,
    /// What is done where a message cannot be delivered.
    pub fallback: Option<Method>,
    /// The words in other languages.
    pub translations: Vec<TranslationView>,
}

/// Whole hours of the recipient's day.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct HourWindowView {
    /// The hour for which messages are planned.
    pub from_hour: u8,
    /// The hour from which on they wait for the next day.
    pub until_hour: u8,
}

/// A step's words in another language.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TranslationView {
    /// Which.
    pub language: Language,
    /// The subject.
    pub title: String,
    /// The opening words.
    pub message: String,
}

/// The practice's rule sets.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RuleSetList {
    /// In the order in which they were made, at most 100.
    pub items: Vec<RuleSetListItem>,
}

/// A rule set in the list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RuleSetListItem {
    /// The id.
    pub id: String,
    /// Its newest version.
    pub version: u32,
    /// That version's name.
    pub title: String,
    /// Whether it starts no new set any more.
    pub archived: bool,
    /// Whether new invoice sets of the practice follow it.
    pub followed: bool,
}

/// What a patient would be sent by a rule set, if chasing began tomorrow.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RuleSetPreview {
    /// The rule set.
    pub rule_set_id: String,
    /// Which version of it.
    pub version: u32,
    /// The zone of whoever answers for the bills; the practice's where it is unknown.
    pub time_zone: String,
    /// What they read.
    pub language: Language,
    /// Each step.
    pub steps: Vec<StepPreview>,
    /// When the set would expire (UTC).
    pub expires_at: DateTime<Utc>,
}

/// A step as a patient, or staff, would see it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StepPreview {
    /// How: the fallback, where the step's own method does not reach the patient.
    pub method: Method,
    /// When (UTC).
    pub at: DateTime<Utc>,
    /// Who is written to, by first name; of a task, who is written to or called.
    pub first_name: String,
    /// Where a message goes.
    pub address: Option<String>,
    /// Why the step's own method does not reach the patient, and what would mend it.
    pub problem: Option<String>,
    /// The subject; of a task, what is to be done.
    pub subject: Option<String>,
    /// The whole text, its link left out; of a task, how it is done.
    pub text: Option<String>,
}

impl RuleSetView {
    /// A version, and what the practice's list says of its rule set.
    pub fn of(rules: &RuleSet, listed: &ListedRuleSet, practice: &Practice) -> Self {
        Self {
            id: rules.id.to_string(),
            version: rules.version,
            newest_version: listed.version,
            archived: listed.archived,
            followed: practice.rule_set == rules.id,
            title: rules.title.to_string(),
            description: rules.description.as_ref().map(ToString::to_string),
            steps: rules.steps.iter().map(StepView::of).collect(),
            expiry_days: rules.expiry_days,
        }
    }
}

impl StepView {
    fn of(step: &Step) -> Self {
        let translation = |words: &Translation| TranslationView {
            language: words.language,
            title: words.title.to_string(),
            message: words.message.to_string(),
        };
        Self {
            delay_days: step.delay_days,
            method: step.method,
            title: step.title.to_string(),
            message: step.message.to_string(),
            window: HourWindowView {
                from_hour: step.window.from_hour(),
                until_hour: step.window.until_hour(),
            },
            fallback: step.fallback,
            translations: step.translations.iter().map(translation).collect(),
        }
    }
}

impl RuleSetListItem {
    /// A rule set of the practice.
    pub fn of(listed: &ListedRuleSet, practice: &Practice) -> Self {
        Self {
            id: listed.id.to_string(),
            version: listed.version,
            title: listed.title.to_string(),
            archived: listed.archived,
            followed: practice.rule_set == listed.id,
        }
    }
}

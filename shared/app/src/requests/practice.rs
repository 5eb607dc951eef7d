//! The practice as its owner wants it.

use chrono::NaiveDate;
use paywell_domain::{
    Amount, Language, RuleSetId,
    appointment::CollectCopays,
    patient::Phone,
    practice::{BrandColour, IdentityCheck, Logo, Weekday},
    text::Line,
};
use serde::Deserialize;
use utoipa::ToSchema;

/// Changes to how a practice shows itself to patients, to what it lets them choose, and to how it chases. What is left out
/// stays.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EditPractice {
    /// The name that patients know.
    #[serde(default)]
    #[schema(value_type = Option<Line<60>>)]
    pub name: Option<Line<60>>,
    /// Where patients call, in international form.
    #[serde(default)]
    pub phone: Option<Phone>,
    /// The colour of what is pressed, as `#rrggbb`, on which white text is readable (WCAG AA); null takes it away.
    #[serde(default, deserialize_with = "super::given")]
    #[schema(value_type = Option<String>, pattern = "^#[0-9A-Fa-f]{6}$", example = "#14532d")]
    pub colour: Option<Option<BrandColour>>,
    /// A PNG of at most 8 KiB and 1,024 pixels on a side, in base64; null takes it away.
    #[serde(default, deserialize_with = "super::given")]
    #[schema(value_type = Option<String>, content_encoding = "base64")]
    pub logo: Option<Option<Logo>>,
    /// What patients are asked before they see what a bill is for.
    #[serde(default)]
    pub identity_check: Option<IdentityCheck>,
    /// The least that patients may pay of what is owed; null lets them pay the whole alone.
    #[serde(default, deserialize_with = "super::given_amount")]
    #[schema(value_type = Option<Amount>)]
    pub part_payment_from: Option<Option<Amount>>,
    /// What patients read of whom nothing else is known; null is English.
    #[serde(default, deserialize_with = "super::given")]
    #[schema(value_type = Option<Language>)]
    pub language: Option<Option<Language>>,
    /// The rule set that invoice sets which start from now on follow, in its newest version then.
    #[serde(default)]
    pub rule_set_id: Option<RuleSetId>,
    /// How many days after the due date chasing begins, of invoice sets that start from now on.
    #[serde(default)]
    #[schema(maximum = 365)]
    pub chase_after_days: Option<u16>,
    /// Whether outreach is stopped: no message, task or charge of it, until it is let go again. What is due waits.
    #[serde(default)]
    pub outreach_stopped: Option<bool>,
    /// The most messages, tasks and charges of outreach a day (UTC), 1 to 100,000.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 100_000)]
    pub outreach_most_a_day: Option<u32>,
    /// The days of the week on which staff do not work: at most six.
    #[serde(default)]
    #[schema(max_items = 6)]
    pub closed_on: Option<Vec<Weekday>>,
    /// The dates on which they do not work either: at most 60. Tasks for staff fall due on the next day on which they do.
    #[serde(default, deserialize_with = "super::optional_days")]
    #[schema(max_items = 60)]
    pub holidays: Option<Vec<NaiveDate>>,
    /// Whether no message of outreach goes out on those dates.
    #[serde(default)]
    pub quiet_on_holidays: Option<bool>,
    /// How the copays of appointments that are booked or moved from now on are collected.
    #[serde(default)]
    pub copays: Option<EditCopays>,
}

/// How a practice collects copays.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EditCopays {
    /// What is done about a copay before the visit.
    pub collect: CollectCopays,
    /// How many days before the visit, in the practice's zone: 0 to 60 where patients are asked; 1 to 4 where it is held
    /// on a card, for a card network releases it after four days and 18 hours; none where nothing is done.
    #[serde(default)]
    #[schema(maximum = 60)]
    pub days_before: Option<u16>,
}

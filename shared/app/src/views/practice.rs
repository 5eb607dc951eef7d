//! The practice as its owner wants it.

use chrono::NaiveDate;
use paywell_domain::{
    Currency, Language, Practice,
    appointment::CollectCopays,
    practice::{IdentityCheck, Logo, Weekday},
};
use paywell_store::Stored;
use serde::Serialize;
use utoipa::ToSchema;

/// How a practice collects copays.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CopaysView {
    /// What is done about a copay before the visit.
    pub collect: CollectCopays,
    /// How many days before the visit; none where nothing is done.
    pub days_before: Option<u16>,
}

/// How a practice shows itself to patients, what it lets them choose, and how it chases.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PracticeView {
    /// The id.
    pub id: String,
    /// The version, for `If-Match`.
    pub version: u64,
    /// The name that patients know.
    pub name: String,
    /// Where patients call, in international form.
    pub phone: String,
    /// The colour of what is pressed, as `#rrggbb`; ours where none was chosen.
    pub colour: Option<String>,
    /// A PNG in base64, where there is one.
    pub logo: Option<String>,
    /// What patients are asked before they see what a bill is for.
    pub identity_check: IdentityCheck,
    /// The least that patients may pay of what is owed; none where they pay the whole alone.
    pub part_payment_from: Option<String>,
    /// The currency of that amount.
    pub currency: Currency,
    /// What patients read of whom nothing else is known.
    pub language: Option<Language>,
    /// The rule set that new invoice sets follow.
    pub rule_set_id: String,
    /// Its newest version.
    pub rule_set_version: u32,
    /// How many days after the due date chasing begins.
    pub chase_after_days: u16,
    /// Whether outreach is stopped.
    pub outreach_stopped: bool,
    /// The most messages, tasks and charges of outreach a day (UTC).
    pub outreach_most_a_day: u32,
    /// The days of the week on which staff do not work.
    pub closed_on: Vec<Weekday>,
    /// The dates on which they do not work either, in order.
    pub holidays: Vec<NaiveDate>,
    /// Whether no message of outreach goes out on those dates.
    pub quiet_on_holidays: bool,
    /// How copays are collected.
    pub copays: CopaysView,
}

impl PracticeView {
    /// The practice with its logo.
    pub fn of(stored: &Stored<Practice>, logo: Option<&Logo>) -> Self {
        let practice = &stored.state;
        let (collect, days_before) = practice.copays.parts();
        Self {
            id: practice.id.to_string(),
            version: stored.version,
            name: practice.name.to_string(),
            phone: practice.phone.as_str().to_owned(),
            colour: practice.pay_page.colour.map(|colour| colour.light()),
            logo: logo.map(Logo::base64),
            identity_check: practice.identity_check,
            part_payment_from: practice.pay_page.part_from.map(|least| least.to_string()),
            currency: practice.currency,
            language: practice.pay_page.language,
            rule_set_id: practice.rule_set.to_string(),
            rule_set_version: practice.rule_set_version,
            chase_after_days: practice.chase_after_days,
            outreach_stopped: practice.outreach.stopped,
            outreach_most_a_day: practice.outreach.most_a_day,
            closed_on: practice.calendar.closed_on().to_vec(),
            holidays: practice.calendar.holidays().to_vec(),
            quiet_on_holidays: practice.calendar.quiet_on_holidays(),
            copays: CopaysView { collect, days_before },
        }
    }
}

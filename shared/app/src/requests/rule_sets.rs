//! Rule sets.

use paywell_domain::{
    Language, RuleSet, RuleSetId,
    rule_set::{Method, Step, Template, Translation, Window},
    text::Line,
};
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

/// A rule set, or its next version: what is sent when to a patient whose charges are unpaid.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WriteRuleSet {
    /// Its name for staff.
    #[schema(value_type = String, min_length = 1, max_length = 60)]
    pub title: Line<60>,
    /// What it is for.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 300)]
    pub description: Option<Line<300>>,
    /// 1 to 30 steps, ordered by delay; a method at most once on the same day.
    #[schema(min_items = 1, max_items = 30)]
    pub steps: Vec<WriteStep>,
    /// Days after chasing began when a set with a balance left expires; more than the last step's delay.
    #[schema(minimum = 1, maximum = 730)]
    pub expiry_days: u16,
}

/// A step of a rule set.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WriteStep {
    /// Days after chasing began.
    #[schema(maximum = 729)]
    pub delay_days: u16,
    /// `email`, `sms`, `charge_card` (what is owed, to the default method on file; an email or text message goes out at
    /// least a day before), `letter_task` or `call_task`.
    pub method: Method,
    /// The subject; of a task, what is to be done. Places: `{first_name}`, `{practice}`, `{phone}`. No link.
    #[schema(value_type = String, min_length = 1, max_length = 80, example = "A reminder about your balance")]
    pub title: Template<80>,
    /// The opening words, with the same places; greeting, link and practice are set around them. Of a task, how it is
    /// done.
    #[schema(value_type = String, min_length = 1, max_length = 500,
        example = "{first_name}, there is a balance on your account.")]
    pub message: Template<500>,
    /// The hours in which a message goes out; from 10 to 21 if left out.
    #[serde(default, deserialize_with = "window")]
    #[schema(value_type = Option<HourWindow>)]
    pub window: Option<Window>,
    /// What is done where a message cannot be delivered or a charge is declined: another message, or a task.
    #[serde(default)]
    pub fallback: Option<Method>,
    /// The words for those who read another language than that of `title` and `message`.
    #[serde(default)]
    #[schema(max_items = 2)]
    pub translations: Vec<WriteTranslation>,
}

/// Whole hours of the recipient's day.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HourWindow {
    /// The hour for which messages are planned.
    #[schema(minimum = 8, maximum = 20)]
    from_hour: u8,
    /// The hour from which on they wait for the next day.
    #[schema(minimum = 9, maximum = 21)]
    until_hour: u8,
}

fn window<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Window>, D::Error> {
    let hours = Option::<HourWindow>::deserialize(deserializer)?;
    let window = hours.map(|hours| Window::new(hours.from_hour, hours.until_hour)).transpose();
    window.map_err(serde::de::Error::custom)
}

/// A step's words in another language.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WriteTranslation {
    /// Which, at most once.
    pub language: Language,
    /// The subject.
    #[schema(value_type = String, min_length = 1, max_length = 80)]
    pub title: Template<80>,
    /// The opening words.
    #[schema(value_type = String, min_length = 1, max_length = 500)]
    pub message: Template<500>,
}

impl WriteRuleSet {
    /// The version of that number.
    pub fn version(self, id: RuleSetId, version: u32) -> RuleSet {
        let steps = self.steps.into_iter().map(WriteStep::step).collect();
        RuleSet {
            id,
            version,
            title: self.title,
            description: self.description,
            steps,
            expiry_days: self.expiry_days,
        }
    }
}

impl WriteStep {
    fn step(self) -> Step {
        let translations = self.translations.into_iter().map(|words| Translation {
            language: words.language,
            title: words.title,
            message: words.message,
        });
        Step {
            delay_days: self.delay_days,
            method: self.method,
            title: self.title,
            message: self.message,
            window: self.window.unwrap_or_default(),
            fallback: self.fallback,
            translations: translations.collect(),
        }
    }
}

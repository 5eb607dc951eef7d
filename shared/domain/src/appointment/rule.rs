//! How a practice collects copays before visits.

use chrono::{DateTime, Days, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Refusal, practice::instant, recipient::Recipient, rule_set::Window};

/// The most days before a visit on which its copay is asked for.
const MAX_ASK_BEFORE: u16 = 60;

/// The most days before a visit on which its copay is held on a card: with the hours of a day it is still held when the
/// visit begins ([`crate::payment::HOLD_LASTS`]).
const MAX_HOLD_BEFORE: u16 = 4;

/// What is done about a copay before the visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CollectCopays {
    /// Nothing.
    Off,
    /// The patient is asked for it, by mail or text with a link.
    Request,
    /// It is held on the patient's default card on file, and taken after the visit; whoever has no card on file, or whose
    /// bank declines, is asked for it.
    Authorise,
}

/// How a practice collects copays.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "collect")]
pub enum CopayRule {
    /// Not before the visit.
    #[default]
    Off,
    /// The patient is asked.
    Request {
        /// So many days before the visit, in the practice's zone.
        days_before: u16,
    },
    /// It is held on the card on file; else the patient is asked.
    Authorise {
        /// So many days before the visit, in the practice's zone.
        days_before: u16,
    },
}

impl CopayRule {
    /// The rule of those words.
    ///
    /// # Errors
    /// Too many days or too few, none where they are wanted, or some where they are not: at `/copays/days_before`.
    pub fn new(collect: CollectCopays, days_before: Option<u16>) -> Result<Self, Refusal> {
        let refuse = |detail: String| Refusal::field("/copays/days_before", detail);
        match (collect, days_before) {
            (CollectCopays::Off, None) => Ok(Self::Off),
            (CollectCopays::Off, Some(_)) => Err(refuse("expected none: nothing is collected".to_owned())),
            (CollectCopays::Request, Some(days_before @ 0..=MAX_ASK_BEFORE)) => {
                Ok(Self::Request { days_before })
            }
            (CollectCopays::Request, _) => Err(refuse(format!("expected 0 to {MAX_ASK_BEFORE} days"))),
            (CollectCopays::Authorise, Some(days_before @ 1..=MAX_HOLD_BEFORE)) => {
                Ok(Self::Authorise { days_before })
            }
            (CollectCopays::Authorise, _) => {
                let detail = format!(
                    "expected 1 to {MAX_HOLD_BEFORE} days: what is held on a card is released after four days and 18 hours"
                );
                Err(refuse(detail))
            }
        }
    }

    /// What is done, and how many days before the visit; none where nothing is.
    pub const fn parts(self) -> (CollectCopays, Option<u16>) {
        match self {
            Self::Off => (CollectCopays::Off, None),
            Self::Request { days_before } => (CollectCopays::Request, Some(days_before)),
            Self::Authorise { days_before } => (CollectCopays::Authorise, Some(days_before)),
        }
    }

    /// When the copay of a visit is collected (UTC): at 10:00 of the day, or, where the visit begins before that, as soon as
    /// people may be written to; where the day has passed, now. Patients are asked by their own clocks; a hold wakes
    /// nobody, and keeps the practice's. None where it is not, or the visit has begun.
    pub fn collect_at(
        self,
        starts_at: DateTime<Utc>,
        recipient: &Recipient,
        now: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        let (days_before, zone) = match self {
            Self::Off => return None,
            Self::Request { days_before } => (days_before, recipient.zone),
            Self::Authorise { days_before } => (days_before, recipient.practice_zone),
        };
        let visit = starts_at.with_timezone(&recipient.practice_zone).date_naive();
        let day = visit - Days::new(days_before.into());
        let planned = instant(day, Window::default().start(), zone);
        let planned = if planned < starts_at { planned } else { instant(day, Window::LEGAL.start(), zone) };
        (now < starts_at).then(|| planned.max(now))
    }
}

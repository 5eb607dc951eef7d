//! What about a payment is not known yet, and when the processor is to be asked.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use super::{AttemptStatus, Payment, RefundMeans, RefundStatus};
use crate::{AttemptId, Decision, EventKind, RefundId};

/// That the processor was asked and had no news.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// When, the last time (UTC).
    pub at: DateTime<Utc>,
    /// How often, since something new was begun.
    pub times: u8,
}

/// What is not known yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsettled {
    /// The outcome of an attempt.
    Attempt(AttemptId),
    /// The outcome of a refund.
    Refund(RefundId),
}

/// The first time, the processor's own message is given this long to come.
const FIRST: Duration = Duration::minutes(5);
/// Never longer than this between two questions: bank debits and refunds take days.
const LONGEST: Duration = Duration::hours(12);

impl Payment {
    /// Everything whose outcome only the processor knows, in the order in which it was begun.
    pub fn unsettled(&self) -> Vec<Unsettled> {
        let attempt = self.open_attempt().map(|attempt| Unsettled::Attempt(attempt.id));
        let refunds = self.refunds.iter().filter(|refund| {
            refund.status == RefundStatus::Pending && matches!(refund.means, RefundMeans::Processor(_))
        });
        attempt.into_iter().chain(refunds.map(|refund| Unsettled::Refund(refund.id))).collect()
    }

    /// When the processor is to be asked what became of it (UTC); none where everything is known. The wait doubles from
    /// five minutes to twelve hours; a session that is to be expired is not waited for, and one that the patient may
    /// still be using is asked about once it is over. An outcome is never assumed because time has passed.
    pub fn ask_at(&self) -> Option<DateTime<Utc>> {
        let since = match self.unsettled().first()? {
            Unsettled::Attempt(_) => {
                let attempt = self.open_attempt()?;
                match (attempt.status, self.asked) {
                    (AttemptStatus::ToExpire, None) => return Some(attempt.opened_at),
                    (AttemptStatus::Open, None) if attempt.session().is_some() => {
                        return Some(attempt.expires_at());
                    }
                    _ => attempt.opened_at,
                }
            }
            Unsettled::Refund(id) => self.refund_of(*id).ok()?.requested_at,
        };
        Some(match self.asked {
            None => since + FIRST,
            Some(asked) => {
                let doubled = FIRST * (1 << i32::from(asked.times.min(8)));
                asked.at + doubled.min(LONGEST)
            }
        })
    }

    /// The processor was asked and had no news: it is asked again later.
    pub fn asked(&self, now: DateTime<Utc>) -> Decision<Self> {
        let times = self.asked.map_or(1, |asked| asked.times.saturating_add(1));
        let asked = Self { asked: Some(Asked { at: now, times }), ..self.clone() };
        Decision::of(asked, EventKind::ProcessorAsked { times })
    }
}

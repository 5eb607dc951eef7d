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
    /// five minutes to twelve hours; a charge that was planned is made at once; a session that is to be expired is not
    /// waited for, and one that the patient may still be using is asked about once it is over. An outcome is never assumed because time has passed.
    pub fn ask_at(&self) -> Option<DateTime<Utc>> {
        let since = match self.unsettled().first()? {
            Unsettled::Attempt(_) => {
                let attempt = self.open_attempt()?;
                match (attempt.status, self.asked) {
                    (AttemptStatus::Open, None) if Self::is_to_be_made(attempt) => {
                        return Some(attempt.opened_at);
                    }
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

    /// When something is to be done about it without anybody asking (UTC): the processor asked, or the receipt mailed.
    pub fn next_at(&self) -> Option<DateTime<Utc>> {
        self.ask_at().into_iter().chain(self.receipt_at).min()
    }

    /// The processor was asked and had no news: it is asked again later.
    pub fn asked(&self, now: DateTime<Utc>) -> Decision<Self> {
        let times = self.asked.map_or(1, |asked| asked.times.saturating_add(1));
        let asked = Self { asked: Some(Asked { at: now, times }), ..self.clone() };
        Decision::of(asked, EventKind::ProcessorAsked { times })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        fixtures::{NOW, attempt, charged, payment, received, refund},
        payment::{AttemptMeans, NewRefund, RefundReason, Tender},
    };

    fn minutes(count: i64) -> Option<DateTime<Utc>> {
        Some(NOW + Duration::minutes(count))
    }

    fn processing() -> Payment {
        let means = AttemptMeans::Hosted { session: None, keep: None };
        payment(100, Vec::new()).start_attempt(attempt(1), means, NOW).unwrap().state
    }

    fn refunding() -> Payment {
        let paid = charged(&payment(100, Vec::new()), &[]).payment.state;
        let reason = RefundReason::PatientRequest;
        let new = NewRefund { amount: None, reason, note: None, owed_again: None, parts: None, desk: None };
        paid.refund(refund(1), new, &[], None, NOW).unwrap().payment.state
    }

    #[test]
    fn what_is_known_is_not_asked_about() {
        let paid = charged(&payment(100, Vec::new()), &[]).payment.state;
        let done = refunding().refund_succeeded(refund(1), "re_1").unwrap().state;
        for known in [payment(100, Vec::new()), paid, done] {
            assert_eq!((known.unsettled(), known.ask_at()), (vec![], None), "{:?}", known.status);
        }
        let cash = received(&payment(100, Vec::new()), &[]).payment.state;
        let reason = RefundReason::PatientRequest;
        let desk = Some(Tender::Cash);
        let new = NewRefund { amount: None, reason, note: None, owed_again: None, parts: None, desk };
        let mut handed_over = cash.refund(refund(1), new, &[], None, NOW).unwrap().payment.state;
        assert_eq!(handed_over.unsettled(), [], "no processor knows of it");
        handed_over.refunds[0].status = RefundStatus::Pending;
        assert_eq!(handed_over.unsettled(), [], "whatever its status");
    }

    #[test]
    fn a_session_is_asked_about_when_it_is_over_and_ended_at_once() {
        assert_eq!(processing().ask_at(), minutes(5), "no session is known yet");
        let open = processing().note_session(attempt(1), "cs_1").unwrap().state;
        assert_eq!((open.unsettled(), open.ask_at()), (vec![Unsettled::Attempt(attempt(1))], minutes(60)));
        let ending = open.expire_session(attempt(1)).unwrap().state;
        assert_eq!(ending.ask_at(), minutes(0));
        let debit = open.debit_processing(attempt(1)).unwrap().state;
        assert_eq!(debit.ask_at(), minutes(5));
    }

    #[test]
    fn the_wait_doubles_to_half_a_day_and_starts_anew_with_something_new() {
        let mut waiting = refunding();
        assert_eq!((waiting.unsettled(), waiting.ask_at()), (vec![Unsettled::Refund(refund(1))], minutes(5)));
        for wait in [10, 20, 40, 80, 160, 320, 640, 720, 720, 720] {
            waiting = waiting.asked(NOW).state;
            assert_eq!(waiting.ask_at(), minutes(wait));
        }
        for _ in 0..300 {
            waiting = waiting.asked(NOW).state;
        }
        assert_eq!(waiting.ask_at(), minutes(720), "however often");
        let asked = processing().asked(NOW).state;
        assert_eq!(asked.debit_processing(attempt(1)).unwrap().state.asked, None);
    }
}

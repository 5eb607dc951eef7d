//! The receipt that is mailed for what was paid at the processor.

use chrono::{DateTime, Duration, Utc};

use super::{Payment, SESSION_MINUTES};
use crate::{
    Decision, EventKind,
    recipient::{Reach, Recipient},
};

/// How long a receipt waits where the mail provider takes nothing.
const PUT_BACK: Duration = Duration::minutes(15);

/// What is to be done about a payment's receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReceiptDue<'a> {
    /// Nothing: none is due, or somebody else has taken it.
    Nothing,
    /// It is not mailed now: put off until morning, or not at all.
    Change(Box<Decision<Payment>>),
    /// It goes there by whoever commits the claim. What was claimed and not sent is not sent later: no
    /// receipt beats two, and the receipt page is there.
    Send(Box<Decision<Payment>>, Reach<'a>),
}

impl Payment {
    /// What is due now: by mail, else by text. Whoever has just pressed Pay waits for the mail at any hour; of a bank debit or a
    /// charge without them, people hear in the hours in which they may be written to.
    pub fn receipt<'a>(&self, recipient: &'a Recipient, now: DateTime<Utc>) -> ReceiptDue<'a> {
        if self.receipt_at.is_none_or(|at| at > now) {
            return ReceiptDue::Nothing;
        }
        let without = Self { receipt_at: None, ..self.clone() };
        let Some(reach) = recipient.reach() else {
            let reason = "there is nobody to send a receipt to".to_owned();
            let none = Decision::of(without, EventKind::MailFailed { reason });
            return ReceiptDue::Change(Box::new(none));
        };
        let is_waited_for = matches!(reach, Reach::Email(_)) && self.has_just_been_made_by_hand(now);
        if recipient.is_quiet(now) && !is_waited_for {
            let until = recipient.next_send_time(now);
            return ReceiptDue::Change(Box::new(self.put_off_receipt(until)));
        }
        ReceiptDue::Send(Box::new(Decision::of(without, EventKind::ReceiptClaimed)), reach)
    }

    /// The mail provider took nothing: the receipt is due again in a while.
    pub fn put_back_receipt(&self, now: DateTime<Utc>) -> Decision<Self> {
        self.put_off_receipt(now + PUT_BACK)
    }

    fn put_off_receipt(&self, until: DateTime<Utc>) -> Decision<Self> {
        let later = Self { receipt_at: Some(until), ..self.clone() };
        Decision::of(later, EventKind::ReceiptPutOff { until })
    }

    /// Whether the patient was on the hosted page within the time for which it is open.
    fn has_just_been_made_by_hand(&self, now: DateTime<Utc>) -> bool {
        let session = Duration::minutes(SESSION_MINUTES);
        self.attempts.last().is_some_and(|attempt| attempt.session().is_some() && attempt.age(now) <= session)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Language,
        fixtures::{NOW, charged, payment, received},
        patient::EmailAddress,
        recipient::{Channel, Unreachable},
    };

    fn recipient() -> Recipient {
        Recipient {
            first_name: "Ada".try_into().unwrap(),
            email: Ok(EmailAddress::try_from("ada@example.com".to_owned()).unwrap()),
            phone: Err(Unreachable::NoNumber),
            zone: chrono_tz::America::New_York,
            practice_zone: chrono_tz::America::New_York,
            calendar: crate::practice::Calendar::default(),
            language: Language::En,
            deceased: false,
        }
    }

    fn paid() -> Payment {
        charged(&payment(100, Vec::new()), &[]).payment.state
    }

    /// Three in the morning in New York.
    fn night() -> DateTime<Utc> {
        "2026-06-20T07:00:00Z".parse().unwrap()
    }

    #[test]
    fn what_was_paid_at_the_processor_has_a_receipt_and_it_is_claimed_once() {
        let (paid, recipient) = (paid(), recipient());
        assert_eq!((paid.receipt_at, paid.next_at()), (Some(NOW), Some(NOW)));
        assert_eq!(paid.receipt(&recipient, NOW - Duration::seconds(1)), ReceiptDue::Nothing);
        let ReceiptDue::Send(claim, reach) = paid.receipt(&recipient, NOW) else { panic!("it is due") };
        assert_eq!(claim.events, [EventKind::ReceiptClaimed]);
        assert_eq!(Ok(reach), recipient.by(Channel::Email));
        assert_eq!(claim.state.next_at(), None);
        assert_eq!(claim.state.receipt(&recipient, NOW + Duration::days(1)), ReceiptDue::Nothing);
        let later = claim.state.put_back_receipt(NOW).state;
        assert_eq!(later.next_at(), Some(NOW + Duration::minutes(15)));
        assert!(matches!(later.receipt(&recipient, NOW + Duration::minutes(15)), ReceiptDue::Send(..)));
    }

    #[test]
    fn what_the_desk_took_has_none() {
        assert_eq!(received(&payment(100, Vec::new()), &[]).payment.state.receipt_at, None);
    }

    #[test]
    fn where_nobody_can_be_written_to_there_is_none() {
        let nowhere = Recipient { email: Err(Unreachable::NoAddress), ..recipient() };
        for nobody in [nowhere, Recipient { deceased: true, ..recipient() }] {
            let ReceiptDue::Change(none) = paid().receipt(&nobody, NOW) else { panic!("nobody is there") };
            assert_eq!(none.state.next_at(), None);
            assert!(matches!(none.events[..], [EventKind::MailFailed { .. }]));
        }
    }

    #[test]
    fn nobody_is_woken_for_a_receipt_that_they_do_not_wait_for() {
        let ReceiptDue::Change(morning) = paid().receipt(&recipient(), night()) else {
            panic!("it is night")
        };
        assert_eq!(morning.state.receipt_at, Some("2026-06-20T14:00:00Z".parse().unwrap()));
        let mut by_hand = paid();
        for attempt in &mut by_hand.attempts {
            attempt.opened_at = night() - Duration::minutes(5);
            attempt.means =
                crate::payment::AttemptMeans::Hosted { session: Some("cs_1".to_owned()), keep: None };
        }
        by_hand.receipt_at = Some(night());
        assert!(
            matches!(by_hand.receipt(&recipient(), night()), ReceiptDue::Send(..)),
            "who has just paid waits"
        );
        let by_text = Recipient {
            email: Err(Unreachable::MailNotWanted),
            phone: Ok("+16175550123".to_owned().try_into().unwrap()),
            ..recipient()
        };
        assert!(matches!(by_hand.receipt(&by_text, night()), ReceiptDue::Change(_)), "no text at night");
        let due = by_hand.receipt(&by_text, "2026-06-20T14:00:00Z".parse().unwrap());
        assert!(matches!(due, ReceiptDue::Send(_, Reach::Sms(_))));
    }
}

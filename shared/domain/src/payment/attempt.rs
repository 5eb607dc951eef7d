//! One attempt to take a payment at the processor: opened before the processor is asked, closed by its answer.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use super::{Allocation, Move, Payment};
use crate::{Amount, AttemptId, Decision, EventKind, Refusal};

/// How long a hosted session lives. The processor takes 30 minutes to 24 hours
/// (<https://docs.stripe.com/api/checkout/sessions/create#create_checkout_session-expires_at>).
pub const SESSION_MINUTES: i64 = 60;

/// How an attempt stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttemptStatus {
    /// The hosted session is open, or about to be.
    Open,
    /// What is due has changed: the session is to be expired at the processor.
    ToExpire,
    /// The patient has finished; a bank debit is on its way.
    Processing,
    /// The processor has the money.
    Succeeded,
    /// The processor or bank refused.
    Failed,
    /// The session expired; nothing was charged.
    Expired,
    /// The card's bank holds the money for us; it is taken or released later.
    Authorised,
    /// The processor is asked to take what is held.
    Capturing,
    /// The processor is asked to release what is held.
    Releasing,
    /// What was held was released; nothing was charged.
    Released,
}

impl AttemptStatus {
    /// Whether its outcome is not known yet.
    pub const fn is_open(self) -> bool {
        match self {
            Self::Open
            | Self::ToExpire
            | Self::Processing
            | Self::Authorised
            | Self::Capturing
            | Self::Releasing => true,
            Self::Succeeded | Self::Failed | Self::Expired | Self::Released => false,
        }
    }
}

/// By which way an attempt takes the money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttemptMeans {
    /// The patient pays on the processor's hosted page; with its session, once it is known.
    Hosted {
        /// The session, such as `cs_…`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        session: Option<String>,
    },
    /// A method on file is charged without the patient.
    OnFile {
        /// The method, such as `pm_…`.
        method: String,
        /// Whether it is only authorised, to be captured later.
        hold: bool,
    },
}

/// An attempt to take a payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// Its id; also the processor's idempotency key and our reference in its records.
    pub id: AttemptId,
    /// How it stands.
    pub status: AttemptStatus,
    /// What the processor was asked for.
    pub amount: Amount,
    /// By which way.
    pub means: AttemptMeans,
    /// The processor's charge, such as `pi_…`, once it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intent: Option<String>,
    /// Why the processor or bank refused it: a clause, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
    /// When it was opened (UTC).
    pub opened_at: DateTime<Utc>,
}

impl Attempt {
    /// When its hosted session ends (UTC).
    pub fn expires_at(&self) -> DateTime<Utc> {
        self.opened_at + Duration::minutes(SESSION_MINUTES)
    }

    /// The processor's hosted session, once it is known.
    pub fn session(&self) -> Option<&str> {
        match &self.means {
            AttemptMeans::Hosted { session } => session.as_deref(),
            AttemptMeans::OnFile { .. } => None,
        }
    }

    /// Whether the patient pays on the hosted page.
    pub fn is_hosted(&self) -> bool {
        matches!(self.means, AttemptMeans::Hosted { .. })
    }

    /// Whether the patient may still pay in its session.
    pub fn is_payable(&self, now: DateTime<Utc>) -> bool {
        self.is_hosted() && self.status == AttemptStatus::Open && now < self.expires_at()
    }
}

impl Payment {
    /// The attempt whose outcome is not known, if there is one.
    pub fn open_attempt(&self) -> Option<&Attempt> {
        self.attempts.iter().rev().find(|attempt| attempt.status.is_open())
    }

    /// The attempt that brought the money, if the processor did.
    pub fn charged(&self) -> Option<&Attempt> {
        self.attempts.iter().rev().find(|attempt| attempt.status == AttemptStatus::Succeeded)
    }

    /// Opens an attempt for the payment's whole amount. The processor is asked only after this is committed.
    ///
    /// # Errors
    /// It is not pending: an attempt is open, or it is paid, or withdrawn; or there was an attempt of that id.
    pub fn start_attempt(
        &self,
        id: AttemptId,
        means: AttemptMeans,
        now: DateTime<Utc>,
    ) -> Result<Decision<Self>, Refusal> {
        if self.attempts.iter().any(|attempt| attempt.id == id) {
            return Err(Refusal::state("attempt-closed", "there was an attempt of this id already"));
        }
        let mut started = self.clone();
        started.status = self.status.step(Move::Attempt, "taken at the processor")?;
        started.attempts.push(Attempt {
            id,
            status: AttemptStatus::Open,
            amount: self.amount,
            means,
            intent: None,
            failure: None,
            opened_at: now,
        });
        started.asked = None;
        Ok(Decision::of(started, EventKind::PaymentAttempted { attempt: id }))
    }

    /// Notes the processor's session; the patient is sent there only after this is committed.
    ///
    /// # Errors
    /// There is no such open attempt, or it has another session.
    pub fn note_session(&self, id: AttemptId, session: &str) -> Result<Decision<Self>, Refusal> {
        let attempt = self.attempt(id)?;
        if !attempt.is_hosted() || attempt.session().is_some_and(|known| known != session) {
            return Err(Refusal::state("session-known", "this attempt already has another session"));
        }
        let noted = self.with_attempt(id, |attempt| {
            attempt.means = AttemptMeans::Hosted { session: Some(session.to_owned()) };
        });
        let event = EventKind::PaymentSessionOpened { attempt: id, session: session.to_owned() };
        Ok(Decision::of(noted, event))
    }

    /// Marks the open session to be expired at the processor, because what is due has changed.
    ///
    /// # Errors
    /// There is no such attempt, or its session is not open.
    pub fn expire_session(&self, id: AttemptId) -> Result<Decision<Self>, Refusal> {
        let attempt = self.attempt(id)?;
        if !attempt.is_hosted() || attempt.status != AttemptStatus::Open {
            return Err(Refusal::state("session-closed", "this attempt has no open session"));
        }
        let marked = self.with_attempt(id, |attempt| attempt.status = AttemptStatus::ToExpire);
        Ok(Decision::of(marked, EventKind::PaymentSessionToExpire { attempt: id }))
    }

    /// The processor says that the session expired: nothing was charged, the payment can be tried again.
    ///
    /// # Errors
    /// There is no such attempt, or its outcome is already known.
    pub fn session_expired(&self, id: AttemptId) -> Result<Decision<Self>, Refusal> {
        self.close(
            id,
            AttemptStatus::Expired,
            Move::SessionExpired,
            EventKind::PaymentSessionExpired { attempt: id },
        )
    }

    /// The patient finished with a bank debit: it takes days, and there is nothing more to do.
    ///
    /// # Errors
    /// There is no such attempt.
    pub fn debit_processing(&self, id: AttemptId) -> Result<Decision<Self>, Refusal> {
        self.attempt(id)?;
        let mut processing = self.with_attempt(id, |attempt| attempt.status = AttemptStatus::Processing);
        processing.asked = None;
        Ok(Decision::of(processing, EventKind::PaymentProcessing { attempt: id }))
    }

    /// The processor or the bank refused for good.
    ///
    /// # Errors
    /// There is no such attempt, or its outcome is already known.
    pub fn attempt_failed(&self, id: AttemptId, reason: &str) -> Result<Decision<Self>, Refusal> {
        let event = EventKind::PaymentFailed { attempt: id, reason: reason.to_owned() };
        let mut failed = self.close(id, AttemptStatus::Failed, Move::Fail, event)?;
        failed.state = failed.state.with_attempt(id, |attempt| attempt.failure = Some(reason.to_owned()));
        Ok(failed)
    }

    /// The processor was asked, and has never heard of an attempt: a page is over, a charge has failed. None where it is
    /// known there by now, or its outcome is known.
    ///
    /// # Errors
    /// The payment cannot take that step: a bug.
    pub fn never_begun(&self, id: AttemptId, why: &str) -> Result<Option<Decision<Self>>, Refusal> {
        let open = self.open_attempt().filter(|open| open.id == id && open.intent.is_none());
        match open.map(|open| (open.is_hosted(), open.session())) {
            Some((true, None)) => self.session_expired(id).map(Some),
            Some((false, _)) => self.attempt_failed(id, why).map(Some),
            _ => Ok(None),
        }
    }

    /// Meant for other invoices or another amount before anything is asked of the processor.
    ///
    /// # Errors
    /// It can no longer be edited.
    pub fn retarget(&self, amount: Amount, allocations: Vec<Allocation>) -> Result<Self, Refusal> {
        if !self.status.is_editable() {
            return Err(Refusal::state(
                "payment-status",
                "the amount of this payment can no longer be changed",
            ));
        }
        Ok(Self { amount, allocations, ..self.clone() })
    }

    pub(super) fn close(
        &self,
        id: AttemptId,
        to: AttemptStatus,
        step: Move,
        event: EventKind,
    ) -> Result<Decision<Self>, Refusal> {
        self.attempt(id)?;
        let mut closed = self.with_attempt(id, |attempt| attempt.status = to);
        closed.status = self.status.step(step, "closed")?;
        Ok(Decision::of(closed, event))
    }

    /// The attempt of that id.
    pub fn attempt_of(&self, id: AttemptId) -> Option<&Attempt> {
        self.attempts.iter().find(|attempt| attempt.id == id)
    }

    pub(super) fn attempt(&self, id: AttemptId) -> Result<&Attempt, Refusal> {
        let open = self.open_attempt().filter(|attempt| attempt.id == id);
        open.ok_or_else(|| Refusal::state("attempt-closed", "the outcome of this attempt is already known"))
    }

    pub(super) fn with_attempt(&self, id: AttemptId, change: impl FnOnce(&mut Attempt)) -> Self {
        let mut changed = self.clone();
        if let Some(attempt) = changed.attempts.iter_mut().find(|attempt| attempt.id == id) {
            change(attempt);
        }
        changed
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        PaymentStatus,
        fixtures::{NOW, attempt},
    };

    fn payment() -> Payment {
        crate::fixtures::payment(100, Vec::new())
    }

    fn hosted() -> AttemptMeans {
        AttemptMeans::Hosted { session: None }
    }

    fn started() -> Payment {
        payment().start_attempt(attempt(1), hosted(), NOW).unwrap().state
    }

    #[test]
    fn one_attempt_is_open_at_a_time() {
        assert!(started().start_attempt(attempt(2), hosted(), NOW).is_err());
    }

    #[test]
    fn an_expired_session_lets_the_patient_try_again() {
        let expired = started().session_expired(attempt(1)).unwrap().state;
        assert_eq!(expired.status, PaymentStatus::Pending);
        assert!(expired.start_attempt(attempt(2), hosted(), NOW).is_ok());
    }

    #[test]
    fn a_session_is_payable_until_its_hour_is_over() {
        let open = started().attempts.remove(0);
        let ends = open.expires_at();
        assert_eq!(ends - NOW, Duration::minutes(SESSION_MINUTES));
        assert!(open.is_payable(NOW) && open.is_payable(ends - Duration::seconds(1)));
        assert!(!open.is_payable(ends) && !open.is_payable(ends + Duration::seconds(1)));
    }

    #[test]
    fn the_charge_is_the_attempt_that_succeeded() {
        let expired = started().session_expired(attempt(1)).unwrap().state;
        let again = expired.start_attempt(attempt(2), hosted(), NOW).unwrap().state;
        assert_eq!(again.charged(), None);
        let paid = again.attempt_succeeded(attempt(2), "pi_2", NOW).unwrap().state;
        assert_eq!(paid.charged().map(|charged| charged.id), Some(attempt(2)));
        assert_eq!(paid.attempt_of(attempt(1)).map(|first| first.status), Some(AttemptStatus::Expired));
        assert_eq!(paid.attempt_of(attempt(3)), None);
    }

    #[test]
    fn what_the_processor_has_never_heard_of_ends_unless_it_knows_it_by_now() {
        let status = |payment: &Payment, n: u128| {
            let ended = payment.never_begun(attempt(n), "not reached").unwrap();
            ended.map(|decision| decision.state.status)
        };
        assert_eq!(status(&started(), 1), Some(PaymentStatus::Pending));
        assert_eq!(status(&started(), 2), None, "another attempt");
        let opened = started().note_session(attempt(1), "cs_1").unwrap().state;
        assert_eq!(status(&opened, 1), None);
        let means = AttemptMeans::OnFile { method: "pm_1".to_owned(), hold: false };
        let charge = payment().start_attempt(attempt(1), means, NOW).unwrap().state;
        assert_eq!(status(&charge, 1), Some(PaymentStatus::Failed));
        let known = charge.note_intent(attempt(1), "pi_1").unwrap().state;
        assert_eq!(status(&known, 1), None);
        let failed = charge.attempt_failed(attempt(1), "declined").unwrap().state;
        assert_eq!(status(&failed, 1), None, "its outcome is known");
    }

    #[test]
    fn an_outcome_is_applied_once() {
        let paid = started().attempt_succeeded(attempt(1), "pi_1", NOW).unwrap().state;
        assert!(paid.attempt_succeeded(attempt(1), "pi_1", NOW).is_err());
        assert!(paid.session_expired(attempt(1)).is_err());
        assert!(paid.attempt_failed(attempt(1), "declined").is_err());
    }

    #[test]
    fn a_session_that_was_to_expire_may_have_been_paid_first() {
        let marked = started().expire_session(attempt(1)).unwrap().state;
        assert!(!marked.attempts[0].is_payable(NOW));
        let paid = marked.attempt_succeeded(attempt(1), "pi_1", NOW).unwrap().state;
        assert_eq!(paid.status, PaymentStatus::Paid, "money that came is never lost");
    }

    #[test]
    fn what_is_at_the_processor_is_not_meant_for_another_amount() {
        let less = crate::fixtures::amount(50);
        let bill = crate::fixtures::invoice(1, 50);
        let aimed = payment().retarget(less, vec![crate::fixtures::meant(&bill, 50)]).unwrap();
        assert_eq!((aimed.amount, aimed.allocations.len()), (less, 1));
        let refused = started().retarget(less, Vec::new());
        assert!(matches!(refused, Err(Refusal::State { rule: "payment-status", .. })), "{refused:?}");
    }

    #[test]
    fn an_attempt_has_one_session() {
        let noted = started().note_session(attempt(1), "cs_1").unwrap().state;
        assert!(noted.note_session(attempt(1), "cs_1").is_ok(), "the same again");
        assert!(noted.note_session(attempt(1), "cs_2").is_err());
    }

    proptest! {
        /// Whatever is tried in whatever order, every change of status is a legal move, at most one attempt is open,
        /// and money is received at most once.
        #[test]
        fn no_order_of_commands_breaks_the_state_machine(commands in proptest::collection::vec((0_u8..10, 1_u128..4), 0..40)) {
            let mut payment = payment();
            let mut received = 0;
            for (command, n) in commands {
                let id = attempt(n);
                let decided = match command {
                    0 => payment.start_attempt(id, hosted(), NOW),
                    1 => payment.note_session(id, "cs_1"),
                    2 => payment.session_expired(id),
                    3 => payment.debit_processing(id),
                    4 => payment.attempt_failed(id, "declined"),
                    5 => payment.attempt_succeeded(id, "pi_1", NOW),
                    6 => payment.manual_move("cancel"),
                    7 => payment.manual_move("reopen"),
                    8 => payment.manual_move("submit"),
                    _ => payment.expire_session(id),
                };
                let Ok(decision) = decided else { continue };
                let (from, to) = (payment.status, decision.state.status);
                prop_assert!(from == to || Move::ALL.iter().any(|m| from.after(*m) == Some(to)), "{:?} to {:?}", from, to);
                received += u8::from(from != to && to == PaymentStatus::Paid);
                payment = decision.state;
                let open = payment.attempts.iter().filter(|a| a.status.is_open()).count();
                prop_assert!(open <= 1);
                prop_assert_eq!(open == 1, payment.status == PaymentStatus::Processing);
            }
            prop_assert!(received <= 1);
        }
    }
}

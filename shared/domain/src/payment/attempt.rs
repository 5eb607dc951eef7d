//! One attempt to take a payment at the processor: opened before the processor is asked, closed by its answer.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Allocation, Decline, Move, Payment, PaymentMethod, Planned};
use crate::{Amount, AttemptId, Decision, EventKind, Refusal, SetupId};

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
        /// Under which setup the method is put on file once it is used, where the patient chose that.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        keep: Option<SetupId>,
    },
    /// A method on file is charged without the patient.
    OnFile {
        /// The method, such as `pm_…`.
        method: String,
        /// Whether it is only authorised, to be captured later.
        hold: bool,
    },
}

/// What was charged, as a receipt names it: no more of a card than its brand and last four digits.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PaidWith {
    /// The card's brand, such as `visa`, or the bank's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brand: Option<String>,
    /// The last four digits of the card or account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last4: Option<String>,
    /// The card issuer's authorization code, where it gave one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorization_code: Option<String>,
}

impl PaidWith {
    /// As a receipt says it: "Visa ending in 4242"; none where the processor told neither.
    pub fn for_people(&self) -> Option<String> {
        let (brand, last4) = (self.brand.as_deref()?, self.last4.as_deref()?);
        let mut letters = brand.chars();
        let first = letters.next()?.to_uppercase();
        Some(format!("{first}{} ending in {last4}", letters.as_str()))
    }
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
    /// What was charged, once it was and the processor has said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid_with: Option<PaidWith>,
    /// Why the processor or bank refused it: a clause, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
    /// Why the bank refused, for whoever pays: for good, or the last try in a session that stays open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decline: Option<Decline>,
    /// What it was planned for, where the schedule charges a method on file without anybody asking.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planned: Option<Planned>,
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
            AttemptMeans::Hosted { session, .. } => session.as_deref(),
            AttemptMeans::OnFile { .. } => None,
        }
    }

    /// Under which setup the method that the patient pays with is put on file, where they chose that.
    pub fn keep(&self) -> Option<SetupId> {
        match &self.means {
            AttemptMeans::Hosted { keep, .. } => *keep,
            AttemptMeans::OnFile { .. } => None,
        }
    }

    /// Whether the patient pays on the hosted page.
    pub fn is_hosted(&self) -> bool {
        matches!(self.means, AttemptMeans::Hosted { .. })
    }

    /// By which way it takes the money.
    pub fn method(&self) -> PaymentMethod {
        if self.is_hosted() { PaymentMethod::Online } else { PaymentMethod::OnFile }
    }

    /// Whether the patient may still pay in its session.
    pub fn is_payable(&self, now: DateTime<Utc>) -> bool {
        self.is_hosted() && self.status == AttemptStatus::Open && now < self.expires_at()
    }

    /// Whether whoever holds the receipt's address may go on with it. Not where what they pay with would be kept: they may
    /// be another than who agreed to that.
    pub fn can_be_continued(&self, now: DateTime<Utc>) -> bool {
        self.is_payable(now) && self.keep().is_none()
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
            paid_with: None,
            failure: None,
            decline: None,
            planned: None,
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
        let means = AttemptMeans::Hosted { session: Some(session.to_owned()), keep: attempt.keep() };
        let noted = self.with_attempt(id, |attempt| attempt.means = means);
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

    /// The bank refused a try on the hosted page, which stays open: the patient may try again. None where that is known, or
    /// no session is open.
    pub fn try_declined(&self, id: AttemptId, reason: &str, decline: Decline) -> Option<Decision<Self>> {
        let attempt = self.attempt(id).ok().filter(|attempt| attempt.status == AttemptStatus::Open)?;
        if !attempt.is_hosted() || attempt.decline == Some(decline) {
            return None;
        }
        let event = EventKind::PaymentTryDeclined { attempt: id, reason: reason.to_owned() };
        Some(Decision::of(self.note_decline(id, decline), event))
    }

    /// Notes why the bank refused an attempt.
    #[must_use]
    pub fn note_decline(&self, id: AttemptId, decline: Decline) -> Self {
        self.with_attempt(id, |attempt| attempt.decline = Some(decline))
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

    /// Notes what an attempt charged.
    #[must_use]
    pub fn note_paid_with(&self, id: AttemptId, paid_with: PaidWith) -> Self {
        self.with_attempt(id, |attempt| attempt.paid_with = Some(paid_with))
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
mod tests;

//! What is known of a payment after the processor has said something of it.

use paywell_domain::{
    Account, Amount, AttemptId, Decision, InvoiceId, InvoiceStatus, Link, Payment, RefundId, Refusal,
    link::LinkFor,
    payment::{
        Attempt, AttemptStatus, Decline, DisputeNews, DisputeStatus, PaidWith, Settlement, is_for_good,
        settle,
    },
    text::Line,
};
use paywell_gateways::stripe::{
    self, Charge, CheckoutSession, IntentStatus, LatestCharge, MethodDetails, PaymentIntent, PaymentStatus,
    SessionStatus,
};
use paywell_store::{Key, Stored};

use super::Subject;
use crate::{AppError, Work, money};

/// With so many invoices that a payment pays, a link that stays good is shown with each of them in the same transaction.
const FEW_INVOICES: usize = 15;

/// Something that the processor said of a payment, or that it could not say.
#[derive(Debug, Clone)]
pub(crate) enum News {
    /// How a hosted session stands, with its intent where it is complete; `failed` where the message is that its bank debit
    /// was refused.
    Session { session: Box<CheckoutSession>, intent: Option<Box<PaymentIntent>>, failed: bool },
    /// How a charge stands.
    Intent(Box<PaymentIntent>),
    /// The processor never made the session, or the charge, of an attempt: nothing was charged.
    NeverBegun(AttemptId, &'static str),
    /// The processor refused to make the charge of an attempt: nothing was charged, and it would refuse it again.
    ChargeRefused(AttemptId, &'static str),
    /// How a refund stands.
    Refund(RefundId, Box<stripe::Refund>),
    /// The processor refused to make a refund.
    RefundRefused(RefundId, String),
    /// How a dispute stands, or the return of a bank debit.
    Dispute { dispute: Box<stripe::Dispute>, returned: bool },
    /// It was asked and had nothing new, or could not be reached.
    Nothing,
}

impl Work<'_> {
    /// Applies the news to a payment; gives it as it then stands. News that is known already changes nothing.
    pub(crate) async fn heard(
        &mut self,
        payment: &Stored<Payment>,
        news: &News,
    ) -> Result<Stored<Payment>, AppError> {
        let after = match news {
            News::Session { session, intent, failed } => {
                self.heard_of_session(payment, session, intent.as_deref(), *failed).await
            }
            News::Intent(intent) => self.heard_of_intent(payment, intent).await,
            News::NeverBegun(attempt, why) => {
                let decision = payment.state.never_begun(*attempt, why)?;
                Ok(decision.map(|decision| self.commit.update(payment, decision)).transpose()?)
            }
            News::ChargeRefused(attempt, why) => {
                let refused =
                    Refused { why: (*why).to_owned(), decline: Decline::NotSupported, for_good: true };
                Ok(Some(self.commit.update(payment, refused.fail(&payment.state, *attempt)?)?))
            }
            News::Refund(id, refund) => self.heard_of_refund(payment, *id, refund).await,
            News::RefundRefused(id, why) => self.refund_failed(payment, *id, Some(why)).await,
            News::Dispute { dispute, returned } => self.heard_of_dispute(payment, dispute, *returned).await,
            News::Nothing => Ok(None),
        };
        match after {
            Ok(Some(after)) => {
                self.tell_planned(&payment.state, &after.state).await?;
                Ok(after)
            }
            Ok(None) => Ok(payment.clone()),
            // Another messenger was quicker.
            Err(AppError::Refused(Refusal::State { rule: "attempt-closed" | "refund-closed", .. })) => {
                Ok(payment.clone())
            }
            // What comes before is still on its way; the processor sends this again.
            Err(AppError::Refused(Refusal::State { rule: "not-received", .. })) => Err(AppError::Busy),
            Err(error) => Err(error),
        }
    }

    async fn heard_of_session(
        &mut self,
        payment: &Stored<Payment>,
        session: &CheckoutSession,
        intent: Option<&PaymentIntent>,
        failed: bool,
    ) -> Result<Option<Stored<Payment>>, AppError> {
        let Some(attempt) = session.client_reference_id.as_ref().and_then(|id| id.parse().ok()) else {
            return Ok(None);
        };
        let state = &payment.state;
        if let Some(intent) = intent {
            self.keep_method(state, attempt, intent).await?;
        }
        let charge = intent.and_then(|intent| intent.latest_charge.as_ref()?.charge());
        let decision = match (&session.status, &session.payment_status) {
            _ if failed => match intent.and_then(refused) {
                Some(refused) => refused.fail(state, attempt)?,
                None => state.attempt_failed(attempt, "the bank refused the debit")?,
            },
            (SessionStatus::Complete, PaymentStatus::Paid) => {
                let intent = session.payment_intent.as_deref().unwrap_or(&session.id);
                let paid = (session.amount_total, session.currency.as_deref());
                return self.succeeded(payment, attempt, (intent, charge), paid).await.map(Some);
            }
            (SessionStatus::Complete, _) => match state.open_attempt() {
                Some(open) if open.status == AttemptStatus::Processing => return Ok(None),
                _ => state.debit_processing(attempt)?,
            },
            (SessionStatus::Expired, _) => state.session_expired(attempt)?,
            _ => return Ok(None),
        };
        Ok(Some(self.commit.update(payment, decision)?))
    }

    async fn heard_of_intent(
        &mut self,
        payment: &Stored<Payment>,
        intent: &PaymentIntent,
    ) -> Result<Option<Stored<Payment>>, AppError> {
        let state = &payment.state;
        let named = Subject::of(&intent.metadata).and_then(|subject| subject.attempt);
        if let (Some(lost), None) = (named, named.and_then(|named| state.attempt_of(named)))
            && intent.status == IntentStatus::Succeeded
        {
            return self.succeeded_unknown(payment, lost, intent).await.map(Some);
        }
        let Some(attempt) = state.open_attempt().filter(|open| Some(open.id) == named).cloned() else {
            return Ok(None);
        };
        let id = attempt.id;
        self.keep_method(state, id, intent).await?;
        let decision = match &intent.status {
            IntentStatus::Succeeded => {
                let paid = (Some(intent.amount_received), Some(intent.currency.as_str()));
                let charge = intent.latest_charge.as_ref().and_then(LatestCharge::charge);
                return self.succeeded(payment, id, (&intent.id, charge), paid).await.map(Some);
            }
            IntentStatus::Processing if attempt.status != AttemptStatus::Processing => {
                state.debit_processing(id)?
            }
            IntentStatus::RequiresCapture if attempt.status == AttemptStatus::Open => {
                state.authorised(id, &intent.id)?
            }
            IntentStatus::Canceled if attempt.is_held() && attempt.status != AttemptStatus::Open => {
                state.released(id)?
            }
            // On the hosted page a decline leaves the session open: the patient tries again.
            IntentStatus::RequiresPaymentMethod | IntentStatus::Canceled if has_ended(&attempt) => {
                match refused(intent) {
                    Some(refused) => refused.fail(state, id)?,
                    None => state.attempt_failed(id, "the charge was given up before it was made")?,
                }
            }
            IntentStatus::RequiresPaymentMethod => {
                let Some(refused) = refused(intent) else { return Ok(None) };
                let Some(declined) = state.try_declined(id, &refused.why, refused.decline) else {
                    return Ok(None);
                };
                declined
            }
            _ => return Ok(None),
        };
        Ok(Some(self.commit.update(payment, decision)?))
    }

    async fn succeeded(
        &mut self,
        payment: &Stored<Payment>,
        attempt: AttemptId,
        (intent, charge): (&str, Option<&Charge>),
        paid: (Option<i64>, Option<&str>),
    ) -> Result<Stored<Payment>, AppError> {
        let mut received = payment.state.attempt_succeeded(attempt, intent, self.now())?;
        if let Some(paid_with) = charge.and_then(|charge| paid_with(charge.payment_method_details.as_ref()?))
        {
            received.state = received.state.note_paid_with(attempt, paid_with);
        }
        self.received(payment, received, paid).await
    }

    pub(super) async fn received(
        &mut self,
        payment: &Stored<Payment>,
        received: Decision<Payment>,
        paid: (Option<i64>, Option<&str>),
    ) -> Result<Stored<Payment>, AppError> {
        let asked = (received.state.amount.cents().get(), received.state.currency.processor_code());
        if paid != (Some(asked.0), Some(asked.1)) {
            return Err(AppError::internal(format!("{} was not paid as asked", payment.state.id)));
        }
        let wanted: Vec<InvoiceId> = payment.state.allocations.iter().map(|a| a.invoice).collect();
        self.load_for(&payment.state, wanted.clone(), payment.state.link).await?;
        let invoices = self.invoices(wanted)?;
        let states: Vec<_> = invoices.iter().map(|invoice| invoice.state.clone()).collect();
        let set = self.set(payment.state.patient)?;
        let settlement =
            settle(received, Account::ProcessorClearing, &states, set.as_ref().map(|set| &set.state))?;
        let after = self.commit.update(payment, settlement.payment.clone())?;
        self.settled(&settlement, &invoices).await?;
        if let Some(id) = payment.state.link
            && let Some(link) = self.find::<Link>(id)?
        {
            let paid: Vec<InvoiceId> = settlement.invoices.iter().map(|paid| paid.state.id).collect();
            if self.owes_more(&link.state, &settlement).await? {
                let rest = self.commit.update(&link, link.state.paid_in_part(payment.state.id))?;
                // No invoice's history tells that it is good for the rest.
                let few = paid.len() <= FEW_INVOICES;
                self.commit.show_link_but_for(&rest.state, if few { &[] } else { &paid })?;
            } else {
                let used = self.commit.update(&link, link.state.payment_made(payment.state.id))?;
                self.commit.show_link_but_for(&used.state, &paid)?;
            }
        }
        Ok(after)
    }

    /// Whether anything is owed by a link once a payment is settled.
    async fn owes_more(&mut self, link: &Link, settlement: &Settlement) -> Result<bool, AppError> {
        let LinkFor::Invoices(ids) = &link.pays else { return Ok(false) };
        let settled = |id: InvoiceId| settlement.invoices.iter().find(move |paid| paid.state.id == id);
        let others: Vec<InvoiceId> = ids.iter().copied().filter(|id| settled(*id).is_none()).collect();
        let practice = self.practice_id().clone();
        self.load(others.iter().map(|id| Key::invoice(&practice, *id))).await?;
        let others = self.invoices(others)?;
        let after = settlement.invoices.iter().map(|paid| &paid.state);
        let mut all = after.chain(others.iter().map(|other| &other.state));
        Ok(all.any(|invoice| {
            let is_open = invoice.status == InvoiceStatus::Open && invoice.balance().is_positive();
            is_open && ids.contains(&invoice.id)
        }))
    }

    async fn heard_of_refund(
        &mut self,
        payment: &Stored<Payment>,
        id: RefundId,
        refund: &stripe::Refund,
    ) -> Result<Option<Stored<Payment>>, AppError> {
        let Ok(known) = payment.state.refund_of(id) else {
            return self.found_refund(payment, id, refund).await;
        };
        if refund.amount != known.amount.cents().get()
            || refund.currency != payment.state.currency.processor_code()
        {
            return Err(AppError::internal(format!("{id} was not refunded as asked")));
        }
        let decision = match &refund.status {
            Some(stripe::RefundStatus::Succeeded) => payment.state.refund_succeeded(id, &refund.id)?,
            Some(stripe::RefundStatus::Failed | stripe::RefundStatus::Canceled) => {
                return self.refund_failed(payment, id, refund.failure_reason.as_deref()).await;
            }
            _ => payment.state.note_refund(id, &refund.id)?,
        };
        Ok(Some(self.commit.update(payment, decision)?))
    }

    async fn refund_failed(
        &mut self,
        payment: &Stored<Payment>,
        id: RefundId,
        why: Option<&str>,
    ) -> Result<Option<Stored<Payment>>, AppError> {
        let why = why.and_then(|why| Line::<200>::try_from(why.replace('_', " ")).ok());
        let parts: Vec<InvoiceId> =
            payment.state.refund_of(id)?.parts.iter().map(|part| part.invoice).collect();
        let now = self.now();
        let decide = |invoices: &[_], set: Option<&_>| {
            payment.state.refund_failed(id, why.clone(), invoices, set, now)
        };
        self.reversed(payment, parts, decide).await.map(Some)
    }

    async fn heard_of_dispute(
        &mut self,
        payment: &Stored<Payment>,
        dispute: &stripe::Dispute,
        returned: bool,
    ) -> Result<Option<Stored<Payment>>, AppError> {
        use stripe::DisputeStatus as Theirs;
        let status = match &dispute.status {
            // An inquiry holds nothing back.
            Theirs::WarningNeedsResponse | Theirs::WarningUnderReview | Theirs::WarningClosed => {
                return Ok(None);
            }
            Theirs::Won => DisputeStatus::Won,
            Theirs::Lost if returned => DisputeStatus::Returned,
            Theirs::Lost => DisputeStatus::Lost,
            // A return is announced before it is final; a moment later it is.
            _ if returned => return Ok(None),
            _ => DisputeStatus::Open,
        };
        let amount = Amount::try_from(dispute.amount).map_err(AppError::internal)?;
        let news = DisputeNews { id: &dispute.id, amount, reason: &dispute.reason, status };
        if payment.state.disputed(news, &[], None, self.now()).is_ok_and(|known| known.is_none()) {
            return Ok(None);
        }
        let paid: Vec<InvoiceId> = payment.state.allocations.iter().map(|a| a.invoice).collect();
        let now = self.now();
        let decide = |invoices: &[_], set: Option<&_>| {
            let settlement = payment.state.disputed(news, invoices, set, now)?;
            settlement.ok_or_else(|| Refusal::state("attempt-closed", "this dispute is known"))
        };
        let after = self.reversed(payment, paid, decide).await?;
        match status {
            DisputeStatus::Returned => {
                self.stop_charging(&payment.state, "a bank debit of this account was returned").await?;
            }
            DisputeStatus::Open | DisputeStatus::Lost => {
                self.stop_charging(&payment.state, "a charge of it was disputed at its bank").await?;
            }
            DisputeStatus::Won => {}
        }
        Ok(Some(after))
    }

    /// Loads what a movement of the payment's money changes, decides, and writes it.
    pub(super) async fn reversed(
        &mut self,
        payment: &Stored<Payment>,
        ids: Vec<InvoiceId>,
        decide: impl Fn(
            &[paywell_domain::Invoice],
            Option<&paywell_domain::InvoiceSet>,
        ) -> Result<Settlement, Refusal>,
    ) -> Result<Stored<Payment>, AppError> {
        self.load_for(&payment.state, ids.clone(), None).await?;
        let invoices = self.invoices(ids)?;
        let states: Vec<_> = invoices.iter().map(|invoice| invoice.state.clone()).collect();
        let set = self.set(payment.state.patient)?;
        let settlement = decide(&states, set.as_ref().map(|set| &set.state))?;
        let after = self.commit.update(payment, settlement.payment.clone())?;
        self.settled(&settlement, &invoices).await?;
        Ok(after)
    }

    async fn load_for(
        &mut self,
        payment: &Payment,
        invoices: Vec<InvoiceId>,
        link: Option<paywell_domain::LinkId>,
    ) -> Result<(), AppError> {
        let practice = self.practice_id().clone();
        let mut keys = money::keys(&practice, payment.patient);
        keys.extend(invoices.into_iter().map(|id| Key::invoice(&practice, id)));
        keys.extend(link.map(|link| Key::link(&practice, link)));
        self.load(keys).await
    }
}

/// Whether a charge that asks for another method has come to its end: on file it was confirmed once, and a bank debit of
/// the hosted page was under way.
fn has_ended(attempt: &Attempt) -> bool {
    !attempt.is_hosted() || attempt.status == AttemptStatus::Processing
}

/// That a bank refused: why, for staff and for whoever pays, and whether for good.
struct Refused {
    why: String,
    decline: Decline,
    for_good: bool,
}

impl Refused {
    /// The attempt has failed for it.
    fn fail(&self, payment: &Payment, attempt: AttemptId) -> Result<Decision<Payment>, Refusal> {
        let mut failed = payment.attempt_failed(attempt, &self.why)?;
        failed.state = failed.state.note_decline(attempt, self.decline);
        if self.for_good {
            failed.state = failed.state.note_refused_for_good(attempt);
        }
        Ok(failed)
    }
}

/// Why the bank refused the last try; none where it did not.
fn refused(intent: &PaymentIntent) -> Option<Refused> {
    let error = intent.last_payment_error.as_ref()?;
    let code = error.decline_code.as_ref().or(error.code.as_ref())?;
    let decline = Decline::of(code).unwrap_or(Decline::NoReason);
    Some(Refused { why: super::declines::why(code), decline, for_good: is_for_good(code) })
}

/// What was charged, as a receipt names it.
fn paid_with(details: &MethodDetails) -> Option<PaidWith> {
    match details {
        MethodDetails::Card(card) => Some(PaidWith {
            brand: card.brand.clone(),
            last4: card.last4.clone(),
            authorization_code: card.authorization_code.clone(),
        }),
        MethodDetails::UsBankAccount(account) => Some(PaidWith {
            brand: account.bank_name.clone(),
            last4: account.last4.clone(),
            authorization_code: None,
        }),
        MethodDetails::Other(_) => None,
    }
}

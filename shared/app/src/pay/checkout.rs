//! Pay was pressed: one attempt, one session at the processor, however often and from wherever it is pressed.

use chrono::{DateTime, Utc};
use paywell_domain::{
    Actor, Amount, AttemptId, Language, LinkId, Payment, PaymentId, PaymentStatus, Practice, SetupId,
    link::{LinkFor, Token},
    number::Series,
    payment::{Attempt, AttemptMeans},
};
use paywell_gateways::stripe::{
    CheckoutSession, NewCheckoutSession, PaymentMethodType, SessionStatus, StripeError,
};
use paywell_store::{By, Key, Loaded, Stored};
use secrecy::ExposeSecret;

use super::{Ended, Held, KeepRefused, PartRefused, Receipt};
use crate::{
    App, AppError, Context, Work, ids,
    processor::{News, Subject},
};

/// What was chosen where Pay was pressed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Choice {
    /// So much of what is owed; all of it, where nothing is said.
    pub part: Option<Amount>,
    /// That the card or account is kept, as [`keep_wording`](super::keep_wording) says it in that language.
    pub keep: Option<Language>,
}

/// Where the patient goes next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Checkout {
    /// The token was never given out.
    Unknown,
    /// The link is not good any more.
    Ended(Ended),
    /// So much cannot be paid.
    Refused(PartRefused),
    /// The card or account cannot be kept.
    NotKept(KeepRefused),
    /// To the processor's page.
    GoTo(String),
    /// The processor cannot be reached; no money moved, and pressing Pay again is safe.
    TryAgain,
}

/// An attempt that is committed and may be taken to the processor.
struct Ready {
    practice: Practice,
    payment: PaymentId,
    attempt: AttemptId,
    amount: Amount,
    session: Option<String>,
    expires_at: DateTime<Utc>,
    /// The payment as it was last read or written.
    stored: Stored<Payment>,
}

enum Next {
    Ended(Ended),
    Refused(PartRefused),
    NotKept(KeepRefused),
    Take(Box<Ready>),
    /// An attempt of before: the processor is to end its session, or to say what became of it.
    Close(Box<Stored<Payment>>, Box<Attempt>),
}

impl App {
    /// Pay was pressed on a link's page. The amount is what is owed now, whatever the page said, or as much of it as the
    /// patient chose, where the practice takes parts. The card or account is kept only for whoever has passed the identity
    /// check of the link's generation, as `identified` says.
    ///
    /// # Errors
    /// The table cannot be reached; the processor refuses what we ask.
    pub async fn checkout(
        &self,
        token: &Token,
        choice: Choice,
        identified: impl Fn(LinkId, u32) -> bool,
        request: &str,
        now: DateTime<Utc>,
    ) -> Result<Checkout, AppError> {
        let Some(mut held) = self.hold(token).await? else { return Ok(Checkout::Unknown) };
        if let Some(ended) = held.ended(now) {
            return Ok(Checkout::Ended(ended));
        }
        if choice.keep.is_some() && !identified(held.link.state.id, held.link.state.generation) {
            return Ok(Checkout::NotKept(KeepRefused::NotIdentified));
        }
        let cx = patient_context(&held, request, now);
        let mut read = Some(std::mem::take(&mut held.read));
        // An attempt that is closed makes room for one new one.
        for _ in 0..2 {
            match self.prepare(&cx, &held, choice, read.take()).await? {
                Next::Ended(ended) => return Ok(Checkout::Ended(ended)),
                Next::Refused(why) => return Ok(Checkout::Refused(why)),
                Next::NotKept(why) => return Ok(Checkout::NotKept(why)),
                Next::Take(ready) => return self.take(&cx, *ready).await,
                Next::Close(payment, attempt) => match self.close(&cx, &payment, &attempt).await? {
                    None => return Ok(Checkout::TryAgain),
                    // The patient has paid in another tab: what is left is not asked for unasked.
                    Some(after) if after.state.paid_at.is_some() => {
                        return Ok(Checkout::GoTo(self.receipt_url(after.state.id)? + "?paid"));
                    }
                    Some(_) => {}
                },
            }
        }
        Ok(Checkout::TryAgain)
    }

    /// Continue was pressed on a receipt page: back to the session that is open.
    ///
    /// # Errors
    /// The table cannot be reached; the processor refuses what we ask.
    pub async fn continue_checkout(
        &self,
        token: &Token,
        request: &str,
        now: DateTime<Utc>,
    ) -> Result<Checkout, AppError> {
        let Some(Receipt { practice, payment, .. }) = self.receipt_of(token).await? else {
            return Ok(Checkout::Unknown);
        };
        let state = &payment.state;
        let Some(attempt) = state.open_attempt().filter(|attempt| attempt.can_be_continued(now)) else {
            let ended = if state.paid_at.is_some() { Ended::Paid } else { Ended::Expired };
            return Ok(Checkout::Ended(ended));
        };
        let actor = match state.link {
            Some(link) => Actor::Patient { link },
            None => return Ok(Checkout::Unknown),
        };
        let by = By { practice: practice.id.clone(), actor, request: request.to_owned(), now };
        let ready = Ready {
            payment: state.id,
            attempt: attempt.id,
            amount: attempt.amount,
            session: attempt.session().map(str::to_owned),
            expires_at: attempt.expires_at(),
            stored: payment.clone(),
            practice,
        };
        self.take(&Context { by, command: None }, ready).await
    }

    /// First commit: the attempt, before the processor is asked.
    async fn prepare(
        &self,
        cx: &Context,
        held: &Held,
        choice: Choice,
        read: Option<Loaded>,
    ) -> Result<Next, AppError> {
        let link = &held.link.state;
        let payment = PaymentId::new(ids::new(cx.now()));
        let attempt = AttemptId::new(ids::new(cx.now()));
        let keep = choice.keep.map(|language| (SetupId::new(ids::new(cx.now())), language));
        let keys = super::keys(cx.practice(), link.id, link.patient, &link.pays);
        self.change_from(cx, read, keys, async |work| {
            let mut fresh = work.held(held)?;
            let account = work.loaded().account(cx.practice(), link.patient);
            let payments = fresh.link.state.payment.into_iter().chain(account.under_way);
            let more: Vec<Key> = payments.map(|id| Key::payment(cx.practice(), id)).collect();
            if !more.iter().all(|key| work.loaded().knows(key)) {
                work.load(more).await?;
                fresh = work.held(held)?;
            }
            if let Some(ended) = fresh.ended(cx.now()) {
                return Ok(Next::Ended(ended));
            }
            let wanted = match fresh.payable(choice.part)? {
                Ok(wanted) => wanted,
                Err(why) => return Ok(Next::Refused(why)),
            };
            if let Some(next) = fresh.open_attempt(wanted, keep.is_some(), cx.now()) {
                return Ok(next);
            }
            if let Some((setup, language)) = keep
                && let Err(why) = work.start_keeping(link.patient, setup, language).await?
            {
                return Ok(Next::NotKept(why));
            }
            let means = AttemptMeans::Hosted { session: None, keep: keep.map(|(setup, _)| setup) };
            let stored = self.start(work, &fresh, (payment, attempt), wanted, means).await?;
            let id = stored.state.id;
            work.ask_for(&stored.state).await?;
            let opened = work.commit.update(&fresh.link, fresh.link.state.start_payment(id, cx.now()))?;
            work.commit.show_link(&opened.state)?;
            work.lead_to_receipt(self, id, link.patient)?;
            let expires_at = stored.state.open_attempt().map_or(cx.now(), Attempt::expires_at);
            let ready = Ready {
                practice: fresh.practice,
                payment: id,
                attempt,
                amount: wanted,
                session: None,
                expires_at,
                stored,
            };
            Ok(Next::Take(Box::new(ready)))
        })
        .await
    }

    /// The attempt: of the payment of an attempt before that came to nothing, of the one that staff made, or of a new one.
    async fn start(
        &self,
        work: &mut Work<'_>,
        held: &Held,
        (payment, attempt): (PaymentId, AttemptId),
        wanted: Amount,
        means: AttemptMeans,
    ) -> Result<Stored<Payment>, AppError> {
        let now = work.now();
        if let Some(before) = &held.payment
            && before.state.status == PaymentStatus::Pending
        {
            let mut aimed = before.state.clone();
            if let LinkFor::Invoices(_) = held.link.state.pays {
                aimed = before.state.retarget(wanted, held.allocations(wanted))?;
            }
            aimed.link = Some(held.link.state.id);
            return Ok(work.commit.update(before, aimed.start_attempt(attempt, means, now)?)?);
        }
        let number = self.numbers.next(&self.store, &held.practice_id, Series::Payment).await?;
        let made = Payment::create(held.new_payment((payment, number), wanted)?, false, now);
        let mut started = made.state.start_attempt(attempt, means, now)?;
        started.events.splice(0..0, made.events);
        Ok(work.commit.create(started)?)
    }

    /// Asks the processor for the attempt's page, notes it in a second commit, and only then lets the patient go there.
    async fn take(&self, cx: &Context, ready: Ready) -> Result<Checkout, AppError> {
        let asked = match &ready.session {
            Some(session) => self.stripe()?.retrieve_checkout_session(session).await,
            None => match self.create_session(cx, &ready).await {
                // The processor's name of the patient could not be made.
                Err(AppError::Unavailable(why)) => {
                    tracing::warn!(attempt = %ready.attempt, why, "no hosted page");
                    return Ok(Checkout::TryAgain);
                }
                asked => asked?,
            },
        };
        let session = match asked {
            Ok(session) => session,
            Err(StripeError::Refused(refusal)) => return Err(AppError::internal(refusal)),
            Err(error) => {
                tracing::warn!(attempt = %ready.attempt, %error, "no hosted page");
                return Ok(Checkout::TryAgain);
            }
        };
        if ready.session.is_none() {
            let read = Loaded::of(cx.practice(), &ready.stored)?;
            self.change_from(cx, Some(read), [Key::payment(cx.practice(), ready.payment)], async |work| {
                let stored = work.need::<Payment>(ready.payment, "payment")?;
                // A second tab was quicker: the same key gave it the same session.
                let known =
                    stored.state.open_attempt().is_some_and(|a| a.session() == Some(session.id.as_str()));
                if !known {
                    work.commit.update(&stored, stored.state.note_session(ready.attempt, &session.id)?)?;
                }
                Ok(())
            })
            .await?;
        }
        match (&session.status, session.url) {
            (SessionStatus::Open, Some(url)) => Ok(Checkout::GoTo(url)),
            (SessionStatus::Complete, _) => Ok(Checkout::GoTo(self.receipt_url(ready.payment)? + "?paid")),
            _ => Ok(Checkout::TryAgain),
        }
    }

    /// The attempt's page; of one that keeps the method, for the processor's name of the patient.
    async fn create_session(
        &self,
        cx: &Context,
        ready: &Ready,
    ) -> Result<Result<CheckoutSession, StripeError>, AppError> {
        let (back, attempt) = (self.receipt_url(ready.payment)?, ready.attempt.to_string());
        let state = &ready.stored.state;
        let stripe = self.stripe()?;
        let open = async |customer: Option<&str>| {
            let new = NewCheckoutSession {
                amount_cents: ready.amount.cents().get(),
                currency: ready.practice.currency.processor_code(),
                practice: ready.practice.name.as_str(),
                attempt_id: &attempt,
                metadata: &Subject::metadata(&ready.practice.id, state, ready.attempt),
                customer,
                keep_method: customer.is_some(),
                payment_methods: &[PaymentMethodType::Card, PaymentMethodType::UsBankAccount],
                success_url: &format!("{back}?paid"),
                cancel_url: &back,
                expires_at: ready.expires_at,
                locale: None,
            };
            // A refusal is kept under its key: a patient who is lost at the processor gets another name and another key.
            let key = customer.map_or_else(|| attempt.clone(), |customer| format!("{attempt}-{customer}"));
            stripe.create_checkout_session(&new, &key).await
        };
        let Some(setup) = state.attempt_of(ready.attempt).and_then(Attempt::keep) else {
            return Ok(open(None).await);
        };
        let keys = [Key::practice(cx.practice()), Key::methods_on_file(cx.practice(), state.patient)];
        let read = self.store.load(keys).await?;
        self.for_customer(cx, (state.patient, setup), read, async |customer| open(Some(customer)).await).await
    }

    pub(crate) fn receipt_url(&self, payment: PaymentId) -> Result<String, AppError> {
        let token = Token::of_receipt(self.link_key()?.expose_secret().as_bytes(), payment);
        Ok(format!("{}/pay/receipts/{}", self.public_url, token.as_str()))
    }

    /// Ends an attempt's session at the processor and applies what became of it: expired now, or completed before. Gives
    /// the payment as it then stands; none where that is not known.
    async fn close(
        &self,
        cx: &Context,
        payment: &Stored<Payment>,
        attempt: &Attempt,
    ) -> Result<Option<Stored<Payment>>, AppError> {
        match self.ask_session(attempt, cx.now()).await? {
            News::Nothing => Ok(None),
            news => {
                let (after, _) = self.conclude(cx, payment, Loaded::default(), &news, None).await?;
                Ok(Some(after))
            }
        }
    }
}

fn patient_context(held: &Held, request: &str, now: DateTime<Utc>) -> Context {
    let actor = Actor::Patient { link: held.link.state.id };
    let by = By { practice: held.practice_id.clone(), actor, request: request.to_owned(), now };
    Context { by, command: None }
}

impl Work<'_> {
    /// The link's page as it is now, for a decision.
    fn held(&self, before: &Held) -> Result<Held, AppError> {
        let generation = before.link.state.generation;
        let held = Held::of(self.loaded(), before.practice_id.clone(), before.link.state.id, generation)?;
        held.ok_or(AppError::NotFound("payment link"))
    }
}

impl Held {
    /// What an attempt that is open calls for: going on with it, or closing it first because another amount is due, or
    /// wanted, the method is to be kept or not as it was not before, or its time is over.
    fn open_attempt(&self, wanted: Amount, keep: bool, now: DateTime<Utc>) -> Option<Next> {
        let payment = self.payment.as_ref()?;
        let attempt = payment.state.open_attempt()?;
        if attempt.is_payable(now) && attempt.amount == wanted && attempt.keep().is_some() == keep {
            return Some(Next::Take(Box::new(Ready {
                practice: self.practice.clone(),
                payment: payment.state.id,
                attempt: attempt.id,
                amount: attempt.amount,
                session: attempt.session().map(str::to_owned),
                expires_at: attempt.expires_at(),
                stored: payment.clone(),
            })));
        }
        Some(Next::Close(Box::new(payment.clone()), Box::new(attempt.clone())))
    }
}

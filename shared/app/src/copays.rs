//! Copays of visits to come: the run asks patients for them, or has them held on their cards; what is held is taken or
//! released by whoever settles payments.

use paywell_domain::{
    Appointment, AppointmentId, AttemptId, Decision, Link, LinkId, Patient, Payment, PaymentId, Practice,
    appointment::CopayDue,
    link::LinkFor,
    number::Series,
    payment::{AttemptMeans, NewPayment, PaymentStatus, PaymentType, Planned},
    recipient::Reach,
};
use paywell_store::{Due, Key, Queue, Store, Stored};
use serde::Serialize;

use crate::{
    App, AppError, Context, Work, ids,
    invoices::full_name,
    mail::Ways,
    messages::{About, Message, Occasion, Outcome, Subject},
    pace::{Invocation, Turn},
};

/// How many appointments are read at a time.
const PAGE: i32 = 100;

/// What a run did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Run {
    /// Appointments that the index said were due.
    pub due: u32,
    /// Patients who were asked.
    pub requested: u32,
    /// Copays that are to be held on cards.
    pub holds: u32,
    /// Messages that may have been sent; they count as sent.
    pub unknown: u32,
    /// Messages refused for good.
    pub failed: u32,
    /// Messages that certainly were not sent, and are tried again; others of the same channel wait with them.
    pub postponed: u32,
    /// Appointments that were put off, given up or wound up.
    pub changed: u32,
    /// Appointments that were no longer due, or wait for the processor.
    pub skipped: u32,
    /// Appointments that could not be handled; the next run finds them again.
    pub errors: u32,
    /// Whether it ended before all was done, because the time was up; the next run goes on.
    pub cut_off: bool,
}

/// A message that was claimed, and is to be sent by whoever claimed it.
struct Claimed {
    link: LinkId,
    message: Message,
}

/// What was decided, and is committed.
enum Done {
    Nothing,
    Changed,
    Held,
    /// It is not the message's turn.
    Waits,
    Claimed(Claimed),
}

/// New ids for whatever one appointment takes.
#[derive(Clone, Copy)]
struct NewIds {
    payment: PaymentId,
    attempt: AttemptId,
    link: LinkId,
}

impl App {
    /// Collects the copays that are due, of all practices.
    ///
    /// # Errors
    /// The index cannot be read.
    pub async fn run_copays(&self, invocation: &Invocation) -> Result<Run, AppError> {
        let mut run = Run::default();
        for shard in 0..Store::queue_shards() {
            let mut after: Option<String> = None;
            loop {
                let due: Vec<Due<AppointmentId>> =
                    self.store.due(Queue::Copays, shard, invocation.now(), after.as_deref(), PAGE).await?;
                let Some(last) = due.last() else { break };
                after = Some(last.position.clone());
                for appointment in &due {
                    run.cut_off |= invocation.is_over();
                    if run.cut_off {
                        return Ok(run);
                    }
                    run.due += 1;
                    if let Err(error) = self.collect_copay(appointment, invocation, &mut run).await {
                        tracing::error!(practice = %appointment.practice, appointment = %appointment.id, %error, "copays");
                        run.errors += 1;
                    }
                }
            }
        }
        Ok(run)
    }

    async fn collect_copay(
        &self,
        due: &Due<AppointmentId>,
        invocation: &Invocation,
        run: &mut Run,
    ) -> Result<(), AppError> {
        let cx = invocation.context(&due.practice);
        let done = self.decide_copay(&cx, due.id, invocation).await?;
        run.cut_off |= invocation.is_late();
        let Done::Claimed(claimed) = done else {
            *match done {
                Done::Held => &mut run.holds,
                Done::Changed => &mut run.changed,
                Done::Waits => &mut run.postponed,
                _ => &mut run.skipped,
            } += 1;
            return Ok(());
        };
        let outcome = self
            .send_message(&claimed.message, &About::new(cx.practice(), Subject::Appointment(due.id)))
            .await;
        match outcome {
            Outcome::Sent(_) => run.requested += 1,
            Outcome::Unknown => run.unknown += 1,
            Outcome::Failed(_) => run.failed += 1,
            Outcome::Later => {
                run.postponed += 1;
                invocation.takes_none(claimed.message.channel());
            }
        }
        self.note_copay(&cx, due.id, &claimed, outcome).await
    }

    /// Decides and claims in one commit; after that nobody else asks this patient, or holds this copay.
    async fn decide_copay(
        &self,
        cx: &Context,
        id: AppointmentId,
        invocation: &Invocation,
    ) -> Result<Done, AppError> {
        let new = NewIds {
            payment: PaymentId::new(ids::new(cx.now())),
            attempt: AttemptId::new(ids::new(cx.now())),
            link: LinkId::new(ids::new(cx.now())),
        };
        self.change(cx, [Key::appointment(cx.practice(), id)], async |work| {
            let practice = work.practice()?;
            let stored = work.need::<Appointment>(id, "appointment")?;
            let appointment = &stored.state;
            work.load([Key::methods_on_file(cx.practice(), appointment.patient)]).await?;
            let patient = work.load_for_copay(appointment).await?;
            let payment = work.payment_of(appointment)?;
            let recipient = work.load_recipient(&patient.state).await?;
            let on_file = work.methods(appointment.patient)?;
            let card = on_file.as_ref().and_then(|on_file| on_file.state.holdable(practice.today(cx.now())));
            let paying = payment.as_ref().map(|payment| &payment.state);
            match appointment.copay_due(paying, &practice, &recipient, card.is_some(), cx.now())? {
                CopayDue::Nothing => Ok(Done::Nothing),
                CopayDue::Change(decision, paying) => {
                    work.commit.update(&stored, *decision)?;
                    work.pay_for_visit(appointment, payment.as_ref(), paying.map(|paying| *paying))?;
                    Ok(Done::Changed)
                }
                CopayDue::Pay(paying) => {
                    work.commit.require_unchanged(&stored);
                    work.pay_for_visit(appointment, payment.as_ref(), Some(*paying))?;
                    Ok(Done::Changed)
                }
                CopayDue::Hold => {
                    let Some(card) = card else { return Ok(Done::Nothing) };
                    let method = card.id.clone();
                    let made =
                        self.new_copay(work, new.payment, appointment, &practice, &patient.state).await?;
                    let started = work.start_hold(&made.state, new.attempt, method)?;
                    let events = [made.events, started.events].concat();
                    work.commit.create(Decision { events, ..started })?;
                    // A card that was taken off file meanwhile is not charged.
                    on_file.iter().for_each(|on_file| work.commit.require_unchanged(on_file));
                    work.commit.update(&stored, appointment.hold(new.payment, cx.now()))?;
                    Ok(Done::Held)
                }
                // By the commit nothing has changed that was decided on.
                CopayDue::Ask(reach) if invocation.turn(reach.channel()).await != Turn::Comes => {
                    Ok(Done::Waits)
                }
                CopayDue::Ask(reach) => {
                    let asked =
                        self.ask_for_copay(work, &stored, (&practice, &patient.state), reach, new).await?;
                    work.require_recipient_unchanged(&patient)?;
                    let link = asked.link;
                    let ways = Ways { now: &asked.url, portal: &self.portal_url(cx.practice()) };
                    let about = Occasion::Request;
                    let message = Message::about(about, &practice, &recipient, reach, &ways, cx.now());
                    Ok(Done::Claimed(Claimed { link, message }))
                }
            }
        })
        .await
    }

    /// Notes what became of a claimed message; what certainly was not sent is tried again.
    async fn note_copay(
        &self,
        cx: &Context,
        id: AppointmentId,
        claimed: &Claimed,
        outcome: Outcome,
    ) -> Result<(), AppError> {
        self.change(cx, [Key::appointment(cx.practice(), id)], async |work| {
            let stored = work.need::<Appointment>(id, "appointment")?;
            let noted = match &outcome {
                Outcome::Later => stored.state.not_asked(claimed.link, cx.now()),
                known => {
                    Decision::of(stored.state.clone(), known.clone().into_event(claimed.message.channel()))
                }
            };
            work.commit.update(&stored, noted)?;
            Ok(())
        })
        .await
    }

    /// A payment of an appointment's copay, asked for.
    async fn new_copay(
        &self,
        work: &Work<'_>,
        id: PaymentId,
        appointment: &Appointment,
        practice: &Practice,
        patient: &Patient,
    ) -> Result<Decision<Payment>, AppError> {
        let amount = appointment.copay.ok_or_else(|| AppError::internal("an appointment without a copay"))?;
        let number = self.numbers.next(&self.store, work.practice_id(), Series::Payment).await?;
        let new = NewPayment {
            id,
            number,
            patient: patient.id,
            patient_name: full_name(patient)?,
            amount,
            currency: practice.currency,
            payment_type: Some(PaymentType::OfficeVisit),
            treatment: appointment.treatment,
            appointment: Some(appointment.id),
            due_date: Some(appointment.day(practice)),
            memo: None,
            link: None,
            allocations: Vec::new(),
        };
        Ok(Payment::create(new, false, work.now()))
    }

    /// Writes that the patient is asked, with a payment and a link for it, or those that there are; gives the link.
    async fn ask_for_copay(
        &self,
        work: &mut Work<'_>,
        stored: &Stored<Appointment>,
        (practice, patient): (&Practice, &Patient),
        reach: Reach<'_>,
        new: NewIds,
    ) -> Result<Asked, AppError> {
        let by = vec![reach.channel()];
        let (id, now) = (stored.state.payment.unwrap_or(new.payment), work.now());
        match work.payment_of(&stored.state)? {
            None => {
                let made = self.new_copay(work, id, &stored.state, practice, patient).await?;
                let asked = made.state.request(by)?;
                work.commit.create(Decision { events: [made.events, asked.events].concat(), ..asked })?;
            }
            Some(payment) => {
                let again = match payment.state.status {
                    PaymentStatus::Failed => payment.state.manual_move("reopen")?,
                    _ => Decision { state: payment.state.clone(), events: Vec::new(), postings: Vec::new() },
                };
                let asked = again.state.request(by)?;
                let events = [again.events, asked.events].concat();
                work.commit.update(&payment, Decision { events, ..asked })?;
            }
        }
        let known = stored.state.link.map_or(Ok(None), |link| work.find::<Link>(link))?;
        let (link, token) = match known.filter(|link| link.state.is_live(now)) {
            Some(link) => (link.state.id, work.lead(self, &link.state)?),
            None => {
                let expires = practice.link_expiry(now);
                let link = Link::issue(new.link, patient.id, LinkFor::Payment(id), expires)?;
                (new.link, work.give_out(self, link)?)
            }
        };
        work.commit.update(stored, stored.state.ask(id, link, reach, now))?;
        Ok(Asked { link, url: self.pay_url(&token) })
    }
}

/// A link that is given out. No `Debug`: it holds a token.
struct Asked {
    link: LinkId,
    url: String,
}

impl Work<'_> {
    /// Opens an attempt that holds a payment's amount on a card; whoever settles payments asks the processor.
    fn start_hold(
        &self,
        payment: &Payment,
        attempt: AttemptId,
        method: String,
    ) -> Result<Decision<Payment>, AppError> {
        let means = AttemptMeans::OnFile { method, hold: true };
        Ok(payment.start_planned(attempt, means, Planned::Copay, self.now())?)
    }
}

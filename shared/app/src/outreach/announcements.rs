//! Patients hear of an instalment before it is charged: claimed in one commit, then sent, as every message is.

use paywell_domain::{
    Decision, Patient, PaymentPlan, PlanId,
    plan::{Announcement, Instalment},
};
use paywell_store::{Key, Stored};

use super::Run;
use crate::{
    App, AppError, Context, Work,
    mail::Ways,
    messages::{About, Message, Occasion, Outcome, Subject},
    pace::{Invocation, Turn},
};

/// A message about an instalment that was claimed, and is to be sent by whoever claimed it.
pub(super) struct Announced {
    instalment: u16,
    message: Message,
}

impl App {
    /// Decides whether the patient is told now, once it is the message's turn; gives what is sent once that is committed.
    pub(super) async fn claim_announcement(
        &self,
        work: &mut Work<'_>,
        invocation: &Invocation,
        plan: &Stored<PaymentPlan>,
        instalment: &Instalment,
        patient: &Stored<Patient>,
    ) -> Result<Option<Announced>, AppError> {
        let (practice, now) = (work.practice()?, work.now());
        let recipient = work.load_recipient(&patient.state).await?;
        match plan.state.announce(instalment, &practice, &recipient, now) {
            Announcement::Change(decision) => {
                work.commit.update(plan, *decision)?;
                Ok(None)
            }
            // By the commit nothing has changed that was decided on.
            Announcement::Send(_, _, reach) if invocation.turn(reach.channel()).await != Turn::Comes => {
                Ok(None)
            }
            Announcement::Send(claim, on, reach) => {
                work.require_recipient_unchanged(patient)?;
                work.commit.update(plan, *claim)?;
                let portal = self.portal_url(&practice.id);
                let ways = Ways { now: &portal, portal: &portal };
                let methods = work.methods(patient.state.id)?;
                let ready =
                    methods.is_some_and(|methods| methods.state.ready(Some(&plan.state.method), on).is_ok());
                let occasion = match instalment.refused {
                    _ if !ready => Occasion::InstalmentBlocked(on),
                    0 => Occasion::Instalment(on),
                    _ => Occasion::InstalmentRefused(on),
                };
                let message = Message::about(occasion, &practice, &recipient, reach, &ways, now);
                Ok(Some(Announced { instalment: instalment.number, message }))
            }
        }
    }

    /// Sends what was claimed, and notes what became of it.
    pub(super) async fn send_announcement(
        &self,
        invocation: &Invocation,
        cx: &Context,
        id: PlanId,
        Announced { instalment, message }: Announced,
        run: &mut Run,
    ) -> Result<(), AppError> {
        let outcome = self.send_message(&message, &About::new(cx.practice(), Subject::Plan(id))).await;
        *match outcome {
            Outcome::Sent(_) => &mut run.sent,
            Outcome::Unknown => &mut run.unknown,
            Outcome::Failed(_) => &mut run.failed,
            Outcome::Later => {
                invocation.takes_none(message.channel());
                &mut run.postponed
            }
        } += 1;
        self.change(cx, [Key::payment_plan(cx.practice(), id.patient)], async |work| {
            // One that has made room for another plan is not told any more.
            let Ok(plan) = work.plan_of(id) else { return Ok(()) };
            let noted = match &outcome {
                Outcome::Later => plan.state.put_back_announcement(instalment, cx.now()),
                known => Decision::of(plan.state.clone(), known.clone().into_event(message.channel())),
            };
            work.commit.update(&plan, noted)?;
            Ok(())
        })
        .await
    }
}

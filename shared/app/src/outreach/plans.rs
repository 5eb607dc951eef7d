//! Instalments of payment plans that are due: the run tells patients some days before, and begins the charge; whoever settles
//! payments makes it.

use paywell_domain::{
    Cents, Decision, Invoice, InvoiceSet, Patient, PaymentPlan, PlanId, payment::Planned, plan::PlanDue,
};
use paywell_store::{Due as Waiting, Key, Queue, Store, Stored};

use super::{PAGE, Run, announcements::Announced};
use crate::{
    App, AppError, Work, money,
    pace::Invocation,
    planned::{Begun, Charge},
};

impl App {
    /// Charges what is due of plans, of all practices, and tells of what will be.
    pub(super) async fn run_plans(&self, invocation: &Invocation, run: &mut Run) -> Result<(), AppError> {
        for shard in 0..Store::queue_shards() {
            let mut after: Option<String> = None;
            loop {
                let due: Vec<Waiting<PlanId>> =
                    self.store.due(Queue::Plans, shard, invocation.now(), after.as_deref(), PAGE).await?;
                let Some(last) = due.last() else { break };
                after = Some(last.position.clone());
                for plan in &due {
                    run.cut_off |= invocation.is_over();
                    if run.cut_off {
                        return Ok(());
                    }
                    run.due += 1;
                    if let Err(error) = self.go_on_with_plan(invocation, plan, run).await {
                        tracing::error!(practice = %plan.practice, plan = %plan.id, %error, "payment plan");
                        run.errors += 1;
                    }
                }
            }
        }
        Ok(())
    }

    /// Decides in one load and one commit; after that nobody else charges this instalment, or tells of it.
    async fn go_on_with_plan(
        &self,
        invocation: &Invocation,
        plan: &Waiting<PlanId>,
        run: &mut Run,
    ) -> Result<(), AppError> {
        let (practice, id, cx) = (&plan.practice, plan.id, &invocation.context(&plan.practice));
        let mut keys = money::keys(practice, id.patient);
        keys.extend([Key::payment_plan(practice, id.patient), Key::patient(practice, id.patient)]);
        keys.push(Key::methods_on_file(practice, id.patient));
        let (counts, announced) = self
            .change(cx, keys, async |work| {
                let mut counts = Run::default();
                let announced = self.decide_plan(work, id, invocation, &mut counts).await?;
                Ok((counts, announced))
            })
            .await?;
        run.add(counts);
        match announced {
            Some(announced) => self.send_announcement(invocation, cx, id, announced, run).await,
            None => Ok(()),
        }
    }

    async fn decide_plan(
        &self,
        work: &mut Work<'_>,
        id: PlanId,
        invocation: &Invocation,
        counts: &mut Run,
    ) -> Result<Option<Announced>, AppError> {
        let (practice, now) = (work.practice()?, work.now());
        if practice.outreach.stopped {
            counts.held += 1;
            return Ok(None);
        }
        let plan = work.plan_of(id)?;
        let patient = work.need::<Patient>(id.patient, "patient")?;
        work.load(plan.state.invoices.iter().map(|invoice| Key::invoice(&practice.id, *invoice))).await?;
        let invoices = work.invoices(plan.state.invoices.iter().copied())?;
        let owed = owed(invoices.iter().map(|invoice| &invoice.state))?;
        let (instalment, part) = match plan.state.due(owed, now) {
            PlanDue::Nothing => {
                counts.skipped += 1;
                return Ok(None);
            }
            PlanDue::Complete => {
                counts.changed += 1;
                invoices.iter().for_each(|invoice| work.commit.require_unchanged(invoice));
                return work.end_plan(&plan, plan.state.complete(), None).await;
            }
            PlanDue::Charge(..) | PlanDue::Announce(_) if patient.state.details.deceased => {
                counts.changed += 1;
                return work.end_plan(&plan, plan.state.stop_for_death(), None).await;
            }
            PlanDue::Announce(instalment) => {
                let announced =
                    self.claim_announcement(work, invocation, &plan, instalment, &patient).await?;
                counts.postponed += u32::from(announced.is_none());
                return Ok(announced);
            }
            PlanDue::Charge(instalment, part) => (instalment.number, part),
        };
        let planned = Planned::Instalment { plan: id, number: instalment };
        let charge = Charge {
            planned,
            invoices: &plan.state.invoices,
            method: Some(&plan.state.method),
            most: Some(part),
        };
        let decision = match self.begin_planned(work, &patient.state, &charge).await? {
            Begun::Payment(payment) => {
                counts.charges += 1;
                // Whatever changes who is charged, or whether they live, prevents the charge.
                work.commit.require_unchanged(&patient);
                plan.state.claim(instalment, payment)
            }
            Begun::UnderWay => {
                counts.postponed += 1;
                let reason = "a payment for these charges is under way";
                plan.state.put_off(instalment, reason, &practice, now)
            }
            Begun::NothingOwed => {
                return Err(AppError::internal("a plan of which nothing is owed was due"));
            }
            Begun::NoMethod(why) => {
                counts.failed += 1;
                return work.end_plan(&plan, plan.state.default(&why), Some(&why)).await;
            }
        };
        work.commit.update(&plan, decision)?;
        Ok(None)
    }
}

impl Work<'_> {
    /// A plan ends, and why where it was not kept; there is nothing to tell of it.
    async fn end_plan(
        &mut self,
        plan: &Stored<PaymentPlan>,
        ended: Decision<PaymentPlan>,
        defaulted: Option<&str>,
    ) -> Result<Option<Announced>, AppError> {
        self.commit.update(plan, ended)?;
        self.release_set(plan.state.id.patient, defaulted).await?;
        Ok(None)
    }

    /// Holds a set of a patient who keeps a payment plan, as one that was begun meanwhile; when the plan ends, it goes on. Whether
    /// it did.
    pub(super) fn hold_for_plan(&mut self, set: &Stored<InvoiceSet>) -> Result<bool, AppError> {
        let plan = self.find::<PaymentPlan>(set.state.id.patient)?;
        if plan.is_none_or(|plan| !plan.state.is_active()) {
            return Ok(false);
        }
        let Some(held) = set.state.hold_for_plan() else { return Ok(false) };
        self.commit.update(set, held)?;
        Ok(true)
    }
}

/// What is owed on a plan's invoices.
fn owed<'a>(invoices: impl Iterator<Item = &'a Invoice>) -> Result<Cents, AppError> {
    let open = invoices.filter(|invoice| invoice.is_chaseable());
    Cents::checked_sum(open.map(Invoice::balance)).ok_or_else(|| AppError::internal("what is owed overflows"))
}

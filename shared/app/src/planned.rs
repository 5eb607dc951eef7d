//! Charges that were planned: begun by the schedule, which does not know the processor, made by whoever settles payments,
//! and what they came to is told to what they were planned for.

use paywell_domain::{
    Amount, Appointment, AttemptId, Cents, InvoiceId, InvoiceSet, MethodsOnFile, Patient, PatientId, Payment,
    PaymentId, PlanId, RuleSet, SetId,
    number::Series,
    payment::{Allocation, Attempt, AttemptMeans, NewPayment, Planned},
};
use paywell_store::Key;

use crate::{
    App, AppError, Work, ids, invoices::full_name, money, outreach::instead_of, payments::require_takeable,
};

/// What is to be charged.
pub(crate) struct Charge<'a> {
    /// What for.
    pub(crate) planned: Planned,
    /// What is owed on these, at most 25.
    pub(crate) invoices: &'a [InvoiceId],
    /// The method on file; the patient's default where none is named.
    pub(crate) method: Option<&'a str>,
    /// No more than this; all that is owed where nothing is said.
    pub(crate) most: Option<Amount>,
}

/// What came of beginning a charge.
pub(crate) enum Begun {
    /// It is committed with the work, and made once that is.
    Payment(PaymentId),
    /// A payment for these invoices is under way already, or the patient is about to make one.
    UnderWay,
    /// Nothing on file can be charged, and why.
    NoMethod(String),
    /// Nothing is owed on them.
    NothingOwed,
}

impl App {
    /// Begins a charge. What is owed is what the table says now; where any of it changes meanwhile, or another payment
    /// begins, the commit starts again.
    pub(crate) async fn begin_planned(
        &self,
        work: &mut Work<'_>,
        patient: &Patient,
        charge: &Charge<'_>,
    ) -> Result<Begun, AppError> {
        let Charge { planned, invoices, method, most } = *charge;
        let practice = work.practice()?;
        let mut keys = money::keys(&practice.id, patient.id);
        keys.push(Key::methods_on_file(&practice.id, patient.id));
        keys.extend(invoices.iter().map(|id| Key::invoice(&practice.id, *id)));
        work.load(keys).await?;
        let none = "no method is on file; put one on file";
        let Some(methods) = work.methods(patient.id)? else { return Ok(Begun::NoMethod(none.to_owned())) };
        let method = match methods.state.ready(method, practice.today(work.now())) {
            Ok(method) => method.id.clone(),
            Err(why) => return Ok(Begun::NoMethod(why.to_owned())),
        };
        let mut owed = work.invoices(invoices.iter().copied())?;
        owed.retain(|invoice| invoice.state.is_chaseable());
        let total = Cents::checked_sum(owed.iter().map(|invoice| invoice.state.balance()));
        let owing = total.and_then(|total| Amount::try_from(total).ok());
        let Some(owing) = owing else { return Ok(Begun::NothingOwed) };
        let amount = most.map_or(owing, |most| most.min(owing));
        if work.is_under_way(patient.id, invoices).await? {
            return Ok(Begun::UnderWay);
        }
        let allocations = Allocation::by_due_date(amount, owed.iter().map(|invoice| &invoice.state));
        let (id, attempt) = (PaymentId::new(ids::new(work.now())), AttemptId::new(ids::new(work.now())));
        let new = NewPayment {
            id,
            number: self.numbers.next(&self.store, &practice.id, Series::Payment).await?,
            patient: patient.id,
            patient_name: full_name(patient)?,
            amount,
            currency: practice.currency,
            payment_type: None,
            treatment: None,
            appointment: None,
            due_date: None,
            memo: None,
            link: None,
            allocations,
        };
        let made = Payment::create(new, false, work.now());
        let means = AttemptMeans::OnFile { method, hold: false };
        let mut started = made.state.start_planned(attempt, means, planned, work.now())?;
        started.events.splice(0..0, made.events);
        work.commit.create(started)?;
        let account = work.loaded().account(&practice.id, patient.id);
        work.commit.require_money_unmoved(patient.id, &account);
        work.commit.require_under_way_unchanged(patient.id, &account);
        work.commit.require_unchanged(&methods);
        Ok(Begun::Payment(id))
    }
}

impl Work<'_> {
    /// Whether another payment may bring money for any of these invoices: a page that is open counts as well, the patient is
    /// about to pay.
    async fn is_under_way(&mut self, patient: PatientId, invoices: &[InvoiceId]) -> Result<bool, AppError> {
        let practice = self.practice_id().clone();
        let ids = self.loaded().account(&practice, patient).under_way;
        self.load(ids.iter().map(|id| Key::payment(&practice, *id))).await?;
        for id in ids {
            let Some(other) = self.find::<Payment>(id)? else { continue };
            let asks = other.state.allocations.iter().any(|meant| invoices.contains(&meant.invoice));
            if asks && other.state.is_under_way() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The processor is about to be asked for a charge that was begun earlier: whether it is still wanted, still owed, and
    /// still agreed to. Where any of that changes meanwhile the commit starts again.
    ///
    /// # Errors
    /// The table cannot be read. The inner error says why it is not wanted any more.
    pub(crate) async fn require_wanted(
        &mut self,
        payment: &Payment,
        attempt: &Attempt,
        method: &str,
    ) -> Result<Result<(), &'static str>, AppError> {
        let Some(planned) = attempt.planned else { return Ok(Err("it was not planned")) };
        let practice = self.practice_id().clone();
        let mut keys = money::keys(&practice, payment.patient);
        keys.push(Key::methods_on_file(&practice, payment.patient));
        keys.extend(payment.allocations.iter().map(|meant| Key::invoice(&practice, meant.invoice)));
        self.load(keys).await?;
        let account = self.loaded().account(&practice, payment.patient);
        self.commit.require_money_unmoved(payment.patient, &account);
        let invoices = self.allocated(payment.patient, &payment.allocations)?;
        if require_takeable(payment, &invoices).is_err() {
            return Ok(Err("what is owed has changed"));
        }
        let Some(methods) = self.methods(payment.patient)? else { return Ok(Err(GONE)) };
        if !is_chargeable(&methods.state, method, self.practice()?.today(self.now())) {
            return Ok(Err(GONE));
        }
        self.commit.require_unchanged(&methods);
        match planned {
            Planned::Step { set, step } => {
                let current = self.find::<InvoiceSet>(payment.patient)?;
                let Some(current) = current.filter(|current| current.state.awaits_charge(set, step)) else {
                    return Ok(Err("the invoice set is not at that step any more"));
                };
                self.commit.require_unchanged(&current);
            }
            Planned::Autopay { set } => {
                let current = self.find::<InvoiceSet>(payment.patient)?;
                let current = current.filter(|current| current.state.awaits_autopay(set));
                let Some(current) = current.filter(|_| methods.state.autopay.is_some()) else {
                    return Ok(Err("the patient does not pay by autopay any more"));
                };
                self.commit.require_unchanged(&current);
            }
            Planned::Copay => {
                let Some(id) = payment.appointment else { return Ok(Err(NO_VISIT)) };
                self.load([Key::appointment(&practice, id)]).await?;
                let current = self.find::<Appointment>(id)?;
                let Some(current) = current.filter(|current| current.state.awaits_hold(payment.id)) else {
                    return Ok(Err(NO_VISIT));
                };
                self.commit.require_unchanged(&current);
            }
            Planned::Instalment { plan, number } => {
                self.load([Key::payment_plan(&practice, payment.patient)]).await?;
                let current = self.plan_of(plan).ok();
                let Some(current) = current.filter(|current| current.state.awaits(number, payment.id)) else {
                    return Ok(Err("the payment plan has ended"));
                };
                self.commit.require_unchanged(&current);
            }
        }
        Ok(Ok(()))
    }

    /// Tells what a charge was planned for what became of it, where that is known now. What was paid, invoices and the set
    /// have been told already.
    pub(crate) async fn tell_planned(&mut self, before: &Payment, after: &Payment) -> Result<(), AppError> {
        let Some((planned, attempt)) = after.planned_and_known(before) else { return Ok(()) };
        match planned {
            Planned::Step { set, step } => match &attempt.failure {
                Some(reason) => self.step_not_charged(after.patient, (set, step), reason, attempt).await,
                None => Ok(()),
            },
            Planned::Autopay { set } => match &attempt.failure {
                Some(reason) => self.autopay_not_charged(after.patient, set, reason, attempt).await,
                None => Ok(()),
            },
            // The appointment looks itself.
            Planned::Copay => Ok(()),
            Planned::Instalment { plan, number } => {
                self.instalment_charged(after, plan, number, attempt).await
            }
        }
    }

    async fn step_not_charged(
        &mut self,
        patient: PatientId,
        (set, step): (SetId, u16),
        reason: &str,
        attempt: &Attempt,
    ) -> Result<(), AppError> {
        let id = self.practice_id().clone();
        self.load([Key::practice(&id), Key::invoice_set(&id, patient), Key::patient(&id, patient)]).await?;
        let Some(stored) = self.find::<InvoiceSet>(patient)?.filter(|stored| stored.state.id == set) else {
            return Ok(());
        };
        let followed = (stored.state.rule_set, stored.state.rule_set_version);
        self.load([Key::rule_set(&id, followed.0, followed.1)]).await?;
        let rules = self.need::<RuleSet>(followed, "rule set")?.state;
        let practice = self.practice()?;
        let patient = self.need::<Patient>(patient, "patient")?.state;
        let recipient = self.load_recipient(&patient).await?;
        let now = self.now();
        let decision = match rules.steps.get(usize::from(step)) {
            Some(asked) if attempt.decline.is_some() => {
                let instead = instead_of(&practice, &recipient, asked, asked.method);
                stored.state.charge_declined(step, reason, &instead, now)
            }
            _ => stored.state.charge_not_made(step, reason, &rules, &recipient, now),
        };
        let decision = self.foreseen(decision).await?;
        self.commit.update(&stored, decision)?;
        Ok(())
    }

    async fn autopay_not_charged(
        &mut self,
        patient: PatientId,
        set: SetId,
        reason: &str,
        attempt: &Attempt,
    ) -> Result<(), AppError> {
        let id = self.practice_id().clone();
        let keys = [Key::practice(&id), Key::invoice_set(&id, patient), Key::patient(&id, patient)];
        self.load(keys.into_iter().chain([Key::methods_on_file(&id, patient)])).await?;
        if attempt.refused_for_good
            && let Some(methods) = self.methods(patient)?
            && let Some(stopped) = methods.state.stop_autopay(reason)
        {
            self.commit.update(&methods, stopped)?;
        }
        let Some(stored) = self.find::<InvoiceSet>(patient)?.filter(|stored| stored.state.id == set) else {
            return Ok(());
        };
        let decision = if attempt.decline.is_some() {
            stored.state.leave_autopay(reason)
        } else {
            let patient = self.need::<Patient>(patient, "patient")?.state;
            let recipient = self.load_recipient(&patient).await?;
            stored.state.put_off_autopay(Some(reason), &[], &recipient, self.now())
        };
        let decision = self.foreseen(decision).await?;
        self.commit.update(&stored, decision)?;
        Ok(())
    }

    async fn instalment_charged(
        &mut self,
        payment: &Payment,
        plan: PlanId,
        number: u16,
        attempt: &Attempt,
    ) -> Result<(), AppError> {
        let id = self.practice_id().clone();
        self.load([Key::practice(&id), Key::payment_plan(&id, plan.patient)]).await?;
        // A plan that has made room for another one is not told any more.
        let Ok(stored) = self.plan_of(plan) else { return Ok(()) };
        let (practice, now) = (self.practice()?, self.now());
        let decision = match &attempt.failure {
            None => stored.state.taken(number, payment.id, payment.amount.cents(), &practice, now),
            Some(reason) if attempt.decline.is_some() => {
                stored.state.refused(number, reason, attempt.refused_for_good, &practice, now)
            }
            Some(reason) => stored.state.put_off(number, reason, &practice, now),
        };
        let told = self.commit.update(&stored, decision)?;
        if stored.state.is_active() && !told.state.is_active() {
            self.release_set(plan.patient, attempt.failure.as_deref()).await?;
        }
        Ok(())
    }
}

const NO_VISIT: &str = "the visit is not to come any more";
const GONE: &str = "the method on file cannot be charged any more";

fn is_chargeable(methods: &MethodsOnFile, id: &str, today: chrono::NaiveDate) -> bool {
    methods.method(id).is_some_and(|method| method.why_not(today).is_none())
}

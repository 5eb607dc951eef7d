//! Payment plans: made and ended by staff; the run charges them.

use paywell_domain::{
    Decision, Invoice, InvoiceId, InvoiceSet, Language, MethodsOnFile, Patient, PatientId, PaymentPlan,
    PlanId, Practice, Refusal, RuleSet, invoice_set::TaskWords, payment::MAX_ALLOCATIONS, plan::NewPlan,
    rule_set::Method,
};
use paywell_store::{Answer, Key, Stored};

use crate::{
    App, AppError, Context, Work,
    command::{answer, require_version},
    money,
    requests::plans::{CancelPlan, CreatePlan, EditPlan},
    views::{
        plans::{PaymentPlanDetail, PaymentPlanView, PlanProblem},
        timeline::TimelineEntry,
    },
};

impl App {
    /// Makes a payment plan. While it is active the patient is not chased at all, for new charges neither.
    ///
    /// # Errors
    /// There is no such patient, invoice or method; the patient has an active plan; what [`PaymentPlan::create`] refuses.
    pub async fn create_plan(&self, cx: &Context, new: CreatePlan) -> Result<Answer, AppError> {
        let schedule = new.schedule()?;
        if new.invoice_ids.len() > MAX_ALLOCATIONS {
            return Err(
                Refusal::field("/invoice_ids", format!("expected 1 to {MAX_ALLOCATIONS} invoices")).into()
            );
        }
        let (practice_id, patient_id) = (cx.practice(), new.patient_id);
        let mut keys = money::keys(practice_id, patient_id);
        keys.push(Key::patient(practice_id, patient_id));
        keys.push(Key::payment_plan(practice_id, patient_id));
        keys.push(Key::methods_on_file(practice_id, patient_id));
        keys.extend(new.invoice_ids.iter().map(|id| Key::invoice(practice_id, *id)));
        self.command(cx, keys, async |work| {
            let practice = work.practice()?;
            let patient = work.named::<Patient>(patient_id, "/patient_id", "patient")?;
            if patient.state.details.deceased {
                return Err(
                    Refusal::state("patient-deceased", "the patient has died; nothing is charged").into()
                );
            }
            let current = work.find::<PaymentPlan>(patient_id)?;
            if let Some(active) = current.as_ref().filter(|plan| plan.state.is_active()) {
                let detail =
                    format!("the patient has an active payment plan, {}; cancel it first", active.state.id);
                return Err(Refusal::state("plan-active", detail).into());
            }
            let invoices = work.planned_for(patient_id, &new.invoice_ids)?;
            let method =
                work.method_for_plan(&practice, patient_id, new.method_id.as_ref().map(|id| id.as_str()))?;
            let ordinal = current.as_ref().map_or(1, |plan| plan.state.id.ordinal.saturating_add(1));
            let id = PlanId { patient: patient_id, ordinal };
            let consent = new.consent.clone().at(cx.now());
            let plan = NewPlan { id, method, consent, schedule: schedule.clone() };
            let states: Vec<&Invoice> = invoices.iter().map(|invoice| &invoice.state).collect();
            let decision = PaymentPlan::create(plan, &states, &practice, cx.now())?;
            let stored = match &current {
                Some(ended) => {
                    work.commit.keep_earlier(ended, &Key::earlier_plan(practice_id, ended.state.id))?;
                    work.commit.update(ended, decision)?
                }
                None => work.commit.create(decision)?,
            };
            for invoice in &invoices {
                work.commit.update(invoice, invoice.state.put_in_plan(id))?;
            }
            work.commit.require_unchanged(&patient);
            if let Some(set) = work.set(patient_id)?
                && let Some(held) = set.state.hold_for_plan()
            {
                work.commit.update(&set, held)?;
            }
            let answer = answer(201, &PaymentPlanView::of(&stored), stored.version)?;
            Ok(Answer { location: Some(format!("/v1/payment-plans/{id}")), ..answer })
        })
        .await
    }

    /// Changes which method on file a payment plan is charged to.
    ///
    /// # Errors
    /// There is no such plan or method; it was changed meanwhile; it has ended.
    pub async fn edit_plan(
        &self,
        cx: &Context,
        id: PlanId,
        version: u64,
        edit: EditPlan,
    ) -> Result<Answer, AppError> {
        let practice_id = cx.practice();
        let keys = [
            Key::payment_plan(practice_id, id.patient),
            Key::earlier_plan(practice_id, id),
            Key::methods_on_file(practice_id, id.patient),
        ];
        self.command(cx, keys, async |work| {
            let plan = work.plan_or_earlier(id)?;
            require_version(&plan, version, &PaymentPlanView::of(&plan))?;
            let changed = plan.state.charge_to(edit.method_id.to_string())?;
            work.method_for_plan(&work.practice()?, id.patient, Some(edit.method_id.as_str()))?;
            let changed = work.commit.update(&plan, changed)?;
            answer(200, &PaymentPlanView::of(&changed), changed.version)
        })
        .await
    }

    /// Ends a payment plan; what is owed stays owed, and is chased again.
    ///
    /// # Errors
    /// There is no such plan; it was changed meanwhile; it has ended.
    pub async fn cancel_plan(
        &self,
        cx: &Context,
        id: PlanId,
        version: u64,
        cancel: CancelPlan,
    ) -> Result<Answer, AppError> {
        let keys = [Key::payment_plan(cx.practice(), id.patient), Key::earlier_plan(cx.practice(), id)];
        self.command(cx, keys, async |work| {
            let plan = work.plan_or_earlier(id)?;
            require_version(&plan, version, &PaymentPlanView::of(&plan))?;
            let cancelled = work.commit.update(&plan, plan.state.cancel(cancel.note.clone())?)?;
            work.release_set(id.patient, None).await?;
            answer(200, &PaymentPlanView::of(&cancelled), cancelled.version)
        })
        .await
    }

    /// A payment plan with everything that happened.
    ///
    /// # Errors
    /// There is no such plan.
    pub async fn payment_plan(&self, cx: &Context, id: PlanId) -> Result<PaymentPlanDetail, AppError> {
        let detail = self.plan_detail(cx, id.patient, Some(id)).await?;
        detail.ok_or(AppError::NotFound("payment plan"))
    }

    /// A patient's present payment plan, or the last one.
    ///
    /// # Errors
    /// The patient never had one.
    pub async fn patients_plan(
        &self,
        cx: &Context,
        patient: PatientId,
    ) -> Result<PaymentPlanDetail, AppError> {
        let detail = self.plan_detail(cx, patient, None).await?;
        detail.ok_or(AppError::NotFound("payment plan"))
    }

    async fn plan_detail(
        &self,
        cx: &Context,
        patient: PatientId,
        wanted: Option<PlanId>,
    ) -> Result<Option<PaymentPlanDetail>, AppError> {
        let Some(history) = self.store.history::<PaymentPlan>(cx.practice(), patient).await? else {
            return Ok(None);
        };
        let id = wanted.unwrap_or(history.stored.state.id);
        let stored = if history.stored.state.id == id {
            history.stored
        } else {
            let key = Key::earlier_plan(cx.practice(), id);
            match self.store.load([key.clone()]).await?.at::<PaymentPlan>(&key)? {
                Some(earlier) => earlier,
                None => return Ok(None),
            }
        };
        let name = id.to_string();
        let own = history.events.iter().filter(|event| event.of == name);
        let timeline = own.map(TimelineEntry::of).collect();
        let methods = self.store.load([Key::methods_on_file(cx.practice(), patient)]).await?;
        let methods = methods.get::<MethodsOnFile>(cx.practice(), patient)?;
        let methods = methods.map_or_else(|| MethodsOnFile::none(patient), |stored| stored.state);
        let problem = PlanProblem::of(&stored.state, &methods);
        Ok(Some(PaymentPlanDetail { plan: PaymentPlanView::of(&stored), problem, timeline }))
    }
}

impl Work<'_> {
    /// The patient's present plan, where it is that one.
    pub(crate) fn plan_of(&self, id: PlanId) -> Result<Stored<PaymentPlan>, AppError> {
        let plan = self.find::<PaymentPlan>(id.patient)?.filter(|plan| plan.state.id == id);
        plan.ok_or(AppError::NotFound("payment plan"))
    }

    /// A plan of the patient, also one that has made room for another.
    fn plan_or_earlier(&self, id: PlanId) -> Result<Stored<PaymentPlan>, AppError> {
        let earlier = self.loaded().at::<PaymentPlan>(&Key::earlier_plan(self.practice_id(), id))?;
        earlier.map_or_else(|| self.plan_of(id), Ok)
    }

    /// The invoices that a plan is to pay: all there, all the patient's.
    fn planned_for(&self, patient: PatientId, ids: &[InvoiceId]) -> Result<Vec<Stored<Invoice>>, AppError> {
        let mut invoices = Vec::new();
        for (index, id) in ids.iter().enumerate() {
            let pointer = format!("/invoice_ids/{index}");
            let invoice = self.named::<Invoice>(*id, &pointer, "invoice")?;
            if invoice.state.patient != patient {
                return Err(Refusal::field(pointer, "expected an invoice of the plan's patient").into());
            }
            invoices.push(invoice);
        }
        Ok(invoices)
    }

    fn method_for_plan(
        &mut self,
        practice: &Practice,
        patient: PatientId,
        id: Option<&str>,
    ) -> Result<String, AppError> {
        let refuse = |why: &str| Refusal::field("/method_id", format!("expected another method: {why}"));
        let methods = self.methods(patient)?;
        let on_file =
            methods.as_ref().map_or_else(|| MethodsOnFile::none(patient), |stored| stored.state.clone());
        let method = on_file.ready(id, practice.today(self.now())).map_err(refuse)?.id.clone();
        if let Some(methods) = &methods {
            self.commit.require_unchanged(methods);
        }
        Ok(method)
    }

    /// A patient's plan has ended: the invoice set that it held goes on. Staff get a task where it was not kept, and why.
    pub(crate) async fn release_set(
        &mut self,
        patient: PatientId,
        defaulted: Option<&str>,
    ) -> Result<(), AppError> {
        let id = self.practice_id().clone();
        self.load([Key::invoice_set(&id, patient), Key::patient(&id, patient)]).await?;
        let Some(set) = self.find::<InvoiceSet>(patient)? else { return Ok(()) };
        let followed = (set.state.rule_set, set.state.rule_set_version);
        self.load([Key::rule_set(&id, followed.0, followed.1)]).await?;
        let rules = self.need::<RuleSet>(followed, "rule set")?.state;
        let practice = self.practice()?;
        let patient = self.need::<Patient>(patient, "patient")?.state;
        let recipient = self.load_recipient(&patient).await?;
        let task = defaulted.map(|why| not_kept(&practice, why));
        let decision: Option<Decision<InvoiceSet>> =
            set.state.plan_ended(&rules, &recipient, task.as_ref(), self.now());
        if let Some(decision) = decision {
            let decision = self.foreseen(decision).await?;
            self.commit.update(&set, decision)?;
        }
        Ok(())
    }
}

/// What staff are to do about a plan that was not kept, in their language.
fn not_kept(practice: &Practice, why: &str) -> TaskWords {
    let (title, message) = match practice.pay_page.language.unwrap_or_default() {
        Language::En => {
            ("Call about the payment plan", format!("An instalment could not be charged: {why}."))
        }
        Language::Es => ("Llamar sobre el plan de pagos", format!("No se pudo cobrar un plazo: {why}.")),
    };
    TaskWords { method: Method::CallTask, title: title.to_owned(), message }
}

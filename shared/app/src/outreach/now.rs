//! Staff have a set's next step done now, as the run would do it on its day.

use std::sync::Arc;

use paywell_domain::{InvoiceSet, LinkId, Patient, PaymentPlan, Refusal, RuleSet, SetId};
use paywell_store::{Key, Stored};

use super::{
    Run,
    claim::{Done, Known},
};
use crate::{App, AppError, Work};

impl App {
    /// Writes what is done of a set's next step, whose patient was loaded.
    ///
    /// # Errors
    /// What [`InvoiceSet::due_now`] refuses; the practice has stopped its messages; a payment plan holds the set.
    pub(crate) async fn do_now(
        &self,
        work: &mut Work<'_>,
        set: &Stored<InvoiceSet>,
        link: LinkId,
    ) -> Result<Done, AppError> {
        let (practice, SetId { patient: id, .. }) = (work.practice()?, set.state.id);
        let followed = (set.state.rule_set, set.state.rule_set_version);
        work.load([Key::rule_set(&practice.id, followed.0, followed.1), Key::payment_plan(&practice.id, id)])
            .await?;
        if practice.outreach.stopped {
            let detail = "the practice has stopped its outreach; let it go on first";
            return Err(Refusal::state("outreach-stopped", detail).into());
        }
        if work.find::<PaymentPlan>(id)?.is_some_and(|plan| plan.state.is_active()) {
            let detail = "the patient keeps a payment plan, and is not chased";
            return Err(Refusal::state("payment-plan", detail).into());
        }
        let rules = Arc::new(work.need::<RuleSet>(followed, "rule set")?.state);
        let patient = work.need::<Patient>(id, "patient")?;
        let recipient = work.load_recipient(&patient.state).await?;
        let known = Known { practice, set: set.clone(), patient, rules, recipient };
        let due = known.set.state.due_now(&known.rules, &known.recipient, work.now())?;
        self.carry_out(work, &known, due, link, &mut Run::default()).await
    }
}

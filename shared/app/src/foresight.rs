//! Foreseeing whether the next send of an invoice set goes, in the commit of whatever changes that. It holds nothing back
//! and lets nothing out: what changes in the same moment as something else is found by the nightly pass.

use paywell_domain::{
    Decision, EventKind, InvoiceSet, MethodsOnFile, Patient, PatientId, RuleSet, invoice_set::Foreseen,
    recipient::Recipient,
};
use paywell_store::Key;

use crate::{AppError, Work, standings::contact_keys};

/// What a set's coming steps depend on.
struct Facts {
    rules: RuleSet,
    recipient: Recipient,
    methods: Option<MethodsOnFile>,
}

impl Work<'_> {
    /// A decision on a set, foreseen by what is on file once this work is committed.
    pub(crate) async fn foreseen(
        &mut self,
        decision: Decision<InvoiceSet>,
    ) -> Result<Decision<InvoiceSet>, AppError> {
        if !decision.state.status.is_chasing() {
            return Ok(decision);
        }
        let Facts { rules, recipient, methods } = self.load_facts(&decision.state).await?;
        Ok(InvoiceSet::foreseen(decision, &rules, &recipient, methods.as_ref(), self.now()))
    }

    /// The coming steps of a set.
    pub(crate) async fn foresee(&mut self, set: &InvoiceSet) -> Result<Vec<Foreseen>, AppError> {
        let Facts { rules, recipient, methods } = self.load_facts(set).await?;
        Ok(set.foresee(&rules, &recipient, methods.as_ref(), self.now()))
    }

    /// Foresees the sets of some patients anew, after all else that this work writes; it has not written the sets. `events`
    /// are noted in the history of those that are open. Gives how many stand otherwise now.
    pub(crate) async fn foresee_sets(
        &mut self,
        patients: &[PatientId],
        events: &[EventKind],
    ) -> Result<u32, AppError> {
        let practice = self.practice_id().clone();
        self.load(patients.iter().map(|patient| Key::invoice_set(&practice, *patient))).await?;
        self.take_as_written();
        let mut sets = Vec::new();
        for patient in patients {
            sets.extend(self.find::<InvoiceSet>(*patient)?.filter(|set| set.state.status.is_open()));
        }
        let mut keys = Vec::new();
        for set in sets.iter().filter(|set| set.state.status.is_chasing()) {
            keys.extend(self.keys_of_facts(&set.state)?);
        }
        self.load(keys).await?;
        let mut changed = 0;
        for set in sets {
            let noted = Decision { state: set.state.clone(), events: events.to_vec(), postings: Vec::new() };
            let decision = self.foreseen(noted).await?;
            changed += u32::from(decision.state.status != set.state.status);
            self.commit.update(&set, decision)?;
        }
        Ok(changed)
    }

    /// What foreseeing a set takes, as far as what is loaded says.
    fn keys_of_facts(&self, set: &InvoiceSet) -> Result<Vec<Key>, AppError> {
        let (practice, patient) = (self.practice_id(), set.id.patient);
        let mut keys = vec![
            Key::patient(practice, patient),
            Key::rule_set(practice, set.rule_set, set.rule_set_version),
        ];
        if let Some(patient) = self.find::<Patient>(patient)? {
            keys.extend(contact_keys(practice, &patient.state));
        }
        Ok(keys)
    }

    async fn load_facts(&mut self, set: &InvoiceSet) -> Result<Facts, AppError> {
        let keys = self.keys_of_facts(set)?;
        self.load(keys).await?;
        let rules = self.need::<RuleSet>((set.rule_set, set.rule_set_version), "rule set")?.state;
        let patient = self.need::<Patient>(set.id.patient, "patient")?.state;
        let recipient = self.load_recipient(&patient).await?;
        let methods = self.methods_charged(&rules, patient.id).await?;
        Ok(Facts { rules, recipient, methods })
    }

    /// The patient's methods on file, where the rules charge them.
    pub(crate) async fn methods_charged(
        &mut self,
        rules: &RuleSet,
        patient: PatientId,
    ) -> Result<Option<MethodsOnFile>, AppError> {
        if !rules.charges() {
            return Ok(None);
        }
        self.load([Key::methods_on_file(self.practice_id(), patient)]).await?;
        Ok(self.methods(patient)?.map(|stored| stored.state))
    }
}

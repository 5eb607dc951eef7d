//! Methods on file: put there by the processor's page, or as if they had been.

use chrono::{DateTime, Datelike, Utc};
use paywell_app::ids;
use paywell_domain::{
    Decision, MethodsOnFile, PatientId, SetupId,
    on_file::{Consent, ConsentGiven, MethodKind},
};
use paywell_store::{Commit, Key, Stored};
use serde_json::{Value, json};

use super::{Clinic, Request};

impl Clinic {
    /// A card on file with the patient's consent, as if it had come from the processor, which does not know it.
    pub async fn keep_card(&self, patient: &str, method: &str) {
        let exp_year = self.world.now().year() + 4;
        let kind = MethodKind::Card { brand: "visa".into(), last4: "4242".into(), exp_month: 12, exp_year };
        self.keep(patient, method, kind).await;
    }

    /// A method on file with the patient's consent, as if it had come from the processor, which does not know it.
    pub async fn keep(&self, patient: &str, method: &str, kind: MethodKind) {
        let now: DateTime<Utc> = self.world.now();
        let (patient, setup): (PatientId, _) = (patient.parse().unwrap(), SetupId::new(ids::new(now)));
        let wording = "I agree to be charged.".try_into().unwrap();
        let consent = Consent { wording, given: ConsentGiven::InPerson, at: now };
        let loaded = self.world.store.load([Key::methods_on_file(&self.practice, patient)]).await.unwrap();
        let known: Option<Stored<MethodsOnFile>> = loaded.get(&self.practice, patient).unwrap();
        let before =
            known.as_ref().map_or_else(|| MethodsOnFile::none(patient), |stored| stored.state.clone());
        let mut kept = before.start_setup(setup, consent).unwrap();
        let mut then = |decide: &dyn Fn(&MethodsOnFile) -> Decision<MethodsOnFile>| {
            let next = decide(&kept.state);
            kept.events.extend(next.events);
            kept.state = next.state;
        };
        then(&|methods| methods.note_customer(methods.customer.as_deref().unwrap_or("cus_kept")));
        then(&|methods| methods.attached(method, kind.clone(), now, now).unwrap());
        then(&|methods| methods.consented(setup, method).unwrap());
        let mut commit = Commit::new(&self.by(), None);
        match &known {
            Some(stored) => drop(commit.update(stored, kept).unwrap()),
            None => drop(commit.create(kept).unwrap()),
        }
        self.world.store.commit(commit).await.unwrap();
    }

    /// A page on which the patient puts a method on file, with the patient's consent.
    pub fn set_up(&self, patient: &str) -> Request {
        let consent = json!({ "wording": "I agree to be charged.", "given": "in_person" });
        self.post(&format!("/v1/patients/{patient}/payment-methods/setup"), &json!({ "consent": consent }))
    }

    /// A patient's methods on file, as they are shown.
    pub async fn methods(&self, patient: &str) -> Value {
        self.get(&format!("/v1/patients/{patient}/payment-methods")).await.ok()
    }
}

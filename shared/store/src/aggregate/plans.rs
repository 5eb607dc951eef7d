//! Payment plans.

use paywell_domain::{PatientId, PaymentPlan, PracticeId};

use super::Aggregate;
use crate::{Key, keys::Queue, row::Item};

impl Aggregate for PaymentPlan {
    type Id = PatientId;

    fn key_of(practice: &PracticeId, patient: PatientId) -> Key {
        Key::payment_plan(practice, patient)
    }

    fn id(&self) -> PatientId {
        self.id.patient
    }

    fn name(&self) -> String {
        self.id.to_string()
    }

    fn index(&self, practice: &PracticeId) -> Item {
        let at = self.due_at();
        at.map_or_else(Item::new, |at| Queue::Plans.entry(at, practice, &self.id.to_string()))
    }

    /// The next plan takes the place of one that has ended.
    fn follows(&self, before: &Self) -> bool {
        if self.id == before.id { before.status.can_become(self.status) } else { !before.is_active() }
    }
}

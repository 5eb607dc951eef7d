//! Appointments: those whose copay is to be collected wait in the queue.

use paywell_domain::{Appointment, AppointmentId, PracticeId};

use super::Aggregate;
use crate::{Key, keys::Queue, row::Item};

impl Aggregate for Appointment {
    type Id = AppointmentId;

    fn key_of(practice: &PracticeId, id: AppointmentId) -> Key {
        Key::appointment(practice, id)
    }

    fn id(&self) -> AppointmentId {
        self.id
    }

    fn name(&self) -> String {
        self.id.to_string()
    }

    fn index(&self, practice: &PracticeId) -> Item {
        self.collect_at.map_or_else(Item::new, |at| Queue::Copays.entry(at, practice, &self.id.to_string()))
    }

    fn follows(&self, before: &Self) -> bool {
        self.status == before.status || before.status.can_become(self.status)
    }
}

//! Random commands: each is put to the domain, and where the domain takes it, written into the notebook.

mod invoices;
mod payments;
mod reversals;

use paywell_domain::{Amount, Payment, Refusal};
use rand::{Rng, seq::IteratorRandom};
use uuid::Uuid;

use super::{Site, books::Bill};

/// What the domain says where it refuses.
pub(super) type Refused = Option<Refusal>;

impl Site {
    /// One random command; gives its name where the domain took it.
    pub(super) fn command(&mut self) -> Result<&'static str, Refused> {
        self.now += chrono::Duration::minutes(7);
        match self.rng.random_range(0..30) {
            0..=3 => self.bill(),
            4 => self.delete_line(),
            5 => self.void(),
            6..=7 => self.adjust(),
            8 => self.write_off(),
            9 => self.collections(),
            10 => self.reverse_adjustment(),
            11..=13 => self.record(),
            14..=16 => self.begin(),
            17..=20 => self.outcome(),
            21..=22 => self.allocate(),
            23..=25 => self.refund(),
            26..=27 => self.refund_ends(),
            _ => self.dispute(),
        }
    }

    fn uuid(&mut self) -> Uuid {
        self.ids += 1;
        Uuid::from_u128(self.ids)
    }

    fn cents(&mut self) -> i64 {
        match self.rng.random_range(0..4) {
            0 => self.rng.random_range(1..100),
            1 => 10_000,
            _ => self.rng.random_range(100..30_000),
        }
    }

    fn amount(&mut self) -> Amount {
        Amount::try_from(self.cents()).unwrap()
    }

    fn an_invoice(&mut self) -> Result<usize, Refused> {
        (0..self.invoices.len()).choose(&mut self.rng).ok_or(None)
    }

    fn a_payment(&mut self, wanted: impl Fn(&Payment) -> bool) -> Result<usize, Refused> {
        let places = (0..self.payments.len()).filter(|at| wanted(&self.payments[*at]));
        places.choose(&mut self.rng).ok_or(None)
    }

    fn note(&mut self, at: usize) -> &mut Bill {
        self.books.bills.entry(self.invoices[at].id.to_string()).or_default()
    }
}

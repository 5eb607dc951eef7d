//! Autopay: what is due of a set is charged instead of a step; the run begins the charge, whoever settles payments makes it.

use paywell_domain::{
    Invoice, InvoiceId, InvoiceSet,
    payment::{MAX_ALLOCATIONS, Planned},
};
use paywell_store::{Key, Stored};

use super::{Run, charges::Payer};
use crate::{
    App, AppError, Work,
    planned::{Begun, Charge},
};

/// How many invoices are read at a time.
const AT_A_TIME: usize = 90;

impl App {
    /// Begins the charge of what is due, in one commit with the set; or looks again later, or lets the patient be chased.
    pub(super) async fn claim_autopay(
        &self,
        work: &mut Work<'_>,
        set: &Stored<InvoiceSet>,
        of: &Payer<'_>,
        counts: &mut Run,
    ) -> Result<Stored<InvoiceSet>, AppError> {
        let Payer { practice, patient, recipient } = *of;
        let (state, now) = (&set.state, work.now());
        work.load([Key::methods_on_file(&practice.id, state.id.patient)]).await?;
        let methods = work.methods(state.id.patient)?;
        if methods.is_none_or(|methods| methods.state.autopay.is_none()) {
            counts.changed += 1;
            let left = work.foreseen(state.leave_autopay("autopay is off")).await?;
            return Ok(work.commit.update(set, left)?);
        }
        let owed = work.owed_of(state).await?;
        let (mut due, later): (Vec<&Invoice>, Vec<&Invoice>) =
            owed.iter().map(|invoice| &invoice.state).partition(|i| i.due_date() <= practice.today(now));
        due.sort_by_key(|invoice| (invoice.due_date(), invoice.number));
        let ids: Vec<InvoiceId> = due.iter().take(MAX_ALLOCATIONS).map(|invoice| invoice.id).collect();
        let rest: Vec<&Invoice> = due.iter().skip(MAX_ALLOCATIONS).copied().chain(later).collect();
        let planned = Planned::Autopay { set: state.id };
        let charge = Charge { planned, invoices: &ids, method: None, most: None };
        let decision = match self.begin_planned(work, &patient.state, &charge).await? {
            Begun::Payment(payment) => {
                counts.charges += 1;
                // Whatever changes who is charged, or whether they live, prevents the charge.
                work.commit.require_unchanged(patient);
                state.claim_autopay(payment, &rest, recipient, now)
            }
            Begun::UnderWay => {
                counts.postponed += 1;
                let reason = "a payment for these charges is under way";
                state.put_off_autopay(Some(reason), &[], recipient, now)
            }
            Begun::NothingOwed => {
                counts.postponed += 1;
                state.put_off_autopay(None, &rest, recipient, now)
            }
            Begun::NoMethod(why) => {
                counts.failed += 1;
                state.leave_autopay(&why)
            }
        };
        let decision = work.foreseen(decision).await?;
        Ok(work.commit.update(set, decision)?)
    }
}

impl Work<'_> {
    /// A set's invoices on which something is owed.
    async fn owed_of(&mut self, set: &InvoiceSet) -> Result<Vec<Stored<Invoice>>, AppError> {
        let practice = self.practice_id().clone();
        for some in set.invoices.chunks(AT_A_TIME) {
            self.load(some.iter().map(|member| Key::invoice(&practice, member.invoice))).await?;
        }
        let mut invoices = self.invoices(set.invoices.iter().map(|member| member.invoice))?;
        invoices.retain(|invoice| invoice.state.is_chaseable());
        Ok(invoices)
    }
}

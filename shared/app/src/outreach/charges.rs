//! Steps that charge the method on file: the run begins the charge; whoever settles payments makes it.

use paywell_domain::{
    InvoiceId, InvoiceSet, Patient, Practice, RuleSet,
    payment::{MAX_ALLOCATIONS, Planned},
    recipient::Recipient,
    rule_set::Step,
};
use paywell_store::Stored;

use super::{Run, instead_of};
use crate::{
    App, AppError, Work,
    planned::{Begun, Charge},
};

/// Who pays.
pub(super) struct Payer<'a> {
    pub(super) practice: &'a Practice,
    pub(super) patient: &'a Stored<Patient>,
    pub(super) recipient: &'a Recipient,
}

impl App {
    /// Claims a step that charges what is owed, with the payment, in one commit; or puts it off, or goes the step's other way.
    pub(super) async fn claim_charge(
        &self,
        work: &mut Work<'_>,
        set: &Stored<InvoiceSet>,
        of: &Payer<'_>,
        (rules, step): (&RuleSet, &Step),
        counts: &mut Run,
    ) -> Result<Stored<InvoiceSet>, AppError> {
        let (state, now) = (&set.state, work.now());
        let invoices: Vec<InvoiceId> =
            state.invoices.iter().take(MAX_ALLOCATIONS).map(|member| member.invoice).collect();
        let planned = Planned::Step { set: state.id, step: state.next_step };
        let charge = Charge { planned, invoices: &invoices, method: None, most: None };
        let decision = match self.begin_planned(work, &of.patient.state, &charge).await? {
            Begun::Payment(payment) => {
                counts.charges += 1;
                // Whatever changes who is charged, or whether they live, prevents the charge.
                work.commit.require_unchanged(of.patient);
                state.claim_charge(rules, of.recipient, payment, now)
            }
            Begun::UnderWay => {
                counts.postponed += 1;
                let reason = "a payment for these charges is under way";
                state.put_off_charge(step, of.recipient, reason, now)
            }
            Begun::NothingOwed => {
                counts.postponed += 1;
                state.put_off_charge(step, of.recipient, "nothing is owed on these charges", now)
            }
            Begun::NoMethod(why) => {
                counts.failed += 1;
                let instead = instead_of(of.practice, of.recipient, step, step.method);
                state.cannot_charge(rules, of.recipient, &why, &instead, now)
            }
        };
        let decision = work.foreseen(decision).await?;
        Ok(work.commit.update(set, decision)?)
    }
}

//! What payments are about to bring is not asked for a second time.

use super::{AttemptStatus, Payment};
use crate::{Cents, Invoice, Refusal, number::Series};

impl Payment {
    /// Whether it may bring money without another command: a page that is open, a charge or a bank debit whose outcome
    /// is awaited, what is held. A page that is to end is not: whatever is paid there after all becomes credit.
    pub fn is_under_way(&self) -> bool {
        self.open_attempt().is_some_and(|attempt| attempt.status != AttemptStatus::ToExpire)
    }

    /// Whether it may bring money only if the patient pays on a page that is open: anybody may end that.
    pub fn is_asked_on_page(&self) -> bool {
        self.open_attempt().is_some_and(|a| a.is_hosted() && a.status == AttemptStatus::Open)
    }

    /// May be taken at the processor beside the patient's other payments that are under way: with what those bring,
    /// none of its invoices is paid twice. Pages that are open do not count; they are to end.
    ///
    /// # Errors
    /// An invoice would be, with the payment that is under way.
    pub fn require_room(&self, others: &[&Self], invoices: &[&Invoice]) -> Result<(), Refusal> {
        let charging = || others.iter().filter(|other| other.is_under_way() && !other.is_asked_on_page());
        for asked in &self.allocations {
            let Some(invoice) = invoices.iter().find(|invoice| invoice.id == asked.invoice) else { continue };
            let mut left = invoice.balance();
            for other in charging() {
                let coming = other.allocations.iter().filter(|a| a.invoice == asked.invoice);
                for coming in coming.map(|a| a.amount.cents()) {
                    left = left.checked_sub(coming).unwrap_or(Cents::ZERO);
                    if asked.amount.cents() > left {
                        let number = Series::Payment.show(other.number);
                        let detail =
                            format!("payment {number} of {} for this invoice is under way", other.amount);
                        return Err(Refusal::state("payment-under-way", detail));
                    }
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        fixtures::{NOW, attempt, invoice, meant, payment},
        payment::AttemptMeans,
    };

    fn charging(payment: &Payment) -> Payment {
        let means = AttemptMeans::OnFile { method: "pm_1".to_owned(), hold: false };
        payment.start_attempt(attempt(1), means, NOW).unwrap().state
    }

    fn on_page(payment: &Payment) -> Payment {
        payment
            .start_attempt(attempt(1), AttemptMeans::Hosted { session: None, keep: None }, NOW)
            .unwrap()
            .state
    }

    #[test]
    fn what_is_on_its_way_is_not_asked_for_again() {
        let (bill, other_bill) = (invoice(1, 10_000), invoice(2, 10_000));
        let bills = [&bill, &other_bill];
        let coming = charging(&payment(6_000, vec![meant(&bill, 6_000)]));
        let rest = payment(4_000, vec![meant(&bill, 4_000)]);
        let too_much = payment(4_001, vec![meant(&bill, 4_001)]);
        assert_eq!(rest.require_room(&[&coming], &bills), Ok(()));
        let refusal = too_much.require_room(&[&coming], &bills).unwrap_err();
        assert!(matches!(refusal, Refusal::State { rule: "payment-under-way", .. }), "{refusal:?}");
        assert!(
            rest.require_room(&[&coming, &charging(&rest)], &bills).is_err(),
            "both together take it all"
        );
        let elsewhere = payment(10_000, vec![meant(&other_bill, 10_000)]);
        assert_eq!(elsewhere.require_room(&[&coming], &bills), Ok(()));
        assert_eq!(
            payment(5_000, vec![]).require_room(&[&coming], &bills),
            Ok(()),
            "credit is for nothing yet"
        );
    }

    #[test]
    fn a_page_holds_nothing_until_the_patient_has_paid_there() {
        let bill = invoice(1, 10_000);
        let whole = payment(10_000, vec![meant(&bill, 10_000)]);
        let page = on_page(&whole);
        assert!(page.is_under_way() && page.is_asked_on_page());
        assert_eq!(whole.require_room(&[&page], &[&bill]), Ok(()));
        let debit = page.debit_processing(attempt(1)).unwrap().state;
        assert!(debit.is_under_way() && !debit.is_asked_on_page());
        assert!(whole.require_room(&[&debit], &[&bill]).is_err());
        let ending = page.expire_session(attempt(1)).unwrap().state;
        assert!(!ending.is_under_way());
        assert!(!whole.is_under_way());
    }
}

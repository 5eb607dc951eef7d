//! A patient's bank takes the money back, or asks to: returns of bank debits, and disputes of cards.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Move, Payment, Settlement};
use crate::{Account, Amount, Cents, Decision, EventKind, Invoice, InvoiceSet, Posting, Refusal};

/// How a dispute stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DisputeStatus {
    /// The funds are held back until the bank decides.
    Open,
    /// Decided for the practice: the funds are back.
    Won,
    /// Decided for the patient: the funds are gone.
    Lost,
    /// The return of a bank debit, which is final.
    Returned,
}

/// A dispute of a payment (<https://docs.stripe.com/disputes/how-disputes-work>).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dispute {
    /// The processor's name for it.
    pub id: String,
    /// How much is disputed.
    pub amount: Amount,
    /// How it stands.
    pub status: DisputeStatus,
    /// The bank's reason, as the processor names it.
    pub reason: String,
    /// When we heard of it (UTC).
    pub opened_at: DateTime<Utc>,
}

/// What the processor says of a dispute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DisputeNews<'a> {
    /// The processor's name for it.
    pub id: &'a str,
    /// How much is disputed.
    pub amount: Amount,
    /// The bank's reason.
    pub reason: &'a str,
    /// How it now stands.
    pub status: DisputeStatus,
}

impl Payment {
    /// Whether a dispute is open, so that nothing can be refunded.
    pub fn is_disputed(&self) -> bool {
        self.disputes.iter().any(|dispute| dispute.status == DisputeStatus::Open)
    }

    /// Applies what the processor says of a dispute, in whatever order it says it. The same again changes nothing; none
    /// where it is known already.
    ///
    /// An opened dispute holds the funds back; won, they return; lost, what they had paid is owed again, by a set that is on
    /// hold, and the payment keeps its status. A return is final at once: the payment has failed, unless refunds had changed its status.
    ///
    /// # Errors
    /// The money is not here yet (the success that comes before is still on its way), or a sum overflows.
    pub fn disputed(
        &self,
        news: DisputeNews<'_>,
        invoices: &[Invoice],
        set: Option<&InvoiceSet>,
        now: DateTime<Utc>,
    ) -> Result<Option<Settlement>, Refusal> {
        let known = self.disputes.iter().find(|dispute| dispute.id == news.id).map(|dispute| dispute.status);
        if known.is_some_and(|known| known == news.status || known != DisputeStatus::Open) {
            return Ok(None);
        }
        if self.paid_at.is_none() {
            return Err(Refusal::state("not-received", "the money of this payment is not here yet"));
        }
        let cents = news.amount.cents();
        let mut base = self.clone();
        let mut postings = Vec::new();
        let mut events = Vec::new();
        if known.is_none() && news.status != DisputeStatus::Returned {
            events.push(EventKind::DisputeOpened {
                dispute: news.id.to_owned(),
                cents: news.amount,
                reason: news.reason.to_owned(),
            });
            postings.push(Posting::debit(Account::DisputedFunds, cents));
            postings.push(Posting::credit(Account::ProcessorClearing, cents));
        }
        base.note_dispute(news, now);
        let mut changed = Vec::new();
        match news.status {
            DisputeStatus::Open => {}
            DisputeStatus::Won => {
                events.push(EventKind::DisputeWon { dispute: news.id.to_owned() });
                postings.push(Posting::debit(Account::ProcessorClearing, cents));
                postings.push(Posting::credit(Account::DisputedFunds, cents));
            }
            DisputeStatus::Lost | DisputeStatus::Returned => {
                let returned = news.status == DisputeStatus::Returned;
                let was_held = known.is_some() || !returned;
                let account = if was_held { Account::DisputedFunds } else { Account::ProcessorClearing };
                let (reversed, reopened, moved) = base.reverse(news.amount, account, invoices)?;
                (base, changed) = (reversed, reopened);
                postings.extend(moved);
                events.push(if returned {
                    if let Some(failed) = base.status.after(Move::Return).filter(|_| base.is_all_gone()) {
                        (base.status, base.paid_at) = (failed, None);
                    }
                    EventKind::PaymentReturned {
                        dispute: news.id.to_owned(),
                        cents: news.amount,
                        reason: news.reason.to_owned(),
                    }
                } else {
                    EventKind::DisputeLost { dispute: news.id.to_owned() }
                });
            }
        }
        let decision = Decision { state: base, events, postings };
        let mut settlement = Settlement::of(decision, changed, invoices, set);
        if news.status == DisputeStatus::Lost {
            settlement.set = settlement.set.map(InvoiceSet::hold_for_dispute);
        }
        Ok(Some(settlement))
    }

    /// Whether a bank gave the patient back what was paid.
    pub fn was_lost(&self) -> bool {
        self.disputes.iter().any(|dispute| dispute.status == DisputeStatus::Lost)
    }

    /// Whether nothing is left of it, and nothing can come back: what refunds that fail would give, losses take.
    fn is_all_gone(&self) -> bool {
        let live = self.refunds.iter().filter(|refund| refund.is_live()).map(|refund| refund.amount.cents());
        self.refundable().is_zero() && Cents::checked_sum(live).is_some_and(|live| live <= self.lost)
    }

    fn note_dispute(&mut self, news: DisputeNews<'_>, now: DateTime<Utc>) {
        match self.disputes.iter_mut().find(|dispute| dispute.id == news.id) {
            Some(known) => known.status = news.status,
            None => self.disputes.push(Dispute {
                id: news.id.to_owned(),
                amount: news.amount,
                status: news.status,
                reason: news.reason.to_owned(),
                opened_at: now,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        InvoiceStatus, PaymentStatus,
        fixtures::{NOW, after, amount, charged, effect, invoice, meant, payment, refund},
        payment::{NewRefund, RefundReason},
    };

    /// A payment of 100.00 by the processor, 80.00 of it for an invoice.
    fn paid() -> (Payment, Vec<Invoice>) {
        let invoices = vec![invoice(1, 8_000)];
        let settled = charged(&payment(10_000, vec![meant(&invoices[0], 8_000)]), &invoices);
        let invoices = after(&settled, &invoices);
        (settled.payment.state, invoices)
    }

    fn hear(payment: &Payment, invoices: &[Invoice], status: DisputeStatus, cents: i64) -> Settlement {
        let news = DisputeNews { id: "dp_1", amount: amount(cents), reason: "fraudulent", status };
        payment.disputed(news, invoices, None, NOW).unwrap().unwrap()
    }

    fn ask() -> NewRefund {
        let reason = RefundReason::PatientRequest;
        NewRefund { amount: None, reason, note: None, owed_again: None, parts: None, desk: None }
    }

    #[test]
    fn while_a_dispute_is_open_the_funds_are_held_and_nothing_is_refunded() {
        let (payment, invoices) = paid();
        let open = hear(&payment, &invoices, DisputeStatus::Open, 10_000);
        let disputed = &open.payment.state;
        assert!(disputed.is_disputed() && open.invoices.is_empty());
        assert_eq!(disputed.status, PaymentStatus::Paid);
        assert_eq!(effect(&open.payment.postings, Account::DisputedFunds), 10_000);
        let refused = disputed.plan_refund(&ask());
        assert!(matches!(refused, Err(Refusal::State { rule: "disputed", .. })), "{refused:?}");
        let won = hear(disputed, &invoices, DisputeStatus::Won, 10_000);
        assert_eq!(effect(&won.payment.postings, Account::ProcessorClearing), 10_000);
        assert!(won.payment.state.plan_refund(&ask()).is_ok());
    }

    #[test]
    fn a_lost_dispute_makes_it_owed_again_and_keeps_the_status() {
        let (payment, invoices) = paid();
        let open = hear(&payment, &invoices, DisputeStatus::Open, 10_000).payment.state;
        // Also where we never heard that it was opened.
        for (before, opened) in [(&open, 0), (&payment, 1)] {
            let lost = hear(before, &invoices, DisputeStatus::Lost, 10_000);
            assert_eq!(lost.payment.events.len(), 1 + opened);
            let state = &lost.payment.state;
            assert_eq!((state.status, state.reversed.get()), (PaymentStatus::Paid, 10_000));
            assert!(state.allocations.is_empty() && state.refundable().is_zero() && state.lost.is_zero());
            let invoice = &lost.invoices[0].state;
            assert_eq!((invoice.status, invoice.balance().get()), (InvoiceStatus::Open, 8_000));
            assert_eq!(effect(&lost.payment.postings, Account::PatientReceivable), 8_000);
        }
    }

    #[test]
    fn a_return_fails_the_payment_for_good_and_it_can_be_asked_for_again() {
        let (payment, invoices) = paid();
        let returned = hear(&payment, &invoices, DisputeStatus::Returned, 10_000);
        let state = &returned.payment.state;
        assert_eq!((state.status, state.paid_at), (PaymentStatus::Failed, None));
        assert_eq!(effect(&returned.payment.postings, Account::ProcessorClearing), -10_000);
        assert_eq!(effect(&returned.payment.postings, Account::PatientCredit), 2_000);
        assert_eq!(returned.invoices[0].state.balance().get(), 8_000);
        assert_eq!(state.manual_move("reopen").unwrap().state.status, PaymentStatus::Pending);
    }

    #[test]
    fn a_return_after_a_refund_is_a_loss_and_keeps_the_status() {
        let (payment, invoices) = paid();
        let part = NewRefund { amount: Some(amount(3_000)), ..ask() };
        let asked = payment.refund(refund(1), part, &invoices, None, NOW).unwrap();
        let invoices = after(&asked, &invoices);
        let refunded = asked.payment.state.refund_succeeded(refund(1), "re_1").unwrap().state;
        let returned = hear(&refunded, &invoices, DisputeStatus::Returned, 10_000).payment;
        assert_eq!(returned.state.status, PaymentStatus::PartiallyRefunded);
        assert_eq!(effect(&returned.postings, Account::Losses), 3_000);
        assert_eq!(returned.state.lost.get(), 3_000);
    }

    #[test]
    fn while_anything_is_here_or_may_come_back_the_payment_has_not_failed() {
        let (payment, invoices) = paid();
        let part = hear(&payment, &invoices, DisputeStatus::Returned, 4_000).payment.state;
        assert_eq!((part.status, part.refundable().get()), (PaymentStatus::Paid, 6_000));
        let asked = payment.refund(refund(1), ask(), &invoices, None, NOW).unwrap().payment.state;
        let under_way = hear(&asked, &invoices, DisputeStatus::Returned, 4_000).payment.state;
        assert_eq!((under_way.status, under_way.lost.get()), (PaymentStatus::Paid, 4_000));
        let all = hear(&asked, &invoices, DisputeStatus::Returned, 10_000).payment.state;
        assert_eq!((all.status, all.manual_moves()), (PaymentStatus::Failed, vec!["cancel"]));
        let again = all.manual_move("reopen");
        assert!(matches!(again, Err(Refusal::State { rule: "refunded-before", .. })), "{again:?}");
        let failed = all.refund_failed(refund(1), None, &invoices, None, NOW).unwrap().payment.state;
        assert_eq!((failed.status, failed.refundable()), (PaymentStatus::Failed, Cents::ZERO));
        assert!(failed.manual_move("reopen").is_ok());
    }

    #[test]
    fn a_refund_that_failed_keeps_no_payment_from_failing() {
        let (payment, invoices) = paid();
        let asked = payment.refund(refund(1), ask(), &invoices, None, NOW).unwrap();
        let invoices = after(&asked, &invoices);
        let back = asked.payment.state.refund_failed(refund(1), None, &invoices, None, NOW).unwrap();
        let invoices = after(&back, &invoices);
        let returned = hear(&back.payment.state, &invoices, DisputeStatus::Returned, 10_000);
        assert_eq!(returned.payment.state.status, PaymentStatus::Failed);
    }

    #[test]
    fn a_return_that_was_held_first_takes_the_funds_that_were_held() {
        let (payment, invoices) = paid();
        let open = hear(&payment, &invoices, DisputeStatus::Open, 10_000).payment.state;
        let returned = hear(&open, &invoices, DisputeStatus::Returned, 10_000).payment;
        assert_eq!(effect(&returned.postings, Account::DisputedFunds), -10_000);
        assert_eq!(effect(&returned.postings, Account::ProcessorClearing), 0);
    }

    #[test]
    fn news_of_a_dispute_are_heard_once_and_late_ones_change_nothing() {
        let (payment, invoices) = paid();
        use DisputeStatus::{Lost, Open, Returned, Won};
        for end in [Won, Lost, Returned] {
            let ended = hear(&payment, &invoices, end, 10_000).payment.state;
            for status in [Open, Won, Lost, Returned] {
                let news = DisputeNews { id: "dp_1", amount: amount(10_000), reason: "x", status };
                assert_eq!(ended.disputed(news, &invoices, None, NOW), Ok(None), "{status:?} after {end:?}");
            }
        }
        let not_here = crate::fixtures::payment(10_000, vec![]);
        let news = DisputeNews { id: "dp_1", amount: amount(10_000), reason: "x", status: Open };
        assert!(not_here.disputed(news, &invoices, None, NOW).is_err(), "before the money");
    }
}

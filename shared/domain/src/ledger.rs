//! Double-entry bookkeeping: every movement of money is one journal entry whose postings sum to zero.

use chrono::{DateTime, NaiveDate, TimeZone, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use utoipa::ToSchema;

use crate::{Cents, Currency, InvoiceId, PatientId, PaymentId, RefundId};

/// The accounts of a practice's books. Debit is positive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Account {
    /// What patients owe (asset).
    PatientReceivable,
    /// Patients' money not yet applied to an invoice (liability).
    PatientCredit,
    /// What patients owe and an agency collects (asset).
    CollectionsReceivable,
    /// Taken by the processor, not yet in the bank (asset).
    ProcessorClearing,
    /// Refunds asked for, not yet confirmed (asset).
    RefundsInFlight,
    /// Held back while a dispute is open (asset).
    DisputedFunds,
    /// In the bank (asset).
    Bank,
    /// What the processor keeps (expense).
    ProcessorFees,
    /// Cash and checks at the desk (asset).
    CashDrawer,
    /// Services billed (income).
    Charges,
    /// Discounts given (contra income).
    Discounts,
    /// Corrections of what is owed (contra income).
    Adjustments,
    /// Given up as uncollectable (expense).
    WriteOffs,
    /// Money lost to returns and disputes (expense).
    Losses,
}

impl Account {
    /// Its name, as people read it.
    pub const fn words(self) -> &'static str {
        match self {
            Self::PatientReceivable => "Owed by the patient",
            Self::PatientCredit => "Patient's credit",
            Self::CollectionsReceivable => "Owed, with an agency",
            Self::ProcessorClearing => "At the processor",
            Self::RefundsInFlight => "Refunds on their way",
            Self::DisputedFunds => "Held for a dispute",
            Self::Bank => "Bank",
            Self::ProcessorFees => "Processor's fees",
            Self::CashDrawer => "Cash drawer",
            Self::Charges => "Charges",
            Self::Discounts => "Discounts",
            Self::Adjustments => "Adjustments",
            Self::WriteOffs => "Write-offs",
            Self::Losses => "Losses",
        }
    }
}

/// One side of an entry: a debit is positive, a credit negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posting {
    /// The account.
    pub account: Account,
    /// Cents; a debit is positive.
    pub cents: Cents,
    /// Whose balance it changes, where the entry's source is not that invoice itself: with it every invoice's balance
    /// follows from the journal alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invoice: Option<InvoiceId>,
}

impl Posting {
    /// A debit of so many cents.
    pub fn debit(account: Account, cents: Cents) -> Self {
        Self { account, cents, invoice: None }
    }

    /// A credit of so many cents.
    pub fn credit(account: Account, cents: Cents) -> Self {
        Self { account, cents: cents.negated(), invoice: None }
    }

    /// The same posting on an invoice.
    #[must_use]
    pub const fn on(mut self, invoice: InvoiceId) -> Self {
        self.invoice = Some(invoice);
        self
    }
}

/// Why postings make no entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Unbalanced {
    /// They do not sum to zero.
    #[error("postings do not sum to zero")]
    NotZero,
    /// Their sum leaves what a cent counter can hold.
    #[error("postings overflow")]
    Overflow,
}

/// An entry of the journal: appended, never edited. A correction is a new entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalEntry {
    /// What caused it: an invoice, payment or payout, by its id.
    pub source: String,
    /// The version of that invoice, payment or payout after it: with the source, the entry's identity.
    pub version: u64,
    /// When it was booked (UTC).
    pub at: DateTime<Utc>,
    /// The practice's date then. It stays what it was when the practice moves to another zone: no past month changes.
    pub on: NaiveDate,
    /// Whose money it is; none where it is the practice's own, such as a payout.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patient: Option<PatientId>,
    /// The refund of a payment that it books: money that comes back from a refund which failed is not received anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refund: Option<RefundId>,
    /// The currency of the books.
    pub currency: Currency,
    postings: Vec<Posting>,
}

impl JournalEntry {
    /// An entry of balanced postings: one posting an account and invoice, those of zero cents left out; none where nothing
    /// moved. `at` is in the practice's zone.
    ///
    /// # Errors
    /// Where the postings do not sum to zero.
    pub fn balanced(
        (source, version): (String, u64),
        at: &DateTime<impl TimeZone>,
        patient: Option<PatientId>,
        currency: Currency,
        postings: &[Posting],
    ) -> Result<Option<Self>, Unbalanced> {
        let mut merged: Vec<Posting> = Vec::new();
        for posting in postings {
            match merged.iter_mut().find(|m| (m.account, m.invoice) == (posting.account, posting.invoice)) {
                Some(m) => m.cents = m.cents.checked_add(posting.cents).ok_or(Unbalanced::Overflow)?,
                None => merged.push(*posting),
            }
        }
        merged.retain(|posting| !posting.cents.is_zero());
        merged.sort_by_key(|posting| (posting.account, posting.invoice));
        let sum = Cents::checked_sum(merged.iter().map(|p| p.cents)).ok_or(Unbalanced::Overflow)?;
        if !sum.is_zero() {
            return Err(Unbalanced::NotZero);
        }
        let (on, at) = (at.date_naive(), at.with_timezone(&Utc));
        let entry = Self { source, version, at, on, patient, refund: None, currency, postings: merged };
        Ok((!entry.postings.is_empty()).then_some(entry))
    }

    /// The same entry, of a refund.
    #[must_use]
    pub const fn of_refund(mut self, refund: Option<RefundId>) -> Self {
        self.refund = refund;
        self
    }

    /// The postings, one an account and invoice.
    pub fn postings(&self) -> &[Posting] {
        &self.postings
    }

    /// What the entry does to an account, in cents.
    pub fn effect(&self, account: Account) -> Cents {
        let of = self.postings.iter().filter(|p| p.account == account);
        of.fold(Cents::ZERO, |sum, p| sum.checked_add(p.cents).unwrap_or(sum))
    }

    /// What it adds to what the practice has collected. What is held for an open dispute, or reserved for a refund that is
    /// not through, is still collected; what a payout moves was collected before.
    pub fn collected(&self) -> Collected {
        if self.source.parse::<PaymentId>().is_err() {
            return Collected::default();
        }
        let moved = Cents::checked_sum(RECEIVED_IN.into_iter().map(|account| self.effect(account)));
        let moved = moved.unwrap_or(Cents::ZERO);
        if self.refund.is_none() && moved.is_positive() {
            Collected { gross: moved, back: Cents::ZERO }
        } else {
            Collected { gross: Cents::ZERO, back: moved.negated() }
        }
    }
}

/// Where money of patients is when it was received.
const RECEIVED_IN: [Account; 4] =
    [Account::ProcessorClearing, Account::DisputedFunds, Account::Bank, Account::CashDrawer];

/// What was collected.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Collected {
    /// What was received, whatever became of it.
    pub gross: Cents,
    /// What of it went back: refunds that went through, bank debits that were returned, disputes that were lost. Below
    /// zero where a refund that had gone through came back.
    pub back: Cents,
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn entry(postings: &[Posting]) -> Result<Option<JournalEntry>, Unbalanced> {
        let source = ("inv_x".to_owned(), 1);
        let patient = PatientId::new(Uuid::nil());
        JournalEntry::balanced(source, &DateTime::UNIX_EPOCH, Some(patient), Currency::Usd, postings)
    }

    #[test]
    fn what_does_not_balance_is_no_entry() {
        let one = Cents::new(1);
        assert_eq!(entry(&[Posting::debit(Account::Bank, one)]), Err(Unbalanced::NotZero));
        let most = Cents::new(i64::MAX);
        let twice = [Posting::debit(Account::Bank, most), Posting::debit(Account::Bank, one)];
        assert_eq!(entry(&twice), Err(Unbalanced::Overflow));
        assert_eq!(entry(&[]), Ok(None), "nothing moved, nothing booked");
    }

    #[test]
    fn people_read_what_an_account_is() {
        assert_eq!(Account::PatientReceivable.words(), "Owed by the patient");
    }

    #[test]
    fn an_entry_says_what_it_does_to_each_account() {
        let booked = entry(&[
            Posting::debit(Account::Bank, Cents::new(300)),
            Posting::credit(Account::PatientReceivable, Cents::new(200)),
            Posting::credit(Account::PatientCredit, Cents::new(100)),
        ]);
        let booked = booked.unwrap().unwrap();
        assert_eq!(booked.postings().len(), 3);
        for (account, cents) in [
            (Account::Bank, 300),
            (Account::PatientReceivable, -200),
            (Account::PatientCredit, -100),
            (Account::CashDrawer, 0),
        ] {
            assert_eq!(booked.effect(account).get(), cents, "{account:?}");
        }
    }

    /// A payment's entry on what it received in, against the patient's credit.
    fn of_payment(account: Account, cents: i64) -> JournalEntry {
        let source = (PaymentId::new(Uuid::nil()).to_string(), 1);
        let postings = [
            Posting::debit(account, Cents::new(cents)),
            Posting::credit(Account::PatientCredit, Cents::new(cents)),
        ];
        let at = DateTime::UNIX_EPOCH;
        JournalEntry::balanced(source, &at, None, Currency::Usd, &postings).unwrap().unwrap()
    }

    #[test]
    fn what_comes_in_is_gross_and_what_goes_back_is_not_taken_off_it() {
        let collected = |entry: &JournalEntry| {
            let Collected { gross, back } = entry.collected();
            (gross.get(), back.get())
        };
        for account in [Account::ProcessorClearing, Account::CashDrawer, Account::Bank] {
            assert_eq!(collected(&of_payment(account, 500)), (500, 0), "{account:?}");
            assert_eq!(collected(&of_payment(account, -500)), (0, 500), "{account:?}");
        }
        let refund = Some(RefundId::new(Uuid::nil()));
        let came_back = of_payment(Account::ProcessorClearing, 500).of_refund(refund);
        assert_eq!(collected(&came_back), (0, -500), "a refund that failed is not received anew");
        let reserved = of_payment(Account::RefundsInFlight, -500).of_refund(refund);
        assert_eq!(collected(&reserved), (0, 0), "until it is through");
        let payout = entry(&[
            Posting::debit(Account::Bank, Cents::new(300)),
            Posting::credit(Account::ProcessorClearing, Cents::new(310)),
            Posting::debit(Account::ProcessorFees, Cents::new(10)),
        ]);
        assert_eq!(collected(&payout.unwrap().unwrap()), (0, 0), "what a payout moves was collected before");
    }

    #[test]
    fn what_is_held_for_a_dispute_is_still_collected() {
        let held = [
            Posting::debit(Account::DisputedFunds, Cents::new(500)),
            Posting::credit(Account::ProcessorClearing, Cents::new(500)),
        ];
        let source = (PaymentId::new(Uuid::nil()).to_string(), 2);
        let at = DateTime::UNIX_EPOCH;
        let held = JournalEntry::balanced(source, &at, None, Currency::Usd, &held).unwrap().unwrap();
        assert_eq!(held.collected(), Collected::default());
        assert_eq!(
            of_payment(Account::DisputedFunds, -500).collected().back.get(),
            500,
            "once it is lost it is not"
        );
    }

    #[test]
    fn an_entry_is_of_the_practices_date() {
        let at: DateTime<Utc> = "2026-12-01T04:30:00Z".parse().unwrap();
        let postings =
            [Posting::debit(Account::Bank, Cents::new(1)), Posting::credit(Account::Charges, Cents::new(1))];
        let there = at.with_timezone(&chrono_tz::America::New_York);
        let booked = JournalEntry::balanced(("inv_x".to_owned(), 1), &there, None, Currency::Usd, &postings);
        let booked = booked.unwrap().unwrap();
        assert_eq!((booked.at, booked.on.to_string()), (at, "2026-11-30".to_owned()));
    }

    proptest! {
        #[test]
        fn an_entry_sums_to_zero_with_one_posting_an_account(moves in proptest::collection::vec((0_usize..4, 0_usize..4, -9_999_999_i64..9_999_999), 0..20)) {
            let accounts = [Account::PatientReceivable, Account::PatientCredit, Account::CashDrawer, Account::Charges];
            let postings: Vec<Posting> = moves.iter().flat_map(|(from, to, cents)| {
                let cents = Cents::new(*cents);
                [Posting::debit(accounts[*to], cents), Posting::credit(accounts[*from], cents)]
            }).collect();
            if let Some(entry) = entry(&postings).unwrap() {
                prop_assert_eq!(Cents::checked_sum(entry.postings().iter().map(|p| p.cents)), Some(Cents::ZERO));
                let mut seen: Vec<Account> = entry.postings().iter().map(|p| p.account).collect();
                seen.dedup();
                prop_assert_eq!(seen.len(), entry.postings().len());
                prop_assert!(entry.postings().iter().all(|p| !p.cents.is_zero()));
            }
        }
    }
}

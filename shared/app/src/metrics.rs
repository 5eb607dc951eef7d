//! The cards: what was collected, what is outstanding, and how many there are in every status. One batch read of the
//! counters, which every commit changes with what it does: exact after every command that was answered.

use std::collections::BTreeMap;

use chrono::{Datelike, Months, NaiveDate};
use paywell_domain::{Cents, Currency, InvoiceStatus, PaymentStatus, SetStatus};
use paywell_store::{PARTLY_PAID, Tally};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{App, AppError, Context};

/// How many months the trend has, this one included.
const TREND_MONTHS: u32 = 12;

/// How many, and how much.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Metric {
    /// How many.
    pub count: i64,
    /// Their amounts (payments) or balances (invoices, sets).
    pub amount: String,
}

/// What was collected in a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CollectedIn {
    /// What was received, by the processor and at the desk, whatever became of it.
    pub gross: String,
    /// What of that went back: refunds that went through, bank debits that were returned, disputes that were lost. Below
    /// zero where a refund of an earlier month did not arrive and came back.
    pub refunds_and_reversals: String,
    /// What is left.
    pub net: String,
}

/// What was collected in a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MonthCollected {
    /// The month, such as `2026-06`: of the practice's dates on which it was booked.
    pub month: String,
    /// What was collected.
    #[serde(flatten)]
    pub collected: CollectedIn,
}

/// Total collected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TotalCollected {
    /// Since the practice began.
    #[serde(flatten)]
    pub all_time: CollectedIn,
    /// The last twelve months, the current one last; a month in which nothing moved is there with zeros.
    pub months: Vec<MonthCollected>,
}

/// What is still to come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Outstanding {
    /// Payments that are pending, processing or drafts. Failed ones are not outstanding.
    pub payments: Metric,
    /// Open invoices, with what is left of them.
    pub invoices: Metric,
}

/// A practice's cards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Metrics {
    /// The currency of every amount.
    pub currency: Currency,
    /// Total collected, gross and net, with the trend.
    pub collected: TotalCollected,
    /// What is still to come.
    pub outstanding: Outstanding,
    /// By stored status. `overdue` depends on the day and is stored nowhere: overdue and partly paid invoices are `open`
    /// here, and `GET /v1/invoices?status=overdue` lists those that are overdue today.
    pub invoices: BTreeMap<String, Metric>,
    /// The open invoices of which a part is paid, overdue or not.
    pub partly_paid_invoices: Metric,
    /// By status.
    pub payments: BTreeMap<String, Metric>,
    /// By status: the cards failed, expired, paused and will fail are among them. `will_fail` counts the active sets whose
    /// next step is predicted to fail; what only time changes shows with the nightly look.
    pub invoice_sets: BTreeMap<String, Metric>,
}

impl App {
    /// The practice's cards: the settings, where they are not remembered, and one batch.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn metrics(&self, cx: &Context) -> Result<Metrics, AppError> {
        let practice = self.settings(cx).await?;
        let months = trend(practice.today(cx.now()));
        let first = months.first().map_or(0, Datelike::year);
        let last = months.last().map_or(0, Datelike::year);
        let tally = self.store.counters(cx.practice(), first..=last).await?;
        let table = |kind: &str, names: &[&str]| {
            names.iter().map(|name| ((*name).to_owned(), metric(&tally, &[(kind, name)]))).collect()
        };
        let shown = |status: &InvoiceStatus| *status != InvoiceStatus::Deleted;
        let invoices: Vec<_> = InvoiceStatus::ALL.iter().filter(|s| shown(s)).map(|s| s.name()).collect();
        let to_come = [PaymentStatus::Pending, PaymentStatus::Processing, PaymentStatus::Draft];
        Ok(Metrics {
            currency: practice.currency,
            collected: TotalCollected {
                all_time: collected(&tally, ""),
                months: months.iter().map(|first| month(&tally, *first)).collect(),
            },
            outstanding: Outstanding {
                payments: metric(&tally, &to_come.map(|status| ("payment", status.name()))),
                invoices: metric(&tally, &[("invoice", InvoiceStatus::Open.name())]),
            },
            invoices: table("invoice", &invoices),
            partly_paid_invoices: metric(&tally, &[("invoice", PARTLY_PAID)]),
            payments: table("payment", &PaymentStatus::ALL.map(PaymentStatus::name)),
            invoice_sets: table("set", &SetStatus::ALL.map(SetStatus::name)),
        })
    }
}

/// The first days of the months that the trend shows on a day of the practice, oldest first.
fn trend(today: NaiveDate) -> Vec<NaiveDate> {
    let this = today.with_day(1).unwrap_or(today);
    (0..TREND_MONTHS).rev().filter_map(|before| this.checked_sub_months(Months::new(before))).collect()
}

fn month(tally: &Tally, first: NaiveDate) -> MonthCollected {
    let month = first.format("%Y-%m").to_string();
    let collected = collected(tally, &format!("_{month}"));
    MonthCollected { month, collected }
}

fn collected(tally: &Tally, of: &str) -> CollectedIn {
    let (gross, back) = (tally.get(&format!("gross{of}_cents")), tally.get(&format!("back{of}_cents")));
    let show = |cents| Cents::new(cents).to_string();
    CollectedIn {
        gross: show(gross),
        refunds_and_reversals: show(back),
        net: show(gross.saturating_sub(back)),
    }
}

/// What several statuses come to.
fn metric(tally: &Tally, of: &[(&str, &str)]) -> Metric {
    let sum = |unit| {
        let counters = of.iter().map(|(kind, status)| tally.get(&format!("{kind}_{status}_{unit}")));
        counters.fold(0_i64, i64::saturating_add)
    };
    Metric { count: sum("n"), amount: Cents::new(sum("cents")).to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trend_is_the_last_twelve_months_with_this_one() {
        for (today, first, last) in [
            ("2026-06-01", "2025-07-01", "2026-06-01"),
            ("2026-12-31", "2026-01-01", "2026-12-01"),
            ("2028-02-29", "2027-03-01", "2028-02-01"),
        ] {
            let months = trend(today.parse().unwrap());
            assert_eq!(months.len(), 12);
            assert_eq!((months[0].to_string(), months[11].to_string()), (first.to_owned(), last.to_owned()));
        }
    }
}

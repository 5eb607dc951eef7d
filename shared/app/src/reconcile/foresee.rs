//! Invoice sets whose next step comes soon are foreseen anew: time alone may have changed what is said of them.

use chrono::{DateTime, Days, NaiveDate, Utc};
use paywell_domain::{PatientId, SetStatus};
use paywell_store::{Direction, Filters, Key, ListQuery, Page, SetRow, Sort, Span, StatusPart};

use super::Pass;
use crate::{App, AppError, Context};

/// How many days before its next step a set is looked at each night.
const DAYS_BEFORE: Days = Days::new(7);

/// How many sets are read at a time.
const PAGE: usize = 100;

impl App {
    /// Goes through what is due soon, of all practices, the soonest first: what a run leaves has come nearer when the next
    /// one begins. Half of the time that is left is for what comes after it.
    pub(super) async fn foresee_soon(&self, pass: &mut Pass<'_>) {
        let now = (pass.clock)();
        let until = now + (pass.deadline - now) / 2;
        let practices = match self.store.practices().await {
            Ok(practices) => practices,
            Err(error) => return pass.failed("the practices cannot be read", &error.into()),
        };
        for practice in practices {
            let cx = pass.context(practice);
            if let Err(error) = self.foresee_practice(&cx, until, pass).await {
                pass.failed(&format!("invoice sets of {}", cx.practice()), &error);
            }
        }
    }

    async fn foresee_practice(
        &self,
        cx: &Context,
        until: DateTime<Utc>,
        pass: &mut Pass<'_>,
    ) -> Result<(), AppError> {
        // Rows are shown by the day in UTC.
        let before = cx.now().date_naive() + DAYS_BEFORE;
        let mut from = None;
        loop {
            let page: Page<SetRow> = self.store.list(cx.practice(), &due_before(before, from)).await?;
            for row in &page.rows {
                pass.run.cut_off |= (pass.clock)() >= until;
                if pass.run.cut_off {
                    return Ok(());
                }
                pass.run.foreseen += 1;
                match self.foresee_again(cx, row.id.patient).await {
                    Ok(changed) => pass.run.sets_changed += changed,
                    Err(error) => pass.failed(&format!("{} of {}", row.id, cx.practice()), &error),
                }
            }
            let Some(next) = page.next else { return Ok(()) };
            from = Some((next, Direction::Next));
        }
    }

    /// Writes only where the set stands otherwise now: one, or none.
    async fn foresee_again(&self, cx: &Context, patient: PatientId) -> Result<u32, AppError> {
        let keys = [Key::invoice_set(cx.practice(), patient), Key::patient(cx.practice(), patient)];
        self.change(cx, keys, async |work| work.foresee_sets(&[patient], &[]).await).await
    }
}

fn due_before(before: NaiveDate, from: Option<(String, Direction)>) -> ListQuery {
    let chased = [SetStatus::Active, SetStatus::WillFail];
    ListQuery {
        filters: Filters { due: Span { from: None, before: Some(before) }, ..Filters::default() },
        statuses: chased.map(|status| vec![StatusPart::all_of(status.name())]).to_vec(),
        sort: Sort::Due,
        descending: false,
        from,
        limit: PAGE,
    }
}

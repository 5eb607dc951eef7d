//! The practice as its owner wants it.

use paywell_domain::{
    Cents, Decision, Practice, Refusal, RuleSet, RuleSetId,
    appointment::CopayRule,
    practice::{Calendar, Logo},
    rule_set::RuleSets,
};
use paywell_store::{Answer, Commit, Key};

use crate::{
    App, AppError, Context,
    command::{answer, require_version},
    ids,
    requests::practice::EditPractice,
    views::practice::PracticeView,
};

/// What the processor charges at least (<https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts>).
pub(crate) const LEAST_CHARGE: Cents = Cents::new(50);

/// The most days after the due date on which chasing begins.
const MAX_CHASE_AFTER: u16 = 365;

/// The most that a practice's outreach may do on a day.
const MAX_A_DAY: u32 = 100_000;

impl App {
    /// Sets a practice up with the rule sets that it starts with: `practice.rule_set` is the first of them, which new sets
    /// follow.
    ///
    /// # Errors
    /// It is set up already.
    pub async fn create_practice(&self, cx: &Context, practice: Practice) -> Result<(), AppError> {
        let new_id = || RuleSetId::new(ids::new(cx.now()));
        let first = RuleSet::standard(practice.rule_set).map_err(AppError::internal)?;
        let others = [RuleSet::mail_and_text(new_id()), RuleSet::final_notice(new_id())];
        let mut list = RuleSets::starting_with(practice.id.clone(), &first).create();
        let mut commit = Commit::new(&cx.by, Some(practice.time_zone));
        commit.create(practice.create())?;
        commit.create(first.create()?)?;
        for other in others {
            let other = other.map_err(AppError::internal)?;
            let added = list.state.add(&other)?;
            list = Decision { events: [list.events, added.events].concat(), ..added };
            commit.create(other.create()?)?;
        }
        commit.create(list)?;
        Ok(self.store.commit(commit).await?)
    }

    /// The practice as patients see it.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn practice_settings(&self, cx: &Context) -> Result<PracticeView, AppError> {
        let loaded = self.store.load([Key::practice(cx.practice()), Key::logo(cx.practice())]).await?;
        let stored = loaded.get::<Practice>(cx.practice(), ())?;
        let stored = stored.ok_or_else(|| AppError::internal("the practice is not set up"))?;
        Ok(PracticeView::of(&stored, loaded.logo(cx.practice()).as_ref()))
    }

    /// Changes how the practice shows itself to patients and how it chases, of the version that the caller read.
    ///
    /// # Errors
    /// It was changed meanwhile; a part payment of less than the processor charges; a rule set that starts no sets.
    pub async fn edit_practice(
        &self,
        cx: &Context,
        version: u64,
        edit: EditPractice,
    ) -> Result<Answer, AppError> {
        let rule_sets = edit.rule_set_id.map(|_| Key::rule_sets(cx.practice()));
        self.command(cx, [Key::logo(cx.practice())].into_iter().chain(rule_sets), async |work| {
            let stored = work.need::<Practice>((), "practice")?;
            let before: Option<Logo> = work.loaded().logo(cx.practice());
            require_version(&stored, version, &PracticeView::of(&stored, before.as_ref()))?;
            let logo = edit.logo.clone().unwrap_or_else(|| before.clone());
            let new_logo = logo != before;
            let mut wanted = edited(&stored.state, &edit)?;
            if let Some(id) = edit.rule_set_id {
                let (kept, rule_sets) = work.rule_sets().await?;
                wanted.rule_set_version = rule_sets.choose(id, "/rule_set_id")?;
                wanted.rule_set = id;
                // It may be archived meanwhile.
                kept.iter().for_each(|kept| work.commit.require_unchanged(kept));
            }
            let decision = stored.state.present(wanted, new_logo);
            let edited = work.commit.update(&stored, decision)?;
            if new_logo {
                work.commit.logo(logo.as_ref());
            }
            answer(200, &PracticeView::of(&edited, logo.as_ref()), edited.version)
        })
        .await
    }
}

fn edited(practice: &Practice, edit: &EditPractice) -> Result<Practice, Refusal> {
    let mut edited = practice.clone();
    edited.name = edit.name.clone().unwrap_or(edited.name);
    edited.phone = edit.phone.clone().unwrap_or(edited.phone);
    edited.identity_check = edit.identity_check.unwrap_or(edited.identity_check);
    edited.outreach.stopped = edit.outreach_stopped.unwrap_or(edited.outreach.stopped);
    edited.outreach.most_a_day = edit.outreach_most_a_day.unwrap_or(edited.outreach.most_a_day);
    if !(1..=MAX_A_DAY).contains(&edited.outreach.most_a_day) {
        let detail = format!("expected 1 to {MAX_A_DAY}");
        return Err(Refusal::field("/outreach_most_a_day", detail));
    }
    edited.chase_after_days = edit.chase_after_days.unwrap_or(edited.chase_after_days);
    if edited.chase_after_days > MAX_CHASE_AFTER {
        let detail = format!("expected 0 to {MAX_CHASE_AFTER} days after the due date");
        return Err(Refusal::field("/chase_after_days", detail));
    }
    let calendar = &practice.calendar;
    edited.calendar = Calendar::new(
        edit.closed_on.clone().unwrap_or_else(|| calendar.closed_on().to_vec()),
        edit.holidays.clone().unwrap_or_else(|| calendar.holidays().to_vec()),
        edit.quiet_on_holidays.unwrap_or(calendar.quiet_on_holidays()),
    )?;
    if let Some(copays) = edit.copays {
        edited.copays = CopayRule::new(copays.collect, copays.days_before)?;
    }
    let page = &mut edited.pay_page;
    page.colour = edit.colour.unwrap_or(page.colour);
    page.part_from = edit.part_payment_from.unwrap_or(page.part_from);
    page.language = edit.language.unwrap_or(page.language);
    if page.part_from.is_some_and(|least| least.cents() < LEAST_CHARGE) {
        let detail = format!("expected at least {LEAST_CHARGE}, which is the least that can be charged");
        return Err(Refusal::field("/part_payment_from", detail));
    }
    Ok(edited)
}

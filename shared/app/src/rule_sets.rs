//! Rule sets: what is sent when, in versions of which the newest starts new invoice sets.

use chrono::{DateTime, Days, Utc};
use paywell_domain::{
    Decision, Patient, PatientId, Practice, RuleSet, RuleSetId,
    invoice_set::Problem,
    recipient::Recipient,
    rule_set::{ListedRuleSet, Method, RuleSets, Step},
};
use paywell_store::{Answer, Key, Stored};

use crate::{
    App, AppError, Context, Work,
    command::{answer, created},
    ids,
    mail::Ways,
    messages::Message,
    outreach::task_words,
    requests::rule_sets::WriteRuleSet,
    views::rule_sets::{RuleSetList, RuleSetListItem, RuleSetPreview, RuleSetView, StepPreview},
};

/// Where a preview's link stands.
const NO_LINK: &str = "…";

impl App {
    /// The practice's rule sets: all, or only those that are archived, or not.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn rule_sets(&self, cx: &Context, archived: Option<bool>) -> Result<RuleSetList, AppError> {
        self.look(cx, [Key::rule_sets(cx.practice())], async |work| {
            let practice = work.practice()?;
            let (_, list) = work.rule_sets().await?;
            let wanted =
                list.rule_sets.iter().filter(|listed| archived.is_none_or(|is| listed.archived == is));
            Ok(RuleSetList { items: wanted.map(|listed| RuleSetListItem::of(listed, &practice)).collect() })
        })
        .await
    }

    /// A rule set in a version, or in its newest.
    ///
    /// # Errors
    /// There is no such rule set, or no such version of it.
    pub async fn rule_set(
        &self,
        cx: &Context,
        id: RuleSetId,
        version: Option<u32>,
    ) -> Result<RuleSetView, AppError> {
        self.look(cx, [Key::rule_sets(cx.practice())], async |work| {
            let (_, list) = work.rule_sets().await?;
            let (listed, rules) = work.rule_set(&list, id, version).await?;
            Ok(RuleSetView::of(&rules, &listed, &work.practice()?))
        })
        .await
    }

    /// What a patient would be sent by a rule set, if chasing began tomorrow.
    ///
    /// # Errors
    /// There is no such rule set, version of it, or patient.
    pub async fn preview_rule_set(
        &self,
        cx: &Context,
        id: RuleSetId,
        version: Option<u32>,
        patient: PatientId,
    ) -> Result<RuleSetPreview, AppError> {
        let keys = [Key::rule_sets(cx.practice()), Key::patient(cx.practice(), patient)];
        self.look(cx, keys, async |work| {
            let practice = work.practice()?;
            let patient = work.need::<Patient>(patient, "patient")?.state;
            let (_, list) = work.rule_sets().await?;
            let (_, rules) = work.rule_set(&list, id, version).await?;
            let recipient = work.load_recipient(&patient).await?;
            let (times, expires_at) = rules.planned(&recipient, practice.today(cx.now()) + Days::new(1));
            let methods = work.methods_charged(&rules, patient.id).await?;
            let preview = |(step, at): (&Step, DateTime<Utc>)| {
                let way = step.way(&recipient, methods.as_ref(), None, practice.today(at));
                self.preview_step(&practice, &recipient, (step, at), way)
            };
            let steps = rules.steps.iter().zip(times);
            Ok(RuleSetPreview {
                rule_set_id: rules.id.to_string(),
                version: rules.version,
                time_zone: recipient.zone.name().to_owned(),
                language: recipient.language,
                steps: steps.map(preview).collect(),
                expires_at,
            })
        })
        .await
    }

    /// A step as it will be done at an instant by the method that is left, with what stands against its own.
    fn preview_step(
        &self,
        practice: &Practice,
        recipient: &Recipient,
        (step, at): (&Step, DateTime<Utc>),
        (by, problem): (Option<Method>, Option<Problem>),
    ) -> StepPreview {
        let method = by.unwrap_or(step.method);
        let preview = StepPreview {
            method,
            at,
            first_name: recipient.first_name.to_string(),
            address: None,
            problem: problem.map(|problem| problem.reason),
            subject: None,
            text: None,
        };
        if by.is_some_and(Method::is_task) {
            let words = task_words(practice, recipient, step, method);
            return StepPreview { subject: Some(words.title), text: Some(words.message), ..preview };
        }
        let channel = by.and_then(Method::channel);
        let Some(reach) = channel.and_then(|channel| recipient.by(channel).ok()) else { return preview };
        let ways = Ways { now: NO_LINK, portal: &self.portal_url(&practice.id) };
        let (subject, text) = Message::step(practice, recipient, reach, step, &ways, at).shown();
        StepPreview { address: Some(reach.as_str().to_owned()), subject, text: Some(text), ..preview }
    }

    /// Makes a rule set.
    ///
    /// # Errors
    /// It cannot be one; the practice has too many.
    pub async fn create_rule_set(&self, cx: &Context, new: WriteRuleSet) -> Result<Answer, AppError> {
        let id = RuleSetId::new(ids::new(cx.now()));
        self.command(cx, [Key::rule_sets(cx.practice())], async |work| {
            let rules = new.clone().version(id, 1);
            let (kept, list) = work.rule_sets().await?;
            let list = work.keep_rule_sets(kept.as_ref(), list.add(&rules)?)?;
            let made = work.commit.create(rules.create()?)?.state;
            let listed = list.find(id).ok_or_else(|| AppError::internal("a rule set that is not listed"))?;
            let view = RuleSetView::of(&made, listed, &work.practice()?);
            created(&view, format!("/v1/rule-sets/{id}"))
        })
        .await
    }

    /// Makes a rule set's next version, of the version that the caller read. Sets that run keep theirs; where the practice's
    /// new sets follow the rule set, they follow the new version.
    ///
    /// # Errors
    /// There is no such rule set; it was changed meanwhile; it cannot be one.
    pub async fn revise_rule_set(
        &self,
        cx: &Context,
        id: RuleSetId,
        version: u64,
        new: WriteRuleSet,
    ) -> Result<Answer, AppError> {
        self.command(cx, [Key::rule_sets(cx.practice())], async |work| {
            let (kept, list) = work.rule_sets().await?;
            let (listed, present) = work.rule_set(&list, id, None).await?;
            let practice = work.need::<Practice>((), "practice")?;
            let view = RuleSetView::of(&present, &listed, &practice.state);
            if u64::from(present.version) != version {
                let current = serde_json::to_value(view)?;
                return Err(AppError::Stale { current_version: present.version.into(), current });
            }
            let rules = new.clone().version(id, present.version.saturating_add(1));
            let list = work.keep_rule_sets(kept.as_ref(), list.revise(&rules))?;
            let made = work.commit.create(rules.create()?)?.state;
            if practice.state.rule_set == id {
                let followed = Practice { rule_set_version: made.version, ..practice.state.clone() };
                work.commit.update(&practice, practice.state.present(followed, false))?;
            }
            let listed = list.find(id).cloned().unwrap_or(listed);
            answer(200, &RuleSetView::of(&made, &listed, &practice.state), made.version.into())
        })
        .await
    }

    /// Lets a rule set start no new set any more, or again.
    ///
    /// # Errors
    /// There is no such rule set; it is the one that new sets follow.
    pub async fn archive_rule_set(
        &self,
        cx: &Context,
        id: RuleSetId,
        archived: bool,
    ) -> Result<Answer, AppError> {
        self.command(cx, [Key::rule_sets(cx.practice())], async |work| {
            let (kept, list) = work.rule_sets().await?;
            let (listed, rules) = work.rule_set(&list, id, None).await?;
            let practice = work.need::<Practice>((), "practice")?;
            let decision = if archived {
                // It may be chosen meanwhile.
                work.commit.require_unchanged(&practice);
                list.archive(&listed, practice.state.rule_set)?
            } else {
                list.restore(&listed)
            };
            let list = work.keep_rule_sets(kept.as_ref(), decision)?;
            let listed = list.find(id).cloned().unwrap_or(listed);
            answer(200, &RuleSetView::of(&rules, &listed, &practice.state), rules.version.into())
        })
        .await
    }
}

impl Work<'_> {
    /// The practice's rule sets, after a load of [`Key::rule_sets`]: as they are kept, and as they are. A practice of before
    /// they were listed has one.
    pub(crate) async fn rule_sets(&mut self) -> Result<(Option<Stored<RuleSets>>, RuleSets), AppError> {
        if let Some(kept) = self.find::<RuleSets>(())? {
            let list = kept.state.clone();
            return Ok((Some(kept), list));
        }
        let practice = self.practice()?;
        let (id, version) = (practice.rule_set, practice.rule_set_version);
        self.load([Key::rule_set(&practice.id, id, version)]).await?;
        let only = self.need::<RuleSet>((id, version), "rule set")?.state;
        Ok((None, RuleSets::starting_with(practice.id, &only)))
    }

    /// A rule set of the list in a version, or in its newest.
    pub(crate) async fn rule_set(
        &mut self,
        list: &RuleSets,
        id: RuleSetId,
        version: Option<u32>,
    ) -> Result<(ListedRuleSet, RuleSet), AppError> {
        let listed = list.find(id).ok_or(AppError::NotFound("rule set"))?.clone();
        let version = version.unwrap_or(listed.version);
        let practice = self.practice_id().clone();
        self.load([Key::rule_set(&practice, id, version)]).await?;
        let rules = self.need::<RuleSet>((id, version), "version of the rule set")?.state;
        Ok((listed, rules))
    }

    fn keep_rule_sets(
        &mut self,
        kept: Option<&Stored<RuleSets>>,
        decision: Decision<RuleSets>,
    ) -> Result<RuleSets, AppError> {
        if decision.events.is_empty() {
            return Ok(decision.state);
        }
        let stored = match kept {
            Some(kept) => self.commit.update(kept, decision)?,
            None => self.commit.create(decision)?,
        };
        Ok(stored.state)
    }
}

//! One due set: what is to be done is decided and claimed in one commit, and what became of it is noted.

use std::{cell::Cell, sync::Arc};

use chrono::{DateTime, NaiveDate, Utc};
use paywell_domain::{
    InvoiceSet, Link, LinkId, Patient, Practice, RuleSet, SetId,
    invoice_set::{Due, Instead},
    link::{LinkFor, Token},
    payment::MAX_ALLOCATIONS,
    recipient::{Channel, Recipient},
    rule_set::Method,
};
use paywell_store::{Commit, CommitError, Due as Waiting, Key, Loaded, Stored};

use super::{Run, Running, charges::Payer, instead_of, task_words};
use crate::{
    App, AppError, Context, Work, ids,
    mail::Ways,
    messages::{About, Message, Outcome, Subject},
    standings::{contact_keys, standings},
};

/// A set as a commit leaves it, with the message that is claimed by that.
pub(crate) struct Done {
    pub(crate) set: Stored<InvoiceSet>,
    pub(crate) claimed: Option<Claimed>,
}

/// A message that was claimed, and is to be sent by whoever claimed it.
pub(crate) struct Claimed {
    step: u16,
    /// The method of the step that was tried before, in vain.
    tried: Option<Method>,
    pub(super) message: Message,
    /// What follows where the provider refuses it.
    instead: Instead,
}

/// What is known of a due set.
pub(super) struct Known {
    pub(super) practice: Practice,
    pub(super) set: Stored<InvoiceSet>,
    pub(super) patient: Stored<Patient>,
    pub(super) rules: Arc<RuleSet>,
    pub(super) recipient: Recipient,
}

/// What is read of a due set first.
pub(super) fn keys_of(due: &Waiting<SetId>, day: NaiveDate) -> [Key; 5] {
    let (practice, patient) = (&due.practice, due.id.patient);
    [
        Key::practice(practice),
        Key::sends(practice, day),
        Key::invoice_set(practice, patient),
        Key::patient(practice, patient),
        Key::payment_plan(practice, patient),
    ]
}

impl Known {
    /// By which channel a message will go, if one is due.
    pub(super) fn outlook(&self, now: DateTime<Utc>) -> Option<Channel> {
        match self.set.state.due(&self.rules, &self.recipient, now) {
            Due::Send(_, reach) => Some(reach.channel()),
            _ => None,
        }
    }
}

impl Running<'_> {
    /// What is read of a due set next: how the contacts stand, and the rules it follows, unless they are known.
    pub(super) async fn further_keys(
        &self,
        due: &Waiting<SetId>,
        loaded: &Loaded,
    ) -> Result<Vec<Key>, AppError> {
        let (practice, id, mut keys) = (&due.practice, due.id.patient, Vec::new());
        if let Some(patient) = loaded.get::<Patient>(practice, id)? {
            keys.extend(contact_keys(practice, &patient.state));
        }
        if let Some(set) = loaded.get::<InvoiceSet>(practice, id)? {
            let rules = (practice.clone(), set.state.rule_set, set.state.rule_set_version);
            if !self.rules.lock().await.contains_key(&rules) {
                keys.push(Key::rule_set(practice, rules.1, rules.2));
            }
        }
        Ok(keys)
    }

    /// What is known of a due set by what was read.
    pub(super) async fn known(&self, due: &Waiting<SetId>, loaded: &Loaded) -> Result<Known, AppError> {
        let (practice, id) = (&due.practice, due.id.patient);
        let set = loaded.get::<InvoiceSet>(practice, id)?.ok_or(AppError::NotFound("invoice set"))?;
        let patient = loaded.get::<Patient>(practice, id)?.ok_or(AppError::NotFound("patient"))?;
        let key = (practice.clone(), set.state.rule_set, set.state.rule_set_version);
        let mut rules = self.rules.lock().await;
        let rules = match rules.get(&key) {
            Some(rules) => rules.clone(),
            None => {
                let read = loaded.get::<RuleSet>(practice, (key.1, key.2))?;
                let read = Arc::new(read.ok_or(AppError::NotFound("rule set"))?.state);
                rules.entry(key).or_insert(read).clone()
            }
        };
        let standings = standings(loaded, practice, &patient.state)?;
        let practice = loaded.get::<Practice>(practice, ())?.ok_or(AppError::NotFound("practice"))?.state;
        let recipient = Recipient::of(&patient.state, &practice, &standings);
        Ok(Known { practice, set, patient, rules, recipient })
    }

    /// Decides and claims in one commit; after that nobody else sends this step. It decides on what was read; where any of
    /// that has changed, on what it is now.
    pub(super) async fn claim(
        &self,
        cx: &Context,
        due: &Waiting<SetId>,
        known: Known,
        loaded: &Loaded,
    ) -> Result<(Run, Option<Done>), AppError> {
        let keys = keys_of(due, cx.now().date_naive());
        let mut read = keys.to_vec();
        read.extend(contact_keys(&due.practice, &known.patient.state));
        read.push(Key::rule_set(&due.practice, known.rules.id, known.rules.version));
        let (read, known) = (loaded.part(&read), Cell::new(Some(known)));
        let link = LinkId::new(ids::new(cx.now()));
        self.app
            .change_from(cx, Some(read), keys, async |work| {
                let known = match known.take() {
                    Some(known) => known,
                    None => {
                        work.load(self.further_keys(due, work.loaded()).await?).await?;
                        self.known(due, work.loaded()).await?
                    }
                };
                self.decide(work, known, link).await
            })
            .await
    }

    async fn decide(
        &self,
        work: &mut Work<'_>,
        known: Known,
        link: LinkId,
    ) -> Result<(Run, Option<Done>), AppError> {
        let mut run = Run::default();
        if work.hold_for_plan(&known.set)? {
            run.changed += 1;
            return Ok((run, None));
        }
        let due = known.set.state.due(&known.rules, &known.recipient, work.now());
        if let Due::Send(_, reach) = &due
            && self.invocation.is_down(reach.channel())
        {
            run.postponed += 1;
            return Ok((run, None));
        }
        let done = self.app.carry_out(work, &known, due, link, &mut run).await?;
        Ok((run, Some(done)))
    }
}

impl App {
    /// Writes what is done of a set that is due.
    pub(super) async fn carry_out(
        &self,
        work: &mut Work<'_>,
        known: &Known,
        due: Due<'_>,
        link: LinkId,
        run: &mut Run,
    ) -> Result<Done, AppError> {
        let (Known { practice, set, patient, rules, recipient }, now) = (known, work.now());
        let methods = work.methods_charged(rules, patient.state.id).await?;
        let foreseen = |decision| InvoiceSet::foreseen(decision, rules, recipient, methods.as_ref(), now);
        let payer = Payer { practice, patient, recipient };
        let set = match due {
            Due::Nothing => {
                run.skipped += 1;
                set.clone()
            }
            Due::Change(decision) => {
                let put_off = decision.state.status == set.state.status;
                *(if put_off { &mut run.postponed } else { &mut run.changed }) += 1;
                work.commit.update(set, foreseen(*decision))?
            }
            Due::Task(step, method, undelivered) => {
                run.tasks += 1;
                let words = task_words(practice, recipient, step, method);
                let task = set.state.create_task(rules, recipient, &words, undelivered, now);
                work.commit.update(set, foreseen(task))?
            }
            Due::Autopay => self.claim_autopay(work, set, &payer, run).await?,
            Due::Charge(step) => self.claim_charge(work, set, &payer, (rules, step), run).await?,
            Due::Send(step, reach) => {
                let (number, tried) = (set.state.next_step, set.state.tried);
                let token = link_for(self, work, link, &set.state, practice)?;
                let ways = Ways { now: &self.pay_url(&token), portal: &self.portal_url(&practice.id) };
                let message = Message::step(practice, recipient, reach, step, &ways, now);
                let method = message.method();
                let claim = set.state.claim(rules, recipient, (method, link), now);
                work.require_recipient_unchanged(patient)?;
                let set = work.commit.update(set, foreseen(claim))?;
                let instead = instead_of(practice, recipient, step, method);
                let claimed = Some(Claimed { step: number, tried, message, instead });
                return Ok(Done { set, claimed });
            }
        };
        Ok(Done { set, claimed: None })
    }

    /// Sends what was claimed, and notes what became of it.
    pub(crate) async fn send_claimed(
        &self,
        cx: &Context,
        set: &Stored<InvoiceSet>,
        claimed: &Claimed,
    ) -> Result<Outcome, AppError> {
        let about = About::new(cx.practice(), Subject::Set(set.state.id, claimed.step));
        let outcome = self.send_message(&claimed.message, &about).await;
        self.note(cx, set, claimed, &outcome).await?;
        Ok(outcome)
    }

    /// Notes what became of a claimed message: on the version that was claimed; on what the set now is where it changed
    /// meanwhile, or is at another step by that and foreseen anew.
    async fn note(
        &self,
        cx: &Context,
        set: &Stored<InvoiceSet>,
        claimed: &Claimed,
        outcome: &Outcome,
    ) -> Result<(), AppError> {
        let decide = |set: &InvoiceSet| match outcome {
            Outcome::Sent(message) => set.sent(claimed.step, message.clone()),
            Outcome::Unknown => set.sending_unknown(claimed.step),
            Outcome::Failed(reason) => set.not_sent(claimed.step, reason.clone(), &claimed.instead, cx.now()),
            Outcome::Later => set.put_back(claimed.step, claimed.tried, cx.now()),
        };
        if matches!(outcome, Outcome::Sent(_) | Outcome::Unknown) {
            let mut commit = Commit::new(&cx.by, None);
            commit.update(set, decide(&set.state))?;
            match self.store.commit(commit).await {
                Err(CommitError::Conflict) => {}
                other => return Ok(other?),
            }
        }
        let patient = set.state.id.patient;
        let keys = [Key::invoice_set(cx.practice(), patient), Key::patient(cx.practice(), patient)];
        self.change(cx, keys, async |work| {
            let set = work.need::<InvoiceSet>(patient, "invoice set")?;
            let decision = work.foreseen(decide(&set.state)).await?;
            work.commit.update(&set, decision)?;
            Ok(())
        })
        .await
    }
}

fn link_for(
    app: &App,
    work: &mut Work<'_>,
    id: LinkId,
    set: &InvoiceSet,
    practice: &Practice,
) -> Result<Token, AppError> {
    let invoices = set.invoices.iter().take(MAX_ALLOCATIONS).map(|member| member.invoice).collect();
    let expires = practice.link_expiry(work.now());
    let link = Link::issue(id, set.id.patient, LinkFor::Invoices(invoices), expires)?;
    work.give_out(app, link)
}

//! The nightly run: claims what is due, sends it, notes what became of it.

mod autopay;
mod charges;
mod plans;

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use paywell_domain::{
    Actor, InvoiceSet, Link, LinkId, Patient, Practice, PracticeId, RuleSet, RuleSetId, SetId,
    invoice_set::{Due, Instead, TaskWords},
    link::LinkFor,
    payment::MAX_ALLOCATIONS,
    recipient::{Channel, Reach, Recipient},
    rule_set::{Method, Step},
};
use paywell_store::{By, Commit, CommitError, Due as Waiting, Key, Queue, Store, Stored};
use serde::Serialize;
use tokio::sync::Mutex;

use charges::Payer;

use crate::{
    App, AppError, Context, Work, ids,
    mail::{Ways, filling},
    messages::{Message, Outcome},
};

/// How many due sets are read at a time.
const PAGE: i32 = 100;

/// What a run did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Run {
    /// Sets and payment plans that the index said were due.
    pub due: u32,
    /// Messages that the provider took.
    pub sent: u32,
    /// Tasks that staff were given.
    pub tasks: u32,
    /// Charges of methods on file that were begun.
    pub charges: u32,
    /// Messages that may have been sent; they count as sent.
    pub unknown: u32,
    /// Messages refused for good, and steps whose method on file could not be charged.
    pub failed: u32,
    /// Messages put off: out of hours, or the provider not reached.
    pub postponed: u32,
    /// Sets that ended or were held instead of a message, and plans that ended.
    pub changed: u32,
    /// Sets and plans that were no longer due, or that another run took.
    pub skipped: u32,
    /// Sets that could not be handled; the next run finds them again.
    pub errors: u32,
    /// Whether the provider took no text: what goes by text is left where it is, and the next run goes on.
    pub texts_down: bool,
    /// Whether it ended before all was done, because the time was up or the provider took nothing; the next run goes on.
    pub cut_off: bool,
}

type Rules = Mutex<HashMap<(PracticeId, RuleSetId, u32), RuleSet>>;

/// A message that was claimed, and is to be sent by whoever claimed it.
struct Claimed {
    set: Stored<InvoiceSet>,
    step: u16,
    /// The method of the step that was tried before, in vain.
    tried: Option<Method>,
    message: Message,
    /// What follows where the provider refuses it.
    instead: Instead,
}

impl App {
    /// Charges what is due of payment plans, and sends what is due, of all practices, until `deadline`. `clock` is read at each decision: a run may last into
    /// the quiet hours.
    ///
    /// # Errors
    /// The index cannot be read.
    pub async fn run_outreach(
        &self,
        request: &str,
        clock: fn() -> DateTime<Utc>,
        deadline: DateTime<Utc>,
    ) -> Result<Run, AppError> {
        let (mut run, rules) = (Run::default(), Rules::default());
        self.run_plans(request, clock, deadline, &mut run).await?;
        for shard in 0..Store::queue_shards() {
            let mut after: Option<String> = None;
            loop {
                let due: Vec<Waiting<SetId>> =
                    self.store.due(Queue::Sets, shard, clock(), after.as_deref(), PAGE).await?;
                let Some(last) = due.last() else { break };
                after = Some(last.position.clone());
                for set in &due {
                    run.cut_off |= clock() >= deadline;
                    if run.cut_off {
                        return Ok(run);
                    }
                    run.due += 1;
                    if let Err(error) = self.chase(set, request, clock, &rules, &mut run).await {
                        tracing::error!(practice = %set.practice, patient = %set.id.patient, %error, "outreach");
                        run.errors += 1;
                    }
                }
            }
        }
        Ok(run)
    }

    async fn chase(
        &self,
        due: &Waiting<SetId>,
        request: &str,
        clock: fn() -> DateTime<Utc>,
        rules: &Rules,
        run: &mut Run,
    ) -> Result<(), AppError> {
        let by = By {
            practice: due.practice.clone(),
            actor: Actor::Schedule,
            request: request.to_owned(),
            now: clock(),
        };
        let cx = Context { by, command: None };
        let link = LinkId::new(ids::new(cx.now()));
        let Some(claimed) = self.claim(&cx, due, link, rules, run).await? else { return Ok(()) };
        let outcome = self.send_message(&claimed.message, ("set", &claimed.set.state.id.to_string())).await;
        match outcome {
            Outcome::Sent(_) => run.sent += 1,
            Outcome::Unknown => run.unknown += 1,
            Outcome::Failed(_) => run.failed += 1,
            // No other message would go through either: what is left waits for the next run; mail does not wait for texts.
            Outcome::Later => {
                run.postponed += 1;
                match claimed.message.channel() {
                    Channel::Email => run.cut_off = true,
                    Channel::Sms => run.texts_down = true,
                }
            }
        }
        self.note(&cx, claimed, outcome).await
    }

    /// Decides and claims in one load and one commit; after that nobody else sends this step.
    async fn claim(
        &self,
        cx: &Context,
        due: &Waiting<SetId>,
        link: LinkId,
        rules: &Rules,
        run: &mut Run,
    ) -> Result<Option<Claimed>, AppError> {
        let (id, of) = (cx.practice(), due.id.patient);
        let keys = [Key::invoice_set(id, of), Key::patient(id, of), Key::payment_plan(id, of)];
        let counts = Mutex::new(&mut *run);
        self.change(cx, keys, async |work| {
            let practice = work.practice()?;
            let set = work.need::<InvoiceSet>(of, "invoice set")?;
            let patient = work.need::<Patient>(of, "patient")?;
            let found = work.followed(&set.state, rules).await?;
            let recipient = Recipient::of(&patient.state, &practice);
            let mut counts = counts.lock().await;
            if work.hold_for_plan(&set)? {
                counts.changed += 1;
                return Ok(None);
            }
            let payer = Payer { practice: &practice, patient: &patient, recipient: &recipient };
            match set.state.due(&found, &recipient, cx.now()) {
                Due::Nothing => {
                    counts.skipped += 1;
                    Ok(None)
                }
                Due::Change(decision) => {
                    let put_off = decision.state.status == set.state.status;
                    *(if put_off { &mut counts.postponed } else { &mut counts.changed }) += 1;
                    work.commit.update(&set, *decision)?;
                    Ok(None)
                }
                Due::Task(step, method, undelivered) => {
                    counts.tasks += 1;
                    let words = task_words(&practice, &recipient, step, method);
                    let task = set.state.create_task(&found, &recipient, &words, undelivered, cx.now());
                    work.commit.update(&set, task)?;
                    Ok(None)
                }
                Due::Autopay => {
                    self.claim_autopay(work, &set, &payer, &mut counts).await?;
                    Ok(None)
                }
                Due::Charge(step) => {
                    self.claim_charge(work, &set, &payer, (&found, step), &mut counts).await?;
                    Ok(None)
                }
                Due::Send(_, Reach::Sms(_)) if counts.texts_down => {
                    counts.postponed += 1;
                    Ok(None)
                }
                Due::Send(step, reach) => {
                    let (number, tried) = (set.state.next_step, set.state.tried);
                    let token = self.link_for(work, link, &set.state, practice.link_expiry(cx.now()))?;
                    let ways = Ways { now: &self.pay_url(&token), portal: &self.portal_url(id) };
                    let message = Message::step(&practice, &recipient, reach, step, &ways, cx.now());
                    let method = message.method();
                    let claim = set.state.claim(&found, &recipient, (method, link), cx.now());
                    // Whatever changes contact or consent between this read and the claim prevents the send.
                    work.commit.require_unchanged(&patient);
                    let set = work.commit.update(&set, claim)?;
                    let instead = instead_of(&practice, &recipient, step, method);
                    Ok(Some(Claimed { set, step: number, tried, message, instead }))
                }
            }
        })
        .await
    }

    fn link_for(
        &self,
        work: &mut Work<'_>,
        id: LinkId,
        set: &InvoiceSet,
        expires: DateTime<Utc>,
    ) -> Result<paywell_domain::link::Token, AppError> {
        let invoices = set.invoices.iter().take(MAX_ALLOCATIONS).map(|member| member.invoice).collect();
        let link = Link::issue(id, set.id.patient, LinkFor::Invoices(invoices), expires)?;
        work.give_out(self, link)
    }

    /// Notes what became of a claimed message: on the version that was claimed, or, where the set changed meanwhile, on
    /// what it now is.
    async fn note(&self, cx: &Context, claimed: Claimed, outcome: Outcome) -> Result<(), AppError> {
        let decide = |set: &InvoiceSet| match &outcome {
            Outcome::Sent(message) => set.sent(claimed.step, message.clone()),
            Outcome::Unknown => set.sending_unknown(claimed.step),
            Outcome::Failed(reason) => set.not_sent(claimed.step, reason.clone(), &claimed.instead, cx.now()),
            Outcome::Later => set.put_back(claimed.step, claimed.tried, cx.now()),
        };
        let mut commit = Commit::new(&cx.by, None);
        commit.update(&claimed.set, decide(&claimed.set.state))?;
        match self.store.commit(commit).await {
            Err(CommitError::Conflict) => {}
            other => return Ok(other?),
        }
        let patient = claimed.set.state.id.patient;
        self.change(cx, [Key::invoice_set(cx.practice(), patient)], async |work| {
            let set = work.need::<InvoiceSet>(patient, "invoice set")?;
            work.commit.update(&set, decide(&set.state))?;
            Ok(())
        })
        .await
    }
}

impl Work<'_> {
    /// The version of the rule set that a set follows.
    async fn followed(&mut self, set: &InvoiceSet, rules: &Rules) -> Result<RuleSet, AppError> {
        let known = (self.practice_id().clone(), set.rule_set, set.rule_set_version);
        if let Some(found) = rules.lock().await.get(&known) {
            return Ok(found.clone());
        }
        self.load([Key::rule_set(&known.0, known.1, known.2)]).await?;
        let found = self.need::<RuleSet>((known.1, known.2), "rule set")?.state;
        rules.lock().await.insert(known, found.clone());
        Ok(found)
    }
}

/// What follows where a step's method comes to nothing.
pub(crate) fn instead_of(practice: &Practice, recipient: &Recipient, step: &Step, method: Method) -> Instead {
    match step.fallback {
        Some(task) if task.is_task() => Instead::Task(task_words(practice, recipient, step, task)),
        Some(_) if method == step.method => Instead::Message(method),
        _ => Instead::Nothing,
    }
}

/// A task in the language of the practice's staff.
pub(crate) fn task_words(
    practice: &Practice,
    recipient: &Recipient,
    step: &Step,
    method: Method,
) -> TaskWords {
    let phone = practice.phone.for_people();
    let language = practice.pay_page.language.unwrap_or_default();
    TaskWords::of(step, method, language, &filling(practice, recipient, &phone))
}

//! The nightly run: claims what is due, sends it, notes what became of it.

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

use crate::{
    App, AppError, Context, ids,
    mail::{Ways, filling},
    messages::{Message, Outcome},
};

/// How many due sets are read at a time.
const PAGE: i32 = 100;

/// What a run did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Run {
    /// Sets that the index said were due.
    pub due: u32,
    /// Messages that the provider took.
    pub sent: u32,
    /// Tasks that staff were given.
    pub tasks: u32,
    /// Messages that may have been sent; they count as sent.
    pub unknown: u32,
    /// Messages refused for good.
    pub failed: u32,
    /// Messages put off: out of hours, or the provider not reached.
    pub postponed: u32,
    /// Sets that ended or were held instead of a message.
    pub changed: u32,
    /// Sets that were no longer due, or that another run took.
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
    /// Sends what is due, of all practices, until `deadline`. `clock` is read at each decision: a run may last into
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
        let practice_id = cx.practice();
        let keys = [Key::invoice_set(practice_id, due.id.patient), Key::patient(practice_id, due.id.patient)];
        let counts = Mutex::new(&mut *run);
        self.change(cx, keys, async |work| {
            let practice = work.practice()?;
            let set = work.need::<InvoiceSet>(due.id.patient, "invoice set")?;
            let patient = work.need::<Patient>(due.id.patient, "patient")?;
            let known = (practice_id.clone(), set.state.rule_set, set.state.rule_set_version);
            let found = rules.lock().await.get(&known).cloned();
            let found = match found {
                Some(found) => found,
                None => {
                    work.load([Key::rule_set(practice_id, known.1, known.2)]).await?;
                    let found = work.need::<RuleSet>((known.1, known.2), "rule set")?.state;
                    rules.lock().await.insert(known, found.clone());
                    found
                }
            };
            let recipient = work.load_recipient(&patient.state).await?;
            let methods = work.methods_charged(&found, patient.state.id).await?;
            let foreseen =
                |decision| InvoiceSet::foreseen(decision, &found, &recipient, methods.as_ref(), cx.now());
            let mut counts = counts.lock().await;
            match set.state.due(&found, &recipient, cx.now()) {
                Due::Nothing => {
                    counts.skipped += 1;
                    Ok(None)
                }
                Due::Change(decision) => {
                    let put_off = decision.state.status == set.state.status;
                    *(if put_off { &mut counts.postponed } else { &mut counts.changed }) += 1;
                    work.commit.update(&set, foreseen(*decision))?;
                    Ok(None)
                }
                Due::Task(step, method, undelivered) => {
                    counts.tasks += 1;
                    let words = task_words(&practice, &recipient, step, method);
                    let task = set.state.create_task(&found, &recipient, &words, undelivered, cx.now());
                    work.commit.update(&set, foreseen(task))?;
                    Ok(None)
                }
                Due::Send(_, Reach::Sms(_)) if counts.texts_down => {
                    counts.postponed += 1;
                    Ok(None)
                }
                Due::Send(step, reach) => {
                    let (number, tried) = (set.state.next_step, set.state.tried);
                    let token = self.link_for(work, link, &set.state, practice.link_expiry(cx.now()))?;
                    let ways = Ways { now: &self.pay_url(&token), portal: &self.portal_url(practice_id) };
                    let message = Message::step(&practice, &recipient, reach, step, &ways, cx.now());
                    let method = message.method();
                    let claim = set.state.claim(&found, &recipient, (method, link), cx.now());
                    work.require_recipient_unchanged(&patient)?;
                    let set = work.commit.update(&set, foreseen(claim))?;
                    let instead = match step.fallback {
                        Some(task) if task.is_task() => {
                            Instead::Task(task_words(&practice, &recipient, step, task))
                        }
                        Some(_) if method == step.method => Instead::Message(method),
                        _ => Instead::Nothing,
                    };
                    Ok(Some(Claimed { set, step: number, tried, message, instead }))
                }
            }
        })
        .await
    }

    fn link_for(
        &self,
        work: &mut crate::Work<'_>,
        id: LinkId,
        set: &InvoiceSet,
        expires: DateTime<Utc>,
    ) -> Result<paywell_domain::link::Token, AppError> {
        let invoices = set.invoices.iter().take(MAX_ALLOCATIONS).map(|member| member.invoice).collect();
        let link = Link::issue(id, set.id.patient, LinkFor::Invoices(invoices), expires)?;
        work.give_out(self, link)
    }

    /// Notes what became of a claimed message: on the version that was claimed; on what the set now is where it changed
    /// meanwhile, or is at another step by that and foreseen anew.
    async fn note(&self, cx: &Context, claimed: Claimed, outcome: Outcome) -> Result<(), AppError> {
        let decide = |set: &InvoiceSet| match &outcome {
            Outcome::Sent(message) => set.sent(claimed.step, message.clone()),
            Outcome::Unknown => set.sending_unknown(claimed.step),
            Outcome::Failed(reason) => set.not_sent(claimed.step, reason.clone(), &claimed.instead, cx.now()),
            Outcome::Later => set.put_back(claimed.step, claimed.tried, cx.now()),
        };
        if matches!(outcome, Outcome::Sent(_) | Outcome::Unknown) {
            let mut commit = Commit::new(&cx.by, None);
            commit.update(&claimed.set, decide(&claimed.set.state))?;
            match self.store.commit(commit).await {
                Err(CommitError::Conflict) => {}
                other => return Ok(other?),
            }
        }
        let patient = claimed.set.state.id.patient;
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

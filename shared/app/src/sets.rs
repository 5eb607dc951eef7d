//! What staff do to invoice sets, one at a time or many.

use paywell_domain::{
    Decision, Invoice, InvoiceId, InvoiceSet, LinkId, Patient, PatientId, Refusal, RuleSet, SetId, SetStatus,
    invoice_set::{Action, MAX_AT_ONCE},
};
use paywell_store::{Answer, Command, Key, Stored};
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::Mutex;

use crate::{
    App, AppError, Context, Work,
    command::answer,
    ids, money,
    requests::sets::{Act, ActOnSet, ActOnSets, FinishTask},
    views::sets::{ActionResult, ActionResults, InvoiceSetView},
};

/// The most charges that one command moves back to chasing; the same again moves the next.
const MAX_MOVED: usize = 40;

impl App {
    /// Does something to an invoice set.
    ///
    /// # Errors
    /// There is no such set; its status does not allow it; something that the action takes is missing or cannot be.
    pub async fn act_on_set(&self, cx: &Context, id: SetId, new: ActOnSet) -> Result<Answer, AppError> {
        self.act(cx, id, &new.act()?).await
    }

    /// Does something to each of several invoice sets, and says of each whether it was done, or why not: `problem` shows a
    /// refusal. What is done to a set is answered for in the transaction of its effect, under a key of its own; so whoever
    /// was cut off sends the same again, and what was done is not done twice. Once all are answered for, that is kept too:
    /// the same again changes nothing, whatever the sets would allow by then.
    ///
    /// # Errors
    /// No set or too many; something that the action takes is missing or cannot be; the table cannot be reached.
    pub async fn act_on_sets(
        &self,
        cx: &Context,
        new: ActOnSets,
        problem: impl Fn(AppError) -> Value,
    ) -> Result<Answer, AppError> {
        let (ids, act) = new.act()?;
        self.command(cx, [], async |_| {
            let mut results = Vec::new();
            for id in &ids {
                let done = match id.as_str().parse::<SetId>() {
                    Ok(set) => self.act(&of_one(cx, set), set, &act).await,
                    Err(_) => Err(AppError::NotFound("invoice set")),
                };
                let (after, problem) = match done {
                    Ok(done) => (Some(serde_json::from_str::<After>(&done.body)?), None),
                    Err(error @ (AppError::Refused(_) | AppError::NotFound(_))) => {
                        (None, Some(problem(error)))
                    }
                    Err(error) => return Err(error),
                };
                results.push(ActionResult {
                    id: id.to_string(),
                    done: after.is_some(),
                    status: after.as_ref().map(|after| after.status),
                    version: after.as_ref().map(|after| after.version),
                    problem,
                });
            }
            let body = serde_json::to_string(&ActionResults { results })?;
            Ok(Answer { status: 200, body, location: None, version: None })
        })
        .await
    }

    /// Staff have done a task of a set.
    ///
    /// # Errors
    /// There is no such set, or no such task is open.
    pub async fn finish_task(
        &self,
        cx: &Context,
        id: SetId,
        number: u16,
        new: FinishTask,
    ) -> Result<Answer, AppError> {
        self.command(cx, [Key::invoice_set(cx.practice(), id.patient)], async |work| {
            let set = work.need::<InvoiceSet>(id.patient, "invoice set")?;
            if set.state.id != id {
                return Err(AppError::NotFound("open task"));
            }
            let finished = set.state.finish_task(number, new.note.clone());
            let set = work.commit.update(&set, finished.ok_or(AppError::NotFound("open task"))?)?;
            answer(200, &InvoiceSetView::of(&set, work.practice()?.currency), set.version)
        })
        .await
    }

    async fn act(&self, cx: &Context, id: SetId, act: &Act) -> Result<Answer, AppError> {
        let practice = cx.practice();
        let keys = [Key::patient(practice, id.patient), Key::earlier_set(practice, id)];
        let keys = keys.into_iter().chain(money::keys(practice, id.patient));
        let (link, claimed) = (LinkId::new(ids::new(cx.now())), Mutex::new(None));
        let answered = self.command(cx, keys, async |work| {
            let current = work.need::<InvoiceSet>(id.patient, "invoice set")?;
            let earlier = work.loaded().at::<InvoiceSet>(&Key::earlier_set(cx.practice(), id))?;
            let set = match (act, earlier) {
                (Act::ChaseAgain, Some(earlier)) => work.chase_cancelled(&earlier, &current).await?,
                (Act::ChaseAgain, None) if current.state.id == id => {
                    work.chase_cancelled(&current, &current).await?
                }
                (Act::SendNow, None) if current.state.id == id => {
                    let done = self.do_now(work, &current, link).await?;
                    *claimed.lock().await = done.claimed.map(|claimed| (done.set.clone(), claimed));
                    done.set
                }
                (_, None) if current.state.id == id => work.act(&current, act).await?,
                (_, Some(_)) => {
                    let detail =
                        format!("this set has ended; the patient's present one is {}", current.state.id);
                    return Err(Refusal::state("set-replaced", detail).into());
                }
                (_, None) => return Err(AppError::NotFound("invoice set")),
            };
            answer(200, &InvoiceSetView::of(&set, work.practice()?.currency), set.version)
        });
        let answered = answered.await?;
        // Only whoever committed has anything to send: a replayed answer sends nothing.
        if let Some((set, claimed)) = claimed.into_inner() {
            self.send_claimed(cx, &set, &claimed).await?;
        }
        Ok(answered)
    }
}

/// What an answer about many sets says of each: the whole of a hundred would be more than one item holds.
#[derive(Deserialize)]
struct After {
    status: SetStatus,
    version: u64,
}

/// The part of a command on many sets that is about one of them.
fn of_one(cx: &Context, set: SetId) -> Context {
    let command = cx.command.as_ref();
    let command = command.map(|all| Command { key: format!("{}#{set}", all.key), ..all.clone() });
    Context { command, ..cx.clone() }
}

impl Work<'_> {
    async fn act(&mut self, set: &Stored<InvoiceSet>, act: &Act) -> Result<Stored<InvoiceSet>, AppError> {
        let (practice, now) = (self.practice()?, self.now());
        let patient = self.need::<Patient>(set.state.id.patient, "patient")?.state;
        let recipient = self.load_recipient(&patient).await?;
        let decision = match act {
            Act::Pause { reason, note, until } => {
                set.state.pause(*reason, note.clone(), *until, &practice, now)?
            }
            Act::Resume => {
                let followed = (set.state.rule_set, set.state.rule_set_version);
                self.load([Key::rule_set(&practice.id, followed.0, followed.1)]).await?;
                let rules = self.need::<RuleSet>(followed, "rule set")?.state;
                set.state.resume(&rules, &recipient, now)?
            }
            Act::ChangeRuleSet { rule_set } => {
                set.state.require(Action::ChangeRuleSet)?;
                self.load([Key::rule_sets(&practice.id)]).await?;
                let (_, list) = self.rule_sets().await?;
                let version = list.choose(*rule_set, "/rule_set_id")?;
                let (_, rules) = self.rule_set(&list, *rule_set, Some(version)).await?;
                set.state.change_rule_set(&rules, &recipient, practice.today(now), now)?
            }
            Act::Cancel { note } => set.state.cancel(note.clone())?,
            Act::WriteOff { reason, note } => {
                let invoices = self.invoices_of(set, Action::WriteOff).await?;
                let decisions = set.state.write_off(&states(&invoices), *reason, note.as_ref())?;
                return self.write_invoices(set, &invoices, decisions).await;
            }
            Act::SendToCollections => {
                let invoices = self.invoices_of(set, Action::SendToCollections).await?;
                let decisions = set.state.send_to_collections(&states(&invoices))?;
                return self.write_invoices(set, &invoices, decisions).await;
            }
            Act::Reverse => {
                let invoices = self.invoices_of(set, Action::Reverse).await?;
                let (decisions, decision) = set.state.reverse(&states(&invoices))?;
                self.write_changed(set.state.id.patient, &invoices, decisions).await?;
                decision
            }
            Act::ChaseAgain | Act::SendNow => {
                return Err(AppError::internal("this is not done to a set alone"));
            }
        };
        let decision = self.foreseen(decision).await?;
        Ok(self.commit.update(set, decision)?)
    }

    /// The invoices that an action changes, which are few enough for one transaction.
    async fn invoices_of(
        &mut self,
        set: &Stored<InvoiceSet>,
        action: Action,
    ) -> Result<Vec<Stored<Invoice>>, AppError> {
        set.state.require(action)?;
        let ids: Vec<InvoiceId> = match action {
            Action::Reverse => set.state.given_up.clone(),
            _ => set.state.invoices.iter().map(|member| member.invoice).collect(),
        };
        if ids.len() > MAX_AT_ONCE {
            let detail = format!(
                "this set has {} invoices, and an action changes at most {MAX_AT_ONCE} at once; do it to single invoices first",
                ids.len()
            );
            return Err(Refusal::state("too-many-invoices", detail).into());
        }
        self.load_invoices(&ids).await
    }

    async fn load_invoices(&mut self, ids: &[InvoiceId]) -> Result<Vec<Stored<Invoice>>, AppError> {
        let practice = self.practice_id().clone();
        self.load(ids.iter().map(|id| Key::invoice(&practice, *id))).await?;
        self.invoices(ids.iter().copied())
    }

    /// Writes what became of a set's invoices, and the set that follows from it.
    async fn write_invoices(
        &mut self,
        set: &Stored<InvoiceSet>,
        before: &[Stored<Invoice>],
        decisions: Vec<Decision<Invoice>>,
    ) -> Result<Stored<InvoiceSet>, AppError> {
        let after = self.write_changed(set.state.id.patient, before, decisions).await?;
        let changed = before.iter().zip(&after).map(|(before, after)| (&before.state, &after.state));
        let decision = set.state.balances_changed(changed);
        let decision = decision.ok_or_else(|| AppError::internal("a set that its invoices do not end"))?;
        Ok(self.commit.update(set, decision)?)
    }

    /// Writes changed invoices; hosted pages that ask for them are to end.
    async fn write_changed(
        &mut self,
        patient: PatientId,
        before: &[Stored<Invoice>],
        decisions: Vec<Decision<Invoice>>,
    ) -> Result<Vec<Stored<Invoice>>, AppError> {
        let mut after = Vec::new();
        for decision in decisions {
            let known = before.iter().find(|invoice| invoice.state.id == decision.state.id);
            let known = known.ok_or_else(|| AppError::internal("an invoice that was not loaded"))?;
            after.push(self.commit.update(known, decision)?);
        }
        let ids: Vec<InvoiceId> = after.iter().map(|invoice| invoice.state.id).collect();
        self.outdate_sessions(patient, &ids, None).await?;
        Ok(after)
    }

    /// What is still owed of a cancelled set's charges is chased again: by the patient's open set, or else by a new one.
    async fn chase_cancelled(
        &mut self,
        cancelled: &Stored<InvoiceSet>,
        current: &Stored<InvoiceSet>,
    ) -> Result<Stored<InvoiceSet>, AppError> {
        cancelled.state.require(Action::ChaseAgain)?;
        let is_chased = |id: &InvoiceId| {
            current.state.status.is_open()
                && current.state.invoices.iter().any(|member| member.invoice == *id)
        };
        let mut ids: Vec<InvoiceId> = cancelled.state.invoices.iter().map(|member| member.invoice).collect();
        ids.retain(|id| !is_chased(id));
        let mut invoices = Vec::new();
        for some in ids.chunks(MAX_MOVED) {
            invoices.extend(self.load_invoices(some).await?);
        }
        invoices.retain(|invoice| invoice.state.is_chaseable());
        invoices.truncate(MAX_MOVED);
        // What is paid meanwhile is not chased.
        invoices.iter().for_each(|invoice| self.commit.require_unchanged(invoice));
        let owed = states(&invoices);
        let Some((first, others)) = owed.split_first() else {
            let detail = "nothing of this set's charges is left to be chased";
            return Err(Refusal::state("nothing-to-chase", detail).into());
        };
        if current.state.status.is_open() {
            let none = Decision { state: current.state.clone(), events: Vec::new(), postings: Vec::new() };
            let joined = InvoiceSet::with(none, owed.iter().copied());
            return Ok(self.commit.update(current, joined)?);
        }
        let practice = self.practice()?;
        let patient = self.load_for_chasing(&practice, current.state.id.patient).await?;
        self.start_set(&practice, &patient, (first, others), false).await
    }
}

fn states(invoices: &[Stored<Invoice>]) -> Vec<&Invoice> {
    invoices.iter().map(|invoice| &invoice.state).collect()
}

//! The run: finds what is due over all practices, claims it, sends it, notes what became of it.

mod announcements;
mod autopay;
mod charges;
mod claim;
mod now;
mod plans;

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use chrono::NaiveDate;
use futures_util::{StreamExt, TryStreamExt, stream};
use paywell_domain::{
    Practice, PracticeId, RuleSet, RuleSetId, SetId,
    invoice_set::{Instead, TaskWords},
    recipient::{Channel, Recipient},
    rule_set::{Method, Step},
};
use paywell_store::{Due as Waiting, Key, Loaded, Queue, Store};
use serde::Serialize;
use tokio::sync::Mutex;

use crate::{
    App, AppError,
    mail::filling,
    messages::Outcome,
    pace::{Invocation, Turn},
};
use claim::{Done, keys_of};

/// How many due sets of a shard the index is asked for at a time.
pub const PAGE: i32 = 1_000;

/// How many sets are read together: with their patients and practices no more than one BatchGetItem takes.
pub const READ_TOGETHER: usize = 20;

/// How many sets of a shard are worked on at once: a message waits for its provider most of the time.
pub const AT_ONCE: usize = 8;

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
    /// Sets left where they are: their practice has stopped its messages, or has sent a day's number of them.
    pub held: u32,
    /// Sets that could not be handled; the next run finds them again.
    pub errors: u32,
    /// Whether the provider took no text: what goes by text is left where it is, and the next run goes on.
    pub texts_down: bool,
    /// Whether it ended before all was done, because the time was up or the provider took nothing; the next run goes on.
    pub cut_off: bool,
}

impl Run {
    fn add(&mut self, more: Self) {
        for (count, more) in [
            (&mut self.due, more.due),
            (&mut self.sent, more.sent),
            (&mut self.tasks, more.tasks),
            (&mut self.charges, more.charges),
            (&mut self.unknown, more.unknown),
            (&mut self.failed, more.failed),
            (&mut self.postponed, more.postponed),
            (&mut self.changed, more.changed),
            (&mut self.skipped, more.skipped),
            (&mut self.held, more.held),
            (&mut self.errors, more.errors),
        ] {
            *count = count.saturating_add(more);
        }
    }

    /// How many messages, tasks and charges it came to.
    const fn done(&self) -> u32 {
        self.sent.saturating_add(self.unknown).saturating_add(self.tasks).saturating_add(self.charges)
    }
}

/// Rule sets in use, by practice, id and version: a version never changes.
type Rules = Mutex<HashMap<(PracticeId, RuleSetId, u32), Arc<RuleSet>>>;

/// A run at work.
struct Running<'a> {
    app: &'a App,
    invocation: &'a Invocation,
    rules: Rules,
    /// How many more each practice lets go on this day.
    left: Mutex<HashMap<PracticeId, u32>>,
    total: Mutex<Run>,
    /// No mail goes through, or the time is up.
    over: AtomicBool,
}

impl App {
    /// Charges what is due of payment plans, and sends what is due, of all practices.
    ///
    /// # Errors
    /// The index cannot be read.
    pub async fn run_outreach(&self, invocation: &Invocation) -> Result<Run, AppError> {
        let mut of_plans = Run::default();
        self.run_plans(invocation, &mut of_plans).await?;
        let running = Running {
            app: self,
            invocation,
            rules: Rules::default(),
            left: Mutex::default(),
            total: Mutex::new(of_plans),
            over: AtomicBool::new(of_plans.cut_off),
        };
        let shards = stream::iter(0..Store::queue_shards()).map(|shard| running.shard(shard));
        shards.buffer_unordered(usize::from(Store::queue_shards())).try_collect::<()>().await?;
        let cut_off =
            running.over.load(Relaxed) || invocation.is_late() || invocation.is_down(Channel::Email);
        let texts_down = invocation.is_down(Channel::Sms);
        Ok(Run { cut_off, texts_down, ..running.total.into_inner() })
    }
}

impl Running<'_> {
    /// Whether no more is begun.
    fn begins_none(&self) -> bool {
        self.invocation.is_late() || self.is_over()
    }

    /// Whether no more is claimed.
    fn is_over(&self) -> bool {
        // Never back: somebody else may have ended it meanwhile.
        if self.invocation.is_over() || self.invocation.is_down(Channel::Email) {
            self.over.store(true, Relaxed);
        }
        self.over.load(Relaxed)
    }

    async fn shard(&self, shard: u8) -> Result<(), AppError> {
        let mut after: Option<String> = None;
        loop {
            let due: Vec<Waiting<SetId>> =
                self.app.store.due(Queue::Sets, shard, self.invocation.now(), after.as_deref(), PAGE).await?;
            let Some(last) = due.last() else { return Ok(()) };
            after = Some(last.position.clone());
            for together in due.chunks(READ_TOGETHER) {
                if self.begins_none() {
                    return Ok(());
                }
                self.work_on(together).await?;
            }
        }
    }

    /// Reads some due sets together, and works on each.
    async fn work_on(&self, due: &[Waiting<SetId>]) -> Result<(), AppError> {
        let loaded = self.read(due).await?;
        let day = self.invocation.now().date_naive();
        let allowed = self.take(due, &loaded, day).await?;
        let done: Mutex<BTreeMap<&PracticeId, u32>> = Mutex::default();
        let each = stream::iter(&allowed).for_each_concurrent(AT_ONCE, async |set| {
            if self.begins_none() {
                return;
            }
            let ran = self.chase(set, &loaded).await.unwrap_or_else(|error| {
                tracing::error!(practice = %set.practice, patient = %set.id.patient, %error, "outreach");
                Run { errors: 1, ..Run::default() }
            });
            *done.lock().await.entry(&set.practice).or_default() += ran.done();
            self.total.lock().await.add(Run { due: 1, ..ran });
        });
        each.await;
        let done = done.into_inner();
        let mut left = self.left.lock().await;
        for set in &allowed {
            left.entry(set.practice.clone()).and_modify(|left| *left = left.saturating_add(1));
        }
        for (practice, done) in &done {
            left.entry((*practice).clone()).and_modify(|left| *left = left.saturating_sub(*done));
        }
        drop(left);
        for (practice, done) in done.into_iter().filter(|(_, done)| *done > 0) {
            self.app.store.add_sends(practice, day, done).await?;
        }
        Ok(())
    }

    /// Those of the due sets that their practices let go now: they count as done until it is known whether they are.
    async fn take<'a>(
        &self,
        due: &'a [Waiting<SetId>],
        loaded: &Loaded,
        day: NaiveDate,
    ) -> Result<Vec<&'a Waiting<SetId>>, AppError> {
        let (mut left, mut allowed) = (self.left.lock().await, Vec::new());
        for set in due {
            let practice = loaded.get::<Practice>(&set.practice, ())?;
            let Some(outreach) = practice.map(|practice| practice.state.outreach) else { continue };
            let of_day = || outreach.left(loaded.sends(&set.practice, day));
            let left = left.entry(set.practice.clone()).or_insert_with(of_day);
            if *left > 0 && !outreach.stopped {
                *left = left.saturating_sub(1);
                allowed.push(set);
            }
        }
        let held = u32::try_from(due.len().saturating_sub(allowed.len())).unwrap_or(u32::MAX);
        self.total.lock().await.add(Run { held, ..Run::default() });
        Ok(allowed)
    }

    /// The sets with their practices and patients, how their contacts stand, and the rules they follow: two rounds for all.
    async fn read(&self, due: &[Waiting<SetId>]) -> Result<Loaded, AppError> {
        let day = self.invocation.now().date_naive();
        let keys: HashSet<Key> = due.iter().flat_map(|set| keys_of(set, day)).collect();
        let mut loaded = self.app.store.load(keys).await?;
        let mut more = HashSet::new();
        for set in due {
            more.extend(self.further_keys(set, &loaded).await?);
        }
        loaded.extend(self.app.store.load(more).await?);
        Ok(loaded)
    }

    /// Does what is due for a set, as it was read, or as it is by now.
    async fn chase(&self, due: &Waiting<SetId>, loaded: &Loaded) -> Result<Run, AppError> {
        let known = self.known(due, loaded).await?;
        let turn = match known.outlook(self.invocation.now()) {
            Some(channel) => self.invocation.turn(channel).await,
            None => Turn::Comes,
        };
        if turn == Turn::Late || self.is_over() {
            return Ok(Run::default());
        }
        if turn == Turn::Down {
            return Ok(Run { postponed: 1, ..Run::default() });
        }
        let cx = self.invocation.context(&due.practice);
        let (mut run, done) = self.claim(&cx, due, known, loaded).await?;
        let Some(Done { set, claimed: Some(claimed) }) = done else { return Ok(run) };
        match self.app.send_claimed(&cx, &set, &claimed).await? {
            Outcome::Sent(_) => run.sent += 1,
            Outcome::Unknown => run.unknown += 1,
            Outcome::Failed(_) => run.failed += 1,
            // Mail does not wait for texts.
            Outcome::Later => {
                run.postponed += 1;
                self.invocation.takes_none(claimed.message.channel());
            }
        }
        Ok(run)
    }
}

/// What follows where the message of a step is refused by that method, or does not arrive.
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

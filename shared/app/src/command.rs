//! How every command runs: load, decide, commit; the same answer where it was done before; again from the start where
//! somebody else was quicker.

use std::{cell::Cell, time::Duration};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use paywell_domain::{Practice, PracticeId};
use paywell_store::{Aggregate, Answer, By, Command, Commit, CommitError, Done, Key, Loaded, Stored};
use serde::{Serialize, de::DeserializeOwned};

use crate::{App, AppError};

/// How long a command that asked the processor may still be at work: the longest that an HTTP function runs.
pub(crate) const AT_WORK: chrono::Duration = chrono::Duration::seconds(60);

/// How often a command starts again when what it read has changed before it could commit.
const TRIES: u32 = 6;

/// Who asks for what, from which request, and when.
#[derive(Debug, Clone)]
pub struct Context {
    /// On whose behalf and when.
    pub by: By,
    /// The command as its sender names it; none for what runs by itself.
    pub command: Option<Command>,
}

impl Context {
    /// Whose books.
    pub fn practice(&self) -> &PracticeId {
        &self.by.practice
    }

    /// When (UTC).
    pub fn now(&self) -> DateTime<Utc> {
        self.by.now
    }
}

/// A command at work: what it has loaded, and what it will write.
pub struct Work<'a> {
    app: &'a App,
    cx: &'a Context,
    loaded: Loaded,
    /// What will be written, all of it or nothing.
    pub commit: Commit,
}

impl Work<'_> {
    /// Whose books.
    pub fn practice_id(&self) -> &PracticeId {
        self.cx.practice()
    }

    /// When (UTC).
    pub fn now(&self) -> DateTime<Utc> {
        self.cx.now()
    }

    /// Loads more, where what to load depends on what was loaded; what is known already is not asked for again.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn load(&mut self, keys: impl IntoIterator<Item = Key>) -> Result<(), AppError> {
        let keys: Vec<Key> = keys.into_iter().filter(|key| !self.loaded.knows(key)).collect();
        if !keys.is_empty() {
            let more = self.app.store.load(keys).await?;
            self.loaded.extend(more);
        }
        Ok(())
    }

    /// Everything that was loaded.
    pub(crate) fn loaded(&self) -> &Loaded {
        &self.loaded
    }

    /// Takes what was loaded for what it will be once this is committed: what is decided after it stands on that.
    pub(crate) fn take_as_written(&mut self) {
        self.loaded = self.commit.after(&self.loaded);
    }

    /// Whether anything was loaded under a key.
    pub fn has(&self, key: &Key) -> bool {
        self.loaded.contains(key)
    }

    /// What was loaded of that id, if it is there.
    ///
    /// # Errors
    /// It cannot be read: a bug.
    pub fn find<A: Aggregate>(&self, id: A::Id) -> Result<Option<Stored<A>>, AppError> {
        Ok(self.loaded.get(self.cx.practice(), id)?)
    }

    /// What was loaded of that id, which the path names.
    ///
    /// # Errors
    /// [`AppError::NotFound`] where it is not there.
    pub fn need<A: Aggregate>(&self, id: A::Id, what: &'static str) -> Result<Stored<A>, AppError> {
        self.find(id)?.ok_or(AppError::NotFound(what))
    }

    /// What was loaded of that id, which a field names.
    ///
    /// # Errors
    /// A refusal of the field where it is not there.
    pub fn named<A: Aggregate>(&self, id: A::Id, pointer: &str, what: &str) -> Result<Stored<A>, AppError> {
        self.find(id)?.ok_or_else(|| AppError::unknown(pointer, what))
    }

    /// Keeps the answer of a command that was begun with [`App::processor_command`]; one that was answered meanwhile keeps
    /// that answer, which is given instead.
    ///
    /// # Errors
    /// The record cannot be read: a bug.
    pub fn finish(&mut self, answer: Answer) -> Result<Answer, AppError> {
        let Some(command) = &self.cx.command else { return Ok(answer) };
        if let Some(Done::Answered(known)) = self.loaded.done(self.cx.practice(), command, self.cx.now())? {
            return Ok(known);
        }
        self.commit.finish(command, &answer);
        Ok(answer)
    }

    /// The practice, which every command loads.
    ///
    /// # Errors
    /// It is not set up.
    pub fn practice(&self) -> Result<Practice, AppError> {
        let practice = self.find::<Practice>(())?;
        practice.map(|stored| stored.state).ok_or_else(|| AppError::internal("the practice is not set up"))
    }
}

impl App {
    /// Runs a command that answers its sender. The answer is kept in the transaction of the effect, so the same
    /// command again is answered alike and done once.
    ///
    /// # Errors
    /// What the decision refuses; [`AppError::KeyReused`]; [`AppError::Busy`] after several tries.
    pub async fn command(
        &self,
        cx: &Context,
        keys: impl IntoIterator<Item = Key>,
        decide: impl AsyncFn(&mut Work<'_>) -> Result<Answer, AppError>,
    ) -> Result<Answer, AppError> {
        let mut keys: Vec<Key> = keys.into_iter().chain([Key::practice(cx.practice())]).collect();
        keys.extend(cx.command.iter().map(|command| command.key(cx.practice())));
        self.retried(async || {
            let loaded = self.store.load(keys.clone()).await?;
            if let Some(command) = &cx.command {
                match loaded.done(cx.practice(), command, cx.now())? {
                    Some(Done::Answered(answer)) => return Ok(Some(answer)),
                    Some(Done::Begun { .. }) => return Err(AppError::InFlight),
                    None => {}
                }
            }
            let mut work = self.work_with(cx, loaded)?;
            let answer = decide(&mut work).await?;
            if let Some(command) = &cx.command {
                work.commit.answer(command, &answer);
            }
            self.committed(work.commit).await.map(|done| done.then_some(answer))
        })
        .await
    }

    /// Runs a command that needs the processor. `begin` decides and commits what is reserved, before the processor is
    /// asked, and names it; `finish` asks, and commits the outcome with the answer ([`Work::finish`]); it is given what
    /// `begin` had loaded, as it is after that commit. Where whoever
    /// began it was cut off, the same command again takes it up where it stands; a moment after it was begun it is
    /// still at work.
    ///
    /// # Errors
    /// What the decision refuses; [`AppError::InFlight`]; [`AppError::KeyReused`]; [`AppError::Busy`].
    pub async fn processor_command<S: Serialize + DeserializeOwned>(
        &self,
        cx: &Context,
        keys: impl IntoIterator<Item = Key>,
        begin: impl AsyncFn(&mut Work<'_>) -> Result<S, AppError>,
        finish: impl AsyncFn(S, Loaded) -> Result<Answer, AppError>,
    ) -> Result<Answer, AppError> {
        let command = cx.command.as_ref().ok_or_else(|| AppError::internal("a command without a key"))?;
        let keys: Vec<Key> =
            keys.into_iter().chain([Key::practice(cx.practice()), command.key(cx.practice())]).collect();
        let begun = self
            .retried(async || {
                let loaded = self.store.load(keys.clone()).await?;
                match loaded.done(cx.practice(), command, cx.now())? {
                    Some(Done::Answered(answer)) => return Ok(Some(Err(answer))),
                    Some(Done::Begun { at, .. }) if cx.now() - at < AT_WORK => {
                        return Err(AppError::InFlight);
                    }
                    Some(Done::Begun { subject, .. }) => {
                        return Ok(Some(Ok((serde_json::from_str(&subject)?, Loaded::default()))));
                    }
                    None => {}
                }
                let mut work = self.work_with(cx, loaded)?;
                let subject = begin(&mut work).await?;
                work.commit.begin(command, &serde_json::to_string(&subject)?);
                let after = work.commit.after(&work.loaded);
                self.committed(work.commit).await.map(|done| done.then_some(Ok((subject, after))))
            })
            .await?;
        match begun {
            Ok((subject, read)) => finish(subject, read).await,
            Err(answer) => Ok(answer),
        }
    }

    /// Runs a change that nobody waits for the answer of; gives what the decision gives.
    ///
    /// # Errors
    /// What the decision refuses; [`AppError::Busy`] after several tries.
    pub async fn change<T>(
        &self,
        cx: &Context,
        keys: impl IntoIterator<Item = Key>,
        decide: impl AsyncFn(&mut Work<'_>) -> Result<T, AppError>,
    ) -> Result<T, AppError> {
        self.change_from(cx, None, keys, decide).await
    }

    /// Shows what it loads; nothing is written.
    ///
    /// # Errors
    /// What is shown is not there; the table cannot be read.
    pub(crate) async fn look<T>(
        &self,
        cx: &Context,
        keys: impl IntoIterator<Item = Key>,
        show: impl AsyncFnOnce(&mut Work<'_>) -> Result<T, AppError>,
    ) -> Result<T, AppError> {
        let loaded = self.store.load(keys.into_iter().chain([Key::practice(cx.practice())])).await?;
        show(&mut Work { app: self, cx, commit: Commit::new(&cx.by, None), loaded }).await
    }

    /// A command at work on what was read already.
    ///
    /// # Errors
    /// The practice cannot be read: a bug.
    pub(crate) fn work_with<'a>(&'a self, cx: &'a Context, loaded: Loaded) -> Result<Work<'a>, AppError> {
        Ok(Work { app: self, cx, commit: Commit::new(&cx.by, zone(cx, &loaded)?), loaded })
    }

    /// As [`App::change`], deciding first on what was read already; where that has changed, on what the keys load.
    pub(crate) async fn change_from<T>(
        &self,
        cx: &Context,
        read: Option<Loaded>,
        keys: impl IntoIterator<Item = Key>,
        decide: impl AsyncFn(&mut Work<'_>) -> Result<T, AppError>,
    ) -> Result<T, AppError> {
        let read = Cell::new(read);
        let mut keys: Vec<Key> = keys.into_iter().chain([Key::practice(cx.practice())]).collect();
        keys.extend(cx.command.iter().map(|command| command.key(cx.practice())));
        self.retried(async || {
            let loaded = match read.take() {
                Some(read) => read,
                None => self.store.load(keys.clone()).await?,
            };
            let mut work = self.work_with(cx, loaded)?;
            let given = decide(&mut work).await?;
            self.committed(work.commit).await.map(|done| done.then_some(given))
        })
        .await
    }

    async fn committed(&self, commit: Commit) -> Result<bool, AppError> {
        match self.store.commit(commit).await {
            Ok(()) => Ok(true),
            Err(CommitError::Conflict) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    async fn retried<T>(&self, run: impl AsyncFn() -> Result<Option<T>, AppError>) -> Result<T, AppError> {
        for attempt in 0..TRIES {
            if let Some(done) = run().await? {
                return Ok(done);
            }
            // Whoever was quicker needs a moment to finish; each further wait is longer.
            tokio::time::sleep(Duration::from_millis(u64::from(10 * (attempt + 1)))).await;
        }
        Err(AppError::Busy)
    }
}

/// The zone of the practice, where it was loaded: what only notes something need not load it.
fn zone(cx: &Context, loaded: &Loaded) -> Result<Option<Tz>, AppError> {
    Ok(loaded.get::<Practice>(cx.practice(), ())?.map(|practice| practice.state.time_zone))
}

/// An answer in JSON, of a version that can be named in `If-Match`.
///
/// # Errors
/// It cannot be JSON: a bug.
pub fn answer(status: u16, view: &impl Serialize, version: u64) -> Result<Answer, AppError> {
    Ok(Answer { status, body: serde_json::to_string(view)?, location: None, version: Some(version) })
}

/// The answer to a command that made something.
///
/// # Errors
/// It cannot be JSON: a bug.
pub fn created(view: &impl Serialize, location: String) -> Result<Answer, AppError> {
    Ok(Answer { location: Some(location), ..answer(201, view, 1)? })
}

/// Checks the version that the caller read.
///
/// # Errors
/// [`AppError::Stale`] with what it now is.
pub fn require_version<A>(
    stored: &Stored<A>,
    version: u64,
    current: &impl Serialize,
) -> Result<(), AppError> {
    if stored.version == version {
        return Ok(());
    }
    Err(AppError::Stale { current_version: stored.version, current: serde_json::to_value(current)? })
}

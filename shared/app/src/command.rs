//! How every command runs: load, decide, commit; the same answer where it was done before; again from the start where
//! somebody else was quicker.

use std::time::Duration;

use chrono::{DateTime, Utc};
use paywell_domain::{Practice, PracticeId};
use paywell_store::{Aggregate, Answer, By, Command, Commit, CommitError, Key, Loaded, Stored};
use serde::Serialize;

use crate::{App, AppError};

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

    /// Loads more, where what to load depends on what was loaded.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn load(&mut self, keys: impl IntoIterator<Item = Key>) -> Result<(), AppError> {
        let more = self.app.store.load(keys).await?;
        self.loaded.extend(more);
        Ok(())
    }

    /// Everything that was loaded.
    pub(crate) fn loaded(&self) -> &Loaded {
        &self.loaded
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
            if let Some(command) = &cx.command
                && let Some(answer) = loaded.answer(cx.practice(), command, cx.now())?
            {
                return Ok(Some(answer));
            }
            let mut work = Work { app: self, cx, loaded, commit: Commit::new(&cx.by) };
            let answer = decide(&mut work).await?;
            if let Some(command) = &cx.command {
                work.commit.answer(command, &answer);
            }
            self.committed(work.commit).await.map(|done| done.then_some(answer))
        })
        .await
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
        let keys: Vec<Key> = keys.into_iter().chain([Key::practice(cx.practice())]).collect();
        self.retried(async || {
            let loaded = self.store.load(keys.clone()).await?;
            let mut work = Work { app: self, cx, loaded, commit: Commit::new(&cx.by) };
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

//! The clock of the whole stack, moved from outside: no program that ships knows.
//!
//! libfaketime is preloaded into this process (simulator, mailbox, issuer, database) and into each function, and reads
//! the offset from one file at every look at the clock. `cargo lambda watch` and cargo itself keep real time, because
//! a preloaded cargo builds everything again. The monotonic clock, and with it every timeout, is real everywhere.

mod moves;

use std::cmp::Ordering;
use std::convert::Infallible;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

use anyhow::Result;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

use crate::guard;

pub use moves::{Move, parse};

/// The variable by which the dynamic linker is told.
const PRELOAD: &str = "LD_PRELOAD";

/// The file with the offset in force.
const FILE: &str = "FAKETIME_TIMESTAMP_FILE";

/// What libfaketime needs beside [`FILE`]: no caching of the file, and real monotonic clocks and file times.
const SETTINGS: [(&str, &str); 3] =
    [("FAKETIME_NO_CACHE", "1"), ("FAKETIME_DONT_FAKE_MONOTONIC", "1"), ("NO_FAKE_STAT", "1")];

/// Names the memory that this process's library shares with those of the functions. Without it each would make its
/// own, and leave it behind when it is killed.
const SHARED: &str = "FAKETIME_SHARED";

/// What to say when the library is missing.
pub const MISSING: &str =
    "the clock cannot be moved without libfaketime (Debian: apt-get install libfaketime)";

/// The one reading of the clock: the stack's time in a preloaded process, real time in every other.
#[allow(clippy::disallowed_methods, reason = "the local stack's one reading of the clock")]
#[must_use]
pub fn now() -> DateTime<Utc> {
    std::time::SystemTime::now().into()
}

/// The offset from real time that a stack's processes look at.
#[derive(Clone, Debug)]
pub struct Clock {
    file: PathBuf,
}

impl Clock {
    /// The clock of the stack with this data folder.
    #[must_use]
    pub fn of(data: &Path) -> Self {
        Self { file: data.join("clock") }
    }

    /// How far the stack's clock is ahead of real time.
    #[must_use]
    pub fn offset(&self) -> TimeDelta {
        let seconds = fs::read_to_string(&self.file).ok().and_then(|text| text.trim().parse().ok());
        seconds.and_then(TimeDelta::try_seconds).unwrap_or_default()
    }

    /// Moves it, for all processes of the stack at once.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn set(&self, offset: TimeDelta) -> io::Result<()> {
        let aside = self.file.with_extension("new");
        fs::write(&aside, format!("{:+}\n", offset.num_seconds()))?;
        fs::rename(aside, &self.file)
    }

    /// The stack's time and how far it is from real time, for people.
    #[must_use]
    pub fn describe(&self, real_now: DateTime<Utc>) -> String {
        let offset = self.offset();
        let time = (real_now + offset).to_rfc3339_opts(SecondsFormat::Secs, true);
        let apart = offset.abs();
        let (days, hours, minutes) = (apart.num_days(), apart.num_hours() % 24, apart.num_minutes() % 60);
        let apart = format!("{days} d {hours} h {minutes} min {} s", apart.num_seconds() % 60);
        match offset.cmp(&TimeDelta::zero()) {
            Ordering::Equal => format!("{time} (real time)"),
            Ordering::Less => format!("{time} ({apart} behind real time)"),
            Ordering::Greater => format!("{time} ({apart} ahead of real time)"),
        }
    }

    /// Lines of a shell script by which what it starts next goes by this clock; none, if this process does not.
    pub(crate) fn exports(&self) -> String {
        let Some(library) = library().filter(|_| is_preloaded()) else { return String::new() };
        let (file, library) = (self.file.to_string_lossy(), library.to_string_lossy());
        let all = SETTINGS.into_iter().chain([(FILE, &*file), (PRELOAD, &*library)]);
        all.map(|(name, value)| format!("export {name}='{}'\n", value.replace('\'', r"'\''"))).collect()
    }
}

/// The library for programs with threads, where Debian and others put it.
#[must_use]
pub fn library() -> Option<PathBuf> {
    let multiarch = fs::read_dir("/usr/lib").into_iter().flatten().flatten().map(|entry| entry.path());
    let folders =
        ["/usr/lib", "/usr/lib64", "/usr/local/lib"].map(PathBuf::from).into_iter().chain(multiarch);
    folders.map(|folder| folder.join("faketime/libfaketimeMT.so.1")).find(|file| file.is_file())
}

/// Whether this process goes by a stack's clock, so that it can be moved.
#[must_use]
pub fn is_preloaded() -> bool {
    let preloaded = std::env::var_os(PRELOAD).unwrap_or_default();
    std::env::var_os(FILE).is_some() && preloaded.to_string_lossy().contains("libfaketime")
}

/// Starts this program again by the stack's clock, with the same arguments; returns at once if it already is, or if
/// the library is missing. Call in `main` before there are threads.
///
/// # Errors
/// The data folder cannot be written, or the program not be started again.
pub fn preload(data: &Path) -> Result<()> {
    let Some(library) = library().filter(|_| !is_preloaded()) else { return Ok(()) };
    fs::create_dir_all(data)?;
    let clock = Clock::of(&data.canonicalize()?);
    clock.set(clock.offset())?;
    let mut again = Command::new(guard::this_program()?);
    let mut arguments = std::env::args_os();
    again
        .arg0(arguments.next().unwrap_or_default())
        .args(arguments)
        .env(PRELOAD, library)
        .env(FILE, &clock.file)
        .envs(SETTINGS);
    Err::<Infallible, _>(again.exec())?;
    Ok(())
}

/// Takes the clock out of a child's environment. [`SHARED`] stays.
pub(crate) fn remove_from(command: &mut Command) {
    if is_preloaded() {
        command.env_remove(PRELOAD).env_remove(FILE);
        for (name, _) in SETTINGS {
            command.env_remove(name);
        }
    }
}

/// Removes the shared memory that a stack's process left behind; for its guard.
pub(crate) fn remove_left_behind() {
    let names = std::env::var_os(SHARED).unwrap_or_default();
    let names = names.to_string_lossy().into_owned();
    if let Some((semaphore, memory)) = names.split_once(' ') {
        let _ = fs::remove_file(format!("/dev/shm/sem.{}", semaphore.trim_start_matches('/')));
        let _ = fs::remove_file(format!("/dev/shm/{}", memory.trim_start_matches('/')));
    }
}

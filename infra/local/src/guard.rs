//! Child processes that end when this process ends, with everything that they started.
//!
//! `cargo lambda watch` starts each function in a session of its own, so that neither a process group nor a signal
//! reaches all of them, and a parent that is killed cannot do anything any more. So each child runs under a guard:
//! this same program in another role, in a process group of its own (Ctrl-C in a terminal reaches the stack, which
//! then stops the guard). Its standard input is a pipe that the stack holds and never writes to; when the pipe ends,
//! the guard ends the child. On Linux it then ends what the child left behind, which falls to it as the nearest
//! "child subreaper" (`prctl(2)`).

mod role;

use std::ffi::OsStr;
use std::io::{self, ErrorKind};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, ExitCode, ExitStatus, Stdio};
use std::thread::JoinHandle;

use anyhow::{Context, Result, bail};
use tokio::sync::watch;

use crate::clock;

/// First argument of a guard.
const ROLE: &str = "guard-of-the-local-stack";

/// What cargo tells a program that it runs. Build scripts watch some of these: left in the environment of another
/// cargo, they make it build again.
const OF_CARGO: [&str; 3] = ["CARGO_MANIFEST_", "CARGO_PKG_", "CARGO_PRIMARY_"];

/// Call first in `main`. When this process was started as a guard, works as one and says how it ended.
#[must_use]
pub fn enter() -> Option<ExitCode> {
    let mut arguments = std::env::args_os().skip(1);
    (arguments.next()? == ROLE).then(|| role::run(arguments))
}

/// A command that will run under a guard, in real time.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Result<Command> {
    let mut command = Command::new(this_program()?);
    command.arg0("paywell-guard").arg(ROLE).arg(program).stdin(Stdio::piped()).process_group(0);
    clock::remove_from(&mut command);
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| OF_CARGO.iter().any(|prefix| name.starts_with(prefix))) {
            command.env_remove(name);
        }
    }
    Ok(command)
}

/// This program, even if its file has been replaced by a newer build.
pub(crate) fn this_program() -> io::Result<PathBuf> {
    let running = PathBuf::from("/proc/self/exe");
    if running.exists() { Ok(running) } else { std::env::current_exe() }
}

/// Whether there is such a program.
pub(crate) fn exists(program: &str) -> bool {
    let tried = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    !tried.is_err_and(|error| error.kind() == ErrorKind::NotFound)
}

/// Runs a [`command`] to its end.
pub(crate) async fn run(name: &str, command: Command) -> Result<()> {
    let status = Guarded::spawn(name, command)?.ended().await;
    match status {
        Some(status) if status.success() => Ok(()),
        Some(status) => bail!("{name} failed ({status})"),
        None => bail!("{name} was lost"),
    }
}

/// A child under guard. Dropping it ends the child and everything that it started, and waits for that.
pub(crate) struct Guarded {
    pub(crate) name: String,
    pipe: Option<ChildStdin>,
    status: watch::Receiver<Option<ExitStatus>>,
    waiting: Option<JoinHandle<()>>,
}

impl Guarded {
    pub(crate) fn spawn(name: &str, mut command: Command) -> Result<Self> {
        let mut child: Child = command.spawn().with_context(|| format!("{name} cannot be started"))?;
        let pipe = child.stdin.take();
        let (sender, status) = watch::channel(None);
        let waiting = std::thread::spawn(move || {
            let _ = sender.send(child.wait().ok());
        });
        Ok(Self { name: name.to_owned(), pipe, status, waiting: Some(waiting) })
    }

    /// Waits for the child to end by itself.
    pub(crate) async fn ended(&self) -> Option<ExitStatus> {
        let mut status = self.status.clone();
        let ended = status.wait_for(Option::is_some).await;
        ended.ok().and_then(|status| *status)
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        drop(self.pipe.take());
        if let Some(waiting) = self.waiting.take() {
            let _ = waiting.join();
        }
    }
}

//! What a guard does, in its own process.

use std::ffi::OsString;
use std::process::{Command, ExitCode, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;
use std::{fs, io, thread};

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::waitpid;
use nix::unistd::{Pid, getppid};

use crate::clock;

/// How long a child may take to end by itself.
const GRACE: Duration = Duration::from_secs(5);

/// The exit code of a shell for a program that cannot be started.
const NOT_STARTED: u8 = 127;

/// Runs the command until it ends, or until standard input does.
pub(super) fn run(mut arguments: impl Iterator<Item = OsString>) -> ExitCode {
    #[cfg(target_os = "linux")]
    let _ = nix::sys::prctl::set_child_subreaper(true);
    let stack = getppid();
    let Some(program) = arguments.next() else { return ExitCode::from(NOT_STARTED) };
    let mut child = match Command::new(&program).args(arguments).stdin(Stdio::null()).spawn() {
        Ok(child) => child,
        Err(error) => {
            eprintln!("{}: {error}", program.display());
            return ExitCode::from(NOT_STARTED);
        }
    };
    let (ended, has_ended) = mpsc::channel::<()>();
    if let Ok(id) = i32::try_from(child.id()) {
        thread::spawn(move || end_with_input(Pid::from_raw(id), &has_ended));
    }
    let status = child.wait();
    drop(ended);
    end_orphans();
    if getppid() != stack {
        clock::remove_left_behind();
    }
    let code = status.ok().and_then(|status| status.code()).and_then(|code| u8::try_from(code).ok());
    code.map_or(ExitCode::FAILURE, ExitCode::from)
}

/// Ends the child with standard input; by force where it has not ended in time. Once it has ended its id may be another's.
fn end_with_input(child: Pid, has_ended: &mpsc::Receiver<()>) {
    let _ = io::copy(&mut io::stdin(), &mut io::sink());
    let _ = kill(child, Signal::SIGTERM);
    if has_ended.recv_timeout(GRACE) == Err(RecvTimeoutError::Timeout) {
        let _ = kill(child, Signal::SIGKILL);
    }
}

/// Ends what is left. What a process that is killed had started falls to this one as it dies: after each death, look again.
fn end_orphans() {
    loop {
        for orphan in children() {
            let _ = kill(orphan, Signal::SIGKILL);
        }
        if waitpid(None, None) == Err(Errno::ECHILD) {
            return;
        }
    }
}

/// The processes that this one is parent of, as Linux tells (`proc_pid_children(5)`); elsewhere none fall to it.
fn children() -> Vec<Pid> {
    let Ok(threads) = fs::read_dir("/proc/self/task") else { return Vec::new() };
    threads
        .flatten()
        .filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok())
        .flat_map(|ids| ids.split_whitespace().filter_map(|id| id.parse().ok()).collect::<Vec<i32>>())
        .map(Pid::from_raw)
        .collect()
}

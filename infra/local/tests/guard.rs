//! A guard ends with its standard input, or with its child, and leaves nothing behind.

use std::io::{self, BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, ExitCode, Stdio};

fn main() -> io::Result<ExitCode> {
    if let Some(code) = paywell_local::guard::enter() {
        return Ok(code);
    }
    a_guard_ends_with_its_input_and_so_does_all_below_it()?;
    a_guard_ends_with_its_child_says_how_and_ends_what_it_left_behind()?;
    Ok(ExitCode::SUCCESS)
}

/// A guard over a shell, what holds it open, and the id of what the shell left running in a session of its own.
fn guard(script: &str) -> io::Result<(Child, Option<ChildStdin>, String)> {
    let script = format!("setsid sleep 600 >/dev/null 2>&1 & echo $!; {script}");
    let mut guard = Command::new(std::env::current_exe()?)
        .args(["guard-of-the-local-stack", "sh", "-c", &script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut left = String::new();
    if let Some(output) = guard.stdout.take() {
        BufReader::new(output).read_line(&mut left)?;
    }
    let input = guard.stdin.take();
    Ok((guard, input, left.trim().to_owned()))
}

fn is_running(id: &str) -> bool {
    Path::new("/proc").join(id).exists()
}

fn a_guard_ends_with_its_input_and_so_does_all_below_it() -> io::Result<()> {
    for script in ["wait", "trap '' TERM; while :; do wait; done"] {
        let (mut guard, input, left) = guard(script)?;
        assert!(is_running(&left), "{script}");
        drop(input);
        assert!(!guard.wait()?.success(), "{script}");
        assert!(!is_running(&left), "{script}");
    }
    Ok(())
}

fn a_guard_ends_with_its_child_says_how_and_ends_what_it_left_behind() -> io::Result<()> {
    let (mut guard, _input, left) = guard("exit 7")?;
    assert_eq!(guard.wait()?.code(), Some(7));
    assert!(!is_running(&left));
    Ok(())
}

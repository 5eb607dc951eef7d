//! The product without one guard: a copy of the tree, and the tests that go red in it.

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    io::{self, BufRead, BufReader},
    os::unix::process::CommandExt,
    path::PathBuf,
    process::{Command, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use crate::{
    Guard,
    guard::{VARIABLE, switched},
    root,
};

/// What became of a guard's removal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// This test went red.
    Red(String),
    /// There is no such program.
    NotCompiled,
    /// These tests did not end in time.
    TimedOut(String),
    /// Every test stayed green.
    Missed,
}

/// Which tests are run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// The crate's own.
    Units,
    /// Those of the whole.
    Integration,
    /// The crate's own first, then those of the whole.
    All,
}

impl Reach {
    fn covers(self, tests: &[&str]) -> bool {
        match self {
            Self::Units => !tests.contains(&"--test"),
            Self::Integration => tests.contains(&"--test"),
            Self::All => true,
        }
    }
}

/// A run of tests may take this long, with the compile.
const LONGEST: Duration = Duration::from_secs(900);

/// A copy of the workspace in the target folder, with a target folder of its own that all removals share.
pub struct Copy {
    tree: PathBuf,
    target: PathBuf,
}

impl Copy {
    /// The workspace as it is now, copied, but for the files that [`Copy::switch`] writes; what has not changed since the
    /// last time is left alone.
    ///
    /// # Errors
    /// It cannot be copied, or git does not know its files.
    pub fn fresh(switched: &[(usize, &Guard)]) -> io::Result<Self> {
        let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
        let copy = Self { tree: target.join("guards/tree"), target: target.join("guards/target") };
        let files = Command::new("git")
            .args(["ls-files", "--cached", "--others", "--exclude-standard"])
            .current_dir(root())
            .output()?;
        for file in String::from_utf8_lossy(&files.stdout).lines() {
            let Ok(now) = fs::read(root().join(file)) else { continue };
            if !switched.iter().any(|(_, guard)| guard.path == file) {
                copy.write(file, &now)?;
            }
        }
        Ok(copy)
    }

    /// Writes a file where it is another than it was, so that nothing is compiled that need not be.
    fn write(&self, file: &str, content: &[u8]) -> io::Result<()> {
        let path = self.tree.join(file);
        if fs::read(&path).is_ok_and(|was| was == content) {
            return Ok(());
        }
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, content)
    }

    /// Takes the guard away, runs the tests, the nearest first, until one goes red, and puts the guard back.
    ///
    /// # Errors
    /// The copy cannot be written or cargo cannot be started.
    pub fn without(&self, guard: &Guard, reach: Reach) -> io::Result<Outcome> {
        let text = fs::read_to_string(root().join(&guard.path))?;
        self.write(&guard.path, guard.removed(&text).as_bytes())?;
        let outcome = self.first_red(&guard.path, reach, "");
        self.write(&guard.path, text.as_bytes())?;
        outcome
    }

    /// Makes every one of these guards one that can be taken away by its number when the tests run. Gives those of
    /// files that do not compile so: they are left as they are.
    ///
    /// # Errors
    /// The copy cannot be written or cargo cannot be started.
    pub fn switch(&self, guards: &[(usize, &Guard)], reach: Reach) -> io::Result<Vec<String>> {
        let mut left = Vec::new();
        let runs: BTreeSet<Vec<&str>> = guards
            .iter()
            .flat_map(|(_, guard)| ladder(&guard.path))
            .filter(|tests| reach.covers(tests))
            .collect();
        loop {
            let mut files: BTreeMap<&str, Vec<(usize, &Guard)>> = BTreeMap::new();
            for (number, guard) in guards {
                files.entry(&guard.path).or_default().push((*number, guard));
            }
            for (path, guards) in &files {
                let text = fs::read_to_string(root().join(path))?;
                let text = if left.contains(&(*path).to_owned()) { text } else { switched(&text, guards) };
                self.write(path, text.as_bytes())?;
            }
            let mut said = String::new();
            for tests in &runs {
                let mut compile = self.cargo(tests);
                let compiled = compile.args(["--no-run", "--quiet"]).output()?;
                if !compiled.status.success() {
                    said.push_str(&String::from_utf8_lossy(&compiled.stderr));
                    break;
                }
            }
            let wrong: Vec<String> = files
                .keys()
                .filter(|path| !left.contains(&(**path).to_owned()))
                .filter(|path| said.split("\nerror").skip(1).any(|error| error.contains(&format!("{path}:"))))
                .map(|path| (*path).to_owned())
                .collect();
            if wrong.is_empty() {
                return if said.is_empty() { Ok(left) } else { Err(io::Error::other(said)) };
            }
            left.extend(wrong);
        }
    }

    /// Runs the tests with one of the switched guards taken away; with none, where the number is empty.
    ///
    /// # Errors
    /// Cargo cannot be started.
    pub fn switched_off(&self, number: &str, path: &str, reach: Reach) -> io::Result<Outcome> {
        self.first_red(path, reach, number)
    }

    fn first_red(&self, path: &str, reach: Reach, number: &str) -> io::Result<Outcome> {
        for tests in ladder(path) {
            if !reach.covers(&tests) {
                continue;
            }
            let outcome = self.test(&tests, number)?;
            if outcome != Outcome::Missed {
                return Ok(outcome);
            }
        }
        Ok(Outcome::Missed)
    }

    /// One run of tests, ended at the first red.
    fn test(&self, tests: &[&str], number: &str) -> io::Result<Outcome> {
        let log = fs::File::create(self.target.with_extension("log"))?;
        let mut command = self.cargo(tests);
        // A group, so that the tests end with cargo.
        command.env(VARIABLE, number).process_group(0);
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn()?;
        let (say, heard) = mpsc::channel();
        let output = child.stdout.take().ok_or_else(|| io::Error::other("no output"))?;
        thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                let name = line.strip_prefix("test ").and_then(|rest| rest.strip_suffix(" ... FAILED"));
                if let Some(name) = name
                    && say.send(name.to_owned()).is_err()
                {
                    return;
                }
            }
        });
        let started = Instant::now();
        let outcome = match heard.recv_timeout(LONGEST.saturating_sub(started.elapsed())) {
            Ok(red) => Outcome::Red(red),
            Err(mpsc::RecvTimeoutError::Timeout) => Outcome::TimedOut(tests.join(" ")),
            Err(mpsc::RecvTimeoutError::Disconnected) if child.wait()?.success() => Outcome::Missed,
            Err(mpsc::RecvTimeoutError::Disconnected) => self.why_not()?,
        };
        if child.try_wait()?.is_none() {
            let _ended = Command::new("kill").args(["-TERM", "--", &format!("-{}", child.id())]).status()?;
        }
        child.wait()?;
        Ok(outcome)
    }

    fn cargo(&self, tests: &[&str]) -> Command {
        let mut command = Command::new("cargo");
        command.args(["test", "--offline"]).args(tests).current_dir(&self.tree).stdin(Stdio::null());
        command.env("CARGO_TARGET_DIR", &self.target).env("CARGO_PROFILE_DEV_DEBUG", "0");
        // What one removal was caught by must not help with the next.
        command.env("PROPTEST_DISABLE_FAILURE_PERSISTENCE", "1");
        command
    }

    /// Why cargo failed without a red test.
    fn why_not(&self) -> io::Result<Outcome> {
        let log = fs::read_to_string(self.target.with_extension("log"))?;
        if log.contains("error: could not compile") {
            return Ok(Outcome::NotCompiled);
        }
        let last = log.lines().rfind(|line| line.starts_with("error")).unwrap_or_default();
        Ok(Outcome::Red(format!("the test program ended ({last})")))
    }
}

/// Which tests to run for a guard in this file, the nearest first.
fn ladder(path: &str) -> Vec<Vec<&'static str>> {
    const NEAR: [(&str, &str); 7] = [
        ("shared/domain/", "paywell-domain"),
        ("shared/store/", "paywell-store"),
        ("shared/gateways/", "paywell-gateways"),
        ("shared/app/", "paywell-app"),
        ("shared/http/", "paywell-http"),
        ("functions/checkout/", "checkout"),
        ("functions/processor-events/", "processor-events"),
    ];
    let near = NEAR.iter().filter(|(folder, _)| path.starts_with(folder));
    let mut ladder: Vec<Vec<&str>> = near.map(|(_, package)| vec!["--lib", "-p", *package]).collect();
    ladder.push(vec!["--test", "integration", "-p", "paywell-tests"]);
    ladder
}

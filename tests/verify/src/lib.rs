//! Running the checks: each step says what it does, how long it took, and stops everything where it fails.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Child, Command, ExitCode, Stdio},
    time::Instant,
};

/// Why a check failed, for people.
pub type Failure = String;

/// The workspace's folder.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Where tools are installed: inside the project, so that removing it removes them.
pub fn tools() -> PathBuf {
    root().join("target/tools")
}

/// What cargo tells a program that it runs.
const OF_CARGO: [&str; 3] = ["CARGO_MANIFEST_", "CARGO_PKG_", "CARGO_PRIMARY_"];

/// A command that knows nothing of the cargo that runs this program. Build scripts watch what that tells: another cargo would
/// build what stands on them again each time that it is called by a program and by hand in turn.
pub fn command(program: impl AsRef<Path>) -> Command {
    let mut command = Command::new(program.as_ref());
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(|name| OF_CARGO.iter().any(|prefix| name.starts_with(prefix))) {
            command.env_remove(name);
        }
    }
    command
}

/// Runs a command in the workspace's folder, showing what it prints.
///
/// # Errors
/// It cannot be started, or says that it failed.
pub fn run(
    program: impl AsRef<Path>,
    arguments: &[&str],
    environment: &[(&str, &str)],
) -> Result<(), Failure> {
    let shown = format!("{} {}", program.as_ref().display(), arguments.join(" "));
    println!("    $ {shown}");
    let mut command = command(program);
    command.args(arguments).envs(environment.iter().copied()).current_dir(root()).stdin(Stdio::null());
    let status = command.status().map_err(|error| format!("{shown}: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{shown}: {status}")) }
}

/// A check.
pub type Step = fn() -> Result<(), Failure>;

/// Runs named checks in order.
pub fn steps(steps: &[(&str, Step)]) -> ExitCode {
    let started = Instant::now();
    for (index, (name, step)) in steps.iter().enumerate() {
        println!("[{}/{}] {name}", index + 1, steps.len());
        let step_started = Instant::now();
        if let Err(failure) = step() {
            println!("FAILED: {name}: {failure}");
            return ExitCode::FAILURE;
        }
        println!("    done in {} s", step_started.elapsed().as_secs());
    }
    println!(
        "verified in {} minutes {} s",
        started.elapsed().as_secs() / 60,
        started.elapsed().as_secs() % 60
    );
    ExitCode::SUCCESS
}

/// A process that ends with the check that needs it.
#[derive(Debug)]
pub struct Running(pub Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A Python with what a list of requirements names, in a folder of its own.
///
/// # Errors
/// There is no `python3` with `venv`, or a package cannot be installed.
pub fn python(name: &str, requirements: &[&str]) -> Result<PathBuf, Failure> {
    let home = tools().join(name);
    let python = home.join("bin/python");
    let wanted: String = requirements
        .iter()
        .map(|file| fs::read_to_string(root().join(file)).map_err(|error| format!("{file}: {error}")))
        .collect::<Result<_, _>>()?;
    let marker = home.join("installed.txt");
    if fs::read_to_string(&marker).is_ok_and(|installed| installed == wanted) {
        return Ok(python);
    }
    run("python3", &["-m", "venv", &home.to_string_lossy()], &[]).map_err(|failure| {
        format!("{failure}; install Python 3 with its venv module (Debian: python3-venv)")
    })?;
    for file in requirements {
        run(&python, &["-m", "pip", "install", "--quiet", "--requirement", file], &[])?;
    }
    fs::write(&marker, wanted).map_err(|error| error.to_string())?;
    Ok(python)
}

/// Installs what the `package-lock.json` of a folder names, if it is not there already.
///
/// # Errors
/// There is no `npm`, or a package cannot be installed.
pub fn node_modules(folder: &str) -> Result<(), Failure> {
    let home = root().join(folder);
    let lock = home.join("package-lock.json");
    let wanted = fs::read_to_string(&lock).map_err(|error| format!("{}: {error}", lock.display()))?;
    let marker = home.join("node_modules/installed.json");
    if fs::read_to_string(&marker).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    run("npm", &["ci", "--silent", "--prefix", &home.to_string_lossy()], &[])
        .map_err(|failure| format!("{failure}; install Node.js 20 or later with npm"))?;
    fs::write(&marker, wanted).map_err(|error| error.to_string())
}

//! `cargo verify`: everything that must hold before a change lands, from nothing, with what it needs installed.
//!
//! Everything but the local stack, which is built as people build it, is built of the whole workspace: other selections ask
//! dependencies for other features, and would compile them once more.

use std::{
    fs,
    io::{self, BufRead, BufReader},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{ChildStdout, Command, ExitCode, Stdio},
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::Duration,
};

use verify::{Failure, Running, command, node_modules, python, root, run, steps, tools};

/// The package that holds the official DynamoDB Local with its native libraries.
const DYNAMODB_LOCAL: &str = "amplify-dynamodb-simulator@2.9.30";

fn main() -> ExitCode {
    steps(&[
        ("Chromium and libfaketime, from Debian where they are missing", packages),
        ("formatting", formatting),
        ("lints, as errors", lints),
        ("unit, property and integration tests, on the embedded engine", tests),
        ("faults: crashes, races, random commands, malformed requests", faults),
        ("integration tests on the official DynamoDB Local", official_engine),
        ("the Stripe simulator, by Stripe's own libraries", simulator),
        ("the API against its description, by Schemathesis", description),
        ("the template, by cfn-lint", template),
        ("end to end through cargo lambda, and the pages in Chromium", browser),
    ])
}

/// What tests and pages need beside Rust, Python, Node.js and Java.
fn packages() -> Result<(), Failure> {
    let libraries = fs::read_dir("/usr/lib").map_err(|error| error.to_string())?;
    let mut folders =
        libraries.flatten().map(|entry| entry.path()).chain(["/usr/lib", "/usr/local/lib"].map(Into::into));
    let moves_clocks = folders.any(|folder| folder.join("faketime/libfaketimeMT.so.1").is_file());
    let missing = [("chromium", Path::new("/usr/bin/chromium").exists()), ("libfaketime", moves_clocks)];
    let missing: Vec<&str> = missing.iter().filter(|(_, found)| !found).map(|(name, _)| *name).collect();
    if missing.is_empty() {
        return Ok(());
    }
    run("apt-get", &["update", "--quiet"], &[])
        .and_then(|()| run("apt-get", &[&["install", "--quiet", "--yes"], missing.as_slice()].concat(), &[]))
        .map_err(|failure| format!("{failure}; install {} by hand", missing.join(" and ")))
}

fn formatting() -> Result<(), Failure> {
    run("cargo", &["fmt", "--all", "--check"], &[])
}

fn lints() -> Result<(), Failure> {
    run("cargo", &["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"], &[])
}

fn tests() -> Result<(), Failure> {
    run("cargo", &["test", "--workspace"], &[])
}

/// The fast tier.
fn faults() -> Result<(), Failure> {
    run("cargo", &["build", "--workspace", "--example", "faults"], &[])?;
    run("target/debug/examples/faults", &["fast"], &[])
}

fn official_engine() -> Result<(), Failure> {
    let home = dynamodb_local()?;
    let port = free_port()?;
    let arguments =
        ["-Djava.library.path=DynamoDBLocal_lib", "-jar", "DynamoDBLocal.jar", "-inMemory", "-sharedDb"];
    let mut engine = Command::new("java");
    engine.args(arguments).args(["-port", &port.to_string()]).current_dir(&home).stdout(Stdio::piped());
    let child = engine.spawn().map_err(|error| format!("java: {error}; install a Java 17 runtime"))?;
    let mut running = Running(child);
    let output = running.0.stdout.take().ok_or("DynamoDB Local without an output")?;
    wait_for(port, output)?;
    let address = format!("http://127.0.0.1:{port}");
    let engine = [("PAYWELL_TEST_DYNAMODB", address.as_str())];
    run("cargo", &["test", "--workspace", "--test", "integration"], &engine)
}

/// Until something listens on a port, or the engine has ended. What it prints comes two seconds before it listens, and
/// nothing after, so the port is looked at each time that its output has told nothing for a while.
fn wait_for(port: u16, output: ChildStdout) -> Result<(), Failure> {
    let (running, ended) = mpsc::channel::<()>();
    thread::spawn(move || {
        let _running = running;
        io::copy(&mut BufReader::new(output), &mut io::sink())
    });
    for _ in 0..600 {
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return Ok(());
        }
        if ended.recv_timeout(Duration::from_millis(100)) == Err(RecvTimeoutError::Disconnected) {
            return Err("DynamoDB Local ended at once".to_owned());
        }
    }
    Err("DynamoDB Local did not start within a minute".to_owned())
}

fn dynamodb_local() -> Result<PathBuf, Failure> {
    let home = tools().join("dynamodb-local");
    let emulator = home.join("package/emulator");
    if emulator.join("DynamoDBLocal.jar").exists() {
        return Ok(emulator);
    }
    fs::create_dir_all(&home).map_err(|error| error.to_string())?;
    let home = home.to_string_lossy().into_owned();
    run("npm", &["pack", "--silent", "--pack-destination", &home, DYNAMODB_LOCAL], &[])?;
    let file = DYNAMODB_LOCAL.replace('@', "-") + ".tgz";
    run("tar", &["--extract", "--gzip", "--file", &format!("{home}/{file}"), "--directory", &home], &[])?;
    Ok(emulator)
}

fn free_port() -> Result<u16, Failure> {
    let listener = TcpListener::bind("127.0.0.1:0").map_err(|error| error.to_string())?;
    listener.local_addr().map(|address| address.port()).map_err(|error| error.to_string())
}

fn simulator() -> Result<(), Failure> {
    let python = python("stripe-tests", &["tests/stripe/requirements.txt"])?;
    run("cargo", &["build", "--workspace", "--example", "stripe-simulator"], &[])?;
    run(python, &["-m", "pytest", "--quiet", "tests/stripe"], &[])?;
    node_modules("tests/stripe/node")?;
    // By name: what a folder means to `node --test` differs between versions of Node.js.
    let tests = ["tests/stripe/node/money.test.mjs", "tests/stripe/node/payments.test.mjs"];
    run("node", &[&["--test"][..], &tests].concat(), &[])
}

fn description() -> Result<(), Failure> {
    let python = python("openapi", &["tests/openapi/requirements.txt"])?;
    run("cargo", &["build", "--workspace", "--example", "api"], &[])?;
    let mut api = command(root().join("target/debug/examples/api"));
    api.current_dir(root()).stdout(Stdio::piped());
    let (_running, settings) = started(&mut api)?;
    let settings: Vec<(&str, &str)> =
        settings.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let url = settings.iter().find(|(name, _)| *name == "PAYWELL_URL").map(|(_, url)| *url);
    let url = url.ok_or("the API did not say where it is")?;
    run(
        python.with_file_name("schemathesis"),
        &["--config-file", "tests/openapi/schemathesis.toml", "run", &format!("{url}/openapi.json")],
        &settings,
    )
}

/// Starts a server and reads the `NAME=value` lines that it prints up to an empty one.
fn started(server: &mut Command) -> Result<(Running, Vec<(String, String)>), Failure> {
    let child = server.spawn().map_err(|error| format!("{server:?}: {error}"))?;
    let mut running = Running(child);
    let output = running.0.stdout.take().ok_or("a server without an output")?;
    let lines = BufReader::new(output).lines().map_while(Result::ok).take_while(|line| !line.is_empty());
    let setting =
        |line: String| line.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
    let settings = lines.filter_map(setting).collect();
    Ok((running, settings))
}

fn template() -> Result<(), Failure> {
    let python = python("lint", &["tests/requirements-lint.txt"])?;
    run(python.with_file_name("cfn-lint"), &["infra/template.yaml"], &[])
}

fn browser() -> Result<(), Failure> {
    node_modules("tests/browser")?;
    // As `cargo dev` is called, and built here so that its start waits for no compiler.
    run("cargo", &["build", "--package", "paywell-local", "--example", "dev"], &[])?;
    run("node", &["--test", "--test-reporter=spec", "tests/browser/browser.test.mjs"], &[])
}

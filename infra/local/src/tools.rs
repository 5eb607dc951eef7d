//! What the stack runs and does not bring: installed once under `target/tools`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, bail, ensure};

use crate::{clock, data, guard};

const CARGO_LAMBDA: &str = "1.9.2";

/// An npm package that carries the official DynamoDB Local 1.25.1 with its native libraries.
const DYNAMODB_LOCAL: (&str, &str) = ("amplify-dynamodb-simulator", "2.9.30");

/// `cargo-lambda`, in a Python environment of its own.
pub(crate) async fn cargo_lambda() -> Result<PathBuf> {
    let folder = data::tools().join("cargo-lambda");
    let program = folder.join("bin/cargo-lambda");
    install(&folder, CARGO_LAMBDA, async {
        ensure!(guard::exists("python3"), "python3 is missing; it installs cargo-lambda");
        eprintln!("Installing cargo-lambda {CARGO_LAMBDA} with pip into {}", folder.display());
        let mut venv = guard::command("python3")?;
        venv.args(["-m", "venv"]).arg(&folder);
        guard::run("python3 -m venv (on Debian it is in the package python3-venv)", venv).await?;
        let mut pip = guard::command(folder.join("bin/pip"))?;
        pip.args(["install", "--quiet", "--disable-pip-version-check"]);
        pip.arg(format!("cargo-lambda=={CARGO_LAMBDA}"));
        guard::run("pip install cargo-lambda", pip).await
    })
    .await?;
    Ok(program)
}

/// The folder with `DynamoDBLocal.jar`.
pub(crate) async fn dynamodb_local() -> Result<PathBuf> {
    ensure!(guard::exists("java"), "java is missing; DynamoDB Local needs it (Debian: default-jre-headless)");
    let (package, version) = DYNAMODB_LOCAL;
    let folder = data::tools().join("dynamodb-local");
    install(&folder, version, async {
        ensure!(guard::exists("npm"), "npm is missing; DynamoDB Local comes in an npm package");
        eprintln!("Installing DynamoDB Local (56 MB) with npm into {}", folder.display());
        let mut pack = guard::command("npm")?;
        pack.args(["pack", "--silent", &format!("{package}@{version}"), "--pack-destination"]).arg(&folder);
        pack.stdout(Stdio::null());
        guard::run("npm pack", pack).await?;
        let archive = folder.join(format!("{package}-{version}.tgz"));
        let mut unpack = guard::command("tar")?;
        unpack
            .arg("-xzf")
            .arg(&archive)
            .arg("-C")
            .arg(&folder)
            .args(["--strip-components=2", "package/emulator"]);
        guard::run("tar", unpack).await?;
        Ok(fs::remove_file(archive)?)
    })
    .await?;
    Ok(folder)
}

/// Runs `steps` in an empty folder unless they came to their end there before.
async fn install(folder: &Path, version: &str, steps: impl Future<Output = Result<()>>) -> Result<()> {
    let done = folder.join("installed");
    if fs::read_to_string(&done).is_ok_and(|text| text == version) {
        return Ok(());
    }
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)?;
    steps.await?;
    Ok(fs::write(done, version)?)
}

/// Installs the system's packages that are missing.
///
/// # Errors
/// There is no apt-get, or it fails, for one because the user is not root.
pub(crate) async fn install_packages(java: bool) -> Result<()> {
    let lacking = |missing: bool, package: &'static str| missing.then_some(package);
    let packages: Vec<&str> = [
        lacking(clock::library().is_none(), "libfaketime"),
        lacking(!guard::exists("python3"), "python3-venv"),
        lacking(java && !guard::exists("java"), "default-jre-headless"),
        lacking(java && !guard::exists("npm"), "npm"),
    ]
    .into_iter()
    .flatten()
    .collect();
    if packages.is_empty() {
        return Ok(());
    }
    if !guard::exists("apt-get") {
        bail!("--install needs apt-get; install {} by hand", packages.join(", "));
    }
    eprintln!("Installing {}", packages.join(", "));
    let mut install = guard::command("apt-get")?;
    install.args(["install", "--yes", "--quiet"]).args(packages);
    guard::run("apt-get install", install).await.context("--install works as root")
}

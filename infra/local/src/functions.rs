//! The functions, served by `cargo lambda watch` with the routes in the workspace's `Cargo.toml`.

use std::ffi::OsString;
use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::net::TcpListener;

use crate::clock::Clock;
use crate::data::{Data, repository};
use crate::guard::{self, Guarded};
use crate::options::Options;
use crate::ports::Addresses;
use crate::secrets::Secrets;
use crate::{dynamodb, http, tools};

/// The bucket with the heads of histories.
pub(crate) const ANCHORS: &str = "paywell-anchors";

/// The bucket with exports.
pub(crate) const EXPORTS: &str = "paywell-exports";

pub(crate) const REGION: &str = "us-east-1";

/// Key and secret: no server of the stack looks at them. Letters and digits, as DynamoDB Local wants.
pub(crate) const ACCESS_KEY: &str = "local";

/// Where texts come from: a number that is reserved for examples.
const SENDER: &str = "+18005550199";

/// The log in the data folder.
pub(crate) const LOG: &str = "functions.log";

/// The variable with the cargo to use, which cargo sets for what it runs.
const CARGO: &str = "CARGO";

/// The functions' own; of `cargo lambda watch`, which reads the same variable, what goes wrong.
const LOG_LEVELS: &str = "info,cargo_lambda_watch=warn,watchexec=warn,watchexec_supervisor=warn";

/// How long `cargo lambda watch` may take to listen: it reads the workspace's metadata first.
const START: Duration = Duration::from_secs(60);

/// What the functions find in their environment.
pub(crate) fn environment(addresses: &Addresses, secrets: &Secrets) -> Vec<(&'static str, String)> {
    vec![
        ("AWS_REGION", REGION.to_owned()),
        ("AWS_ACCESS_KEY_ID", ACCESS_KEY.to_owned()),
        ("AWS_SECRET_ACCESS_KEY", ACCESS_KEY.to_owned()),
        ("AWS_ENDPOINT_URL_DYNAMODB", addresses.dynamodb.clone()),
        ("AWS_ENDPOINT_URL_SESV2", addresses.mailbox.clone()),
        ("AWS_ENDPOINT_URL_PINPOINT_SMS_VOICE_V2", addresses.mailbox.clone()),
        ("AWS_ENDPOINT_URL_S3", addresses.objects.clone()),
        ("PAYWELL_ANCHORS_BUCKET", ANCHORS.to_owned()),
        ("PAYWELL_EXPORTS_BUCKET", EXPORTS.to_owned()),
        ("PAYWELL_TABLE", dynamodb::TABLE.to_owned()),
        ("PAYWELL_PUBLIC_URL", addresses.api.clone()),
        ("PAYWELL_LINK_KEY", secrets.link_key.clone()),
        ("PAYWELL_CURSOR_KEY", secrets.cursor_key.clone()),
        ("PAYWELL_ISSUER", addresses.issuer.clone()),
        ("PAYWELL_HOSTED_PAGE_ORIGIN", addresses.stripe.clone()),
        ("STRIPE_BASE_URL", addresses.stripe.clone()),
        ("STRIPE_SECRET_KEY", secrets.stripe_secret_key.clone()),
        ("STRIPE_WEBHOOK_SECRET", secrets.stripe_webhook_secret.clone()),
        ("SES_CONFIGURATION_SET", "paywell".to_owned()),
        ("SMS_CONFIGURATION_SET", "paywell".to_owned()),
        ("SMS_ORIGINATION_IDENTITY", SENDER.to_owned()),
        ("MAILS_PER_SECOND", "10".to_owned()),
        ("TEXTS_PER_SECOND", "3".to_owned()),
        ("RUST_LOG", LOG_LEVELS.to_owned()),
    ]
}

/// Builds all functions, so that no request waits for a compiler; together with the stack, because cargo compiles the
/// SDKs once more for every other set of features.
pub(crate) async fn build() -> Result<()> {
    eprintln!("Building the functions");
    let mut command = guard::command("cargo")?;
    command.args(["build", "--package", "paywell-local", "--bins"]);
    for folder in fs::read_dir(repository().join("functions"))? {
        command.arg("--package").arg(folder?.file_name());
    }
    if !cfg!(debug_assertions) {
        command.arg("--release");
    }
    command.current_dir(repository());
    guard::run("cargo build", command).await
}

/// Starts the server of the functions on the listener's port; each function starts at its first request.
pub(crate) async fn start(
    listener: TcpListener,
    environment: &[(&'static str, String)],
    data: &Data,
    clock: &Clock,
    options: &Options,
) -> Result<Guarded> {
    let program = tools::cargo_lambda().await?;
    let address = listener.local_addr()?;
    drop(listener);
    let mut command = guard::command(program)?;
    // CORS is the browser's matter of other origins; API Gateway adds nothing of it either.
    command.args(["lambda", "watch", "--ignore-changes", "--disable-cors", "--invoke-address"]);
    command.arg(address.ip().to_string()).arg("--invoke-port").arg(address.port().to_string());
    command.arg("--concurrency").arg(options.concurrency.to_string()).current_dir(repository());
    command.envs(environment.iter().map(|(name, value)| (name, value)));
    command.env(CARGO, stand_in(data, clock)?);
    if !options.logs {
        let log = File::create(data.file(LOG))?;
        command.stdout(log.try_clone()?).stderr(log);
    }
    let child = Guarded::spawn("cargo lambda watch", command)?;
    http::wait_for(address, START, &child).await?;
    Ok(child)
}

/// Writes a `cargo` that starts a function as it was built, by the stack's clock. The real one, which
/// `cargo lambda watch` would take, builds it again with fewer features.
fn stand_in(data: &Data, clock: &Clock) -> Result<PathBuf> {
    let program = std::env::current_exe()?;
    let built = program.ancestors().nth(2).context("this program is in no target folder")?;
    let cargo = std::env::var_os(CARGO).unwrap_or_else(|| OsString::from("cargo"));
    let script = include_str!("functions/cargo.sh")
        .replace("{cargo}", &cargo.to_string_lossy())
        .replace("{built}", &built.to_string_lossy())
        .replace("{clock}", &clock.exports());
    let file = data.file("cargo");
    fs::write(&file, script)?;
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755))?;
    Ok(file)
}

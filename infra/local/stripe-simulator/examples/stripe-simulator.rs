//! Runs the simulator on its own:
//! `cargo run -p stripe-simulator --example stripe-simulator -- --port 12111 --webhook-url http://127.0.0.1:9000/webhooks/stripe`
//!
//! Prints the address it listens on as its first line; with `--port 0`, the system chooses the port.

use std::io::{Error, ErrorKind, Result, Write};
use stripe_simulator::{Config, Simulator, serve};

const USAGE: &str = "options: --port N  --secret-key sk_test_…  --public-url URL  --webhook-url URL  \
                     --webhook-secret whsec_…  --ach-seconds N  --refund-seconds N  --snapshot FILE";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    tracing_subscriber::fmt().json().with_writer(std::io::stderr).init();
    let (config, port) = read_arguments(std::env::args().skip(1))?;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    let mut out = std::io::stdout();
    writeln!(out, "http://{}", listener.local_addr()?)?;
    out.flush()?;
    serve(Simulator::new(config)?, listener, stopped()).await
}

/// Completes on Ctrl-C or SIGTERM.
async fn stopped() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        },
        Err(_) => {
            let _ = tokio::signal::ctrl_c().await;
        }
    }
}

fn read_arguments(mut arguments: impl Iterator<Item = String>) -> Result<(Config, u16)> {
    let mut config = Config::default();
    let mut port = 12111;
    while let Some(name) = arguments.next() {
        let value = arguments.next().ok_or_else(|| refuse(&format!("{name} needs a value")))?;
        match name.as_str() {
            "--port" => port = number(&value)?,
            "--secret-key" => config.secret_key = value,
            "--public-url" => config.public_url = Some(value),
            "--webhook-url" => config.webhook_url = Some(value),
            "--webhook-secret" => config.webhook_secret = value,
            "--ach-seconds" => config.ach_settles_after_seconds = Some(number(&value)?),
            "--refund-seconds" => config.refund_settles_after_seconds = number(&value)?,
            "--snapshot" => config.snapshot = Some(value.into()),
            _ => return Err(refuse(&format!("unknown option {name}"))),
        }
    }
    Ok((config, port))
}

fn number<T: std::str::FromStr>(text: &str) -> Result<T> {
    text.parse().map_err(|_| refuse(&format!("{text} is not a number")))
}

fn refuse(problem: &str) -> Error {
    Error::new(ErrorKind::InvalidInput, format!("{problem}; {USAGE}"))
}

//! `cargo dev`: the whole stack on this machine, until Ctrl-C.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};
use paywell_local::clock::{self, Move};
use paywell_local::{Options, Running, Stack, commands, guard};
use tokio::signal::unix::{SignalKind, signal};

/// The whole of Paywell on this machine.
#[derive(Parser)]
#[command(bin_name = "cargo dev", args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(flatten)]
    options: Options,
    /// Where data, keys and logs are [default: target/dev]
    #[arg(long, value_name = "DIR", global = true)]
    data: Option<PathBuf>,
    #[command(subcommand)]
    task: Option<Task>,
}

/// What to do with a running stack.
#[derive(Subcommand)]
enum Task {
    /// Runs the nightly outreach now
    Outreach,
    /// Asks the processor now what became of what is unsettled
    Reconcile {
        /// Goes through the processor's records too, and books payouts
        #[arg(long)]
        nightly: bool,
        /// From when on they are gone through, such as 2026-11-01T00:00:00Z: after a restore, from before the backup
        #[arg(long, value_name = "TIME")]
        since: Option<chrono::DateTime<chrono::Utc>>,
    },
    /// Goes on now with exports that are not ready
    Exports,
    /// Moves the clock of the whole stack; without a value, says where it is
    Clock {
        /// +3d (s, m, h, d, w), 2026-12-24T09:00:00Z, 2026-12-24, or reset
        #[arg(value_parser = clock::parse, allow_hyphen_values = true)]
        to: Option<Move>,
    },
}

fn main() -> ExitCode {
    if let Some(code) = guard::enter() {
        return code;
    }
    match work(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn work(arguments: Arguments) -> Result<()> {
    let data = arguments.data.unwrap_or_else(Stack::default_folder);
    if arguments.task.is_none() {
        clock::preload(&data)?;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    match arguments.task {
        None => runtime.block_on(run(Stack::new(data, arguments.options))),
        Some(Task::Outreach) => {
            println!("{}", runtime.block_on(commands::outreach(&data))?);
            Ok(())
        }
        Some(Task::Reconcile { nightly, since }) => {
            let order = serde_json::json!({ "nightly": nightly, "since": since });
            println!("{}", runtime.block_on(commands::reconcile(&data, &order))?);
            Ok(())
        }
        Some(Task::Exports) => {
            println!("{}", runtime.block_on(commands::exports(&data))?);
            Ok(())
        }
        Some(Task::Clock { to }) => {
            println!("{}", commands::move_clock(&data, to)?);
            Ok(())
        }
    }
}

/// Runs the stack until it is told to stop, or breaks.
async fn run(stack: Stack) -> Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hangup = signal(SignalKind::hangup())?;
    let told = async {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
        }
    };
    tokio::pin!(told);
    let mut running = tokio::select! {
        running = stack.start() => running?,
        () = &mut told => return Ok(()),
    };
    announce(&running);
    let broken = tokio::select! {
        error = running.broken() => Some(error),
        () = told => None,
    };
    eprintln!("Stopping");
    running.stop().await;
    broken.map_or(Ok(()), Err)
}

fn announce(running: &Running) {
    let addresses = running.addresses();
    println!("Paywell is up; Ctrl-C stops it.");
    println!("  start page        {}", addresses.api);
    println!("  API               {}/v1", addresses.api);
    println!("  API reference     {}", addresses.docs);
    println!("  staff tokens      {}", addresses.issuer);
    println!("  mailbox           {}", addresses.mailbox);
    println!("  Stripe simulator  {}", addresses.stripe);
    println!("  DynamoDB          {}", addresses.dynamodb);
    println!("  functions         {}", addresses.lambda);
    println!("  data and logs     {}", running.folder().display());
    if running.file.clock {
        println!("  clock             {}", running.clock.describe(clock::now() - running.clock.offset()));
    } else {
        println!("  clock             real time: {}", clock::MISSING);
    }
}

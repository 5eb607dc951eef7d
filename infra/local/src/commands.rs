//! What can be done with a running stack, from another process.

use std::path::Path;

use anyhow::{Result, bail, ensure};
use chrono::SecondsFormat;
use serde_json::{Value, json};

use crate::clock::{self, Clock, Move};
use crate::{StackFile, functions, http};

/// Runs the nightly job now, with an event as EventBridge sends one, and returns its answer.
///
/// # Errors
/// No stack is running, or the function fails.
pub async fn outreach(data: &Path) -> Result<String> {
    let stack = StackFile::read(data)?;
    let time = (clock::now() + Clock::of(data).offset()).to_rfc3339_opts(SecondsFormat::Secs, true);
    invoke(&stack, "outreach", &scheduled_event(&time)).await
}

/// Asks the processor now about what is unsettled, with the order that a schedule or an engineer gives.
///
/// # Errors
/// No stack is running, or the function fails.
pub async fn reconcile(data: &Path, order: &Value) -> Result<String> {
    invoke(&StackFile::read(data)?, "reconcile", order).await
}

/// Goes on now with the exports that are to be gone on with, as the schedule does every minute.
///
/// # Errors
/// No stack is running, or the function fails.
pub async fn exports(data: &Path) -> Result<String> {
    invoke(&StackFile::read(data)?, "exports", &json!({})).await
}

/// Invokes a function with an event, past the gateway.
///
/// # Errors
/// The function cannot be reached, or fails.
pub async fn invoke(stack: &StackFile, function: &str, event: &Value) -> Result<String> {
    let (status, answer) = http::post(&stack.addresses.invocations(function), event).await?;
    ensure!(status.is_success(), "{function} answered {status}: {answer}");
    Ok(answer)
}

fn scheduled_event(time: &str) -> Value {
    json!({
        "version": "0",
        "id": "00000000-0000-4000-8000-000000000000",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "123456789012",
        "time": time,
        "region": functions::REGION,
        "resources": [format!("arn:aws:events:{}:123456789012:rule/outreach", functions::REGION)],
        "detail": {},
    })
}

/// Moves the clock of the running stack, or only looks at it, and says where it is.
///
/// # Errors
/// No stack is running, or it was started without libfaketime.
pub fn move_clock(data: &Path, to: Option<Move>) -> Result<String> {
    let stack = StackFile::read(data)?;
    let clock = Clock::of(data);
    let real_now = clock::now();
    if let Some(to) = to {
        if !stack.clock {
            bail!("{}; then start `cargo dev` again", clock::MISSING);
        }
        clock.set(to.apply(clock.offset(), real_now))?;
    }
    Ok(clock.describe(real_now))
}

//! The suites, and what they measure.

mod aftermath;
mod chance;
mod commands;
mod effect;
mod malformed;
mod nights;
mod outreach;
mod points;
mod practices;
mod race;
mod rate;
mod schema;
mod speed;

use std::{fmt, fs, path::Path};

use futures_util::FutureExt;
use serde_json::{Value, json};

pub use chance::wire;
pub use malformed::malformed;
pub use nights::nights;
pub use outreach::outreach;
pub use points::{Calls, crash_points, fault_points};
pub use practices::cross_practice;
pub use race::race;
pub use rate::rate;
pub use speed::speed;

/// A figure for `target/measure/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// Its name.
    pub name: &'static str,
    /// Its value, a whole number.
    pub value: u64,
    /// The value's unit.
    pub unit: &'static str,
    /// Of how many.
    pub n: u64,
}

/// What a figure must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goal {
    /// Nothing is off.
    None,
    /// So much, or more.
    AtLeast(u64),
}

impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("0"),
            Self::AtLeast(least) => write!(f, ">= {least}"),
        }
    }
}

impl Figure {
    /// What it must be; none for one that only informs.
    pub fn goal(&self) -> Option<Goal> {
        match self.name {
            "model_cents_off"
            | "wire_cents_off"
            | "wire_wrong"
            | "crash_points_off"
            | "fault_points_off"
            | "race_wrong"
            | "malformed_5xx"
            | "malformed_panics"
            | "malformed_wrongly_taken"
            | "malformed_written"
            | "malformed_unnamed"
            | "cross_practice_reached"
            | "outreach_doubles"
            | "outreach_losses"
            | "outreach_wrong"
            | "nights_forbidden"
            | "nights_doubles"
            | "nights_losses"
            | "nights_kinds_missing" => Some(Goal::None),
            "crash_points_killed_pct" | "fault_points_struck_pct" => Some(Goal::AtLeast(100)),
            "outreach_kills" | "outreach_doubled_triggers" => Some(Goal::AtLeast(1)),
            "model_accepted_pct" | "wire_accepted_pct" => Some(Goal::AtLeast(40)),
            _ => None,
        }
    }

    /// Whether it is what it must be, and was measured at all.
    pub fn is_good(&self) -> bool {
        match self.goal() {
            Some(Goal::None) => self.value == 0 && self.n > 0,
            Some(Goal::AtLeast(least)) => self.value >= least && self.n > 0,
            None => true,
        }
    }
}

/// Writes a suite's figures to `target/measure/<suite>.jsonl`, one JSON object a line.
///
/// # Errors
/// The file cannot be written.
pub fn save(suite: &str, figures: &[Figure]) -> std::io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/measure");
    fs::create_dir_all(&folder)?;
    let line = |figure: &Figure| -> Value {
        json!({ "name": figure.name, "value": figure.value, "unit": figure.unit, "n": figure.n })
    };
    let lines: String = figures.iter().map(|figure| format!("{}\n", line(figure))).collect();
    fs::write(folder.join(format!("{suite}.jsonl")), lines)
}

/// What is wrong, where a check fails: the suites go on, and say it in the end.
async fn checked<T>(check: impl Future<Output = T>) -> Result<T, String> {
    std::panic::AssertUnwindSafe(check).catch_unwind().await.map_err(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        text.or_else(|| panic.downcast_ref::<&str>().map(|&text| text.to_owned())).unwrap_or_default()
    })
}

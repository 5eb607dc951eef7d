//! The committed table: what became of each guard.

use std::{collections::BTreeMap, fmt::Write, fs, io, path::PathBuf};

use crate::{Guard, red::Outcome, root};

/// A guard's row: what is red, by the guard's name.
pub type Rows = BTreeMap<String, String>;

const NOT_RUN: &str = "not run";

fn path() -> PathBuf {
    root().join("tests/guards.md")
}

/// What an outcome is called in the table.
pub fn cell(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Red(test) => format!("`{test}`"),
        Outcome::NotCompiled => "the compiler: there is no such program".to_owned(),
        Outcome::TimedOut(tests) => format!("timed out: `{tests}`"),
        Outcome::Missed => "**MISSED**".to_owned(),
    }
}

/// The rows of the table as it was written last; none where there is no table.
pub fn read() -> Rows {
    let text = fs::read_to_string(path()).unwrap_or_default();
    let rows = text.lines().filter_map(|line| {
        let (guard, red) = line.strip_prefix("| ")?.strip_suffix(" |")?.rsplit_once(" | ")?;
        (red != NOT_RUN).then(|| (guard.to_owned(), red.to_owned()))
    });
    rows.collect()
}

/// The guard's name as a cell.
pub fn name(guard: &Guard) -> String {
    let said = guard.name.replace('|', "\\|").replace('`', "'");
    format!("{} | {} | `{said}`", guard.kind, guard.path)
}

/// Writes the table: every guard that is in the source now.
///
/// # Errors
/// It cannot be written.
pub fn write(guards: &[Guard], rows: &Rows) -> io::Result<()> {
    let red = |guard: &Guard| rows.get(&name(guard)).map_or(NOT_RUN, String::as_str);
    let count = |cell: fn(&str) -> bool| guards.iter().filter(|guard| cell(red(guard))).count();
    let mut text = String::from(
        "# Every guard, taken away, and the test that went red\n\n\
         Made by `cargo guards` (all of them: hours), which finds the guards in the source, takes one away at a time in a copy\n\
         of the tree and runs the tests, the nearest first, until one goes red. `cargo guards --only TEXT` does those whose row\n\
         has the text, `--new` those that have no result, `--units` or `--integration` only with those\n\
         tests, `--list` only names them.\n\n",
    );
    let summary = writeln!(
        text,
        "{} guards: {} red, {} not a program without, {} missed, {} not run.\n\n\
         | kind | file | function: guard | red |\n|---|---|---|---|",
        guards.len(),
        count(|red| red.starts_with('`') || red.starts_with("timed")),
        count(|red| red.starts_with("the compiler")),
        count(|red| red.contains("MISSED")),
        count(|red| red == NOT_RUN),
    );
    summary.map_err(io::Error::other)?;
    for guard in guards {
        writeln!(text, "| {} | {} |", name(guard), red(guard)).map_err(io::Error::other)?;
    }
    fs::write(path(), text)
}

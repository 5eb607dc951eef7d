//! What came of random commands, counted.

use std::{collections::BTreeMap, ops::AddAssign};

use paywell_tests::support::Answer;

/// What came of a command.
pub(super) enum Came {
    /// It was done.
    Accepted,
    /// It was refused, for this.
    Refused(String),
}

/// How often a command was done and refused.
#[derive(Debug, Clone, Default)]
struct Count {
    accepted: u64,
    refused: BTreeMap<String, u64>,
}

/// What came of sequences.
#[derive(Debug, Clone, Default)]
pub(super) struct Tally {
    commands: BTreeMap<&'static str, Count>,
    /// Calls to which something was done, kills among them.
    pub(super) struck: u64,
    /// Charges that were planned and made, by what for.
    pub(super) planned: BTreeMap<&'static str, u64>,
    /// Commands that met a message of the processor at the table.
    pub(super) met: u64,
    /// Messages that came to a recovering practice before what they are about, and were sent again.
    pub(super) early: u64,
    /// Functions that were killed.
    pub(super) killed: u64,
    /// Clock jumps between two tries of one command, by what was waited.
    pub(super) jumps: BTreeMap<&'static str, u64>,
    /// Commands that were done before a jump, and after it were answered alike.
    pub(super) replayed: u64,
    /// Reads of an index that showed something else than the table had.
    pub(super) stale: u64,
    pub(super) cents_off: u64,
    pub(super) wrong: u64,
}

impl Came {
    /// What an answer says.
    pub(super) fn of(answer: &Answer) -> Self {
        if answer.status < 400 {
            return Self::Accepted;
        }
        let problem = answer.json();
        let text = |pointer: &str| problem.pointer(pointer).and_then(serde_json::Value::as_str);
        let kind = text("/rule").or(text("/type")).unwrap_or("no problem").trim_start_matches("/problems/");
        Self::Refused(format!("{} {kind}{}", answer.status, text("/errors/0/pointer").unwrap_or_default()))
    }
}

impl Tally {
    pub(super) fn count(&mut self, command: &'static str, came: &Came) {
        let count = self.commands.entry(command).or_default();
        match came {
            Came::Accepted => count.accepted += 1,
            Came::Refused(why) => *count.refused.entry(why.clone()).or_default() += 1,
        }
    }

    pub(super) fn accepted(&self) -> u64 {
        self.commands.values().map(|count| count.accepted).sum()
    }

    pub(super) fn refused(&self) -> u64 {
        self.commands.values().flat_map(|count| count.refused.values()).sum()
    }

    /// How many commands there were.
    pub(super) fn all(&self) -> u64 {
        self.accepted() + self.refused()
    }

    /// A line a command: how often it was done and refused, and for what most.
    pub(super) fn print(&self) {
        println!("  {:<22} {:>8} {:>8}  most refused for", "command", "accepted", "refused");
        for (name, count) in &self.commands {
            let mut why: Vec<(&String, &u64)> = count.refused.iter().collect();
            why.sort_by_key(|(_, times)| std::cmp::Reverse(**times));
            let why: Vec<String> = why.iter().take(4).map(|(why, times)| format!("{why} ×{times}")).collect();
            let refused: u64 = count.refused.values().sum();
            println!("  {name:<22} {:>8} {refused:>8}  {}", count.accepted, why.join(", "));
        }
        let jumps: Vec<String> = self.jumps.iter().map(|(wait, times)| format!("{times} × {wait}")).collect();
        println!("  the clock jumped between two tries {}", jumps.join(", "));
        println!("  {} commands that were done before a jump were answered alike after it", self.replayed);
        println!("  planned charges that were made: {:?}", self.planned);
        println!("  {} commands met a message of the processor at the table", self.met);
        println!("  {} messages came before what they are about, and were sent again", self.early);
        println!(
            "  {} reads of an index showed something old, {} functions were killed",
            self.stale, self.killed
        );
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        for (name, count) in other.commands {
            let sum = self.commands.entry(name).or_default();
            sum.accepted += count.accepted;
            count.refused.into_iter().for_each(|(why, times)| *sum.refused.entry(why).or_default() += times);
        }
        other.planned.into_iter().for_each(|(kind, times)| *self.planned.entry(kind).or_default() += times);
        other.jumps.into_iter().for_each(|(wait, times)| *self.jumps.entry(wait).or_default() += times);
        self.struck += other.struck;
        self.met += other.met;
        self.early += other.early;
        self.killed += other.killed;
        self.replayed += other.replayed;
        self.stale += other.stale;
        self.cents_off += other.cents_off;
        self.wrong += other.wrong;
    }
}

//! A guard, and what the source is without it.

use std::{collections::BTreeMap, ops::Range};

use crate::source::Source;

/// What takes the place of which part of a file, in order.
pub type Edits = Vec<(Range<usize>, String)>;

/// Something that must hold, and the edit that takes it away.
#[derive(Debug, Clone)]
pub struct Guard {
    /// What sort of guard.
    pub kind: &'static str,
    /// The file, from the workspace's root.
    pub path: String,
    /// The function it is in, and what it says: no line numbers, so that it stays the same when others come.
    pub name: String,
    edits: Edits,
    in_const: bool,
}

/// Stands in an edit for whether the guard is kept.
pub const KEPT: &str = "@kept@";
/// The variable that names the guard to take away, in a copy where many can be.
pub const VARIABLE: &str = "GUARD_TAKEN_AWAY";

impl Guard {
    /// A guard that these replacements take away.
    pub fn new(kind: &'static str, source: &Source, said: Range<usize>, edits: Edits) -> Self {
        let said = source.text(said.clone()).split_whitespace().collect::<Vec<_>>().join(" ");
        let at = edits.first().map_or(0, |(range, _)| range.start);
        let mut short: String = said.chars().take(90).collect();
        if short.len() < said.len() {
            short.push('…');
        }
        let name = format!("{}: {short}", source.function(at));
        let in_const = source.is_const(at);
        Self { kind, path: source.path.clone(), name, edits, in_const }
    }

    /// The file without the guard.
    pub fn removed(&self, text: &str) -> String {
        edited(text, self.edits.iter().map(|(range, with)| (range.clone(), with.replace(KEPT, "false"))))
    }

    /// Whether it can be taken away when the program runs, so that one compile serves for many.
    pub fn can_be_switched(&self) -> bool {
        !self.in_const && self.edits.iter().any(|(_, with)| with.contains(KEPT))
    }

    /// What names it in the table.
    pub fn id(&self) -> String {
        format!("{} {} {}", self.kind, self.path, self.name)
    }

    /// What is in its place.
    pub fn shown(&self) -> String {
        self.edits.iter().map(|(_, with)| with.replace(KEPT, "false")).collect::<Vec<_>>().join(" … ")
    }
}

/// A file in which each of these guards, by its number, can be taken away when the program runs.
pub fn switched(text: &str, guards: &[(usize, &Guard)]) -> String {
    let mut edits: Vec<(usize, usize, Range<usize>, String)> = Vec::new();
    for (number, guard) in guards {
        let kept = format!("(std::env::var(\"{VARIABLE}\").as_deref() != Ok(\"{number}\"))");
        let from = guard.edits.first().map_or(0, |(range, _)| range.start);
        let to = guard.edits.last().map_or(0, |(range, _)| range.end);
        for (range, with) in &guard.edits {
            let ends = range.end == to && range.start == range.end;
            // In one place: what ends comes before what begins, the inner end first, the outer beginning first.
            let order = if ends { to - from } else { usize::MAX - (to - from) };
            edits.push((range.start, order, range.clone(), with.replace(KEPT, &kept)));
        }
    }
    edits.sort_by_key(|(start, order, ..)| (*start, *order));
    edited(text, edits.into_iter().map(|(_, _, range, with)| (range, with)))
}

fn edited(text: &str, edits: impl Iterator<Item = (Range<usize>, String)>) -> String {
    let (mut out, mut at) = (String::new(), 0);
    for (range, with) in edits {
        out.push_str(text.get(at..range.start).unwrap_or_default());
        out.push_str(&with);
        at = range.end;
    }
    out + text.get(at..).unwrap_or_default()
}

/// Gives guards that say the same in the same function a number each.
pub fn number(guards: &mut [Guard]) {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for guard in guards {
        let count = seen.entry(guard.id()).or_default();
        *count += 1;
        if *count > 1 {
            guard.name.push_str(&format!(" ({count})"));
        }
    }
}

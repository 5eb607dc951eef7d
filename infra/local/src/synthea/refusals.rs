//! The rows that could not be loaded, and why.

use std::collections::BTreeMap;
use std::fmt;

/// Where a row stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    /// The file's name.
    pub file: &'static str,
    /// The line on which the row begins; the header is line 1.
    pub line: u64,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// The rows of one file that one reason kept out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// How many.
    pub rows: usize,
    /// The first of them.
    pub first: Origin,
}

/// How many rows were read, and which of them were not loaded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Refusals {
    read: BTreeMap<&'static str, usize>,
    groups: BTreeMap<(&'static str, String), Group>,
}

impl Refusals {
    /// Counts a row that was read.
    pub(super) fn read(&mut self, file: &'static str) {
        *self.read.entry(file).or_default() += 1;
    }

    /// Notes a row that is not loaded.
    pub(super) fn add(&mut self, row: Origin, reason: impl Into<String>) {
        let group =
            self.groups.entry((row.file, reason.into())).or_insert_with(|| Group { rows: 0, first: row });
        group.rows += 1;
        group.first = group.first.min(row);
    }

    /// Adds those of another part of the load.
    pub(super) fn extend(&mut self, other: Self) {
        for ((file, reason), theirs) in other.groups {
            let ours = self.groups.entry((file, reason)).or_insert(Group { rows: 0, first: theirs.first });
            ours.rows += theirs.rows;
            ours.first = ours.first.min(theirs.first);
        }
    }

    /// The rows read, by file.
    pub fn rows(&self) -> &BTreeMap<&'static str, usize> {
        &self.read
    }

    /// The rows not loaded, by file and reason.
    pub fn groups(&self) -> &BTreeMap<(&'static str, String), Group> {
        &self.groups
    }

    /// How many rows of a file were not loaded.
    pub fn of(&self, file: &str) -> usize {
        self.groups.iter().filter(|((of, _), _)| *of == file).map(|(_, group)| group.rows).sum()
    }
}

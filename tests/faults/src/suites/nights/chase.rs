//! A chase as the log of happenings has it.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;

use super::{happening::Happening, oracle::Expected, town::Way};

/// An invoice set.
#[derive(Clone)]
pub(super) struct Chase {
    pub(super) id: String,
    /// The place of the rules it follows.
    pub(super) rules: usize,
    /// Since when it follows them.
    pub(super) since: DateTime<Utc>,
    /// The day from which their steps are counted.
    pub(super) start: NaiveDate,
    pub(super) stands: Stands,
    /// What is left of each invoice, in cents, in the order in which they joined.
    pub(super) owed: Vec<(String, i64)>,
    /// What was given up or placed with an agency, and could be taken back.
    pub(super) given_up: Vec<(String, i64)>,
    /// Whether it was placed.
    pub(super) placed: bool,
    /// The message of the step that was done last, where it was one that the provider took.
    pub(super) last: Option<Letter>,
    /// The way of the next step by which its message came back.
    pub(super) came_back_by: Option<Way>,
    /// Since when the next step is to be done: what its history told before is of the first time.
    pub(super) again_since: DateTime<Utc>,
    /// Since when the next step is planned.
    pub(super) planned: DateTime<Utc>,
    /// The step that staff had done before its day: where it comes back, it goes on at once.
    pub(super) asked_for: Option<usize>,
    /// How many steps of these rules were done.
    pub(super) done: usize,
    /// When a step was done last, of whatever rules.
    pub(super) last_at: Option<DateTime<Utc>>,
    /// The reader's day on which that was.
    pub(super) last_day: Option<NaiveDate>,
    /// What the oracle expected of runs since the last step, where it was no message.
    pub(super) expected: Vec<(DateTime<Utc>, Expected)>,
    /// The reader's days on which a run should have done the next step and has not.
    pub(super) waited: BTreeSet<NaiveDate>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Stands {
    Going,
    /// Until a day of the practice, where one was said.
    Held(Option<NaiveDate>),
    /// The next step could not be done.
    Failed,
    /// Paid, given up, or placed: what is owed again is chased by another one.
    Over,
    /// Staff ended it: what it chased is left alone until they say otherwise.
    Cancelled,
}

/// A message that was sent for a step.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Letter {
    pub(super) way: Way,
    pub(super) to: String,
    /// As its provider took it.
    pub(super) taken: Value,
}

/// What follows where the message of a step came back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Follows {
    /// It goes by the step's other way.
    AnotherWay,
    /// Staff do it.
    Task,
    /// No way is left.
    Failed,
    /// It was not the last one, or nobody is chased now: it is noted and nothing else.
    Nothing,
}

impl Chase {
    /// Staff did something to it.
    pub(super) fn acted_on(&mut self, happening: &Happening, today: NaiveDate, at: DateTime<Utc>) {
        match happening {
            Happening::Pause { until, .. } => self.hold(*until),
            Happening::Resume { .. } => self.go(),
            Happening::Cancel { .. } => self.stands = Stands::Cancelled,
            Happening::WriteOff { .. } | Happening::Place { .. } => {
                self.given_up = std::mem::take(&mut self.owed);
                self.placed = matches!(happening, Happening::Place { .. });
                self.stands = Stands::Over;
            }
            Happening::Reverse { .. } => {
                self.owed = std::mem::take(&mut self.given_up);
                self.hold(None);
            }
            Happening::ChangeRules { rules, .. } => {
                (self.rules, self.start, self.since, self.done) = (*rules, today, at, 0);
                (self.last, self.came_back_by, self.planned) = (None, None, at);
                self.asked_for = None;
                if !matches!(self.stands, Stands::Held(_)) {
                    self.go();
                }
            }
            _ => unreachable!("this is nothing that staff do to a chase"),
        }
    }

    /// What was not done by one way is done anew when it goes on.
    fn hold(&mut self, until: Option<NaiveDate>) {
        self.stands = Stands::Held(until);
        (self.came_back_by, self.asked_for) = (None, None);
    }

    pub(super) fn begin(id: &str, rules: usize, start: NaiveDate, since: DateTime<Utc>) -> Self {
        Self {
            id: id.to_owned(),
            rules,
            since,
            start,
            stands: Stands::Going,
            owed: Vec::new(),
            given_up: Vec::new(),
            placed: false,
            last: None,
            came_back_by: None,
            again_since: since,
            planned: since,
            asked_for: None,
            done: 0,
            last_at: None,
            last_day: None,
            expected: Vec::new(),
            waited: BTreeSet::new(),
        }
    }

    /// "Balance zero → paid, at once."
    pub(super) fn is_paid(&mut self, invoice: &str, cents: i64) {
        for (_, left) in self.owed.iter_mut().filter(|(owed, _)| owed == invoice) {
            *left -= cents;
        }
        self.owed.retain(|(_, left)| *left > 0);
        if self.owed.is_empty() {
            self.stands = Stands::Over;
        }
    }

    fn go(&mut self) {
        self.stands = Stands::Going;
        self.expected.clear();
        self.waited.clear();
    }

    /// Its next step could not be done. What was expected is answered for: the same failure is not told twice.
    pub(super) fn fail(&mut self) {
        self.stands = Stands::Failed;
        self.came_back_by = None;
        self.expected.clear();
        self.waited.clear();
    }

    /// Its next step was done at that instant, on that day of the reader.
    pub(super) fn step_done(&mut self, at: DateTime<Utc>, day: NaiveDate) {
        self.done += 1;
        (self.planned, self.last_at) = (at, Some(at));
        self.last_day = Some(day);
        (self.last, self.came_back_by) = (None, None);
        self.expected.clear();
        self.waited.clear();
    }
}

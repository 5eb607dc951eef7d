//! Everybody and everything as the log of happenings has it: plain data. Nothing here
//! asks the program that is being watched.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use super::chase::{Chase, Stands};

/// A practice with its patients.
#[derive(Clone)]
pub(super) struct Town {
    /// The practice's zone.
    pub(super) zone: Tz,
    pub(super) people: Vec<Person>,
    /// What was texted from each number.
    pub(super) numbers: BTreeMap<String, Number>,
    /// The addresses and numbers from which messages came back.
    pub(super) bounced: BTreeSet<String>,
    /// Every version of every rule set, each with a name of its own.
    pub(super) rules: Vec<Rules>,
    /// The place of the one that new chases follow.
    pub(super) followed: usize,
    /// The runs in which the provider's answers were lost.
    pub(super) lost_answers: BTreeSet<DateTime<Utc>>,
    /// The dates on which the practice is closed beside its weekends.
    pub(super) holidays: BTreeSet<NaiveDate>,
    /// Those before them, each with the instant at which others were said.
    pub(super) past_holidays: Vec<(DateTime<Utc>, BTreeSet<NaiveDate>)>,
    /// Whether nobody is written to on them.
    pub(super) quiet_on_holidays: bool,
}

/// A patient, with whoever answers for the bills.
#[derive(Clone, Default)]
pub(super) struct Person {
    pub(super) id: String,
    pub(super) own: Contact,
    pub(super) guarantor: Option<Contact>,
    /// Where the reader of messages lives.
    pub(super) zone: Option<Tz>,
    /// What the reader of messages reads, where it is known.
    pub(super) language: Option<&'static str>,
    pub(super) refuses_mail: bool,
    /// The number for which there is a consent to texts.
    pub(super) consent: Option<String>,
    pub(super) dead: bool,
    /// All that were begun; the last is the present one.
    pub(super) chases: Vec<Chase>,
    pub(super) bills: BTreeMap<String, Bill>,
    pub(super) payments: Vec<Paid>,
}

/// An invoice of a patient's.
#[derive(Clone)]
pub(super) struct Bill {
    /// The day after the due date, from which on it may be chased.
    pub(super) from: NaiveDate,
    /// What is left of it, in cents.
    pub(super) left: i64,
}

/// Cash at the desk for an invoice.
#[derive(Clone)]
pub(super) struct Paid {
    pub(super) payment: String,
    pub(super) invoice: String,
    pub(super) cents: i64,
}

#[derive(Clone, Default)]
pub(super) struct Contact {
    pub(super) email: Option<String>,
    pub(super) phone: Option<String>,
}

/// What was texted from a number.
#[derive(Clone, Default)]
pub(super) struct Number {
    pub(super) stopped: bool,
    pub(super) replies: u32,
    pub(super) unread: Vec<u32>,
}

/// A version of a rule set.
#[derive(Clone)]
pub(super) struct Rules {
    /// What its messages are known by.
    pub(super) name: String,
    pub(super) id: String,
    pub(super) steps: Vec<Step>,
}

#[derive(Clone, Copy)]
pub(super) struct Step {
    /// Days after the start.
    pub(super) delay: u64,
    pub(super) way: Way,
    /// What is done where that cannot be.
    pub(super) instead: Option<Way>,
    /// The hours of the reader in which it is sent: from the first, before the second.
    pub(super) hours: (u32, u32),
}

/// How a step is done.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Way {
    Mail,
    Text,
    Letter,
    Call,
}

impl Way {
    pub(super) fn is_message(self) -> bool {
        matches!(self, Self::Mail | Self::Text)
    }

    /// The name in the API.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Mail => "email",
            Self::Text => "sms",
            Self::Letter => "letter_task",
            Self::Call => "call_task",
        }
    }
}

impl Person {
    /// How whoever answers for the bills is reached.
    pub(super) fn reader(&self) -> &Contact {
        self.guarantor.as_ref().unwrap_or(&self.own)
    }

    pub(super) fn chase(&self) -> Option<&Chase> {
        self.chases.last()
    }

    /// Whether what is done to a chase could be done to this one's.
    pub(super) fn is_chased(&self) -> bool {
        self.chase().is_some_and(|chase| !matches!(chase.stands, Stands::Over | Stands::Cancelled))
    }

    pub(super) fn present(&mut self) -> &mut Chase {
        self.chases.last_mut().expect("what happens to a chase happens to one that there is")
    }
}

impl Town {
    /// The practice's day.
    pub(super) fn today(&self, at: DateTime<Utc>) -> NaiveDate {
        at.with_timezone(&self.zone).date_naive()
    }

    /// The reader's day and hour; where nobody knows where they live, the practice's.
    pub(super) fn local(&self, person: &Person, at: DateTime<Utc>) -> DateTime<Tz> {
        at.with_timezone(&person.zone.unwrap_or(self.zone))
    }

    /// Whether a date was a holiday at that instant or after it, whatever it is now.
    pub(super) fn was_holiday(&self, date: NaiveDate, since: DateTime<Utc>) -> bool {
        self.past_holidays.iter().any(|(until, dates)| *until >= since && dates.contains(&date))
    }

    /// The newest version of the rule set of which that one is a version.
    pub(super) fn newest(&self, rules: usize) -> usize {
        let id = &self.rules[rules].id;
        self.rules.iter().rposition(|other| other.id == *id).unwrap()
    }
}

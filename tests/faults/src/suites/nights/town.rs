//! Everybody and everything as the log of happenings has it: plain data, and what each happening makes of it. Nothing here
//! asks the program that is being watched.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Days, NaiveDate, Utc};
use chrono_tz::Tz;

use super::happening::{Edit, Happening, Said};

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
    /// What is left of each invoice, in cents.
    pub(super) owed: BTreeMap<String, i64>,
    /// What was given up and could be taken back.
    given_up: BTreeMap<String, i64>,
    /// How many steps of these rules were done.
    pub(super) done: usize,
    /// The reader's day on which a step was done last, of whatever rules.
    pub(super) last_day: Option<NaiveDate>,
    /// What the oracle expected of runs since the last step, where it was no message.
    pub(super) expected: Vec<(DateTime<Utc>, super::oracle::Expected)>,
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
    /// Paid, cancelled, or given up.
    Over,
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

    fn present(&mut self) -> &mut Chase {
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

    /// Something has happened. `made` is the id of what it made.
    pub(super) fn note(&mut self, happening: &Happening, made: &str, at: DateTime<Utc>) {
        let today = self.today(at);
        match happening {
            Happening::Charge { person, invoice, cents, term } => {
                let (start, rules) = (today + Days::new(*term + 1), self.followed);
                let person = &mut self.people[*person];
                if person.chase().is_none_or(|chase| chase.stands == Stands::Over) {
                    person.chases.push(Chase::begin(made, rules, start, at));
                }
                person.present().owed.insert(invoice.clone(), *cents);
            }
            Happening::Pay { person, invoice, cents } => {
                let chase = self.people[*person].present();
                *chase.owed.get_mut(invoice).unwrap() -= cents;
                chase.owed.retain(|_, left| *left > 0);
                if chase.owed.is_empty() {
                    chase.stands = Stands::Over;
                }
            }
            Happening::Pause { person, until } => {
                self.people[*person].present().stands = Stands::Held(*until);
            }
            Happening::Resume { person } => self.people[*person].present().go(),
            Happening::Cancel { person } => self.people[*person].present().stands = Stands::Over,
            Happening::WriteOff { person } => {
                let chase = self.people[*person].present();
                chase.given_up = std::mem::take(&mut chase.owed);
                chase.stands = Stands::Over;
            }
            Happening::Reverse { person } => {
                let chase = self.people[*person].present();
                chase.owed = std::mem::take(&mut chase.given_up);
                chase.stands = Stands::Held(None);
            }
            Happening::ChangeRules { person, rules } => {
                let chase = self.people[*person].present();
                (chase.rules, chase.start, chase.since, chase.done) = (*rules, today, at, 0);
                if !matches!(chase.stands, Stands::Held(_)) {
                    chase.go();
                }
            }
            Happening::Correct { person, edit } => self.people[*person].correct(edit),
            Happening::Choose { person, mail, texts } => {
                let person = &mut self.people[*person];
                person.refuses_mail = !mail;
                person.consent = person.reader().phone.clone().filter(|_| *texts);
            }
            Happening::Texted { number, said, .. } => self.hear(number, *said),
            Happening::Read { number, reply, ends, .. } => {
                let number = self.numbers.entry(number.clone()).or_default();
                number.unread.retain(|unread| unread != reply);
                number.stopped |= ends;
            }
            Happening::Spoken { number, .. } => {
                self.numbers.entry(number.clone()).or_default().stopped = true;
            }
            Happening::Bounce { contact } => {
                self.bounced.insert(contact.clone());
            }
            Happening::Lift { contact, .. } => {
                self.bounced.remove(contact);
            }
            Happening::Follow { rules } => self.followed = *rules,
            Happening::Revise { rules } => self.revise(*rules),
        }
    }

    /// A rule set has a next version, which new chases follow where they followed the one before.
    fn revise(&mut self, rules: usize) {
        let old = &self.rules[rules];
        let revised = Rules { name: super::rules::next_name(&old.name), ..old.clone() };
        self.rules.push(revised);
        if self.followed == rules {
            self.followed = self.rules.len() - 1;
        }
    }

    fn hear(&mut self, number: &str, said: Said) {
        let number = self.numbers.entry(number.to_owned()).or_default();
        match said {
            Said::Stop => number.stopped = true,
            Said::Start => number.stopped = false,
            Said::Help => {}
            Said::Other => {
                number.replies += 1;
                number.unread.push(number.replies);
            }
        }
    }

    /// The newest version of the rule set of which that one is a version.
    pub(super) fn newest(&self, rules: usize) -> usize {
        let id = &self.rules[rules].id;
        self.rules.iter().rposition(|other| other.id == *id).unwrap()
    }
}

impl Person {
    fn correct(&mut self, edit: &Edit) {
        match edit {
            Edit::Mail(email) => self.own.email.clone_from(email),
            Edit::Phone(phone) => self.own.phone.clone_from(phone),
            Edit::Zone(zone) => self.zone = *zone,
            Edit::Guarantor(guarantor) => {
                self.guarantor.clone_from(guarantor);
                // Where somebody else lives, and what they read, is not known.
                (self.zone, self.language) = (None, None);
            }
            Edit::Died => self.dead = true,
        }
    }
}

impl Chase {
    fn begin(id: &str, rules: usize, start: NaiveDate, since: DateTime<Utc>) -> Self {
        Self {
            id: id.to_owned(),
            rules,
            since,
            start,
            stands: Stands::Going,
            owed: BTreeMap::new(),
            given_up: BTreeMap::new(),
            done: 0,
            last_day: None,
            expected: Vec::new(),
            waited: BTreeSet::new(),
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
        self.expected.clear();
        self.waited.clear();
    }

    /// Its next step was done on that day of the reader.
    pub(super) fn step_done(&mut self, day: NaiveDate) {
        self.done += 1;
        self.last_day = Some(day);
        self.expected.clear();
        self.waited.clear();
    }
}

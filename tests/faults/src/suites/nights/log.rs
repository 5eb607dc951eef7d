//! What each happening makes of the town.

use chrono::{DateTime, Days, Utc};

use super::{
    chase::{Chase, Follows, Letter, Stands},
    happening::{Edit, Happening, News, Said},
    town::{Bill, Paid, Person, Rules, Town},
};

impl Town {
    /// Something has happened. `made` is the id of what it made.
    pub(super) fn note(&mut self, happening: &Happening, made: &str, at: DateTime<Utc>) {
        let today = self.today(at);
        match happening {
            Happening::Charge { person, invoice, cents, term } => {
                let (from, rules) = (today + Days::new(*term + 1), self.followed);
                let person = &mut self.people[*person];
                person.bills.insert(invoice.clone(), Bill { from, left: *cents });
                if !person.is_chased() {
                    person.chases.push(Chase::begin(made, rules, from, at));
                }
                person.present().owed.push((invoice.clone(), *cents));
            }
            Happening::Pay { person, invoice, cents } => {
                let (payment, person) = (made.to_owned(), &mut self.people[*person]);
                person.payments.push(Paid { payment, invoice: invoice.clone(), cents: *cents });
                person.bills.get_mut(invoice).unwrap().left -= cents;
                person.present().is_paid(invoice, *cents);
            }
            Happening::Refund { person, paid } => self.refunded(*person, paid, made, at),
            Happening::Pause { person, .. }
            | Happening::Resume { person }
            | Happening::Cancel { person }
            | Happening::WriteOff { person }
            | Happening::Place { person }
            | Happening::Reverse { person, .. }
            | Happening::ChangeRules { person, .. } => {
                self.people[*person].present().acted_on(happening, today, at);
            }
            Happening::ChaseAgain { person } => {
                let (followed, person) = (self.followed, &mut self.people[*person]);
                let owed = person.present().owed.clone();
                let from = person.bills[&owed[0].0].from.max(today);
                let mut next = Chase::begin(made, followed, from, at);
                next.owed = owed;
                person.chases.push(next);
            }
            Happening::Told { person, letter, news } => self.told(*person, letter, *news, at),
            Happening::Holidays { dates, quiet } => {
                let before = std::mem::replace(&mut self.holidays, dates.iter().copied().collect());
                self.past_holidays.push((at, before));
                self.quiet_on_holidays = *quiet;
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

    /// Money went back, and what it had paid is owed again: in the chase that there is, or in another one.
    fn refunded(&mut self, place: usize, paid: &Paid, made: &str, at: DateTime<Utc>) {
        let (today, followed) = (self.today(at), self.followed);
        let person = &mut self.people[place];
        person.payments.retain(|other| other.payment != paid.payment);
        let bill = person.bills.get_mut(&paid.invoice).unwrap();
        bill.left += paid.cents;
        let (was_open, from) = (bill.left > paid.cents, bill.from);
        let present = person.present();
        if let Some((_, left)) = present.owed.iter_mut().find(|(invoice, _)| *invoice == paid.invoice) {
            *left += paid.cents;
        } else if !was_open && present.stands == Stands::Over {
            let mut next = Chase::begin(made, followed, from.max(today), at);
            next.owed.push((paid.invoice.clone(), paid.cents));
            person.chases.push(next);
        } else if !was_open && present.stands != Stands::Cancelled {
            present.owed.push((paid.invoice.clone(), paid.cents));
        }
    }

    /// "Address on the suppression list (hard bounce or complaint)", where it is somebody's still; and "a failed step
    /// (bounce, invalid phone) tries the step's fallback method if there is one; none left: the set is failed".
    fn told(&mut self, person: usize, letter: &Letter, news: News, at: DateTime<Utc>) {
        let is_somebodys = |person: &Person| {
            [&person.reader().email, &person.reader().phone]
                .into_iter()
                .any(|c| c.as_ref() == Some(&letter.to))
        };
        if matches!(news, News::BackForGood | News::Complaint) && self.people.iter().any(is_somebodys) {
            self.bounced.insert(letter.to.clone());
        }
        let follows = self.follows(person, letter, news);
        let chase = self.people[person].present();
        match follows {
            Follows::Nothing => return,
            Follows::Task => {}
            Follows::Failed => {
                chase.done -= 1;
                chase.fail();
            }
            Follows::AnotherWay => {
                chase.done -= 1;
                (chase.came_back_by, chase.last_day) = (Some(letter.way), None);
            }
        }
        (chase.last, chase.again_since) = (None, at);
        chase.expected.clear();
        chase.waited.clear();
    }

    /// What follows from news of a letter to somebody.
    pub(super) fn follows(&self, person: usize, letter: &Letter, news: News) -> Follows {
        let Some(chase) = self.people[person].chase() else { return Follows::Nothing };
        let is_last = chase.stands == Stands::Going && chase.last.as_ref() == Some(letter);
        if !is_last || !matches!(news, News::Back | News::BackForGood) {
            return Follows::Nothing;
        }
        let step = self.rules[chase.rules].steps[chase.done - 1];
        match step.instead {
            Some(way) if !way.is_message() => Follows::Task,
            Some(_) if letter.way == step.way => Follows::AnotherWay,
            _ => Follows::Failed,
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

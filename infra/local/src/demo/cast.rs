//! Who the patients are, and which part each plays.

use paywell_domain::Cents;
use rand::{Rng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use super::bills::Bills;
use super::practices::{Cast, Site};
use super::story::{Action, Calendar, Pays, Story};
use super::words;

/// What is special about a patient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Settled,
    New,
    Overdue,
    Unreachable,
    Deceased,
    Late,
    Unpaid,
    Partly,
    Draft,
    Void,
    Asked,
    Cancelled,
}

impl Cast {
    fn parts(&self) -> impl Iterator<Item = Part> + use<> {
        [
            (Part::Settled, self.settled),
            (Part::New, self.new),
            (Part::Overdue, self.overdue),
            (Part::Unreachable, self.unreachable),
            (Part::Deceased, self.deceased),
            (Part::Late, self.late),
            (Part::Unpaid, self.unpaid),
            (Part::Partly, self.partly),
            (Part::Draft, self.draft),
            (Part::Void, self.void),
            (Part::Asked, self.asked),
            (Part::Cancelled, self.cancelled),
        ]
        .into_iter()
        .flat_map(|(part, count)| std::iter::repeat_n(part, count))
    }
}

/// The stories of all patients but the fixed one: the same for the same seed and day.
pub(super) fn stories(site: &Site, calendar: &Calendar, rng: &mut ChaCha8Rng) -> Vec<Story> {
    site.cast.parts().enumerate().map(|(number, part)| story(site, calendar, rng, number, part)).collect()
}

fn story(site: &Site, calendar: &Calendar, rng: &mut ChaCha8Rng, number: usize, part: Part) -> Story {
    let since = if part == Part::New { rng.random_range(1..=30) } else { rng.random_range(366..=390) };
    let story = Story {
        key: format!("demo-{number:03}"),
        at: calendar.ago(since, rng.random_range(0..=200)),
        patient: person(site, calendar, rng, number, part),
        steps: Vec::new(),
    };
    let mut bills = Bills { site, calendar, rng, story };
    if part == Part::New {
        return bills.story;
    }
    bills.past(usize::from(part == Part::Settled));
    match part {
        Part::Overdue | Part::Unreachable | Part::Deceased => overdue(&mut bills, number),
        Part::Late => {
            let (days_ago, late) = (bills.rng.random_range(20..=40), bills.rng.random_range(1..=2));
            bills.sent(days_ago, Some(late));
        }
        Part::Unpaid => unpaid(&mut bills, number),
        Part::Partly => {
            let days_ago = bills.rng.random_range(3..=24);
            let (invoice, total) = bills.sent(days_ago, None);
            bills.pay(days_ago, &[(invoice, part_of(total))], Cents::ZERO);
        }
        Part::Draft => {
            let days_ago = bills.rng.random_range(1..=5);
            bills.draft(days_ago, None);
        }
        Part::Void => {
            let days_ago = bills.rng.random_range(10..=90);
            let (invoice, _) = bills.sent(days_ago, None);
            let at = bills.calendar.ago(days_ago.saturating_sub(3), 330);
            bills.story.then(at, Action::Void { invoice });
        }
        Part::Asked | Part::Cancelled => asked(&mut bills, number, part == Part::Cancelled),
        Part::Settled if number.is_multiple_of(9) => bills.prepay(),
        Part::Settled | Part::New => {}
    }
    bills.story.in_order()
}

/// Every third one has paid a part.
fn overdue(bills: &mut Bills<'_>, number: usize) {
    let days_ago = bills.rng.random_range(38..=100);
    let (invoice, total) = bills.sent(days_ago, None);
    if number.is_multiple_of(3) {
        bills.pay(days_ago, &[(invoice, part_of(total))], Cents::ZERO);
    }
}

/// Every second one has a link; every eighth one's is withdrawn.
fn unpaid(bills: &mut Bills<'_>, number: usize) {
    let days_ago = bills.rng.random_range(1..=24);
    let (invoice, _) = bills.sent(days_ago, None);
    if number.is_multiple_of(2) {
        bills.link(days_ago.min(12), Pays::Invoice(invoice), number.is_multiple_of(8));
    }
}

/// Every third one has a link; every seventh one is still a draft.
fn asked(bills: &mut Bills<'_>, number: usize, cancelled: bool) {
    let days_ago = bills.rng.random_range(3..=12);
    let draft = !cancelled && number.is_multiple_of(7);
    let payment = bills.ask(days_ago, draft);
    if cancelled {
        let at = bills.calendar.ago(days_ago.saturating_sub(2), 340);
        bills.story.then(at, Action::Cancel { payment });
    } else if !draft && number.is_multiple_of(3) {
        bills.link(days_ago, Pays::Payment(payment), false);
    }
}

/// About two fifths, in whole dollars.
fn part_of(total: Cents) -> Cents {
    Cents::new((total.get() / 500 * 200).max(100))
}

fn person(site: &Site, calendar: &Calendar, rng: &mut ChaCha8Rng, number: usize, part: Part) -> Value {
    let first = name(words::FIRST_NAMES, rng);
    let last = name(words::LAST_NAMES, rng);
    let minor = !matches!(part, Part::Unreachable | Part::Deceased) && rng.random_ratio(1, 8);
    let age_days = if minor { rng.random_range(450..=6_400) } else { rng.random_range(6_700..=32_000) };
    let (postal_code, area) =
        site.places.choose(rng).map_or(("02139", "617"), |place| (place.postal_code, place.area));
    let mut person = json!({
        "external_id": format!("MRN-{}", 10_000 + number),
        "first_name": first,
        "last_name": last,
        "birth_date": calendar.date(calendar.ago(age_days, 0)),
        "postal_code": postal_code,
        "deceased": part == Part::Deceased,
    });
    let mut contact = json!({ "phone": format!("+1{area}55501{:02}", rng.random_range(0..=99)) });
    let greeted = if minor { name(words::FIRST_NAMES, rng) } else { first };
    let silent = part == Part::Unreachable || (part != Part::Overdue && rng.random_ratio(1, 14));
    if !silent {
        put(&mut contact, "email", json!(email(greeted, last, number)));
    }
    if minor {
        put(&mut contact, "first_name", json!(greeted));
        put(&mut person, "guarantor", contact);
    } else if let (Some(person), Some(contact)) = (person.as_object_mut(), contact.as_object()) {
        person.extend(contact.clone());
    }
    let zone = match rng.random_range(0..20) {
        0..14 => Some(site.practice.time_zone.name()),
        14 => Some("America/Denver"),
        15 => Some("America/Los_Angeles"),
        _ => None,
    };
    if let Some(zone) = zone {
        put(&mut person, "time_zone", json!(zone));
    }
    person
}

/// One of the names of a list that are apart by spaces.
fn name(list: &'static str, rng: &mut ChaCha8Rng) -> &'static str {
    let names: Vec<&str> = list.split(' ').collect();
    names.choose(rng).copied().unwrap_or_default()
}

fn put(body: &mut Value, field: &str, value: Value) {
    if let Some(fields) = body.as_object_mut() {
        fields.insert(field.to_owned(), value);
    }
}

fn email(first: &str, last: &str, number: usize) -> String {
    let plain = |name: &str| name.to_lowercase().replace(|c: char| !c.is_ascii_lowercase(), "");
    format!("{}.{}{number}@example.com", plain(first), plain(last))
}

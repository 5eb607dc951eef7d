//! Chance: who lives in the town, and what happens next.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use chrono::{DateTime, Days, NaiveDate, Utc};
use chrono_tz::{America, Pacific, Tz};
use paywell_tests::support::{Clinic, World};
use rand::{Rng, SeedableRng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;
use serde_json::json;

use super::{
    Story,
    chase::Stands,
    happening::{Edit, Happening, News, Said, guarantor},
    rules,
    town::{Contact, Person, Rules, Town, Way},
};

const ZONES: [Tz; 9] = [
    America::New_York,
    America::Chicago,
    America::Denver,
    America::Phoenix,
    America::Los_Angeles,
    America::Anchorage,
    Pacific::Honolulu,
    America::Puerto_Rico,
    America::Indiana::Indianapolis,
];

const WORDS: [(Said, &str); 12] = [
    (Said::Stop, "STOP"),
    (Said::Stop, "Opt-out"),
    (Said::Stop, "unsubscribe."),
    (Said::Start, "START"),
    (Said::Start, "start"),
    (Said::Start, "Unstop"),
    (Said::Help, "HELP"),
    (Said::Help, "help?"),
    (Said::Other, "Please stop writing to me"),
    (Said::Other, "who is this"),
    (Said::Other, "I will pay on Friday"),
    (Said::Other, "👍"),
];

impl Story {
    pub(super) async fn open(seed: u64, patients: usize) -> Self {
        let world = World::new().await;
        let clinic = Clinic::open_in(&world, "prac_nights").await;
        let town = Town {
            zone: America::New_York,
            people: Vec::new(),
            numbers: BTreeMap::new(),
            bounced: BTreeSet::new(),
            rules: Vec::new(),
            followed: 0,
            lost_answers: BTreeSet::new(),
            holidays: BTreeSet::new(),
            past_holidays: Vec::new(),
            quiet_on_holidays: true,
        };
        let mut story = Self {
            clinic,
            town,
            rng: ChaCha8Rng::seed_from_u64(seed),
            counts: BTreeMap::new(),
            doubles: 0,
            forbidden: 0,
            losses: 0,
            seed,
            lost_until: DateTime::<Utc>::MIN_UTC,
            texted: 0,
            letters: VecDeque::new(),
        };
        for (name, steps) in rules::all() {
            let made = story.clinic.post("/v1/rule-sets", &rules::body(name, &steps)).as_owner().await;
            story.town.rules.push(Rules { name: name.to_owned(), id: made.field("id"), steps });
        }
        story.told(Happening::Follow { rules: 1 }).await;
        let holidays = story.other_holidays();
        story.told(holidays).await;
        for place in 0..patients {
            story.settle_in(place).await;
        }
        story
    }

    async fn told(&mut self, mut happening: Happening) {
        let at = self.clinic.world.now();
        let made = happening.perform(&self.clinic, &self.town).await.expect("nothing is against it");
        self.town.note(&happening, &made, at);
    }

    /// A patient comes to the practice; most of them owe something soon.
    async fn settle_in(&mut self, place: usize) {
        let own = self.contact(place, "own");
        let for_others = self.rng.random_ratio(1, 4).then(|| self.contact(place, "guarantor"));
        let zone = self.rng.random_bool(0.5).then(|| self.zone());
        let language = [None, Some("en"), Some("es")].choose(&mut self.rng).copied().flatten();
        let body = json!({
            "email": own.email, "phone": own.phone, "guarantor": for_others.as_ref().map(guarantor),
            "time_zone": zone.map(|zone| zone.name()), "language": language,
        });
        let id = self.clinic.patient_with("Ada", &body).await;
        let (zone, person) = (zone, Person { id, own, guarantor: for_others, ..Person::default() });
        self.town.people.push(Person { zone, language, ..person });
        if self.town.people[place].reader().phone.is_some() && self.rng.random_ratio(2, 3) {
            self.told(Happening::Choose { person: place, mail: true, texts: true }).await;
        }
        let charge = self.charge(place);
        self.told(charge).await;
    }

    /// Some have no address or no number; of families, all have one number.
    fn contact(&mut self, place: usize, whose: &str) -> Contact {
        let email = self.rng.random_ratio(4, 5).then(|| format!("{whose}{place}@example.com"));
        let phone = self.rng.random_ratio(3, 4).then(|| self.number(place));
        Contact { email, phone }
    }

    fn number(&mut self, place: usize) -> String {
        let family = if self.rng.random_bool(0.3) { place / 3 * 3 } else { place };
        format!("+1617555{:04}", family % 10_000)
    }

    fn zone(&mut self) -> Tz {
        ZONES.choose(&mut self.rng).copied().unwrap()
    }

    fn charge(&mut self, person: usize) -> Happening {
        let cents = self.rng.random_range(1_000..50_000);
        let term = [0, 1, 7, 15, 30].choose(&mut self.rng).copied().unwrap();
        Happening::Charge { person, invoice: String::new(), cents, term }
    }

    /// What happens next, to whom; nothing, where it cannot happen to anybody who was looked at.
    pub(super) fn choose(&mut self) -> Option<Happening> {
        (0..20).find_map(|_| {
            let kind = self.rng.random_range(0..57);
            let person = self.rng.random_range(0..self.town.people.len());
            self.happening(kind, person)
        })
    }

    /// Something that prevents messages to somebody, or redirects them.
    pub(super) fn choose_for_a_race(&mut self, person: usize) -> Option<Happening> {
        (0..20).find_map(|_| {
            let kind = [5, 6, 7, 10, 13, 17, 19, 20, 24, 29].choose(&mut self.rng).copied()?;
            self.happening(kind, person)
        })
    }

    fn happening(&mut self, kind: u32, person: usize) -> Option<Happening> {
        match kind {
            0..=4 => Some(self.charge(person)),
            5..=9 => self.on_a_chase(person, kind),
            10 => self.pay(person, true),
            11..=12 => self.on_a_chase(person, kind),
            13 => self.pay(person, false),
            14..=16 => self.on_a_chase(person, kind),
            17..=23 => Some(self.correction(person, kind)),
            24..=28 => self.choice(person, kind),
            29..=35 => self.text(person),
            36..=37 => self.bounce(person),
            38 => self.of_the_practice(),
            40..=48 => self.news(),
            49..=51 => self.refund(person),
            52 => Some(self.other_holidays()).filter(|_| self.rng.random_ratio(1, 3)),
            53 => self.on_a_chase(person, 53),
            54..=56 => self.chase_again(person),
            _ => self.on_a_chase(person, 12),
        }
    }

    fn pay(&mut self, person: usize, all: bool) -> Option<Happening> {
        let whose = &self.town.people[person];
        let chase = whose.chase().filter(|_| whose.is_chased())?;
        let (invoice, owed) = chase.owed.choose(&mut self.rng)?;
        let cents = if all || *owed < 2 { *owed } else { self.rng.random_range(1..*owed) };
        Some(Happening::Pay { person, invoice: invoice.clone(), cents })
    }

    fn on_a_chase(&mut self, person: usize, kind: u32) -> Option<Happening> {
        self.town.people[person].chase()?;
        let today = self.town.today(self.clinic.world.now());
        Some(match kind {
            5 => Happening::Pause { person, until: None },
            6 => Happening::Pause { person, until: Some(today + Days::new(self.rng.random_range(1..30))) },
            7 => Happening::Cancel { person },
            8 | 11 | 14 => Happening::Resume { person },
            9 => Happening::WriteOff { person },
            12 => {
                let was_given_up = |place: &usize| {
                    self.town.people[*place].chase().is_some_and(|chase| !chase.given_up.is_empty())
                };
                let given_up: Vec<usize> = (0..self.town.people.len()).filter(was_given_up).collect();
                let person = *given_up.choose(&mut self.rng)?;
                Happening::Reverse { person, placed: self.town.people[person].chase()?.placed }
            }
            53 => Happening::Place { person },
            _ => {
                let rules = self.rng.random_range(0..self.town.rules.len());
                Happening::ChangeRules { person, rules: self.town.newest(rules) }
            }
        })
    }

    fn correction(&mut self, person: usize, kind: u32) -> Happening {
        let different = self.rng.random_range(0..1_000);
        let given = self.rng.random_ratio(9, 10);
        let edit = match kind {
            17 => Edit::Mail(given.then(|| format!("other{person}.{different}@example.com"))),
            18 => Edit::Phone(given.then(|| self.number(person))),
            19 => Edit::Phone(Some(format!("+1212555{:04}", self.rng.random_range(0..10_000)))),
            20..=21 => Edit::Zone(given.then(|| self.zone())),
            22 => Edit::Guarantor(given.then(|| self.contact(person, "other"))),
            // Few die, but some in a town of any size.
            _ if self.rng.random_ratio(1, 3) => Edit::Died,
            _ => Edit::Zone(Some(self.zone())),
        };
        Happening::Correct { person, edit }
    }

    fn choice(&mut self, person: usize, kind: u32) -> Option<Happening> {
        let whose = &self.town.people[person];
        let number = whose.reader().phone.clone();
        match kind {
            24 => Some(Happening::Choose { person, mail: self.rng.random_ratio(2, 3), texts: false }),
            25..=27 => {
                number?;
                Some(Happening::Choose { person, mail: self.rng.random_ratio(9, 10), texts: true })
            }
            _ => Some(Happening::Spoken { person, number: number? }),
        }
    }

    /// Somebody texts, or staff read what was texted.
    fn text(&mut self, person: usize) -> Option<Happening> {
        let number = self.town.people[person].reader().phone.clone()?;
        let known = self.town.numbers.get(&number);
        if let Some(reply) = known.and_then(|known| known.unread.first().copied()) {
            return Some(Happening::Read { person, number, reply, ends: self.rng.random_ratio(1, 3) });
        }
        let is_stopped = known.is_some_and(|known| known.stopped);
        let (mut said, mut words) = WORDS.choose(&mut self.rng).copied().unwrap();
        if is_stopped && self.rng.random_bool(0.5) {
            (said, words) = (Said::Start, "START");
        }
        self.texted += 1;
        Some(Happening::Texted { number, said, words, id: format!("in-{}", self.texted) })
    }

    fn bounce(&mut self, person: usize) -> Option<Happening> {
        let reader = self.town.people[person].reader().clone();
        let contacts: Vec<String> = [reader.email, reader.phone].into_iter().flatten().collect();
        if let Some(came_back) = contacts.iter().find(|contact| self.town.bounced.contains(*contact)) {
            return Some(Happening::Lift { person, contact: came_back.clone() });
        }
        Some(Happening::Bounce { contact: contacts.choose(&mut self.rng)?.clone() })
    }

    /// A provider tells of a message: mostly of one that was sent not long ago. Whether a chase goes on whose pause is over
    /// is for the next run to say; and one that has run out of steps is soon over.
    fn news(&mut self) -> Option<Happening> {
        let place = self.rng.random_range(0..self.letters.len().max(1));
        let (person, letter) = self.letters.get(place)?.clone();
        let chase = self.town.people[person].chase()?;
        let steps = self.town.rules[chase.rules].steps.len();
        if matches!(chase.stands, Stands::Held(Some(_))) || chase.done >= steps {
            return None;
        }
        let kinds = [News::Arrived, News::Back, News::Back, News::BackForGood, News::Complaint];
        let news = *kinds.choose(&mut self.rng)?;
        if news == News::Complaint && letter.way != Way::Mail {
            return None;
        }
        // Each is told once of a message: the same again changes nothing.
        self.letters.remove(place);
        Some(Happening::Told { person, letter, news })
    }

    /// What was paid at the desk is handed back: of an invoice that is chased now, or was paid in full.
    fn refund(&mut self, person: usize) -> Option<Happening> {
        let whose = &self.town.people[person];
        let paid = whose.payments.choose(&mut self.rng)?.clone();
        let is_chased = whose.chase()?.owed.iter().any(|(invoice, _)| *invoice == paid.invoice);
        let is_paid = whose.bills[&paid.invoice].left == 0;
        (is_chased || is_paid).then_some(Happening::Refund { person, paid })
    }

    fn chase_again(&mut self, person: usize) -> Option<Happening> {
        let chase = self.town.people[person].chase()?;
        let is_left = chase.stands == Stands::Cancelled && !chase.owed.is_empty();
        is_left.then_some(Happening::ChaseAgain { person })
    }

    /// Some days of the next year or so, and whether nobody is written to on them.
    fn other_holidays(&mut self) -> Happening {
        let first = self.clinic.world.now().date_naive();
        let days = (0..30).map(|_| first + Days::new(self.rng.random_range(0..400)));
        let dates: BTreeSet<NaiveDate> = days.collect();
        Happening::Holidays { dates: dates.into_iter().collect(), quiet: self.rng.random_ratio(3, 4) }
    }

    fn of_the_practice(&mut self) -> Option<Happening> {
        let rules = self.rng.random_range(0..self.town.rules.len());
        let rules = self.town.newest(rules);
        if self.town.rules.len() < 16 && self.rng.random_ratio(1, 2) {
            return Some(Happening::Revise { rules });
        }
        (rules != self.town.followed).then_some(Happening::Follow { rules })
    }
}

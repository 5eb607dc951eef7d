//! What may be sent, and what must be: one rule, one function, each with the words of the domain that it holds to. It knows
//! the log of happenings, dates and zones, and nothing of how the program decides.

use chrono::{DateTime, Datelike, NaiveDate, Timelike, Utc, Weekday};

use super::{
    chase::{Chase, Stands},
    town::{Person, Step, Town, Way},
};

/// A message that the provider took.
#[derive(Clone, Debug)]
pub(super) struct Sent {
    pub(super) way: Way,
    pub(super) to: String,
    /// The rules that it is of, by their name.
    pub(super) rules: String,
    /// The step that it is of, from 0.
    pub(super) step: usize,
    /// The language it is in.
    pub(super) language: &'static str,
}

/// A chase at an instant.
#[derive(Clone, Copy)]
pub(super) struct Moment<'a> {
    pub(super) town: &'a Town,
    pub(super) person: &'a Person,
    pub(super) chase: &'a Chase,
    pub(super) at: DateTime<Utc>,
}

/// What a run is to do about a chase.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Expected {
    /// Its message goes, by this way.
    Send(Way),
    /// Staff get the task.
    Task(Way),
    /// No way is left: the set fails, and says so.
    Fail,
}

/// The rules that bind runs, and not staff who have a step done at once.
pub(super) const OF_RUNS: [&str; 3] = ["day_has_come", "within_the_window", "no_holiday"];

type Rule = (&'static str, fn(&Moment<'_>, &Sent) -> bool);

/// What holds for every message.
pub(super) const RULES: [Rule; 18] = [
    ("set_is_chased", |moment, _| set_is_chased(moment)),
    ("something_is_owed", |moment, _| something_is_owed(moment)),
    ("patient_lives", |moment, _| patient_lives(moment)),
    ("rules_are_the_sets", rules_are_the_sets),
    ("step_is_the_next", step_is_the_next),
    ("day_has_come", |moment, _| day_has_come(moment)),
    ("one_step_a_day", |moment, _| one_step_a_day(moment)),
    ("no_quiet_hour", |moment, _| no_quiet_hour(moment)),
    ("within_the_window", |moment, _| within_the_window(moment)),
    ("no_holiday", |moment, _| no_holiday(moment)),
    ("way_is_the_steps", way_is_the_steps),
    ("to_the_responsible_party", to_the_responsible_party),
    ("in_the_readers_language", in_the_readers_language),
    ("mail_is_wanted", mail_is_wanted),
    ("zone_is_known", zone_is_known),
    ("texts_are_agreed_to", texts_are_agreed_to),
    ("number_is_not_stopped", number_is_not_stopped),
    ("nothing_came_back", nothing_came_back),
];

/// Those of them that say whether somebody can be written to at all.
const REACH: [fn(&Moment<'_>, &Sent) -> bool; 5] =
    [mail_is_wanted, zone_is_known, texts_are_agreed_to, number_is_not_stopped, nothing_came_back];

/// "Pausing, paying, cancelling, writing off … between the moment a send was chosen and the moment it goes out prevents
/// it." A pause may have an end date: it ends with the practice's day before.
fn set_is_chased(moment: &Moment<'_>) -> bool {
    match moment.chase.stands {
        Stands::Going => true,
        Stands::Held(until) => until.is_some_and(|day| moment.town.today(moment.at) >= day),
        Stands::Failed | Stands::Over | Stands::Cancelled => false,
    }
}

/// "Balance zero → paid, at once, whoever paid and however."
fn something_is_owed(moment: &Moment<'_>) -> bool {
    moment.chase.owed.iter().map(|(_, left)| left).sum::<i64>() > 0
}

/// "A deceased patient's set is on hold."
fn patient_lives(moment: &Moment<'_>) -> bool {
    !moment.person.dead
}

/// "A running set keeps the version it started with until *change rule set*."
fn rules_are_the_sets(moment: &Moment<'_>, sent: &Sent) -> bool {
    moment.town.rules[moment.chase.rules].name == sent.rules
}

/// "At most one send per patient, channel and step, under any retry": the steps go one after the other, each once.
fn step_is_the_next(moment: &Moment<'_>, sent: &Sent) -> bool {
    moment.chase.done == sent.step
}

/// "Steps are ordered by delay": days after chasing began, which is the day after the due date, or the day itself of what
/// was overdue then; or staff wanted the step before.
fn day_has_come(moment: &Moment<'_>) -> bool {
    let Some(step) = next_step(moment) else { return false };
    if moment.chase.asked_for == Some(moment.chase.done) {
        return true;
    }
    let planned = moment.chase.start + chrono::Days::new(step.delay);
    if step.way.is_message() {
        return moment.town.local(moment.person, moment.at).date_naive() >= planned;
    }
    let at_the_practice = moment.at.with_timezone(&moment.town.zone);
    (at_the_practice.date_naive(), at_the_practice.hour()) >= (planned, 10) && staff_work(moment)
}

/// "The practice's business days and holidays": what staff are to do waits for one; this practice is closed at the weekend.
fn staff_work(moment: &Moment<'_>) -> bool {
    let today = moment.town.today(moment.at);
    !matches!(today.weekday(), Weekday::Sat | Weekday::Sun) && !moment.town.holidays.contains(&today)
}

/// On the practice's holidays nobody is written to, where it chose that: by the reader's date.
fn no_holiday(moment: &Moment<'_>) -> bool {
    !(moment.town.quiet_on_holidays && moment.town.holidays.contains(&day(moment)))
}

/// "One method at most once on the same day"; "a missed night is caught up", one step a day.
fn one_step_a_day(moment: &Moment<'_>) -> bool {
    let today = moment.town.local(moment.person, moment.at).date_naive();
    moment.chase.last_day.is_none_or(|last| today > last)
}

/// "Quiet hours: nothing before 08:00 or after 21:00 in the recipient's time zone. Unknown zone: email keeps the practice's
/// hours."
fn no_quiet_hour(moment: &Moment<'_>) -> bool {
    (8..21).contains(&moment.town.local(moment.person, moment.at).hour())
}

/// A step may keep narrower hours than the legal ones.
fn within_the_window(moment: &Moment<'_>) -> bool {
    let Some(Step { hours: (from, until), .. }) = next_step(moment) else { return false };
    (*from..*until).contains(&moment.town.local(moment.person, moment.at).hour())
}

/// "A failed step … tries the step's fallback method if there is one": its own way goes first.
fn way_is_the_steps(moment: &Moment<'_>, sent: &Sent) -> bool {
    possible_way(moment) == Some(sent.way)
}

/// "Messages go to the responsible party (the patient, or the guarantor of a minor or dependant)."
fn to_the_responsible_party(moment: &Moment<'_>, sent: &Sent) -> bool {
    address(moment.person, sent.way) == Some(sent.to.as_str())
}

/// Whoever chose a language reads that; the others read the practice's, which is English here.
fn in_the_readers_language(moment: &Moment<'_>, sent: &Sent) -> bool {
    moment.person.language.unwrap_or("en") == sent.language
}

/// Whoever answers for the bills may say that they want no mail.
fn mail_is_wanted(moment: &Moment<'_>, sent: &Sent) -> bool {
    sent.way != Way::Mail || !moment.person.refuses_mail
}

/// "Unknown zone: … SMS is not sent."
fn zone_is_known(moment: &Moment<'_>, sent: &Sent) -> bool {
    sent.way != Way::Text || moment.person.zone.is_some()
}

/// "SMS needs consent"; it is per phone number, and can be taken back.
fn texts_are_agreed_to(moment: &Moment<'_>, sent: &Sent) -> bool {
    sent.way != Way::Text || moment.person.consent.as_deref() == Some(sent.to.as_str())
}

/// "STOP … end SMS to that number for that practice at once … any other reply pauses SMS to that number until staff
/// classify it, and staff can record a spoken one. Phones are shared by families: opt-out belongs to the number."
fn number_is_not_stopped(moment: &Moment<'_>, sent: &Sent) -> bool {
    let known = moment.town.numbers.get(&sent.to).filter(|_| sent.way == Way::Text);
    known.is_none_or(|number| !number.stopped && number.unread.is_empty())
}

/// "Address on the suppression list (hard bounce or complaint)"; "number cannot take texts".
fn nothing_came_back(moment: &Moment<'_>, sent: &Sent) -> bool {
    !moment.town.bounced.contains(&sent.to)
}

/// The names of the rules that a message breaks.
pub(super) fn broken(moment: &Moment<'_>, sent: &Sent) -> Vec<&'static str> {
    RULES.iter().filter(|(_, holds)| !holds(moment, sent)).map(|(name, _)| *name).collect()
}

/// What a run is to do now; nothing where something holds it back.
pub(super) fn expected(moment: &Moment<'_>) -> Option<Expected> {
    let step = next_step(moment)?;
    let is_time = set_is_chased(moment)
        && something_is_owed(moment)
        && patient_lives(moment)
        && day_has_come(moment)
        && one_step_a_day(moment);
    if !is_time {
        return None;
    }
    if !step.way.is_message() {
        return Some(Expected::Task(step.way));
    }
    if !within_the_window(moment) || !no_quiet_hour(moment) || !no_holiday(moment) {
        return None;
    }
    Some(match possible_way(moment) {
        Some(way) if way.is_message() => Expected::Send(way),
        Some(task) => Expected::Task(task),
        None => Expected::Fail,
    })
}

/// What is to be done where staff ask for the next step now; nothing where it is refused, as a failure is.
pub(super) fn at_once(moment: &Moment<'_>) -> Option<Expected> {
    let step = next_step(moment)?;
    let (today, chase) = (day(moment), moment.chase);
    let last = chase.last_at.map(|at| moment.town.local(moment.person, at).date_naive());
    let may_be = chase.stands == Stands::Going
        && something_is_owed(moment)
        && patient_lives(moment)
        && last.is_none_or(|last| today > last);
    if !may_be {
        return None;
    }
    if !step.way.is_message() {
        return Some(Expected::Task(step.way));
    }
    match possible_way(moment) {
        Some(way) if way.is_message() => no_quiet_hour(moment).then_some(Expected::Send(way)),
        Some(task) => Some(Expected::Task(task)),
        None => Some(Expected::Fail),
    }
}

/// Whether a run may leave what is expected of it. Staff's tasks are made from ten o'clock on, earlier only where they are
/// left from a day before; and a step stays where a holiday has put it that was taken back since.
pub(super) fn may_wait(moment: &Moment<'_>) -> bool {
    let was_holiday = |date| moment.town.was_holiday(date, moment.chase.planned);
    let is_task = next_step(moment).is_some_and(|step| !step.way.is_message());
    let is_early = is_task && moment.at.with_timezone(&moment.town.zone).hour() < 10;
    is_early || was_holiday(moment.town.today(moment.at)) || was_holiday(day(moment))
}

/// The reader's day.
pub(super) fn day(moment: &Moment<'_>) -> NaiveDate {
    moment.town.local(moment.person, moment.at).date_naive()
}

/// The way by which the next step can be done: its own, else what is done instead; not the one by which it came back.
fn possible_way(moment: &Moment<'_>) -> Option<Way> {
    let (step, back) = (next_step(moment)?, moment.chase.came_back_by);
    let ways = [Some(step.way), step.instead].into_iter().flatten().filter(|way| Some(*way) != back);
    ways.into_iter().find(|way| can_be_done(moment, *way))
}

fn can_be_done(moment: &Moment<'_>, way: Way) -> bool {
    if !way.is_message() {
        return true;
    }
    let Some(to) = address(moment.person, way) else { return false };
    let letter = Sent { way, to: to.to_owned(), rules: String::new(), step: 0, language: "en" };
    REACH.iter().all(|holds| holds(moment, &letter))
}

fn address(person: &Person, way: Way) -> Option<&str> {
    match way {
        Way::Mail => person.reader().email.as_deref(),
        Way::Text => person.reader().phone.as_deref(),
        Way::Letter | Way::Call => None,
    }
}

fn next_step<'a>(moment: &Moment<'a>) -> Option<&'a Step> {
    moment.town.rules[moment.chase.rules].steps.get(moment.chase.done)
}

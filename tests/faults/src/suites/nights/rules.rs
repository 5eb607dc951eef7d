//! The rule sets of the simulated practice: every message says which step of which version it is of.

use serde_json::{Value, json};

use super::town::{Step, Way};

const LEGAL: (u32, u32) = (8, 21);

const fn step(delay: u64, way: Way, instead: Option<Way>, hours: (u32, u32)) -> Step {
    Step { delay, way, instead, hours }
}

/// Name and steps of the first versions.
pub(super) fn all() -> [(&'static str, Vec<Step>); 4] {
    use Way::{Call, Letter, Mail, Text};
    [
        (
            "M1",
            vec![step(0, Mail, None, (10, 21)), step(14, Mail, None, (10, 21)), step(30, Mail, None, LEGAL)],
        ),
        (
            "T1",
            vec![
                step(0, Text, Some(Mail), LEGAL),
                step(3, Mail, Some(Text), (9, 17)),
                step(4, Text, None, (12, 20)),
                step(12, Text, Some(Call), LEGAL),
            ],
        ),
        (
            "L1",
            vec![
                step(0, Mail, Some(Letter), (10, 21)),
                step(1, Call, None, LEGAL),
                step(2, Text, Some(Letter), (11, 14)),
                step(20, Letter, None, LEGAL),
            ],
        ),
        // Two ways on one day: they go on two days.
        (
            "D1",
            vec![
                step(0, Mail, Some(Letter), LEGAL),
                step(0, Text, Some(Letter), LEGAL),
                step(0, Call, None, LEGAL),
                step(25, Mail, Some(Text), LEGAL),
                step(25, Text, Some(Mail), LEGAL),
            ],
        ),
    ]
}

/// The name of the version after one: `T2` after `T1`.
pub(super) fn next_name(name: &str) -> String {
    let (kind, version) = name.split_at(1);
    format!("{kind}{}", version.parse::<u32>().unwrap() + 1)
}

/// A version as staff write it.
pub(super) fn body(name: &str, steps: &[Step]) -> Value {
    let written = steps.iter().enumerate().map(|(place, step)| {
        let (english, spanish) = (format!("Notice {name}-{place}-en"), format!("Aviso {name}-{place}-es"));
        let mut body = json!({
            "delay_days": step.delay, "method": step.way.name(), "title": english,
            "message": format!("{english}."), "fallback": step.instead.map(Way::name),
            "translations": [{ "language": "es", "title": spanish, "message": format!("{spanish}.") }],
        });
        if step.way.is_message() {
            body["window"] = json!({ "from_hour": step.hours.0, "until_hour": step.hours.1 });
        }
        body
    });
    let last = steps.last().map_or(0, |step| step.delay);
    json!({ "title": format!("Rules {}", &name[..1]), "steps": written.collect::<Vec<_>>(), "expiry_days": last + 10 })
}

/// Of which rules, which step and in which language a message is, by what it says.
pub(super) fn read(said: &str) -> Option<(String, usize, &'static str)> {
    let at = said.find("Notice ").map(|at| at + 7).or_else(|| said.find("Aviso ").map(|at| at + 6))?;
    let mark: String = said[at..].chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    let mut parts = mark.split('-');
    let (name, step) = (parts.next()?.to_owned(), parts.next()?.parse().ok()?);
    let language = if parts.next()? == "es" { "es" } else { "en" };
    Some((name, step, language))
}

//! The words of a step: a text with places for what is known only when it goes out.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::text::Line;

/// What a text may leave a place for. Nothing here says what a bill is for or what it comes to: a subject and a text
/// message carry the minimum, and what is around them says the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placeholder {
    /// The first name of whoever answers for the bills.
    FirstName,
    /// The practice's name.
    Practice,
    /// Where patients call the practice.
    Phone,
}

impl Placeholder {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::FirstName, Self::Practice, Self::Phone];

    /// Its name between braces.
    pub const fn name(self) -> &'static str {
        match self {
            Self::FirstName => "first_name",
            Self::Practice => "practice",
            Self::Phone => "phone",
        }
    }

    /// The most characters that it is filled with: names are lines of 60, a number has fifteen digits.
    const fn longest(self) -> usize {
        match self {
            Self::FirstName | Self::Practice => 60,
            Self::Phone => 20,
        }
    }
}

/// What the places of a text are filled with.
#[derive(Debug, Clone, Copy)]
pub struct Filling<'a> {
    /// The first name of whoever answers for the bills.
    pub first_name: &'a str,
    /// The practice's name.
    pub practice: &'a str,
    /// Where patients call the practice, as people write it.
    pub phone: &'a str,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Place(Placeholder),
}

/// A text of 1 to `MAX` characters on one line, with places such as `{first_name}`. It holds no link: the one that leads
/// to the bill is set around it, and a reader can trust that there is no other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Template<const MAX: usize>(Vec<Part>);

impl<const MAX: usize> Template<MAX> {
    /// The text with its places filled.
    pub fn fill(&self, filling: &Filling<'_>) -> String {
        let filled = self.0.iter().map(|part| match part {
            Part::Text(text) => text,
            Part::Place(Placeholder::FirstName) => filling.first_name,
            Part::Place(Placeholder::Practice) => filling.practice,
            Part::Place(Placeholder::Phone) => filling.phone,
        });
        filled.collect()
    }

    /// The most characters that it can have once its places are filled.
    pub fn longest(&self) -> usize {
        let length = |part: &Part| match part {
            Part::Text(text) => text.chars().count(),
            Part::Place(place) => place.longest(),
        };
        self.0.iter().map(length).sum()
    }
}

impl<const MAX: usize> FromStr for Template<MAX> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let line = Line::<MAX>::try_from(text)?;
        let lower = line.as_str().to_lowercase();
        if lower.contains("://") || lower.contains("www.") {
            return Err(
                "expected no link: the one that leads to the bill is added to every message".to_owned()
            );
        }
        let mut parts = Vec::new();
        let mut rest = line.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').ok_or_else(|| unknown(after))?;
            let place = Placeholder::ALL.into_iter().find(|place| place.name() == name);
            if !before.is_empty() {
                parts.push(Part::Text(before.to_owned()));
            }
            parts.push(Part::Place(place.ok_or_else(|| unknown(name))?));
            rest = after;
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.to_owned()));
        }
        Ok(Self(parts))
    }
}

fn unknown(name: &str) -> String {
    let shown: String = name.chars().take(30).collect();
    let accepted = Placeholder::ALL.map(|place| format!("{{{}}}", place.name())).join(", ");
    format!("there is no placeholder {{{shown}}}; accepted are {accepted}")
}

impl<const MAX: usize> TryFrom<String> for Template<MAX> {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl<const MAX: usize> From<Template<MAX>> for String {
    fn from(template: Template<MAX>) -> String {
        template.to_string()
    }
}

/// As it was written.
impl<const MAX: usize> fmt::Display for Template<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|part| match part {
            Part::Text(text) => f.write_str(text),
            Part::Place(place) => write!(f, "{{{}}}", place.name()),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FILLING: Filling<'_> =
        Filling { first_name: "Ada", practice: "Riverside Clinic", phone: "(617) 555-0100" };

    fn template(text: &str) -> Result<Template<100>, String> {
        text.parse()
    }

    #[test]
    fn places_are_filled() {
        let text = template("{first_name}, please call {practice} at {phone}.").unwrap();
        assert_eq!(text.fill(&FILLING), "Ada, please call Riverside Clinic at (617) 555-0100.");
        assert_eq!(text.longest(), ", please call ".len() + " at ".len() + ".".len() + 60 + 60 + 20);
    }

    #[test]
    fn a_place_that_there_is_not_is_refused_with_those_that_there_are() {
        for text in
            ["You owe {amount}", "{service} on {date}", "{}", "{first_name", "{First_Name}", "{{first_name}}"]
        {
            let why = template(text).unwrap_err();
            assert!(why.contains("{first_name}, {practice}, {phone}"), "{text}: {why}");
        }
    }

    #[test]
    fn a_text_holds_no_link_of_its_own() {
        for text in
            ["Pay at https://example.com", "HTTP://EXAMPLE.COM", "see www.example.com", "See WWW.example.com"]
        {
            assert!(template(text).unwrap_err().contains("no link"), "{text}");
        }
        assert!(template("Please call. We are happy to help").is_ok());
    }

    #[test]
    fn a_text_is_one_line_of_some_length() {
        for text in ["", "  ", "a\nb", &"x".repeat(101)] {
            assert!(template(text).is_err(), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_read_is_what_was_written(text in "([a-z ]|\\{first_name\\}|\\{practice\\}|\\{phone\\}|\\}){1,12}") {
            if let Ok(read) = text.parse::<Template<500>>() {
                prop_assert_eq!(read.to_string(), text.trim());
                prop_assert!(read.fill(&FILLING).chars().count() <= read.longest());
            }
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in "\\PC{0,60}") {
            let _ = text.parse::<Template<40>>();
        }
    }
}

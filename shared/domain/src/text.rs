//! Texts that people type, parsed once: never empty, never endless, never with control characters.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A text as it is searched and sorted by: Latin letters without accents and case, digits, single spaces. "O’Brien-Müller" is
/// `obrien muller`.
pub fn folded(text: &str) -> String {
    let plain = deunicode::deunicode(text).to_lowercase().replace(['\'', '`'], "");
    let words = plain.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

/// A text of 1 to `MAX` characters on one line, trimmed.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Line<const MAX: usize>(String);

impl<const MAX: usize> Line<MAX> {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const MAX: usize> TryFrom<String> for Line<MAX> {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let trimmed = text.trim();
        let length = trimmed.chars().count();
        if length == 0 || length > MAX || trimmed.chars().any(char::is_control) {
            return Err(format!("expected a text of 1 to {MAX} characters on one line"));
        }
        Ok(Self(trimmed.to_owned()))
    }
}

impl<const MAX: usize> TryFrom<&str> for Line<MAX> {
    type Error = String;

    fn try_from(text: &str) -> Result<Self, String> {
        Self::try_from(text.to_owned())
    }
}

impl<const MAX: usize> From<Line<MAX>> for String {
    fn from(line: Line<MAX>) -> String {
        line.0
    }
}

impl<const MAX: usize> fmt::Display for Line<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<const MAX: usize> fmt::Debug for Line<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_whatever_their_accents_and_case() {
        for (name, expected) in [
            ("Ana María  Ñandú", "ana maria nandu"),
            ("Łukasz Ødegård", "lukasz odegard"),
            ("Weiß", "weiss"),
            ("O’Brien-Smith", "o'brien-smith"),
            ("Nguyễn Thị", "nguyen thi"),
        ] {
            assert_eq!(folded(name), expected);
        }
    }

    #[test]
    fn a_line_is_trimmed_and_bounded() {
        assert_eq!(Line::<5>::try_from("  abc ").unwrap().as_str(), "abc");
        for text in ["", "   ", "abcdef", "a\nb", "a\u{0}b"] {
            assert!(Line::<5>::try_from(text).is_err(), "{text:?}");
        }
        assert!(Line::<5>::try_from("ééééé").is_ok(), "characters are counted, not bytes");
    }
}

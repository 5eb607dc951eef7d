//! The languages that patients read.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A language that every page for patients is complete in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Spanish.
    Es,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::En, Self::Es];

    /// Its tag as `html lang` and `Accept-Language` have it (BCP 47).
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Es => "es",
        }
    }

    /// Its name in itself.
    pub const fn name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::Es => "Español",
        }
    }
}

impl FromStr for Language {
    type Err = &'static str;

    /// Reads a tag, whatever its region: `es-MX` is Spanish.
    fn from_str(tag: &str) -> Result<Self, Self::Err> {
        let primary = tag.split('-').next().unwrap_or_default();
        let found = Self::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(primary));
        found.ok_or("expected one of en, es")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_of_any_region_is_its_language() {
        assert_eq!("es-MX".parse(), Ok(Language::Es));
        assert_eq!("EN".parse(), Ok(Language::En));
        for other in ["", "-", "e", "eng", "fr", "es_MX"] {
            assert!(other.parse::<Language>().is_err(), "{other}");
        }
    }
}

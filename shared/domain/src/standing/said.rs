//! What a text that somebody sent asks for.

/// The words that end texts, alone and in any case: those of 47 CFR 64.1200(a)(10), what carriers take for them
/// (CTIA Messaging Principles, 5.1.3), and Spanish ones.
const STOP: [&str; 15] = [
    "stop",
    "stopall",
    "stop all",
    "end",
    "quit",
    "cancel",
    "unsubscribe",
    "revoke",
    "remove",
    "optout",
    "opt out",
    "alto",
    "parar",
    "baja",
    "cancelar",
];

/// The words that ask who is writing.
const HELP: [&str; 3] = ["help", "info", "ayuda"];

/// The words that bring texts back.
const START: [&str; 4] = ["start", "unstop", "opt in", "comenzar"];

/// What a text asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// That texts end.
    Stop,
    /// That texts go on.
    Start,
    /// Who is writing.
    Help,
    /// What a person is to read.
    Other,
}

impl Said {
    /// What these words ask for: a known word alone, in any case, whatever stands around it that is no letter.
    pub fn of(text: &str) -> Self {
        let words: Vec<String> = text
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase)
            .collect();
        let said = words.join(" ");
        let is_one_of = |known: &[&str]| known.contains(&said.as_str());
        match () {
            () if is_one_of(&STOP) => Self::Stop,
            () if is_one_of(&START) => Self::Start,
            () if is_one_of(&HELP) => Self::Help,
            () => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_that_end_texts_do_so_in_any_case_and_with_anything_around_them() {
        for word in [
            "STOP",
            "END",
            "QUIT",
            "CANCEL",
            "UNSUBSCRIBE",
            "REVOKE",
            "REMOVE",
            "OPTOUT",
            "OPT-OUT",
            "OPT OUT",
            "stop",
            "Stop.",
            " stop! ",
            "\"STOP\"",
            "Opt_Out",
            "stopall",
            "¡ALTO!",
            "STOP\n",
        ] {
            assert_eq!(Said::of(word), Said::Stop, "{word}");
        }
    }

    #[test]
    fn other_words_are_for_people_to_read() {
        for text in ["", "please stop", "don't stop", "stopp", "ok", "STOP it", "1", "👍", "I never got help"]
        {
            assert_eq!(Said::of(text), Said::Other, "{text}");
        }
        assert_eq!((Said::of("Help!"), Said::of("start")), (Said::Help, Said::Start));
    }
}

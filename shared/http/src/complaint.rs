//! serde's error messages, taken apart and put into words for people.
//!
//! serde has no structured errors behind `serde_json` and `serde_urlencoded`; the wording read here is
//! `serde::de::Error`'s own (its provided methods), and the tests beside the callers hold it in place.

/// What serde says is wrong.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Complaint {
    /// A required field is absent.
    Missing(String),
    /// A field came twice.
    Repeated(String),
    /// A field that nothing reads came; these would be read.
    Unknown(String, Vec<String>),
    /// A value is none of these.
    NotOneOf(Vec<String>),
    /// Anything else, in words for people.
    Other(String),
}

impl Complaint {
    pub(crate) fn read(message: &str) -> Self {
        if let Some(name) = quoted(message, "missing field `", "`") {
            Self::Missing(name)
        } else if let Some(name) = quoted(message, "duplicate field `", "`") {
            Self::Repeated(name)
        } else if let Some(rest) = message.strip_prefix("unknown field `") {
            let (name, accepted) = expected(rest);
            Self::Unknown(name.to_owned(), accepted)
        } else if let Some(rest) = message.strip_prefix("unknown variant `") {
            Self::NotOneOf(expected(rest).1)
        } else {
            Self::Other(for_people(message))
        }
    }
}

fn quoted(message: &str, before: &str, after: &str) -> Option<String> {
    Some(message.strip_prefix(before)?.strip_suffix(after)?.to_owned())
}

/// Splits ``x`, expected one of `a`, `b` `` into `x` and `[a, b]`. The last `expected` counts: the names after
/// it are ours, and what stands before it came with the request.
fn expected(rest: &str) -> (&str, Vec<String>) {
    match rest.rsplit_once("`, expected ") {
        // Between backticks are the names, at odd places.
        Some((name, list)) => (name, list.split('`').skip(1).step_by(2).map(str::to_owned).collect()),
        None => (rest.strip_suffix("`, there are no fields").unwrap_or(rest), Vec::new()),
    }
}

/// Drops what came with the request, and the names that types have in our code.
fn for_people(message: &str) -> String {
    if message.starts_with("data did not match any variant of untagged enum") {
        return "Not one of the accepted forms.".to_owned();
    }
    let invalid = ["invalid type: ", "invalid value: ", "invalid length "];
    if invalid.iter().any(|start| message.starts_with(start))
        && let Some((_, wanted)) = message.rsplit_once(", expected ")
    {
        return format!("Expected {}.", in_words(wanted));
    }
    match message {
        "invalid digit found in string" | "cannot parse integer from empty string" => {
            "Expected a whole number.".to_owned()
        }
        "number too large to fit in target type" | "number too small to fit in target type" => {
            "Expected a whole number, and not so large.".to_owned()
        }
        "provided string was not `true` or `false`" => "Expected true or false.".to_owned(),
        other => other.to_owned(),
    }
}

fn in_words(wanted: &str) -> &str {
    match wanted {
        "u8" => "a whole number from 0 to 255",
        "u16" => "a whole number from 0 to 65535",
        "u32" => "a whole number from 0 to 4294967295",
        "u64" | "u128" | "usize" => "a whole number, 0 or more",
        "i8" | "i16" | "i32" | "i64" | "i128" | "isize" => "a whole number",
        "a boolean" => "true or false",
        "a borrowed string" | "str" => "a string",
        "a sequence" => "a list",
        "string or map" | "map with a single key" => "a string or an object with one field",
        "unit" => "null",
        other if other == "a map" || other.starts_with("struct ") => "an object",
        other if other.starts_with("tuple ") || other.starts_with("a tuple ") => "a list",
        other if other.starts_with("internally tagged enum ") => "an object",
        other if other.starts_with("enum ") || other.starts_with("variant ") => "one of the accepted names",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn messages_are_taken_apart() {
        let cases = [
            ("missing field `amount`", Complaint::Missing("amount".to_owned())),
            ("duplicate field `amount`", Complaint::Repeated("amount".to_owned())),
            ("unknown field `x`, expected `a`", Complaint::Unknown("x".to_owned(), names(&["a"]))),
            (
                "unknown field `x`, expected `a` or `b`",
                Complaint::Unknown("x".to_owned(), names(&["a", "b"])),
            ),
            ("unknown field `x`, there are no fields", Complaint::Unknown("x".to_owned(), Vec::new())),
            (
                "unknown variant `x`, expected one of `a`, `b`, `c`",
                Complaint::NotOneOf(names(&["a", "b", "c"])),
            ),
        ];
        for (message, complaint) in cases {
            assert_eq!(Complaint::read(message), complaint, "{message}");
        }
    }

    #[test]
    fn a_name_that_looks_like_the_message_changes_nothing_of_what_is_accepted() {
        let complaint = Complaint::read("unknown field `x`, expected `evil`, expected `a` or `b`");
        assert_eq!(complaint, Complaint::Unknown("x`, expected `evil".to_owned(), names(&["a", "b"])));
    }

    #[test]
    fn values_and_type_names_are_left_out() {
        let cases = [
            (
                "invalid type: string \"secret\", expected u32",
                "Expected a whole number from 0 to 4294967295.",
            ),
            ("invalid type: null, expected struct TakePayment", "Expected an object."),
            ("invalid length 3, expected a tuple of size 2", "Expected a list."),
            ("data did not match any variant of untagged enum Amount", "Not one of the accepted forms."),
            ("An amount has two decimals, such as 12.50.", "An amount has two decimals, such as 12.50."),
        ];
        for (message, people) in cases {
            assert_eq!(Complaint::read(message), Complaint::Other(people.to_owned()));
        }
    }
}

//! Query strings, read strictly into a struct.

use std::borrow::Cow;
use std::collections::HashSet;

use percent_encoding::percent_decode_str;
use serde::de::value::StrDeserializer;
use serde::de::{Deserialize, DeserializeOwned, Deserializer};

use crate::Problem;
use crate::complaint::Complaint;

/// Reads the query into `T`, a struct with `#[serde(deny_unknown_fields)]` whose optional parameters are
/// `Option`s and whose parameters of several values are [`List`]s.
///
/// # Errors
/// 400 naming the parameter (`?status`) and, where there is a list, what is accepted: unknown, repeated, missing,
/// of another form, or not UTF-8.
pub fn parse<T: DeserializeOwned>(query: &str) -> Result<T, Problem> {
    urlencoded(query).map_err(|(name, complaint)| match complaint {
        Complaint::Missing(_) => Problem::invalid_parameter(&name, "Required."),
        Complaint::Repeated(_) => Problem::invalid_parameter(&name, "Sent more than once."),
        Complaint::Unknown(_, accepted) => Problem::unknown_parameter(&name, accepted),
        Complaint::NotOneOf(accepted) => {
            Problem::invalid_parameter_accepting(&name, "Not one of the accepted values.", accepted)
        }
        Complaint::Other(detail) => Problem::invalid_parameter(&name, detail),
    })
}

/// A parameter of a form or a query, and what is wrong with it.
pub(crate) type BadParameter = (String, Complaint);

/// Reads `application/x-www-form-urlencoded` text; a repeated name is refused even where `T` would not notice.
pub(crate) fn urlencoded<T: DeserializeOwned>(text: &str) -> Result<T, BadParameter> {
    let mut seen = HashSet::new();
    for pair in text.split('&') {
        let Some((name, _)) = form_urlencoded::parse(pair.as_bytes()).next() else { continue };
        // form_urlencoded would put a replacement character in its place.
        if percent_decode_str(pair).decode_utf8().is_err() {
            return Err((name.into_owned(), Complaint::Other("Not UTF-8.".to_owned())));
        }
        if !seen.insert(name.clone()) {
            return Err((name.clone().into_owned(), Complaint::Repeated(name.into_owned())));
        }
    }
    let parts = serde_urlencoded::Deserializer::new(form_urlencoded::parse(text.as_bytes()));
    serde_path_to_error::deserialize(parts).map_err(|error| {
        let complaint = Complaint::read(&error.inner().to_string());
        let name = match &complaint {
            Complaint::Missing(name) | Complaint::Repeated(name) | Complaint::Unknown(name, _) => {
                name.clone()
            }
            _ => error.path().to_string(),
        };
        (name, complaint)
    })
}

/// How many values a parameter of several has at most: each may be a query of the table.
const MAX_VALUES: usize = 20;

/// Several values of one parameter, separated by commas: `?status=overdue,unpaid`. 1 to 20.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List<T>(pub Vec<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        if text.split(',').count() > MAX_VALUES {
            return Err(serde::de::Error::custom(format!("expected at most {MAX_VALUES} values")));
        }
        text.split(',')
            .map(|item| T::deserialize(StrDeserializer::<D::Error>::new(item)))
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::problem::{Kind, kinds};

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Status {
        Paid,
        Overdue,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Page {
        status: Option<List<Status>>,
        limit: Option<u8>,
        search: Option<String>,
        newest: Option<bool>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Needed {
        patient: String,
    }

    fn assert_refused(query: &str, kind: &Kind, pointer: &str, detail: &str, accepted: &[&str]) {
        let problem = parse::<Page>(query).unwrap_err();
        assert_eq!(problem.kind(), kind, "{query}");
        let error = &problem.document().errors[0];
        assert_eq!((error.pointer.as_str(), error.detail.as_str()), (pointer, detail), "{query}");
        assert_eq!(error.accepted, accepted, "{query}");
    }

    #[test]
    fn a_query_is_read() {
        let expected = Page {
            status: Some(List(vec![Status::Overdue, Status::Paid])),
            limit: Some(50),
            search: Some("Ana María, INV-1".to_owned()),
            newest: Some(true),
        };
        let query = "status=overdue,paid&limit=50&search=Ana+Mar%C3%ADa%2C%20INV-1&newest=true";
        assert_eq!(parse::<Page>(query).unwrap(), expected);
        let none = Page { status: None, limit: None, search: None, newest: None };
        assert_eq!(parse::<Page>("").unwrap(), none);
    }

    #[test]
    fn each_refusal_names_the_parameter() {
        let invalid = &kinds::INVALID_PARAMETER;
        let not_one = "Not one of the accepted values.";
        assert_refused(
            "stauts=paid",
            &kinds::UNKNOWN_PARAMETER,
            "?stauts",
            "There is no such query parameter.",
            &["status", "limit", "search", "newest"],
        );
        assert_refused("limit=5&limit=6", invalid, "?limit", "Sent more than once.", &[]);
        assert_refused("x=5&x=6", invalid, "?x", "Sent more than once.", &[]);
        assert_refused("status=paid,late", invalid, "?status", not_one, &["paid", "overdue"]);
        assert_refused("status=", invalid, "?status", not_one, &["paid", "overdue"]);
        let many = format!("status={}", ["paid"; 21].join(","));
        assert_refused(&many, invalid, "?status", "expected at most 20 values", &[]);
        assert_refused("limit=ten", invalid, "?limit", "Expected a whole number.", &[]);
        assert_refused("limit=", invalid, "?limit", "Expected a whole number.", &[]);
        assert_refused("limit=300", invalid, "?limit", "Expected a whole number, and not so large.", &[]);
        assert_refused("newest=1", invalid, "?newest", "Expected true or false.", &[]);
        assert_refused("search=%FF", invalid, "?search", "Not UTF-8.", &[]);
        let problem = parse::<Needed>("").unwrap_err();
        assert_eq!(problem.document().errors[0].pointer, "?patient");
        assert_eq!(problem.document().errors[0].detail, "Required.");
    }
}

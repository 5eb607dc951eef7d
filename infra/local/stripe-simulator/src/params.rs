//! The strict reading of parameters.
//!
//! A handler first reads every parameter it knows, then calls [`Reader::finish`], which refuses the request if
//! anything is left over, missing or of the wrong type. Nothing has changed before that.
//! Sources: <https://docs.stripe.com/error-codes> (`parameter_*`).

use crate::error::{Result, StripeError};
use crate::form::{self, Param};
use std::collections::BTreeMap;

/// Reads the parameters of one request, or of one nested hash of it.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    pub(crate) fields: BTreeMap<String, Param>,
    path: String,
    unknown: Vec<String>,
    problem: Option<StripeError>,
}

impl Reader {
    /// Parses a query string or a form body.
    pub(crate) fn parse(encoded: &str) -> Result<Self> {
        let fields = form::parse(encoded).ok_or_else(|| {
            refusal(
                "Invalid request (check that your POST content type is application/x-www-form-urlencoded).",
            )
        })?;
        Ok(Self { fields, ..Self::default() })
    }

    /// The canonical text of all parameters, to compare requests by.
    pub(crate) fn fingerprint(&self) -> String {
        format!("{:?}", self.fields)
    }

    /// Refuses unknown parameters first, then the first thing that was wrong with a known one.
    pub(crate) fn finish(mut self) -> Result<()> {
        self.leftovers();
        if let Some(first) = self.unknown.first() {
            let plural = if self.unknown.len() > 1 { "s" } else { "" };
            let message = format!("Received unknown parameter{plural}: {}", self.unknown.join(", "));
            return Err(refusal(message).code("parameter_unknown").param(first));
        }
        self.problem.map_or(Ok(()), Err)
    }

    pub(crate) fn fail(&mut self, error: StripeError) {
        self.problem.get_or_insert(error.before_execution());
    }

    pub(crate) fn name(&self, field: &str) -> String {
        if self.path.is_empty() { field.to_owned() } else { format!("{}[{field}]", self.path) }
    }

    /// Whether `field` was sent as a hash (`field[x]=…`) rather than as a value.
    pub(crate) fn is_hash(&self, field: &str) -> bool {
        matches!(self.fields.get(field), Some(Param::Map(_)))
    }

    fn leftovers(&mut self) {
        for field in std::mem::take(&mut self.fields).into_keys() {
            let name = self.name(&field);
            self.unknown.push(name);
        }
    }

    fn raw(&mut self, field: &str) -> Option<String> {
        match self.fields.remove(field)? {
            Param::Text(text) => Some(text),
            Param::Map(_) => {
                let name = self.name(field);
                self.fail(refusal(format!("Invalid string: {name} must be a string.")).param(&name));
                None
            }
        }
    }

    /// A string that may not be empty.
    pub(crate) fn string(&mut self, field: &str) -> Option<String> {
        let text = self.raw(field)?;
        if !text.is_empty() {
            return Some(text);
        }
        let name = self.name(field);
        let message = format!(
            "You passed an empty string for '{name}'. We assume empty values are an attempt to unset a parameter; \
             however '{name}' cannot be unset. You should remove '{name}' from your request or supply a non-empty value."
        );
        self.fail(refusal(message).code("parameter_invalid_empty").param(&name));
        None
    }

    /// A string that an empty value unsets: `Some(None)`.
    pub(crate) fn clearable(&mut self, field: &str) -> Option<Option<String>> {
        self.raw(field).map(|text| if text.is_empty() { None } else { Some(text) })
    }

    /// Records that a required parameter is absent.
    pub(crate) fn require<T>(&mut self, field: &str, value: Option<T>) -> Option<T> {
        if value.is_none() {
            let name = self.name(field);
            self.fail(
                refusal(format!("Missing required param: {name}.")).code("parameter_missing").param(&name),
            );
        }
        value
    }

    /// A required string; empty when absent, which [`Reader::finish`] then refuses.
    pub(crate) fn required_string(&mut self, field: &str) -> String {
        let value = self.string(field);
        self.require(field, value).unwrap_or_default()
    }

    /// A whole number.
    pub(crate) fn integer(&mut self, field: &str) -> Option<i64> {
        let text = self.string(field)?;
        if let Ok(number) = text.parse() {
            return Some(number);
        }
        let name = self.name(field);
        self.fail(refusal(format!("Invalid integer: {text}")).code("parameter_invalid_integer").param(&name));
        None
    }

    /// `true` or `false`.
    pub(crate) fn boolean(&mut self, field: &str) -> Option<bool> {
        let text = self.string(field)?;
        match text.as_str() {
            "true" => Some(true),
            "false" => Some(false),
            _ => {
                let name = self.name(field);
                self.fail(refusal(format!("Invalid boolean: {text}")).param(&name));
                None
            }
        }
    }

    /// One of a closed set of words.
    pub(crate) fn choice(&mut self, field: &str, allowed: &[&str]) -> Option<String> {
        let text = self.string(field)?;
        if allowed.contains(&text.as_str()) {
            return Some(text);
        }
        let name = self.name(field);
        self.fail(refusal(format!("Invalid {name}: must be one of {}", one_of(allowed))).param(&name));
        None
    }

    /// A list of strings: `a[]=x` or `a[0]=x`.
    pub(crate) fn strings(&mut self, field: &str) -> Option<Vec<String>> {
        let Param::Map(map) = self.fields.remove(field)? else {
            let name = self.name(field);
            self.fail(refusal("Invalid array").param(&name));
            return None;
        };
        let mut strings = Vec::new();
        for (_, param) in in_order(map) {
            match param {
                Param::Text(text) => strings.push(text),
                Param::Map(_) => {
                    let name = self.name(field);
                    self.fail(refusal("Invalid string").param(&name));
                }
            }
        }
        Some(strings)
    }

    /// A hash, read by `read`.
    pub(crate) fn hash<T>(&mut self, field: &str, read: impl FnOnce(&mut Self) -> T) -> Option<T> {
        let param = self.fields.remove(field)?;
        Some(self.nested(self.name(field), param, read))
    }

    /// A list of hashes, each read by `read`.
    pub(crate) fn hashes<T>(&mut self, field: &str, mut read: impl FnMut(&mut Self) -> T) -> Option<Vec<T>> {
        let name = self.name(field);
        let Param::Map(map) = self.fields.remove(field)? else {
            self.fail(refusal("Invalid array").param(&name));
            return None;
        };
        let items = in_order(map).into_iter();
        Some(items.map(|(index, param)| self.nested(format!("{name}[{index}]"), param, &mut read)).collect())
    }

    fn nested<T>(&mut self, path: String, param: Param, read: impl FnOnce(&mut Self) -> T) -> T {
        let fields = match param {
            Param::Map(fields) => fields,
            Param::Text(_) => {
                self.fail(refusal("Invalid object").param(&path));
                BTreeMap::new()
            }
        };
        let mut child = Self { fields, path, ..Self::default() };
        let value = read(&mut child);
        child.leftovers();
        self.unknown.append(&mut child.unknown);
        if let Some(problem) = child.problem {
            self.fail(problem);
        }
        value
    }
}

/// A refusal before anything ran.
pub(crate) fn refusal(message: impl Into<String>) -> StripeError {
    StripeError::invalid(message).before_execution()
}

fn one_of(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first, second] => format!("{first} or {second}"),
        [rest @ .., last] => format!("{}, or {last}", rest.join(", ")),
    }
}

/// List members by their index; `a[]` members keep the order they were sent in.
fn in_order(map: BTreeMap<String, Param>) -> Vec<(String, Param)> {
    let mut items: Vec<(String, Param)> = map.into_iter().collect();
    items.sort_by_key(|(index, _)| index.parse::<u64>().unwrap_or(u64::MAX));
    items
}

//! Metadata and its limits. Source: <https://docs.stripe.com/api/metadata>

use crate::error::{Result, StripeError};
use crate::form::Param;
use crate::params::{Reader, refusal};
use std::collections::BTreeMap;

/// Metadata of an object.
pub(crate) type Metadata = BTreeMap<String, String>;

/// A change of metadata: a value of `None` removes its key.
#[derive(Debug, Clone, Default)]
pub(crate) struct MetadataChange {
    /// `metadata=` (empty) removes every key first.
    pub(crate) clear: bool,
    pub(crate) entries: BTreeMap<String, String>,
}

impl MetadataChange {
    /// Applies the change: an empty value unsets its key, `metadata=` unsets all, at most 50 keys remain.
    /// Source: <https://docs.stripe.com/api/metadata>
    pub(crate) fn apply(self, metadata: &Metadata) -> Result<Metadata> {
        let mut changed = if self.clear { Metadata::new() } else { metadata.clone() };
        for (key, value) in self.entries {
            if value.is_empty() {
                changed.remove(&key);
            } else {
                changed.insert(key, value);
            }
        }
        if changed.len() > 50 {
            let message =
                format!("You can specify up to 50 metadata keys, but you passed in {}.", changed.len());
            return Err(StripeError::invalid(message).param("metadata"));
        }
        Ok(changed)
    }

    /// The metadata of a new object.
    pub(crate) fn into_new(self) -> Result<Metadata> {
        self.apply(&Metadata::new())
    }
}

impl Reader {
    /// `metadata[key]=value`: keys up to 40 characters without brackets, values up to 500.
    /// Source: <https://docs.stripe.com/api/metadata>
    pub(crate) fn metadata(&mut self) -> MetadataChange {
        let name = self.name("metadata");
        let map = match self.fields.remove("metadata") {
            None => return MetadataChange::default(),
            Some(Param::Text(text)) if text.is_empty() => {
                return MetadataChange { clear: true, entries: BTreeMap::new() };
            }
            Some(Param::Text(_)) => {
                self.fail(refusal("Invalid object").param(&name));
                return MetadataChange::default();
            }
            Some(Param::Map(map)) => map,
        };
        let mut entries = BTreeMap::new();
        for (key, param) in map {
            let param_name = format!("{name}[{key}]");
            match param {
                Param::Text(value) => {
                    self.metadata_limits(&key, &value, &param_name);
                    entries.insert(key, value);
                }
                Param::Map(_) => {
                    self.fail(refusal("Invalid string: metadata values must be strings.").param(&param_name));
                }
            }
        }
        MetadataChange { clear: false, entries }
    }

    fn metadata_limits(&mut self, key: &str, value: &str, name: &str) {
        let (keys, values) = (key.chars().count(), value.chars().count());
        if keys > 40 {
            let message = format!(
                "Metadata keys can have up to 40 characters, but you passed in a key that is {keys} characters. \
                 Invalid key: {key}"
            );
            self.fail(refusal(message).param("metadata"));
        }
        if values > 500 {
            let message = format!(
                "Metadata values can have up to 500 characters, but you passed in a value that is {values} \
                 characters. Invalid value: {value}"
            );
            self.fail(refusal(message).param(name));
        }
    }
}

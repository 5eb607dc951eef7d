//! What decides where a row is listed, and the index attributes that follow from it.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, NaiveDate, Utc};
use paywell_domain::{Cents, PatientId, PracticeId};
use serde::{Serialize, de::DeserializeOwned};

use super::Sort;
use crate::{
    Key, StoreError,
    keys::{self, narrowed},
    row::Item,
};

/// How many codes of an invoice have an index entry of their own; a row with more is found by [`MANY_CODES`].
pub(crate) const CODE_SLOTS: [&str; 3] = ["code1", "code2", "code3"];

/// In the last slot of rows with more codes than slots.
pub(crate) const MANY_CODES: &str = "*";

/// Where a name is found from its beginning, and from up to three more of its words.
pub(crate) const NAME_SLOTS: [&str; 4] = ["name", "word2", "word3", "word4"];

/// A row of a list.
pub trait Listed: Serialize + DeserializeOwned {
    /// The list, as the partition key begins: `INVOICES`, `PAYMENTS`, `SETS`.
    const KIND: &'static str;

    /// What decides where it is listed.
    fn listing(&self) -> Listing;

    /// Its item: its key, what is shown, and the attributes of every index it is in.
    ///
    /// # Errors
    /// It cannot be encoded: a bug.
    #[doc(hidden)]
    fn item(&self, practice: &PracticeId) -> Result<HashMap<String, AttributeValue>, StoreError> {
        self.listing().item(Self::KIND, self, practice)
    }
}

/// What decides where a row is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// Its id, the end of every position.
    pub id: String,
    /// The number that people see, with its series: `INV-12`.
    pub number: Option<String>,
    /// When it was made (UTC).
    pub created_at: DateTime<Utc>,
    /// When it is due, in the practice's zone.
    pub due: Option<NaiveDate>,
    /// When it was paid (UTC).
    pub paid: Option<DateTime<Utc>>,
    /// By what amount it is sorted.
    pub amount: Cents,
    /// The patient's name, folded.
    pub name: String,
    /// Whose it is.
    pub patient: PatientId,
    /// The partition of its status, where its list has any.
    pub status: Option<&'static str>,
    /// The one more thing that its list is narrowed by.
    pub facet: Option<String>,
    /// The codes of its lines, each once.
    pub codes: Vec<String>,
}

impl Listing {
    /// Its place in an order that is stored; none where it is not in it.
    pub(crate) fn position(&self, sort: Sort) -> Option<String> {
        let id = &self.id;
        match sort {
            Sort::Created => Some(format!("{}#{id}", keys::instant(self.created_at))),
            Sort::Due | Sort::Status => Some(keys::by_due(self.due, id)),
            Sort::Amount => Some(format!("{}#{id}", keys::cents(self.amount))),
            Sort::Name => Some(format!("{}#{id}", self.name)),
            Sort::Paid => Some(format!("{}#{id}", keys::instant(self.paid?))),
            Sort::Match => None,
        }
    }

    /// The name from the beginning of each word by which it is found, in the order of [`NAME_SLOTS`]. Of a name with more
    /// words than slots, the shortest ("de", "la") are found with the word before them alone.
    fn endings(&self) -> impl Iterator<Item = &str> {
        let starts = self.name.match_indices(' ').map(|(at, _)| at.saturating_add(1));
        let mut words: Vec<&str> = starts.filter_map(|at| self.name.get(at..)).collect();
        words.sort_by_key(|rest| std::cmp::Reverse(rest.split(' ').next().map_or(0, str::len)));
        words.truncate(NAME_SLOTS.len().saturating_sub(1));
        words.sort_by_key(|rest| std::cmp::Reverse(rest.len()));
        std::iter::once(self.name.as_str()).chain(words)
    }

    /// The name from the first of its words, in the order of the alphabet, that it goes on from as `start` does.
    pub(super) fn matching(&self, start: &str) -> Option<&str> {
        self.endings().filter(|rest| rest.starts_with(start)).min()
    }

    fn item(self, kind: &str, row: impl Serialize, practice: &PracticeId) -> Result<Item, StoreError> {
        let mut item = Key::row(kind, practice, &self.id).attributes();
        item.insert("r".to_owned(), serde_dynamo::to_attribute_value(row)?);
        let mut put = |name: &str, value: Option<String>| {
            item.extend(value.map(|value| (name.to_owned(), AttributeValue::S(value))));
        };
        put("created", self.position(Sort::Created));
        put("due", self.position(Sort::Due));
        put("amount", self.position(Sort::Amount));
        for (slot, rest) in NAME_SLOTS.into_iter().zip(self.endings()) {
            put(slot, Some(format!("{rest}#{}", self.id)));
        }
        put("paid", self.position(Sort::Paid));
        put("number", self.number.clone());
        put("status", self.status.map(|status| narrowed(kind, practice, status)));
        put("patient", Some(narrowed(kind, practice, &self.patient.to_string())));
        put("facet", self.facet.as_ref().map(|facet| narrowed(kind, practice, facet)));
        let many = self.codes.len() > CODE_SLOTS.len();
        for (place, (slot, code)) in CODE_SLOTS.iter().zip(&self.codes).enumerate() {
            let last = place.saturating_add(1) == CODE_SLOTS.len();
            let code = if many && last { MANY_CODES } else { code };
            put(slot, Some(narrowed(kind, practice, code)));
        }
        Ok(item)
    }
}

/// The row of an item of the table or of an index.
pub(crate) fn decode<R: Listed>(mut item: Item) -> Result<R, StoreError> {
    let (Some(id), Some(AttributeValue::M(mut row))) = (item.remove("sk"), item.remove("r")) else {
        return Err(StoreError::internal("a row without what it shows"));
    };
    row.insert("sk".to_owned(), id);
    Ok(serde_dynamo::from_item(row)?)
}

//! What the portal looks up: whom a contact answers for, and the sign-ins that were begun.

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::Duration;
use paywell_domain::{
    Patient, PatientId, PracticeId,
    link::TokenHash,
    portal::{CODE_MINUTES, ContactHash, ContactPoint, SignIn},
};

use crate::{Commit, Key, Loaded, Store, StoreError, commit::Write, history::sort_key, keys, row::Item};

/// The list of contacts.
const CONTACTS: &str = "CONTACTS";

/// Of one contact no more are read: more than the portal shows, so that none is lost to patients of whom it is not.
const READ_AT_MOST: i32 = 100;

/// The items by which a patient is found by a contact of whoever answers for the bills.
pub(crate) fn contact_rows(practice: &PracticeId, patient: &Patient) -> Vec<Item> {
    let contacts = ContactPoint::of(patient.responsible_party().1);
    let id = |contact: &ContactPoint| format!("{}#{}", contact.hash().as_str(), patient.id);
    contacts.iter().map(|contact| Key::row(CONTACTS, practice, &id(contact)).attributes()).collect()
}

/// The patient of such an item, by its sort key.
pub(crate) fn patient_of(id: &str) -> Option<PatientId> {
    id.rsplit('#').next()?.parse().ok()
}

impl Commit {
    /// A code was asked for. The browser's token leads to it.
    ///
    /// # Errors
    /// It cannot be encoded: a bug.
    pub fn begin_sign_in(&mut self, token: &TokenHash, sign_in: &SignIn) -> Result<(), StoreError> {
        let item = self.sign_in(token, sign_in, 1)?;
        self.write(Write::Create(item));
        Ok(())
    }

    /// A code was typed. The commit fails with a conflict where another was tried since `version` was read, so that of
    /// codes that are sent at once each is counted.
    ///
    /// # Errors
    /// It cannot be encoded: a bug.
    pub fn tried_code(
        &mut self,
        token: &TokenHash,
        sign_in: &SignIn,
        version: u64,
    ) -> Result<(), StoreError> {
        let item = self.sign_in(token, sign_in, version.saturating_add(1))?;
        self.write(Write::Replace(item, version));
        Ok(())
    }

    fn sign_in(&self, token: &TokenHash, sign_in: &SignIn, version: u64) -> Result<Item, StoreError> {
        let mut item = Key::sign_in(&self.by().practice, token).attributes();
        item.insert("v".to_owned(), AttributeValue::N(version.to_string()));
        item.insert("to".to_owned(), serde_dynamo::to_attribute_value(sign_in)?);
        let ttl = (sign_in.asked_at + Duration::minutes(2 * CODE_MINUTES)).timestamp();
        item.insert("ttl".to_owned(), AttributeValue::N(ttl.to_string()));
        Ok(item)
    }
}

impl Loaded {
    /// The sign-in behind a token with its version, if it was loaded and is there.
    ///
    /// # Errors
    /// The item is not one that this program wrote.
    pub fn sign_in(
        &self,
        practice: &PracticeId,
        token: &TokenHash,
    ) -> Result<Option<(SignIn, u64)>, StoreError> {
        let Some(item) = self.item(&Key::sign_in(practice, token)) else { return Ok(None) };
        let version = item.get("v").and_then(|v| v.as_n().ok()?.parse().ok());
        let (Some(version), Some(to)) = (version, item.get("to").cloned()) else {
            return Err(StoreError::internal("a sign-in without what it is"));
        };
        Ok(Some((serde_dynamo::from_attribute_value(to)?, version)))
    }
}

impl Store {
    /// Whom a contact answers for: one query, consistent.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn patients_by_contact(
        &self,
        practice: &PracticeId,
        contact: &ContactHash,
    ) -> Result<Vec<PatientId>, StoreError> {
        let answer = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk AND begins_with(sk, :contact)")
            .expression_attribute_values(":pk", AttributeValue::S(keys::list(CONTACTS, practice)))
            .expression_attribute_values(":contact", AttributeValue::S(format!("{}#", contact.as_str())))
            .consistent_read(true)
            .limit(READ_AT_MOST)
            .send()
            .await?;
        Ok(answer.items().iter().filter_map(|item| patient_of(sort_key(item))).collect())
    }
}

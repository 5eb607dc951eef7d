//! The look-ups that are not a practice's: what a token leads to, and which processor events were applied; and the
//! attempts at the identity check.

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use chrono::{DateTime, Days, Duration, NaiveDate, NaiveTime, Utc};
use paywell_domain::{
    LinkId, PatientId, PaymentId, PracticeId,
    link::{LinkFor, TokenHash},
    patient::Phone,
    practice::Logo,
};
use serde::{Deserialize, Serialize};

use crate::{Commit, Key, Loaded, Store, StoreError, row::Item};

/// How long a token is known after its link has ended: so long its holder gets a kind page instead of a blank no.
const POINTER_DAYS: i64 = 400;
/// How long an applied event is known. Stripe retries for three days (<https://docs.stripe.com/webhooks#retries>).
const WEBHOOK_DAYS: i64 = 60;

/// How long a day's number of messages is kept.
const SENDS_DAYS: u64 = 7;

/// What a token leads to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pointer {
    /// The pay page of a link, in one of its generations.
    Link {
        /// Whose.
        practice: PracticeId,
        /// Which.
        link: LinkId,
        /// Of which generation; an older one than the link's is worthless.
        generation: u32,
        /// Whose bills; with what it pays, a page is one more read.
        patient: PatientId,
        /// What it pays.
        pays: LinkFor,
    },
    /// The receipt page of a payment.
    Receipt {
        /// Whose.
        practice: PracticeId,
        /// Which.
        payment: PaymentId,
        /// Whose; tokens of before it was noted have none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        patient: Option<PatientId>,
    },
}

/// Whose a customer or a saved method of the processor is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    /// The practice.
    pub practice: PracticeId,
    /// The patient.
    pub patient: PatientId,
}

/// The item that says whose a number is that texts are sent to.
pub(crate) fn text_number(number: &Phone, practice: &PracticeId) -> Item {
    let mut item = Key::text_number(number).attributes();
    item.insert("practice".to_owned(), AttributeValue::S(practice.to_string()));
    item
}

impl Loaded {
    /// Whose a number is that texts are sent to, if it was loaded and is a practice's own.
    pub fn practice_of(&self, number: &Phone) -> Option<PracticeId> {
        self.item(&Key::text_number(number))?.get("practice")?.as_s().ok()?.parse().ok()
    }
}

impl Commit {
    /// Makes a token lead somewhere. The table keeps its hash alone.
    ///
    /// # Errors
    /// It cannot be encoded: a bug.
    pub fn point(&mut self, token: &TokenHash, pointer: &Pointer) -> Result<(), StoreError> {
        let mut item: Item = Key::token(token).attributes();
        item.insert("to".to_owned(), serde_dynamo::to_attribute_value(pointer)?);
        let ttl = (self.by().now + Duration::days(POINTER_DAYS)).timestamp();
        item.insert("ttl".to_owned(), AttributeValue::N(ttl.to_string()));
        self.put(item);
        Ok(())
    }

    /// Notes whose a customer or a saved method of the processor is.
    ///
    /// # Errors
    /// It cannot be encoded: a bug.
    pub fn customer(&mut self, id: &str, patient: PatientId) -> Result<(), StoreError> {
        let mut item: Item = Key::customer(id).attributes();
        let to = Customer { practice: self.by().practice.clone(), patient };
        item.insert("to".to_owned(), serde_dynamo::to_attribute_value(to)?);
        self.put(item);
        Ok(())
    }

    /// Keeps a practice's logo; none takes it away. Written with the practice, in one commit.
    pub fn logo(&mut self, logo: Option<&Logo>) {
        let mut item: Item = Key::logo(&self.by().practice).attributes();
        let bytes = logo.map(|logo| AttributeValue::B(logo.bytes().into()));
        item.extend(bytes.map(|bytes| ("png".to_owned(), bytes)));
        self.put(item);
    }

    /// Notes that an event of the processor, or of a provider of messages, is applied; a second time the commit fails with
    /// a conflict.
    pub fn webhook(&mut self, event: &str) {
        let mut item: Item = Key::webhook(event).attributes();
        let ttl = (self.by().now + Duration::days(WEBHOOK_DAYS)).timestamp();
        item.insert("x".to_owned(), AttributeValue::N(ttl.to_string()));
        item.insert("ttl".to_owned(), AttributeValue::N(ttl.to_string()));
        self.put_once(item);
    }
}

impl Loaded {
    /// The practice's logo, where there is one.
    pub fn logo(&self, practice: &PracticeId) -> Option<Logo> {
        let bytes = self.item(&Key::logo(practice))?.get("png")?.as_b().ok()?;
        Logo::kept(bytes.as_ref().to_vec()).ok()
    }
}

impl Store {
    /// What a token leads to.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn pointer(&self, token: &TokenHash) -> Result<Option<Pointer>, StoreError> {
        self.leads_to(&Key::token(token)).await
    }

    /// Whose a customer or a saved method of the processor is.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn customer(&self, id: &str) -> Result<Option<Customer>, StoreError> {
        self.leads_to(&Key::customer(id)).await
    }

    async fn leads_to<T: serde::de::DeserializeOwned>(&self, key: &Key) -> Result<Option<T>, StoreError> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(key.attributes()))
            .consistent_read(true)
            .send()
            .await?;
        let to = answer.item.and_then(|mut item| item.remove("to"));
        to.map(serde_dynamo::from_attribute_value).transpose().map_err(StoreError::from)
    }

    /// Notes that so many messages, tasks and charges of a practice's outreach went out on a day (UTC). What a run that is
    /// killed has not noted is at most what it reads together.
    ///
    /// # Errors
    /// The table cannot be written.
    pub async fn add_sends(
        &self,
        practice: &PracticeId,
        day: NaiveDate,
        more: u32,
    ) -> Result<(), StoreError> {
        let ttl = (day + Days::new(SENDS_DAYS)).and_time(NaiveTime::MIN).and_utc().timestamp();
        self.client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(Key::sends(practice, day).attributes()))
            .update_expression("ADD n :more SET #ttl = :ttl")
            .expression_attribute_names("#ttl", "ttl")
            .expression_attribute_values(":more", AttributeValue::N(more.to_string()))
            .expression_attribute_values(":ttl", AttributeValue::N(ttl.to_string()))
            .send()
            .await?;
        Ok(())
    }

    /// Counts an attempt at the identity check against a link or a source address, and gives how many there were in
    /// the hour (UTC) with this one. Counted before the answer is looked at, so that a race gains nothing.
    ///
    /// # Errors
    /// The table cannot be written.
    pub async fn count_attempt(
        &self,
        practice: &PracticeId,
        of: &str,
        now: DateTime<Utc>,
    ) -> Result<u32, StoreError> {
        let of = format!("{of}#{}", now.format("%Y%m%dT%H"));
        let ttl = (now + Duration::hours(2)).timestamp();
        let answer = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(Key::attempts(practice, &of).attributes()))
            .update_expression("ADD n :one SET #ttl = :ttl")
            .expression_attribute_names("#ttl", "ttl")
            .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
            .expression_attribute_values(":ttl", AttributeValue::N(ttl.to_string()))
            .return_values(ReturnValue::UpdatedNew)
            .send()
            .await?;
        let count = answer.attributes().and_then(|a| a.get("n")?.as_n().ok()?.parse().ok());
        count.ok_or_else(|| StoreError::internal("a counter without a number"))
    }
}

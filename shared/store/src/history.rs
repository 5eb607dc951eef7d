//! Everything about one invoice, payment or set: one query of its partition.

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, Utc};
use paywell_domain::{Event, InvoiceId, Link, LinkId, PracticeId, event::Head, link::LinkFor};
use serde::{Deserialize, Serialize};

use crate::{
    Aggregate, Commit, Key, Store, StoreError, Stored, aggregate,
    keys::{AGGREGATE, EVENTS, LINKS},
    row::Item,
};

/// A link as it is shown with its invoices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkSummary {
    /// The link.
    pub link: Link,
    /// When it was last changed (UTC).
    pub changed_at: DateTime<Utc>,
}

/// An aggregate with all that happened to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History<A> {
    /// The aggregate.
    pub stored: Stored<A>,
    /// Its events, oldest first.
    pub events: Vec<Event>,
    /// The links of an invoice, oldest first.
    pub links: Vec<LinkSummary>,
    /// Where the chain of events departs from what was written: the first wrong sequence number.
    pub broken_at: Option<u64>,
}

impl Commit {
    /// Shows a link with each of its invoices, as it now is.
    ///
    /// # Errors
    /// It cannot be encoded: a bug.
    pub fn show_link(&mut self, link: &Link) -> Result<(), StoreError> {
        self.show_link_but_for(link, &[])
    }

    /// Shows a link with each of its invoices but for these, whose own history tells that it was used: with 25 of them
    /// both would not fit into one transaction.
    ///
    /// # Errors
    /// It cannot be encoded: a bug.
    pub fn show_link_but_for(&mut self, link: &Link, paid: &[InvoiceId]) -> Result<(), StoreError> {
        let invoices: &[InvoiceId] = match &link.pays {
            LinkFor::Invoices(invoices) => invoices,
            LinkFor::Payment(_) => &[],
        };
        let (practice, changed_at) = (self.by().practice.clone(), self.by().now);
        for invoice in invoices.iter().filter(|invoice| !paid.contains(invoice)) {
            let mut item: Item = serde_dynamo::to_item(LinkSummary { link: link.clone(), changed_at })?;
            item.extend(Key::invoice_link(&practice, *invoice, link.id).attributes());
            self.put(item);
        }
        Ok(())
    }
}

impl Store {
    /// An aggregate with its events and links: one query, consistent. None where it is not there.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn history<A: Aggregate>(
        &self,
        practice: &PracticeId,
        id: A::Id,
    ) -> Result<Option<History<A>>, StoreError> {
        let items = self.partition(A::key_of(practice, id).pk).await?;
        let Some(item) = items.iter().find(|item| sort_key(item) == AGGREGATE) else { return Ok(None) };
        let stored = aggregate::decode(item)?;
        let (mut texts, mut links) = (Vec::new(), Vec::new());
        for item in &items {
            let key = sort_key(item);
            if key.starts_with(EVENTS) {
                texts.push(event_text(item)?);
            } else if key.starts_with(LINKS) {
                links.push(serde_dynamo::from_item::<_, LinkSummary>(item.clone())?);
            }
        }
        let chain = texts.iter().map(|(text, head)| (text.as_str(), *head));
        let broken_at = paywell_domain::event::verify(chain, stored.head).err();
        let events = texts.iter().map(|(text, _)| serde_json::from_str(text)).collect::<Result<_, _>>()?;
        Ok(Some(History { stored, events, links, broken_at }))
    }

    /// The links of an invoice: one query, consistent.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn links_of(
        &self,
        practice: &PracticeId,
        invoice: InvoiceId,
    ) -> Result<Vec<LinkId>, StoreError> {
        let answer = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk AND begins_with(sk, :links)")
            .expression_attribute_values(":pk", AttributeValue::S(Key::invoice(practice, invoice).pk))
            .expression_attribute_values(":links", AttributeValue::S(LINKS.to_owned()))
            .consistent_read(true)
            .send()
            .await?;
        let ids = answer.items().iter().filter_map(|item| sort_key(item).strip_prefix(LINKS)?.parse().ok());
        Ok(ids.collect())
    }

    /// All items of a partition, in order: one query a megabyte, consistent.
    pub(crate) async fn partition(&self, pk: String) -> Result<Vec<Item>, StoreError> {
        let mut items = Vec::new();
        let mut from = None;
        loop {
            let answer = self
                .client
                .query()
                .table_name(&self.table)
                .key_condition_expression("pk = :pk")
                .expression_attribute_values(":pk", AttributeValue::S(pk.clone()))
                .consistent_read(true)
                .set_exclusive_start_key(from)
                .send()
                .await?;
            items.extend(answer.items.unwrap_or_default());
            from = answer.last_evaluated_key;
            if from.is_none() {
                return Ok(items);
            }
        }
    }
}

pub(crate) fn sort_key(item: &Item) -> &str {
    item.get("sk").and_then(|sk| sk.as_s().ok()).map_or("", String::as_str)
}

pub(crate) fn event_text(item: &Item) -> Result<(String, Head), StoreError> {
    let text = |name: &str| {
        let value = item.get(name).and_then(|value| value.as_s().ok());
        value.ok_or_else(|| StoreError::internal(format!("an event without {name}")))
    };
    Ok((text("b")?.clone(), text("h")?.parse().map_err(StoreError::internal)?))
}

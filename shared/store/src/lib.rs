#![doc = include_str!("../README.md")]

mod aggregate;
mod commit;
mod counters;
mod error;
mod history;
mod idempotency;
mod journal;
mod keys;
mod list;
mod load;
mod lookup;
mod number;
mod outreach;
mod patterns;
mod row;
mod table;

use aws_sdk_dynamodb::Client;

pub use aggregate::{Aggregate, Stored};
pub use commit::{By, Commit};
pub use error::{CommitError, StoreError};
pub use history::{History, LinkSummary};
pub use idempotency::{Answer, Command, Reused};
pub use keys::Key;
pub use list::{Direction, ListQuery, Order, Page, Scope};
pub use load::Loaded;
pub use lookup::Pointer;
pub use outreach::DueSet;
pub use patterns::{ACCESS_PATTERNS, AccessPattern, Consistency};
pub use row::{InvoiceRow, PaymentRow, SetRow};
pub use table::{Index, TABLE, TableDefinition};

/// The practice's table. The only code that knows DynamoDB; its methods are named after the access patterns.
#[derive(Debug, Clone)]
pub struct Store {
    client: Client,
    table: String,
}

impl Store {
    /// The store over a table that exists.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }
}

#![doc = include_str!("../README.md")]

mod account;
mod aggregate;
mod backfill;
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
mod patterns;
mod portal;
mod proof;
mod queue;
mod row;
mod table;

use aws_sdk_dynamodb::Client;

pub use account::PatientAccount;
pub use aggregate::{Aggregate, Stored};
pub use backfill::Rebuilt;
pub use commit::{By, Commit};
pub use counters::Tally;
pub use error::{CommitError, StoreError};
pub use history::{History, LinkSummary};
pub use idempotency::{Answer, Command, Done, Reused};
pub use keys::{Key, Queue};
pub use list::{
    Direction, Filters, ListQuery, Listed, Listing, Page, Plan, READ_LIMIT, Range, Segment, Sort, Span,
    StatusPart,
};
pub use load::Loaded;
pub use lookup::{Customer, Pointer};
pub use patterns::{ACCESS_PATTERNS, AccessPattern, Consistency};
pub use proof::{Chain, Change, Position, ROW_LISTS};
pub use queue::Due;
pub use row::{InvoiceRow, Item, PARTLY_PAID, PatientRow, PaymentRow, SetRow, TransactionRow};
pub use table::{Holds, Index, TABLE, TableDefinition};

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

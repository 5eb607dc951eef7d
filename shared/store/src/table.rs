//! The table: its keys and indexes. The stack's template is compared with this by a test, and tests create from it.

use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
    ProjectionType, ScalarAttributeType,
};

use crate::{Store, StoreError};

/// An index over the table: any two attributes, key attributes of the table included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Index {
    /// Its name.
    pub name: &'static str,
    /// The attribute of its partition key.
    pub hash: &'static str,
    /// The attribute of its sort key.
    pub range: &'static str,
    /// What entries hold besides the keys.
    pub holds: Holds,
}

/// What the entries of an index hold besides their keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// Nothing.
    Keys,
    /// These attributes.
    Also(&'static [&'static str]),
}

/// The table's definition. Every key attribute is a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableDefinition {
    /// The attribute of the partition key.
    pub hash: &'static str,
    /// The attribute of the sort key.
    pub range: &'static str,
    /// The attribute with the second (Unix time) after which an item may be deleted.
    pub ttl: &'static str,
    /// The indexes. Only tracker rows, what waits in a queue, and for `changed` aggregates have their attributes, so
    /// nothing else is in them.
    pub indexes: &'static [Index],
}

/// What is shown of a row, and nothing of the other indexes it is in.
const ROW: Holds = Holds::Also(&["r"]);

/// The one table.
pub const TABLE: TableDefinition = TableDefinition {
    hash: "pk",
    range: "sk",
    ttl: "ttl",
    indexes: &[
        Index { name: "by_created", hash: "pk", range: "created", holds: ROW },
        Index { name: "by_due", hash: "pk", range: "due", holds: ROW },
        Index { name: "by_amount", hash: "pk", range: "amount", holds: ROW },
        Index { name: "by_name", hash: "pk", range: "name", holds: ROW },
        Index { name: "by_word2", hash: "pk", range: "word2", holds: ROW },
        Index { name: "by_word3", hash: "pk", range: "word3", holds: ROW },
        Index { name: "by_word4", hash: "pk", range: "word4", holds: ROW },
        Index { name: "by_paid", hash: "pk", range: "paid", holds: ROW },
        Index { name: "by_number", hash: "pk", range: "number", holds: ROW },
        Index { name: "by_status", hash: "status", range: "created", holds: ROW },
        Index { name: "by_status_due", hash: "status", range: "due", holds: ROW },
        Index { name: "by_status_amount", hash: "status", range: "amount", holds: ROW },
        Index { name: "by_status_name", hash: "status", range: "name", holds: ROW },
        Index { name: "by_patient", hash: "patient", range: "created", holds: ROW },
        Index { name: "by_facet", hash: "facet", range: "created", holds: ROW },
        Index { name: "by_code1", hash: "code1", range: "created", holds: ROW },
        Index { name: "by_code2", hash: "code2", range: "created", holds: ROW },
        Index { name: "by_code3", hash: "code3", range: "created", holds: ROW },
        Index { name: "queues", hash: "queue", range: "due_at", holds: Holds::Keys },
        Index { name: "changed", hash: "trail", range: "changed", holds: Holds::Also(&["v", "h"]) },
    ],
};

impl TableDefinition {
    /// The attributes that are part of some key, each once, in alphabetical order.
    pub fn key_attributes(&self) -> Vec<&'static str> {
        let of_indexes = self.indexes.iter().flat_map(|index| [index.hash, index.range]);
        let mut names: Vec<&str> = [self.hash, self.range].into_iter().chain(of_indexes).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

fn schema(hash: &str, range: &str) -> Result<Vec<KeySchemaElement>, StoreError> {
    [(hash, KeyType::Hash), (range, KeyType::Range)]
        .into_iter()
        .map(|(name, kind)| {
            KeySchemaElement::builder()
                .attribute_name(name)
                .key_type(kind)
                .build()
                .map_err(StoreError::internal)
        })
        .collect()
}

impl Store {
    /// Creates the table of [`TABLE`] in a database of the local stack or a test. In production the stack's template
    /// does.
    ///
    /// # Errors
    /// The database refuses, for one because the table exists.
    pub async fn create_table(&self) -> Result<(), StoreError> {
        let mut request =
            self.client.create_table().table_name(&self.table).billing_mode(BillingMode::PayPerRequest);
        for name in TABLE.key_attributes() {
            let attribute = AttributeDefinition::builder().attribute_name(name);
            let attribute = attribute.attribute_type(ScalarAttributeType::S).build();
            request = request.attribute_definitions(attribute.map_err(StoreError::internal)?);
        }
        for index in TABLE.indexes {
            let (kind, also) = match index.holds {
                Holds::Keys => (ProjectionType::KeysOnly, None),
                Holds::Also(names) => {
                    (ProjectionType::Include, Some(names.iter().map(|name| (*name).to_owned()).collect()))
                }
            };
            let index = GlobalSecondaryIndex::builder()
                .index_name(index.name)
                .set_key_schema(Some(schema(index.hash, index.range)?))
                .projection(Projection::builder().projection_type(kind).set_non_key_attributes(also).build())
                .build();
            request = request.global_secondary_indexes(index.map_err(StoreError::internal)?);
        }
        request.set_key_schema(Some(schema(TABLE.hash, TABLE.range)?)).send().await?;
        Ok(())
    }

    /// Whether the table is there.
    ///
    /// # Errors
    /// The database cannot be reached.
    pub async fn table_exists(&self) -> Result<bool, StoreError> {
        match self.client.describe_table().table_name(&self.table).send().await {
            Ok(_) => Ok(true),
            Err(error) if error.as_service_error().is_some_and(|e| e.is_resource_not_found_exception()) => {
                Ok(false)
            }
            Err(error) => Err(error.into()),
        }
    }
}

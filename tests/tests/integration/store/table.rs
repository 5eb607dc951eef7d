//! The table that is created is the one that is designed.

use aws_sdk_dynamodb::types::{KeyType, ProjectionType};
use paywell_store::{Holds, TABLE};
use paywell_tests::support::World;

#[tokio::test]
async fn the_table_is_created_as_designed() {
    let world = World::new().await;
    assert!(world.store.table_exists().await.unwrap());
    let described = world.client.describe_table().table_name(&world.table).send().await.unwrap();
    let table = described.table().unwrap();
    let keys = |schema: &[aws_sdk_dynamodb::types::KeySchemaElement], kind: &KeyType| {
        schema.iter().find(|key| key.key_type() == kind).unwrap().attribute_name().to_owned()
    };
    let pair = |schema| (keys(schema, &KeyType::Hash), keys(schema, &KeyType::Range));
    assert_eq!(pair(table.key_schema()), (TABLE.hash.to_owned(), TABLE.range.to_owned()));
    let mut made: Vec<_> = table
        .global_secondary_indexes()
        .iter()
        .map(|index| {
            let (hash, range) = pair(index.key_schema());
            let projection = index.projection().unwrap();
            let kind = projection.projection_type().unwrap().clone();
            let also: Vec<String> = projection.non_key_attributes().to_vec();
            (index.index_name().unwrap().to_owned(), hash, range, kind, also)
        })
        .collect();
    made.sort();
    let mut designed: Vec<_> = TABLE
        .indexes
        .iter()
        .map(|index| {
            let (kind, also) = match index.holds {
                Holds::Keys => (ProjectionType::KeysOnly, &[][..]),
                Holds::Also(names) => (ProjectionType::Include, names),
            };
            let also = also.iter().map(|name| (*name).to_owned()).collect();
            (index.name.to_owned(), index.hash.to_owned(), index.range.to_owned(), kind, also)
        })
        .collect();
    designed.sort();
    assert_eq!(made, designed);
    let mut attributes: Vec<_> = table.attribute_definitions().iter().map(|a| a.attribute_name()).collect();
    attributes.sort_unstable();
    assert_eq!(attributes, TABLE.key_attributes());
}

#[tokio::test]
async fn a_table_is_not_created_over_another() {
    let world = World::new().await;
    assert!(world.store.create_table().await.is_err());
    let elsewhere = paywell_store::Store::new(world.client.clone(), "paywell-nowhere");
    assert!(!elsewhere.table_exists().await.unwrap());
}

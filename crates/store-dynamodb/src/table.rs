//! The table's definition: the names the template declares, and its creation for tests and the local twin.

use aws_sdk_dynamodb::{
    Client,
    client::Waiters,
    types::{
        AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
        TimeToLiveSpecification,
    },
};
use std::{error::Error, time::Duration};

/// The partition key's attribute, a string.
pub const PARTITION_KEY: &str = "PK";
/// The sort key's attribute, a string.
pub const SORT_KEY: &str = "SK";
/// The attribute by which DynamoDB removes rows: seconds since 1970.
pub const TTL_ATTRIBUTE: &str = "expires_at";

/// Creates the table as the template does, on demand and with removal of expired rows, and waits until it is there.
///
/// # Errors
/// Whatever DynamoDB says.
pub async fn create_table(client: &Client, table: &str) -> Result<(), Box<dyn Error + Send + Sync>> {
    let mut create = client.create_table().table_name(table).billing_mode(BillingMode::PayPerRequest);
    for (name, role) in [(PARTITION_KEY, KeyType::Hash), (SORT_KEY, KeyType::Range)] {
        let attribute =
            AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S);
        let element = KeySchemaElement::builder().attribute_name(name).key_type(role);
        create = create.attribute_definitions(attribute.build()?).key_schema(element.build()?);
    }
    create.send().await?;
    client.wait_until_table_exists().table_name(table).wait(Duration::from_secs(60)).await?;
    let expiry = TimeToLiveSpecification::builder().attribute_name(TTL_ATTRIBUTE).enabled(true).build()?;
    client.update_time_to_live().table_name(table).time_to_live_specification(expiry).send().await?;
    Ok(())
}

//! The committed OpenAPI document is the one that the service serves; the defaults are a configuration.

use crate::{PaymentGateway, config::Config};
use service::Service;
use service::testing::assert_openapi_is;

#[test]
fn the_committed_document_is_current() {
    assert_openapi_is::<PaymentGateway>(include_str!("../../openapi.json"));
}

#[test]
fn the_defaults_name_no_merchant() {
    let defaults: toml::Table = PaymentGateway::DEFAULTS.parse().unwrap();
    let config: Config =
        toml::Value::Table(toml::Table::from_iter([("merchants".to_owned(), defaults["merchants"].clone())]))
            .try_into()
            .unwrap();
    assert!(config.merchants.is_empty());
}

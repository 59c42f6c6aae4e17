//! The committed OpenAPI document is the one that the service serves; the defaults are a configuration.

use crate::{PaymentGateway, config::Config};
use service::{Service, serve};

#[test]
fn the_committed_document_is_current() {
    let document = serve::openapi::<PaymentGateway>().to_pretty_json().unwrap();
    assert_eq!(
        format!("{document}\n"),
        include_str!("../../openapi.json"),
        "run: cargo run -p payment-gateway -- openapi > crates/payment-gateway/openapi.json"
    );
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

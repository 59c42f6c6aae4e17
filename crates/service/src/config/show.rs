//! The effective configuration as a text that may be shown.

use figment::value::{Dict, Value};

use super::Seed;

const LEFT_OUT: &str = "(left out)";

/// Endings of keys whose values are not for the eye. Files are shown: their names are no secret.
const SECRET_ENDINGS: [&str; 6] = ["secret", "password", "pin", "token", "api_key", "encryption_key"];

/// TOML, in the form that `--config` reads.
pub(super) fn show(values: &Dict, seeds: &[Seed]) -> String {
    let shown = table(values, "", seeds);
    toml::to_string_pretty(&shown).unwrap_or_else(|error| format!("# cannot be shown: {error}\n"))
}

fn table(values: &Dict, prefix: &str, seeds: &[Seed]) -> toml::Table {
    let entries = values.iter().filter_map(|(key, value)| {
        let path = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        Some((key.clone(), shown(value, &path, seeds)?))
    });
    entries.collect()
}

fn shown(value: &Value, path: &str, seeds: &[Seed]) -> Option<toml::Value> {
    let listed = seeds.iter().any(|seed| seed.secret && seed.key == path);
    let scalar = !matches!(value, Value::Dict(..));
    if scalar && (listed || SECRET_ENDINGS.iter().any(|ending| path.ends_with(ending))) {
        return Some(LEFT_OUT.into());
    }
    Some(match value {
        Value::Dict(_, inner) => table(inner, path, seeds).into(),
        Value::Array(_, items) => {
            items.iter().filter_map(|item| shown(item, path, seeds)).collect::<Vec<toml::Value>>().into()
        }
        Value::String(_, text) => text.clone().into(),
        Value::Char(_, letter) => letter.to_string().into(),
        Value::Bool(_, flag) => (*flag).into(),
        Value::Num(_, number) => match (number.to_i128(), number.to_f64()) {
            (Some(whole), _) => i64::try_from(whole).ok()?.into(),
            (None, Some(fraction)) => fraction.into(),
            (None, None) => i64::try_from(number.to_u128()?).ok()?.into(),
        },
        Value::Empty(..) => return None,
    })
}

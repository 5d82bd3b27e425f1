//! Names of settings: which are known, and how the environment spells them.

use std::{collections::BTreeMap, path::PathBuf};

use figment::{
    providers::Serialized,
    value::{Dict, Value},
};

use super::{ConfigError, table::SETTINGS};

/// What every variable of ours begins with.
const PREFIX: &str = "WUGAN_";

/// Variables with our prefix that are no settings: the build's and the tests'.
const OTHERS: [&str; 3] = ["WUGAN_BIN", "WUGAN_SITE_DIR", "WUGAN_CONFIG"];
const TESTS: &str = "WUGAN_TEST_";

/// The settings among the variables, by their names (`rules.clocks.review`). A
/// variable that ends in `_FILE` names a file with the value.
pub(super) fn settings(
    environment: impl Iterator<Item = (String, String)>,
) -> Result<BTreeMap<String, String>, ConfigError> {
    let mut found = BTreeMap::new();
    for (variable, value) in environment {
        let Some(name) = variable.strip_prefix(PREFIX) else { continue };
        if OTHERS.contains(&variable.as_str()) || variable.starts_with(TESTS) {
            continue;
        }
        let key = key_of(name);
        let (key, value) = if is_setting(&key) {
            (key, value)
        } else if let Some(name) = name.strip_suffix("_FILE").filter(|name| is_setting(&key_of(name))) {
            let path = PathBuf::from(&value);
            let text = std::fs::read_to_string(&path).map_err(|why| ConfigError::Unreadable {
                variable: variable.clone(),
                path,
                why,
            })?;
            (key_of(name), text.trim_end_matches(['\r', '\n']).to_owned())
        } else {
            let nearest = nearest(&key).map(variable_of);
            return Err(ConfigError::Unknown { key: variable, place: "the environment".to_owned(), nearest });
        };
        if found.insert(key.clone(), value).is_some() {
            return Err(ConfigError::Twice(variable_of(&key)));
        }
    }
    Ok(found)
}

/// One variable as figment takes it. Texts stay texts, even those that look like
/// a number or a list: a password may.
pub(super) fn variable(key: &str, value: &str) -> Serialized<Value> {
    let number = value.parse::<u64>().map(Value::from);
    let value = if key.starts_with("rules.") || is_number(key) {
        number.unwrap_or_else(|_| Value::from(value))
    } else {
        Value::from(value)
    };
    Serialized::default(key, value)
}

fn is_number(key: &str) -> bool {
    SETTINGS.iter().any(|setting| setting.key == key && setting.is_number())
}

/// Refuses keys of a file that nobody knows.
pub(super) fn known(dict: &Dict, place: &str) -> Result<(), ConfigError> {
    let mut keys = Vec::new();
    leaves(dict, "", &mut keys);
    match keys.into_iter().find(|key| !is_setting(key)) {
        None => Ok(()),
        Some(key) => {
            let nearest = nearest(&key).map(str::to_owned);
            Err(ConfigError::Unknown { key, place: place.to_owned(), nearest })
        }
    }
}

/// The full names of everything in a table of tables.
pub(super) fn leaves(dict: &Dict, above: &str, out: &mut Vec<String>) {
    for (name, value) in dict {
        let key = if above.is_empty() { name.clone() } else { format!("{above}.{name}") };
        match value {
            Value::Dict(_, inner) => leaves(inner, &key, out),
            _ => out.push(key),
        }
    }
}

fn is_setting(key: &str) -> bool {
    SETTINGS.iter().any(|setting| setting.key == key)
}

fn key_of(name: &str) -> String {
    name.to_lowercase().replace("__", ".")
}

/// How the environment spells a setting.
pub(super) fn variable_of(key: &str) -> String {
    format!("{PREFIX}{}", key.replace('.', "__").to_uppercase())
}

/// The known name most like another one, if any is like it at all.
fn nearest(key: &str) -> Option<&'static str> {
    let likeness = |setting: &'static str| {
        let last = |name: &str| name.rsplit('.').next().unwrap_or_default().to_owned();
        // Somebody who leaves out the table means the same setting.
        strsim::jaro_winkler(key, setting).max(strsim::jaro_winkler(&last(key), &last(setting)) - 0.01)
    };
    SETTINGS
        .iter()
        .map(|setting| (likeness(setting.key), setting.key))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, key)| key)
}

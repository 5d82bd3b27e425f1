//! Which value is stored in which table, and the searches that services ask for:
//! a file per kind of record.

pub mod account;
pub mod agency;
pub mod capture;
pub mod case;
pub mod document;
pub mod dossier;
pub mod enrolment;
pub mod enterprise;
pub mod evidence;
pub mod finding;
pub mod first_violation;
pub mod item;
pub mod ledger;
pub mod measured;
pub mod token;
pub mod upload;
pub mod visit;

use domain::time::Timestamp;
use sea_orm::{ConnectionTrait, Value};
use serde::{
    Serialize,
    de::{DeserializeOwned, IntoDeserializer as _},
};
use uuid::Uuid;

use crate::store::{Aggregate, Find, StoreResult};

/// The word that stands for a unit variant in a column: the one serde uses.
fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

/// What a word in a column stands for; nothing where it stands for nothing.
fn of_word<T: DeserializeOwned>(word: &str) -> Option<T> {
    T::deserialize(word.into_deserializer()).map_err(|_: serde::de::value::Error| ()).ok()
}

/// The word that stands for an internally tagged state in a column.
fn state_word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::Object(fields)) => {
            fields.get("state").and_then(|state| state.as_str()).unwrap_or_default().to_owned()
        }
        _ => String::new(),
    }
}

fn text(value: impl Into<String>) -> Value {
    Value::String(Some(value.into()))
}

fn at(value: Option<Timestamp>) -> Value {
    Value::BigInt(value.map(|at| at.0))
}

fn id(value: Option<Uuid>) -> Value {
    Value::Uuid(value)
}

/// A page of a list: how many rows are shown, how many are skipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// Rows on the page.
    pub limit: u64,
    /// Rows before it.
    pub offset: u64,
}

impl Page {
    /// Rows on a page of a list.
    pub const SIZE: u64 = 25;

    /// The `number`-th page, counted from 1; anything below is the first.
    pub fn number(number: u32) -> Self {
        Self { limit: Self::SIZE, offset: u64::from(number.max(1) - 1) * Self::SIZE }
    }

    /// Everything: for lists that are short by nature.
    pub const ALL: Self = Self { limit: 100_000, offset: 0 };
}

/// One page of rows, and how many there are in all.
#[derive(Clone, Debug)]
pub struct Paged<T> {
    /// The rows of the page.
    pub rows: Vec<T>,
    /// All rows.
    pub total: u64,
}

/// Runs a search twice: once for the page, once for the count.
async fn paged<T: Aggregate>(
    db: &impl ConnectionTrait,
    search: impl Fn() -> Find<T>,
    order: impl Fn(Find<T>) -> Find<T>,
    page: Page,
) -> StoreResult<Paged<T>> {
    let rows = order(search()).page(page.limit, page.offset).all(db).await?;
    // A first page that is not full knows the total already.
    let seen = page.offset + rows.len() as u64;
    let total = if (rows.len() as u64) < page.limit && !rows.is_empty() { seen } else { search().count(db).await? };
    Ok(Paged { rows, total })
}

/// The month of an instant in Beijing, as `2026-03`.
pub fn month(at: Timestamp) -> String {
    let date = at.date();
    format!("{:04}-{:02}", date.year(), u8::from(date.month()))
}

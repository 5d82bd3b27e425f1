//! Rows that hold a whole domain value.

use domain::{
    ids::{EnterpriseId, ItemId},
    region::RegionCode,
};
use sea_orm::{
    ConnectionTrait, DbBackend, ExprTrait, QueryResult, Value,
    sea_query::{Expr, InsertStatement, OnConflict, Query, UpdateStatement},
};
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use super::{Find, Store, StoreError, StoreResult, Tally, Tx};

/// A domain value that is stored as one row.
pub trait Aggregate: Serialize + DeserializeOwned + Send + Sync {
    /// The table.
    const TABLE: &'static str;

    /// The primary key.
    fn key(&self) -> Uuid;

    /// The columns by which it is found, read off the value. They are written
    /// with the body and compared with it on every read.
    fn columns(&self) -> Vec<(&'static str, Value)>;

    /// What it counts for on the dashboard, with the minutes it brings.
    fn counts_for(&self) -> Vec<(Tally, i64)> {
        Vec::new()
    }

    /// The items it is for, where it is found by several. They are written with
    /// the row and do not change.
    fn items(&self) -> Vec<ItemId> {
        Vec::new()
    }
}

/// A value with the version of the row it was read from.
#[derive(Clone, Debug)]
pub struct Stored<T> {
    /// The value.
    pub value: T,
    version: i64,
    /// What stands in its columns.
    written: Vec<(&'static str, Value)>,
    counted: Vec<(Tally, i64)>,
}

impl<T: Aggregate> Stored<T> {
    /// A value that was inserted and committed a moment ago.
    pub fn inserted(value: T) -> Self {
        Self { counted: value.counts_for(), written: value.columns(), value, version: 1 }
    }

    /// Whether both are the same state of the row.
    pub fn is_same(&self, other: &Self) -> bool {
        self.version == other.version && self.value.key() == other.value.key()
    }
}

impl<T> std::ops::Deref for Stored<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> std::ops::DerefMut for Stored<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}

impl Tx {
    /// Reads a row and keeps others from changing it until the commit.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be read.
    pub async fn load<T: Aggregate>(&self, id: impl Into<Uuid>) -> StoreResult<Option<Stored<T>>> {
        let mut select = Find::<T>::new().eq("id", id.into()).selection();
        // On SQLite the whole transaction is the lock, and the clause is left out.
        if self.db.get_database_backend() == DbBackend::Postgres {
            select.lock_exclusive();
        }
        let Some(row) = self.db.query_one(&select).await? else { return Ok(None) };
        let mut stored: Stored<T> = parse(&row)?;
        stored.counted = stored.value.counts_for();
        Ok(Some(stored))
    }

    /// Writes a new row.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`] when a unique rule is broken.
    pub async fn insert<T: Aggregate>(&self, value: &T) -> StoreResult<()> {
        self.db.execute(&insert_of(value)?).await?;
        for item in value.items() {
            let mut insert = Query::insert();
            insert.into_table("row_items").columns(["row_id", "item"]);
            insert.values_panic([Expr::val(value.key()), Expr::val(item.0)]);
            self.db.execute(&insert).await?;
        }
        self.moves().add(&value.counts_for(), 1);
        Ok(())
    }

    /// Writes a new row unless there is one with the same value in a unique column;
    /// whether it was written. Only for rows that count for nothing and are found by no
    /// items.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn insert_once<T: Aggregate>(&self, value: &T, unique: &'static str) -> StoreResult<bool> {
        let mut insert = insert_of(value)?;
        insert.on_conflict(OnConflict::column(unique).do_nothing().to_owned());
        Ok(self.db.execute(&insert).await?.rows_affected() == 1)
    }

    /// Writes a changed row back.
    ///
    /// # Errors
    /// [`StoreError::Changed`] when somebody else wrote it since it was read.
    pub async fn save<T: Aggregate>(&self, stored: &Stored<T>) -> StoreResult<()> {
        let update = update_of(stored)?;
        if self.db.execute(&update).await?.rows_affected() != 1 {
            return Err(StoreError::Changed { table: T::TABLE });
        }
        let mut moves = self.moves();
        moves.add(&stored.counted, -1);
        moves.add(&stored.value.counts_for(), 1);
        Ok(())
    }

    /// An enterprise moved to another district, and at the commit what is counted
    /// for it moves with it.
    pub fn relocate(&self, enterprise: EnterpriseId, from: RegionCode, to: RegionCode) {
        self.moves().relocate(enterprise, from, to);
    }
}

impl Store {
    /// Reads a row to write it back alone, without a lock: see [`Store::save_one`].
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be read.
    pub async fn one<T: Aggregate>(&self, id: impl Into<Uuid>) -> StoreResult<Option<Stored<T>>> {
        let select = Find::<T>::new().eq("id", id.into()).selection();
        self.read().query_one(&select).await?.map(|row| parse(&row)).transpose()
    }

    /// Whether nobody has written the row since it was read.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn is_current<T: Aggregate>(&self, stored: &Stored<T>) -> StoreResult<bool> {
        let mut select = Query::select();
        select.column("version").from(T::TABLE).and_where(Expr::col("id").eq(stored.value.key()));
        let Some(row) = self.read().query_one(&select).await? else { return Ok(false) };
        let version: i64 = row.try_get("", "version")?;
        Ok(version == stored.version)
    }

    /// Writes one changed row back in a transaction of its own, with no more than one
    /// statement. Only for rows that count for nothing and need no audit event.
    ///
    /// # Errors
    /// [`StoreError::Changed`] when somebody else wrote it since it was read.
    pub async fn save_one<T: Aggregate>(&self, stored: Stored<T>) -> StoreResult<Stored<T>> {
        let update = update_of(&stored)?;
        if self.write_alone(&update).await? != 1 {
            return Err(StoreError::Changed { table: T::TABLE });
        }
        Ok(Stored { version: stored.version + 1, written: stored.value.columns(), ..stored })
    }
}

/// The statement that writes a new row.
fn insert_of<T: Aggregate>(value: &T) -> StoreResult<InsertStatement> {
    let body = body_of(value)?;
    let columns = value.columns();
    let names = ["id", "version", "body"].into_iter().chain(columns.iter().map(|(name, _)| *name));
    let values = [Value::from(value.key()), Value::from(1_i64), Value::from(body)]
        .into_iter()
        .chain(columns.iter().map(|(_, value)| value.clone()));
    let mut insert = Query::insert();
    insert.into_table(T::TABLE).columns(names.collect::<Vec<_>>());
    insert.values_panic(values.map(Expr::val));
    Ok(insert)
}

/// The statement that writes a row back where nobody else has since it was read. Columns that say
/// the same as before are left alone: SQLite writes every index anew whose column is named.
fn update_of<T: Aggregate>(stored: &Stored<T>) -> StoreResult<UpdateStatement> {
    let mut update = Query::update();
    update
        .table(T::TABLE)
        .value("body", body_of(&stored.value)?)
        .value("version", stored.version + 1)
        .and_where(Expr::col("id").eq(stored.value.key()))
        .and_where(Expr::col("version").eq(stored.version));
    for (name, value) in stored.value.columns().into_iter().filter(|column| !stored.written.contains(column)) {
        update.value(name, Expr::val(value));
    }
    Ok(update)
}

/// Reads a row without locking it.
///
/// # Errors
/// [`StoreError`] when it cannot be read.
pub(super) async fn get<T: Aggregate>(db: &impl ConnectionTrait, id: impl Into<Uuid>) -> StoreResult<Option<T>> {
    Find::<T>::new().eq("id", id.into()).first(db).await
}

fn body_of<T: Aggregate>(value: &T) -> StoreResult<String> {
    serde_json::to_string(value).map_err(|error| impossible::<T>(value.key(), &error))
}

fn impossible<T: Aggregate>(id: Uuid, why: &impl ToString) -> StoreError {
    StoreError::Row { table: T::TABLE, id: id.to_string(), why: why.to_string() }
}

/// The value of a row whose columns say what its body says.
pub(super) fn parse<T: Aggregate>(row: &QueryResult) -> StoreResult<Stored<T>> {
    let id: Uuid = row.try_get("", "id")?;
    let version: i64 = row.try_get("", "version")?;
    let body: String = row.try_get("", "body")?;
    let value: T = serde_json::from_str(&body).map_err(|error| impossible::<T>(id, &error))?;
    let columns = value.columns();
    for (name, expected) in &columns {
        let stored = match expected {
            Value::Uuid(_) => Value::Uuid(row.try_get("", name)?),
            Value::BigInt(_) => Value::BigInt(row.try_get("", name)?),
            Value::String(_) => Value::String(row.try_get("", name)?),
            _ => return Err(impossible::<T>(id, &format!("column {name} has a type that rows do not use"))),
        };
        if stored != *expected {
            return Err(impossible::<T>(id, &format!("column {name} says {stored:?}, the body {expected:?}")));
        }
    }
    if value.key() != id {
        return Err(impossible::<T>(id, &"the body has another id"));
    }
    Ok(Stored { value, version, written: columns, counted: Vec::new() })
}

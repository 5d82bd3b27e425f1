//! Rows that hold a whole domain value.

use std::marker::PhantomData;

use domain::{
    ids::{EnterpriseId, ItemId},
    region::RegionCode,
};
use sea_orm::{
    ConnectionTrait, DbBackend, ExprTrait, Order, QueryResult, Value,
    sea_query::{Cond, Expr, Func, InsertStatement, OnConflict, Query, SelectStatement, UpdateStatement},
};
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use super::{Store, StoreError, StoreResult, Tally, Tx};

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
    counted: Vec<(Tally, i64)>,
}

impl<T: Aggregate> Stored<T> {
    /// A value that was inserted and committed a moment ago.
    pub fn inserted(value: T) -> Self {
        Self { counted: value.counts_for(), value, version: 1 }
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
        let mut select = Find::<T>::new().eq("id", id.into()).select;
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
        let select = Find::<T>::new().eq("id", id.into()).select;
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
        Ok(Stored { version: stored.version + 1, ..stored })
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

/// The statement that writes a row back where nobody else has since it was read.
fn update_of<T: Aggregate>(stored: &Stored<T>) -> StoreResult<UpdateStatement> {
    let mut update = Query::update();
    update
        .table(T::TABLE)
        .value("body", body_of(&stored.value)?)
        .value("version", stored.version + 1)
        .and_where(Expr::col("id").eq(stored.value.key()))
        .and_where(Expr::col("version").eq(stored.version));
    for (name, value) in stored.value.columns() {
        update.value(name, Expr::val(value));
    }
    Ok(update)
}

/// A search over one table. It has only what the portal needs: equality, sets,
/// bounds, a contained text, order and pages.
pub struct Find<T> {
    select: SelectStatement,
    /// The direction of the last order that was asked for.
    order: Option<Order>,
    what: PhantomData<fn() -> T>,
}

impl<T: Aggregate> Default for Find<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Aggregate> Find<T> {
    /// All rows.
    pub fn new() -> Self {
        let mut select = Query::select();
        select.expr(Expr::cust("*")).from(T::TABLE);
        Self { select, order: None, what: PhantomData }
    }

    /// Rows whose column is this value.
    #[must_use]
    pub fn eq(mut self, column: &'static str, value: impl Into<Value>) -> Self {
        self.select.and_where(Expr::col(column).eq(Expr::val(value)));
        self
    }

    /// As [`Find::eq`], when there is a value; every row otherwise.
    #[must_use]
    pub fn eq_if(self, column: &'static str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.eq(column, value),
            None => self,
        }
    }

    /// Rows whose column is one of these; none for an empty list.
    #[must_use]
    pub fn one_of<V: Into<Value>>(mut self, column: &'static str, values: impl IntoIterator<Item = V>) -> Self {
        let values: Vec<Value> = values.into_iter().map(Into::into).collect();
        self.select.and_where(Expr::col(column).is_in(values));
        self
    }

    /// Rows whose column is before this value.
    #[must_use]
    pub fn before(mut self, column: &'static str, value: i64) -> Self {
        self.select.and_where(Expr::col(column).lt(value));
        self
    }

    /// Rows whose column is this value or after it.
    #[must_use]
    pub fn from(mut self, column: &'static str, value: i64) -> Self {
        self.select.and_where(Expr::col(column).gte(value));
        self
    }

    /// Rows with a value in the column.
    #[must_use]
    pub fn with(mut self, column: &'static str) -> Self {
        self.select.and_where(Expr::col(column).is_not_null());
        self
    }

    /// Rows without a value in the column.
    #[must_use]
    pub fn without(mut self, column: &'static str) -> Self {
        self.select.and_where(Expr::col(column).is_null());
        self
    }

    /// Rows whose `column` stands as `key` in a row of another table in which
    /// `other` is this value.
    #[must_use]
    pub fn within(
        mut self,
        column: &'static str,
        table: &'static str,
        key: &'static str,
        other: &'static str,
        value: impl Into<Value>,
    ) -> Self {
        let mut inner = Query::select();
        inner.column(key).from(table).and_where(Expr::col(other).eq(Expr::val(value)));
        self.select.and_where(Expr::col(column).in_subquery(inner));
        self
    }

    /// Rows that a selection of the same table has, too.
    #[must_use]
    pub fn selected(mut self, mut selection: SelectStatement) -> Self {
        selection.clear_selects().column("id");
        self.select.and_where(Expr::col("id").in_subquery(selection));
        self
    }

    /// Rows where any of these columns contains the text, whatever its case.
    #[must_use]
    pub fn containing(mut self, columns: &[&'static str], text: Option<&str>) -> Self {
        if let Some(any) = contains(columns, text) {
            self.select.cond_where(any);
        }
        self
    }

    /// Rows of people who belong to a district: to one of its agencies, to an
    /// enterprise in it, or to the district itself.
    #[must_use]
    pub fn of_district(mut self, region: &str, agencies: impl IntoIterator<Item = Uuid>) -> Self {
        let mut enterprises = Query::select();
        enterprises.column("id").from("enterprises").and_where(Expr::col("region").eq(region));
        self.select.cond_where(
            Cond::any()
                .add(Expr::col("region").eq(region))
                .add(Expr::col("agency").is_in(agencies))
                .add(Expr::col("enterprise").in_subquery(enterprises)),
        );
        self
    }

    /// Rows whose `column` is the id of a row of another table in which any of
    /// `columns` contains the text, whatever its case. Every row when there is no
    /// text.
    #[must_use]
    pub fn of_containing(
        mut self,
        column: &'static str,
        table: &'static str,
        columns: &[&'static str],
        text: Option<&str>,
    ) -> Self {
        let Some(any) = contains(columns, text) else { return self };
        let mut inner = Query::select();
        inner.column("id").from(table).cond_where(any);
        self.select.and_where(Expr::col(column).in_subquery(inner));
        self
    }

    /// In ascending order of a column; rows without a value come last.
    #[must_use]
    pub fn order(mut self, column: &'static str) -> Self {
        self.select.order_by_with_nulls(column, Order::Asc, sea_orm::sea_query::NullOrdering::Last);
        self.order = Some(Order::Asc);
        self
    }

    /// In ascending order of a column that is never empty: an index serves it.
    #[must_use]
    pub fn rising(mut self, column: &'static str) -> Self {
        self.select.order_by(column, Order::Asc);
        self.order = Some(Order::Asc);
        self
    }

    /// The latest first.
    #[must_use]
    pub fn latest(mut self, column: &'static str) -> Self {
        self.select.order_by(column, Order::Desc);
        self.order = Some(Order::Desc);
        self
    }

    /// What comes after a row in [`Find::latest`], whose column has this value.
    #[must_use]
    pub fn after_latest(mut self, column: &'static str, value: i64, id: Uuid) -> Self {
        let same = Expr::col(column).eq(value).and(Expr::col("id").lt(Expr::val(id)));
        self.select.and_where(Expr::col(column).lt(value).or(same));
        self
    }

    /// The `limit` rows that come after a row, or the first ones, in the order of
    /// their keys.
    #[must_use]
    pub fn after(mut self, id: Option<Uuid>, limit: u64) -> Self {
        if let Some(id) = id {
            self.select.and_where(Expr::col("id").gt(Expr::val(id)));
        }
        self.select.order_by("id", Order::Asc);
        self.page(limit, 0)
    }

    /// Rows of the same order come in the order of their keys: where two are alike,
    /// a page must not show one of them twice and the other never.
    fn whole(mut self) -> SelectStatement {
        if let Some(order) = self.order {
            self.select.order_by("id", order);
        }
        self.select
    }

    /// At most `limit` rows after skipping `offset`.
    #[must_use]
    pub fn page(mut self, limit: u64, offset: u64) -> Self {
        self.select.limit(limit).offset(offset);
        self
    }

    /// All rows found.
    ///
    /// # Errors
    /// [`StoreError`] when one cannot be read.
    pub async fn all(self, db: &impl ConnectionTrait) -> StoreResult<Vec<T>> {
        db.query_all(&self.whole()).await?.iter().map(|row| parse(row).map(|stored| stored.value)).collect()
    }

    /// The first row found.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be read.
    pub async fn first(mut self, db: &impl ConnectionTrait) -> StoreResult<Option<T>> {
        self.select.limit(1);
        db.query_one(&self.whole()).await?.map(|row| parse(&row).map(|stored| stored.value)).transpose()
    }

    /// The keys of all rows found, without reading the rows.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn keys(mut self, db: &impl ConnectionTrait) -> StoreResult<Vec<Uuid>> {
        self.select.clear_selects().column("id");
        db.query_all(&self.whole()).await?.iter().map(|row| Ok(row.try_get("", "id")?)).collect()
    }

    /// How many rows there are.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn count(mut self, db: &impl ConnectionTrait) -> StoreResult<u64> {
        self.select.clear_selects().clear_order_by();
        self.select.expr_as(Func::count(Expr::cust("*")), "n");
        let row = db.query_one(&self.select).await?;
        let n: i64 = row.map_or(Ok(0), |row| row.try_get("", "n"))?;
        Ok(u64::try_from(n).unwrap_or(0))
    }

    /// How many rows there are for each text of a column.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn count_by(
        mut self,
        db: &impl ConnectionTrait,
        column: &'static str,
    ) -> StoreResult<Vec<(String, u64)>> {
        self.select.clear_selects().clear_order_by().column(column).group_by_col(column);
        self.select.expr_as(Func::count(Expr::cust("*")), "n");
        let count = |row: &QueryResult| {
            let n: i64 = row.try_get("", "n")?;
            Ok((row.try_get("", column)?, u64::try_from(n).unwrap_or(0)))
        };
        db.query_all(&self.select).await?.iter().map(count).collect()
    }
}

/// That any of these columns contains a text; nothing when there is no text.
fn contains(columns: &[&'static str], text: Option<&str>) -> Option<Cond> {
    let text = text.map(str::trim).filter(|text| !text.is_empty())?;
    let escaped = text.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    let pattern = format!("%{escaped}%");
    Some(columns.iter().fold(Cond::any(), |any, column| {
        let like = sea_orm::sea_query::LikeExpr::new(pattern.clone()).escape('\\');
        any.add(Expr::expr(Func::lower(Expr::col(*column))).like(like))
    }))
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

fn parse<T: Aggregate>(row: &QueryResult) -> StoreResult<Stored<T>> {
    let id: Uuid = row.try_get("", "id")?;
    let version: i64 = row.try_get("", "version")?;
    let body: String = row.try_get("", "body")?;
    let value: T = serde_json::from_str(&body).map_err(|error| impossible::<T>(id, &error))?;
    for (name, expected) in value.columns() {
        let stored = match expected {
            Value::Uuid(_) => Value::Uuid(row.try_get("", name)?),
            Value::BigInt(_) => Value::BigInt(row.try_get("", name)?),
            Value::String(_) => Value::String(row.try_get("", name)?),
            _ => return Err(impossible::<T>(id, &format!("column {name} has a type that rows do not use"))),
        };
        if stored != expected {
            return Err(impossible::<T>(id, &format!("column {name} says {stored:?}, the body {expected:?}")));
        }
    }
    if value.key() != id {
        return Err(impossible::<T>(id, &"the body has another id"));
    }
    Ok(Stored { value, version, counted: Vec::new() })
}

//! Searches over one table: what the portal needs of a query, and no more.

use std::marker::PhantomData;

use sea_orm::{
    ConnectionTrait, ExprTrait, Order, QueryResult, Value,
    sea_query::{Cond, Expr, Func, Query, SelectStatement},
};
use uuid::Uuid;

use super::{Aggregate, StoreResult, aggregate::parse};

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

    /// The statement as it stands.
    pub(super) fn selection(self) -> SelectStatement {
        self.select
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
    /// [`StoreError`](super::StoreError) when one cannot be read.
    pub async fn all(self, db: &impl ConnectionTrait) -> StoreResult<Vec<T>> {
        db.query_all(&self.whole()).await?.iter().map(|row| parse(row).map(|stored| stored.value)).collect()
    }

    /// The first row found. To be asked where few can be found: no limit is set, for SQLite plans a
    /// statement with a bound limit anew each time it is run.
    ///
    /// # Errors
    /// [`StoreError`](super::StoreError) when it cannot be read.
    pub async fn first(self, db: &impl ConnectionTrait) -> StoreResult<Option<T>> {
        db.query_one(&self.whole()).await?.map(|row| parse(&row).map(|stored| stored.value)).transpose()
    }

    /// The keys of all rows found, without reading the rows.
    ///
    /// # Errors
    /// [`StoreError::Database`](super::StoreError::Database).
    pub async fn keys(mut self, db: &impl ConnectionTrait) -> StoreResult<Vec<Uuid>> {
        self.select.clear_selects().column("id");
        db.query_all(&self.whole()).await?.iter().map(|row| Ok(row.try_get("", "id")?)).collect()
    }

    /// How many rows there are.
    ///
    /// # Errors
    /// [`StoreError::Database`](super::StoreError::Database).
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
    /// [`StoreError::Database`](super::StoreError::Database).
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

//! Walks over everything that is kept, a part at a time: how far each has come, and what lies next on its way.

use std::collections::HashMap;

use domain::{
    dossier::Dossier,
    ids::{Digest, EvidenceId},
};
use proof::{
    Hash,
    entry::{Entry, Fact},
    merkle::NodeId,
};
use sea_orm::{
    ConnectionTrait, ExprTrait, Order, QueryResult,
    sea_query::{Expr, OnConflict, Query, SelectStatement},
};
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use super::{
    Find, Leaf, Signed, Store, StoreError, StoreResult, Tx,
    log::{self, leaf, number, signed},
    whole,
};

/// Reading again what is kept.
const SCRUB: i64 = 1;
/// Putting files up for the malware engine.
const PUT_UP: i64 = 2;
/// Having the log tell of files what is known of their bytes.
const TOLD: i64 = 3;

/// What stands in a dossier of bytes that were not looked through for malware.
const NOT_SCANNED: &str = r#""scan":"not_scanned""#;

#[expect(clippy::needless_pass_by_value, reason = "errors of any kind")]
fn impossible(walk: i64, why: impl ToString) -> StoreError {
    StoreError::Row { table: "scrub", id: walk.to_string(), why: why.to_string() }
}

/// How far a walk has come.
async fn come<T: DeserializeOwned>(db: &impl ConnectionTrait, walk: i64) -> StoreResult<Option<T>> {
    let mut select = Query::select();
    select.column("body").from("scrub").and_where(Expr::col("id").eq(walk));
    let Some(row) = db.query_one(&select).await? else { return Ok(None) };
    let body: String = row.try_get("", "body")?;
    serde_json::from_str(&body).map(Some).map_err(|error| impossible(walk, error))
}

/// Notes how far a walk has come.
async fn note<T: Serialize>(db: &impl ConnectionTrait, walk: i64, so_far: &T) -> StoreResult<()> {
    let body = serde_json::to_string(so_far).map_err(|error| impossible(walk, error))?;
    let mut insert = Query::insert();
    insert.into_table("scrub").columns(["id", "body"]).values_panic([Expr::val(walk), Expr::val(body)]);
    insert.on_conflict(OnConflict::column("id").update_column("body").to_owned());
    db.execute(&insert).await?;
    Ok(())
}

/// The last or running pass.
pub(crate) async fn load<T: DeserializeOwned>(db: &impl ConnectionTrait) -> StoreResult<Option<T>> {
    come(db, SCRUB).await
}

/// Notes how far it is.
pub(crate) async fn save<T: Serialize>(db: &impl ConnectionTrait, pass: &T) -> StoreResult<()> {
    note(db, SCRUB, pass).await
}

/// The digests of originals behind this one, in their order.
pub(crate) async fn digests_after(
    db: &impl ConnectionTrait,
    after: Option<Digest>,
    limit: u64,
) -> StoreResult<Vec<Digest>> {
    let mut select = Query::select();
    select.distinct().column("digest").from("evidence").order_by("digest", Order::Asc).limit(limit);
    if let Some(after) = after {
        select.and_where(Expr::col("digest").gt(after.to_string()));
    }
    let digest = |row: &QueryResult| {
        let text: String = row.try_get("", "digest")?;
        text.parse::<Digest>().map_err(|error| impossible(SCRUB, error))
    };
    db.query_all(&select).await?.iter().map(digest).collect()
}

/// The leaves of the log from this place on and before that one, in their order.
fn leaves(from: u64, below: u64) -> SelectStatement {
    let mut select = Query::select();
    select.columns(["seq", "bytes"]).from("log_leaves").order_by("seq", Order::Asc);
    select.and_where(Expr::col("seq").gte(number(from))).and_where(Expr::col("seq").lt(number(below)));
    select
}

impl Store {
    /// The dossiers behind this one, in the order of their keys.
    pub(crate) async fn dossiers_after(&self, after: Option<Uuid>, limit: u64) -> StoreResult<Vec<Uuid>> {
        Find::<Dossier>::new().after(after, limit).keys(self.read()).await
    }

    /// The leaves that are there of those from this place on and before that one, in their order.
    pub(crate) async fn leaves_within(&self, from: u64, below: u64) -> StoreResult<Vec<Leaf>> {
        self.read().query_all(&leaves(from, below)).await?.iter().map(leaf).collect()
    }

    /// What is stored of the subtrees that the leaves from this place on and before that one complete. A row that is no
    /// hash is not there.
    pub(crate) async fn subtrees_within(&self, from: u64, below: u64) -> StoreResult<HashMap<NodeId, Hash>> {
        let mut subtrees = HashMap::new();
        for level in (1_u8..64).take_while(|level| below >> level > 0) {
            let (first, behind) = (from >> level, below >> level);
            if first == behind {
                continue;
            }
            let mut select = Query::select();
            select.columns(["idx", "hash"]).from("log_nodes").and_where(Expr::col("level").eq(i64::from(level)));
            select.and_where(Expr::col("idx").gte(number(first))).and_where(Expr::col("idx").lt(number(behind)));
            for row in self.read().query_all(&select).await? {
                let (index, hash) = (whole(&row, "idx", "log_nodes")?, row.try_get::<String>("", "hash")?);
                subtrees.extend(hash.parse().ok().map(|hash| (NodeId { level, index }, hash)));
            }
        }
        Ok(subtrees)
    }

    /// The checkpoints of more than `above` leaves and of at most `most`, in their order.
    pub(crate) async fn checkpoints_within(&self, above: u64, most: u64) -> StoreResult<Vec<Signed>> {
        let mut select = Query::select();
        select.columns(["size", "note"]).from("log_checkpoints").order_by("size", Order::Asc);
        select.and_where(Expr::col("size").gt(number(above))).and_where(Expr::col("size").lte(number(most)));
        self.read().query_all(&select).await?.iter().map(signed).collect()
    }

    /// Up to which dossier files have been put up for the malware engine; none where it begins with the first.
    pub(crate) async fn put_up_until(&self) -> StoreResult<Option<Uuid>> {
        Ok(come::<Option<Uuid>>(self.read(), PUT_UP).await?.flatten())
    }

    /// Of so many dossiers behind this one those of bytes that were not looked through for malware and will not be of
    /// themselves; and the last of all that were looked at, none where it was the last there is.
    pub(crate) async fn not_scanned(&self, after: Option<Uuid>, limit: u64) -> StoreResult<(Vec<Uuid>, Option<Uuid>)> {
        let seen = self.dossiers_after(after, limit).await?;
        let last = seen.last().copied().filter(|_| seen.len() as u64 == limit);
        // By their keys: a search by what stands in them alone would go on to the last row.
        let find = Find::<Dossier>::new().one_of("id", seen).without("due").containing(&["body"], Some(NOT_SCANNED));
        Ok((find.after(None, limit).keys(self.read()).await?, last))
    }

    /// From which place on the log has still to tell of files what is known of their bytes.
    pub(crate) async fn told_until(&self) -> StoreResult<u64> {
        Ok(come(self.read(), TOLD).await?.unwrap_or_default())
    }

    /// The leaves from this place on that say that a file was received, so many at most; and from where to go on.
    pub(crate) async fn received_since(&self, from: u64, limit: u64) -> StoreResult<(Vec<Leaf>, u64)> {
        // Asked first: what comes meanwhile is left for the next time.
        let size = log::size(self.read()).await?;
        let mut select = leaves(from, size);
        select.and_where(Expr::col("kind").eq("received")).limit(limit);
        let found = self.read().query_all(&select).await?.iter().map(leaf).collect::<StoreResult<Vec<Leaf>>>()?;
        let full = found.len() as u64 == limit;
        let next = found.last().filter(|_| full).map_or(size, |last| last.index + 1);
        Ok((found, next))
    }

    /// What the log says of a file beside who opened it, oldest first.
    pub(crate) async fn told_of(db: &impl ConnectionTrait, file: EvidenceId) -> StoreResult<Vec<Fact>> {
        let mut select = Query::select();
        select.column("bytes").from("log_leaves").order_by("seq", Order::Asc);
        select.and_where(Expr::col("evidence").eq(file.0)).and_where(Expr::col("kind").ne("accessed"));
        let mut facts = Vec::new();
        for row in db.query_all(&select).await? {
            let bytes: String = row.try_get("", "bytes")?;
            // What is no entry any more says nothing; it is the scrub that finds it.
            facts.extend(Entry::parse(bytes.as_bytes()).map(|entry| entry.fact));
        }
        Ok(facts)
    }
}

impl Tx {
    /// Notes up to which dossier files have been put up for the malware engine.
    pub(crate) async fn note_put_up(&self, until: Option<Uuid>) -> StoreResult<()> {
        note(self.db(), PUT_UP, &until).await
    }

    /// Notes up to which place the log tells of files what is known of their bytes.
    pub(crate) async fn note_told(&self, until: u64) -> StoreResult<()> {
        note(self.db(), TOLD, &until).await
    }
}

#[cfg(test)]
mod tests {
    use domain::time::Timestamp;
    use proof::merkle::{Frontier, leaf_hash};

    use super::*;
    use crate::store::LogEntry;

    #[tokio::test]
    async fn subtrees_are_those_that_leaves_complete_wherever_one_begins() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&format!("sqlite:{}", folder.path().join("log.sqlite").display())).await.unwrap();
        store.migrate().await.unwrap();
        let size = 21;
        for at in 0..size {
            let mut tx = store.begin().await.unwrap();
            tx.log(LogEntry::of_nothing(Timestamp(at), Fact::Key { key: at.to_string() }));
            tx.commit().await.unwrap();
        }
        let mut frontier = Frontier::new(0, Vec::new()).unwrap();
        let leaves = store.leaves_within(0, size.unsigned_abs()).await.unwrap();
        let completed: Vec<Vec<_>> =
            leaves.iter().map(|leaf| frontier.push(leaf_hash(leaf.bytes.as_bytes()))).collect();
        assert_eq!(completed.len(), 21);
        for below in 0..=completed.len() {
            for from in 0..=below {
                let within = completed[from..below].iter().flatten().copied();
                let made: HashMap<NodeId, Hash> = within.filter(|(node, _)| node.level > 0).collect();
                assert_eq!(store.subtrees_within(from as u64, below as u64).await.unwrap(), made, "{from}..{below}");
            }
        }
    }
}

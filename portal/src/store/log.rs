//! The log of evidence: leaves, the complete subtrees over them, and signed checkpoints
//! (RFC 9162; see the crate `proof`).
//!
//! Leaves are appended where the audit trail is: at the commit, under the same lock, so
//! that they are numbered without gaps and are there exactly when their fact is.

use std::collections::HashMap;

use domain::{
    ids::{CaseId, EvidenceId, UploadId},
    time::Timestamp,
};
use proof::{
    Hash,
    entry::{Entry, Fact},
    merkle::{Frontier, NodeId, Path, Proof, leaf_hash},
    note::{Checkpoint, KeyRing, PublicKey, RingKey, Signer},
};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, ExprTrait, Order, QueryResult,
    sea_query::{Expr, Query},
};
use uuid::Uuid;

use super::{Store, StoreError, StoreResult, Tx, whole};

/// A fact and what it is about.
#[derive(Clone, Debug, PartialEq)]
pub struct LogEntry {
    /// What becomes a leaf.
    pub entry: Entry,
    /// The case it belongs to.
    pub case: Option<CaseId>,
    /// The file it is about, where it is about one: evidence, or an upload.
    pub file: Option<Uuid>,
}

impl LogEntry {
    /// A fact about a case.
    pub fn of_case(at: Timestamp, case: CaseId, fact: Fact) -> Self {
        Self { entry: Entry::new(at.0, fact), case: Some(case), file: None }
    }

    /// A fact about a file of a case.
    pub fn of_file(at: Timestamp, case: CaseId, evidence: EvidenceId, fact: Fact) -> Self {
        Self { entry: Entry::new(at.0, fact), case: Some(case), file: Some(evidence.0) }
    }

    /// A fact about an upload, which is no evidence yet.
    pub fn of_upload(at: Timestamp, upload: UploadId, fact: Fact) -> Self {
        Self { entry: Entry::new(at.0, fact), case: None, file: Some(upload.0) }
    }

    /// A fact that belongs to no case.
    pub fn of_nothing(at: Timestamp, fact: Fact) -> Self {
        Self { entry: Entry::new(at.0, fact), case: None, file: None }
    }
}

/// A leaf as it lies in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaf {
    /// Its place, from 0.
    pub index: u64,
    /// Its exact bytes, which are text.
    pub bytes: String,
}

/// A checkpoint that was signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// Leaves.
    pub size: u64,
    /// The note, with its signature.
    pub note: String,
}

#[expect(clippy::needless_pass_by_value, reason = "texts, numbers and errors, owned or not")]
fn impossible(table: &'static str, id: impl ToString, why: impl ToString) -> StoreError {
    StoreError::Row { table, id: id.to_string(), why: why.to_string() }
}

pub(super) fn number(size: u64) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

struct Head {
    frontier: Frontier,
    /// The log's name, once something was signed.
    origin: Option<String>,
}

async fn head(db: &impl ConnectionTrait) -> StoreResult<Head> {
    let mut select = Query::select();
    select.columns(["size", "peaks", "origin"]).from("log_head");
    let row = db.query_one(&select).await?.ok_or_else(|| impossible("log_head", 1, "it is not there"))?;
    let peaks: String = row.try_get("", "peaks")?;
    let peaks = serde_json::from_str(&peaks).map_err(|error| impossible("log_head", 1, error))?;
    let frontier = Frontier::new(whole(&row, "size", "log_head")?, peaks)
        .ok_or_else(|| impossible("log_head", 1, "its peaks are not those of its size"))?;
    Ok(Head { frontier, origin: row.try_get("", "origin")? })
}

/// Appends facts. The caller keeps others from doing the same.
pub(super) async fn append(db: &DatabaseTransaction, entries: &[LogEntry]) -> StoreResult<()> {
    if entries.is_empty() {
        return Ok(());
    }
    let Head { mut frontier, .. } = head(db).await?;
    let mut leaves = Query::insert();
    leaves.into_table("log_leaves").columns(["seq", "kind", "case_id", "evidence", "bytes"]);
    let mut nodes = Query::insert();
    nodes.into_table("log_nodes").columns(["level", "idx", "hash"]);
    let mut any = false;
    for LogEntry { entry, case, file } in entries {
        let index = frontier.size();
        let bytes = entry.bytes().map_err(|error| impossible("log_leaves", index, error))?;
        for (node, hash) in frontier.push(leaf_hash(&bytes)) {
            // A leaf's own hash is computed from its bytes.
            if node.level > 0 {
                any = true;
                nodes.values_panic([
                    Expr::val(i64::from(node.level)),
                    Expr::val(number(node.index)),
                    Expr::val(hash.to_string()),
                ]);
            }
        }
        let bytes = String::from_utf8(bytes).map_err(|error| impossible("log_leaves", index, error))?;
        leaves.values_panic([
            Expr::val(number(index)),
            Expr::val(kind(&entry.fact)),
            Expr::val(case.map(|case| case.0)),
            Expr::val(*file),
            Expr::val(bytes),
        ]);
    }
    db.execute(&leaves).await?;
    if any {
        db.execute(&nodes).await?;
    }
    save(db, &frontier).await
}

async fn save(db: &impl ConnectionTrait, frontier: &Frontier) -> StoreResult<()> {
    let peaks = serde_json::to_string(frontier.peaks()).map_err(|error| impossible("log_head", 1, error))?;
    let mut update = Query::update();
    update.table("log_head").value("size", Expr::val(number(frontier.size()))).value("peaks", Expr::val(peaks));
    db.execute(&update).await?;
    Ok(())
}

/// What a leaf is found by: only the facts that are looked for by it have one of their own.
const fn kind(fact: &Fact) -> &'static str {
    match fact {
        Fact::Received { .. } => RECEIVED,
        Fact::Committed { .. } => "committed",
        Fact::Submitted { .. } => "submitted",
        Fact::Accessed { .. } => "accessed",
        Fact::Decided { .. } => DECIDED,
        Fact::Key { .. } => "key",
        _ => "other",
    }
}

/// As many are asked for at once.
const SEVERAL: usize = 100;
const RECEIVED: &str = "received";
const DECIDED: &str = "decided";

impl Tx {
    /// Notes a fact; it becomes a leaf of the log at the commit.
    pub fn log(&mut self, entry: LogEntry) {
        self.facts.push(entry);
    }
}

impl Store {
    /// Signs the log as it stands, unless nothing was added since it was signed last.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn checkpoint(&self, signer: &Signer, now: Timestamp) -> StoreResult<Signed> {
        let tx = self.begin().await?;
        tx.queue().await?;
        let db = tx.db();
        let ring = keys(db).await?;
        let now = in_order(db, &ring, now).await?;
        introduce(db, &ring, signer, now).await?;
        let Head { frontier, origin } = head(db).await?;
        if let Some(last) = latest(db).await?.filter(|last| last.size == frontier.size()) {
            tx.end().await?;
            return Ok(last);
        }
        let name = signer.public();
        // Named after its first key, so that two portals never have the same log.
        let origin = origin.unwrap_or_else(|| format!("{}/{}", name.name(), hex::encode(name.id())));
        let size = frontier.size();
        let checkpoint = Checkpoint { origin: origin.clone(), size, root: frontier.root(), at: now.0 };
        let note = signer.note(&checkpoint.text());
        let mut insert = Query::insert();
        insert.into_table("log_checkpoints").columns(["size", "at", "note"]).values_panic([
            Expr::val(number(size)),
            Expr::val(now.0),
            Expr::val(note.as_str()),
        ]);
        db.execute(&insert).await?;
        let mut update = Query::update();
        update.table("log_head").value("origin", Expr::val(origin));
        db.execute(&update).await?;
        tx.end().await?;
        Ok(Signed { size, note })
    }
}

/// This time, or a later one that was written already by a server whose clock is ahead: a key is believed in its own
/// time alone ([`KeyRing::checkpoint`]), so that nothing may bear an earlier time than what it follows.
async fn in_order(db: &impl ConnectionTrait, ring: &KeyRing, now: Timestamp) -> StoreResult<Timestamp> {
    let mut select = Query::select();
    select.column("at").from("log_checkpoints").order_by("size", Order::Desc).limit(1);
    let signed: Option<i64> = db.query_one(&select).await?.map(|row| row.try_get("", "at")).transpose()?;
    let since = ring.keys.iter().map(|key| key.since).max();
    Ok(Timestamp(signed.into_iter().chain(since).fold(now.0, Ord::max)))
}

/// Notes that a key signs from here on, and that the one before does not any more.
async fn introduce(db: &DatabaseTransaction, ring: &KeyRing, signer: &Signer, now: Timestamp) -> StoreResult<()> {
    let key = signer.public().to_string();
    if ring.keys.iter().any(|ours| ours.key == signer.public() && ours.until.is_none()) {
        return Ok(());
    }
    if ring.has(&signer.public()) {
        return Err(impossible("log_keys", &key, "this key was replaced by another and may not sign again"));
    }
    let mut end = Query::update();
    end.table("log_keys").value("until", Expr::val(now.0)).and_where(Expr::col("until").is_null());
    db.execute(&end).await?;
    let mut insert = Query::insert();
    insert.into_table("log_keys").columns(["key", "since"]).values_panic([Expr::val(key.as_str()), Expr::val(now.0)]);
    db.execute(&insert).await?;
    append(db, &[LogEntry::of_nothing(now, Fact::Key { key })]).await
}

/// Every key that ever signed, oldest first.
pub(crate) async fn keys(db: &impl ConnectionTrait) -> StoreResult<KeyRing> {
    let mut select = Query::select();
    select.columns(["key", "since", "until"]).from("log_keys").order_by("since", Order::Asc);
    let keys = db.query_all(&select).await?.iter().map(key).collect::<StoreResult<_>>()?;
    Ok(KeyRing { keys })
}

fn key(row: &QueryResult) -> StoreResult<RingKey> {
    let text: String = row.try_get("", "key")?;
    let key: PublicKey = text.parse().map_err(|error| impossible("log_keys", &text, error))?;
    Ok(RingKey { key, since: row.try_get("", "since")?, until: row.try_get("", "until")? })
}

pub(super) fn signed(row: &QueryResult) -> StoreResult<Signed> {
    Ok(Signed { size: whole(row, "size", "log_checkpoints")?, note: row.try_get("", "note")? })
}

/// Whether a case was decided on since the log had this size.
pub(crate) async fn decided_since(db: &impl ConnectionTrait, size: u64) -> StoreResult<bool> {
    let mut select = Query::select();
    select.column("seq").from("log_leaves").and_where(Expr::col("seq").gte(number(size)));
    select.and_where(Expr::col("kind").eq(DECIDED)).limit(1);
    Ok(db.query_one(&select).await?.is_some())
}

/// The last checkpoints, the latest first.
pub(crate) async fn latest_several(db: &impl ConnectionTrait, count: u64) -> StoreResult<Vec<Signed>> {
    let mut select = Query::select();
    select.columns(["size", "note"]).from("log_checkpoints").order_by("size", Order::Desc).limit(count);
    db.query_all(&select).await?.iter().map(signed).collect()
}

/// The last checkpoint.
pub(crate) async fn latest(db: &impl ConnectionTrait) -> StoreResult<Option<Signed>> {
    let mut select = Query::select();
    select.columns(["size", "note"]).from("log_checkpoints").order_by("size", Order::Desc).limit(1);
    db.query_one(&select).await?.as_ref().map(signed).transpose()
}

/// The first checkpoint that has the leaf at this place.
pub(crate) async fn covering(db: &impl ConnectionTrait, index: u64) -> StoreResult<Option<Signed>> {
    let mut select = Query::select();
    select.columns(["size", "note"]).from("log_checkpoints").and_where(Expr::col("size").gt(number(index)));
    select.order_by("size", Order::Asc).limit(1);
    db.query_one(&select).await?.as_ref().map(signed).transpose()
}

/// Leaves, with those that are still to be signed.
pub(crate) async fn size(db: &impl ConnectionTrait) -> StoreResult<u64> {
    Ok(head(db).await?.frontier.size())
}

pub(super) fn leaf(row: &QueryResult) -> StoreResult<Leaf> {
    Ok(Leaf { index: whole(row, "seq", "log_leaves")?, bytes: row.try_get("", "bytes")? })
}

/// The leaf that says when a file was received.
pub(crate) async fn received(db: &impl ConnectionTrait, evidence: EvidenceId) -> StoreResult<Option<Leaf>> {
    let mut select = Query::select();
    select.columns(["seq", "bytes"]).from("log_leaves");
    select.and_where(Expr::col("evidence").eq(evidence.0)).and_where(Expr::col("kind").eq(RECEIVED));
    select.order_by("seq", Order::Asc).limit(1);
    db.query_one(&select).await?.as_ref().map(leaf).transpose()
}

/// The leaves of a case below a size of the log, oldest first.
pub(crate) async fn of_case(db: &impl ConnectionTrait, case: CaseId, below: u64) -> StoreResult<Vec<Leaf>> {
    let mut select = Query::select();
    select.columns(["seq", "bytes"]).from("log_leaves").and_where(Expr::col("case_id").eq(case.0));
    select.and_where(Expr::col("seq").lt(number(below))).order_by("seq", Order::Asc);
    db.query_all(&select).await?.iter().map(leaf).collect()
}

/// The leaves about uploads below a size of the log, oldest first.
pub(crate) async fn of_uploads(db: &impl ConnectionTrait, uploads: &[UploadId], below: u64) -> StoreResult<Vec<Leaf>> {
    let mut leaves = Vec::new();
    for some in uploads.chunks(SEVERAL) {
        let mut select = Query::select();
        select.columns(["seq", "bytes"]).from("log_leaves");
        select.and_where(Expr::col("evidence").is_in(some.iter().map(|upload| upload.0)));
        select.and_where(Expr::col("seq").lt(number(below))).order_by("seq", Order::Asc);
        for row in db.query_all(&select).await? {
            leaves.push(leaf(&row)?);
        }
    }
    leaves.sort_unstable_by_key(|leaf| leaf.index);
    Ok(leaves)
}

/// The proof along a path.
pub(crate) async fn prove(db: &impl ConnectionTrait, path: &Path) -> StoreResult<Proof> {
    let mut found: HashMap<NodeId, Hash> = HashMap::new();
    for node in path.nodes() {
        let hash = fetch(db, node).await?;
        found.insert(node, hash);
    }
    path.fold(|node| found.get(&node).copied()).ok_or_else(|| impossible("log_nodes", "-", "a node is missing"))
}

async fn fetch(db: &impl ConnectionTrait, node: NodeId) -> StoreResult<Hash> {
    let missing = || impossible("log_nodes", format!("{}/{}", node.level, node.index), "it is not there");
    let mut select = Query::select();
    if node.level == 0 {
        select.column("bytes").from("log_leaves").and_where(Expr::col("seq").eq(number(node.index)));
        let bytes: String = db.query_one(&select).await?.ok_or_else(missing)?.try_get("", "bytes")?;
        return Ok(leaf_hash(bytes.as_bytes()));
    }
    select.column("hash").from("log_nodes");
    select.and_where(Expr::col("level").eq(i64::from(node.level))).and_where(Expr::col("idx").eq(number(node.index)));
    let hash: String = db.query_one(&select).await?.ok_or_else(missing)?.try_get("", "hash")?;
    hash.parse().map_err(|error| impossible("log_nodes", format!("{}/{}", node.level, node.index), error))
}

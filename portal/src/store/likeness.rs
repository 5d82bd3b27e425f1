//! Which pictures look alike.
//!
//! A fingerprint of 64 bits is filed under each of its four quarters. Two that differ in
//! at most seven bits share a quarter but for one bit, so asking for every quarter and
//! for all that differ from it in one bit finds them; of those that differ in eight to
//! ten bits it finds most. What was found is kept for both pictures, so that a page only
//! reads it.
//!
//! A form or a sign that everybody has looks like thousands. So only the nearest are kept
//! and shown, and a few of each enterprise, lest one that sends the same over and over
//! hides what others have. What was not sent takes no room from what was: anybody can make
//! any number of drafts.

use std::{
    cmp::Reverse,
    collections::{BTreeSet, HashMap},
};

use domain::{
    evidence::Evidence,
    examination::{Fingerprint, Likeness},
    ids::{EnterpriseId, EvidenceId},
};
use sea_orm::{
    ConnectionTrait, ExprTrait, Order, QueryResult,
    sea_query::{Cond, Expr, OnConflict, Query, SelectStatement},
};
use uuid::Uuid;

use super::{StoreResult, Tx};

/// Quarters of a fingerprint.
const BANDS: i32 = 4;
/// Pictures that are kept as alike to one when it comes: of those that were sent, and of the others.
const KEPT: Few = Few { all: 30, of_one: 5 };
/// Files that are shown as alike to one: of other enterprises, and of its own.
const SHOWN: Few = Few { all: 10, of_one: 3 };
/// Pictures whose owners are asked for at a time.
const AT_ONCE: usize = 500;
/// The nearest whose owners are looked for at all: one form may have been sent thousands of times, and others wait for
/// the database meanwhile.
const COMPARED: usize = 5000;
/// Files among which those that are shown are looked for.
const LOOKED_AT: u64 = 500;

/// How many there may be.
#[derive(Clone, Copy)]
struct Few {
    /// All together.
    all: usize,
    /// Of one enterprise.
    of_one: usize,
}

/// Counts how many there are.
struct Room {
    most: Few,
    all: usize,
    of_each: HashMap<Uuid, usize>,
}

impl Room {
    fn of(most: Few) -> Self {
        Self { most, all: 0, of_each: HashMap::new() }
    }

    const fn is_full(&self) -> bool {
        self.all >= self.most.all
    }

    /// Whether there is room for one more of this enterprise, which takes it.
    fn takes(&mut self, enterprise: Uuid) -> bool {
        if self.is_full() {
            return false;
        }
        let of_it = self.of_each.entry(enterprise).or_default();
        let takes = *of_it < self.most.of_one;
        if takes {
            *of_it += 1;
            self.all += 1;
        }
        takes
    }
}

/// Another picture that looks like one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Alike {
    /// The other's dossier.
    pub(crate) dossier: Uuid,
    /// In how many bits they differ.
    pub(crate) distance: u32,
}

/// A file that was sent and is the same as another one, or looks like it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Near {
    /// Which.
    pub(crate) file: EvidenceId,
    /// Whose it is.
    pub(crate) enterprise: EnterpriseId,
    /// How alike they are.
    pub(crate) likeness: Likeness,
}

/// The bits of a quarter.
fn quarter(print: Fingerprint, band: i32) -> i32 {
    // 16 bits fit.
    i32::from(u16::try_from(print.0 >> (band * 16) & 0xffff).unwrap_or_default())
}

fn signed(print: Fingerprint) -> i64 {
    i64::from_ne_bytes(print.0.to_ne_bytes())
}

/// The pictures that look like one, whichever way it is turned, and are worth keeping; the most
/// alike first.
///
/// # Errors
/// [`super::StoreError::Database`].
pub(crate) async fn find(db: &impl ConnectionTrait, own: Uuid, ways: &[Fingerprint]) -> StoreResult<Vec<Alike>> {
    let near = near(db, own, ways).await?;
    chosen(db, &near).await
}

/// All pictures that look like one; the most alike first, and of these the latest, so that not
/// everything alike is kept with the same few.
async fn near(db: &impl ConnectionTrait, own: Uuid, ways: &[Fingerprint]) -> StoreResult<Vec<Alike>> {
    if ways.is_empty() {
        return Ok(Vec::new());
    }
    let mut any = Cond::any();
    for band in 0..BANDS {
        let mut wanted = BTreeSet::new();
        for print in ways {
            let bits = quarter(*print, band);
            wanted.insert(bits);
            wanted.extend((0..16).map(|bit| bits ^ (1 << bit)));
        }
        any = any.add(Expr::col("band").eq(band).and(Expr::col("bits").is_in(wanted)));
    }
    let mut select = Query::select();
    select.distinct().columns(["dossier", "print"]).from("fingerprints").cond_where(any);
    select.and_where(Expr::col("dossier").ne(own));
    let mut found = Vec::new();
    for row in db.query_all(&select).await? {
        let print: i64 = row.try_get("", "print")?;
        let print = Fingerprint(u64::from_ne_bytes(print.to_ne_bytes()));
        let nearest = ways.iter().filter(|way| way.likeness(print).is_some()).map(|way| way.distance(print)).min();
        if let Some(distance) = nearest {
            found.push(Alike { dossier: row.try_get("", "dossier")?, distance });
        }
    }
    found.sort_by_key(|alike| (alike.distance, Reverse(alike.dossier)));
    Ok(found)
}

/// Those that are kept, of pictures in the order of their likeness.
async fn chosen(db: &impl ConnectionTrait, near: &[Alike]) -> StoreResult<Vec<Alike>> {
    let (mut sent, mut others) = (Room::of(KEPT), Room::of(KEPT));
    let mut kept = Vec::new();
    for some in near[..near.len().min(COMPARED)].chunks(AT_ONCE) {
        let owners = owners(db, some).await?;
        for alike in some {
            let owners: &[Owner] = owners.get(&alike.dossier).map(Vec::as_slice).unwrap_or_default();
            let was_sent = owners.iter().any(|owner| owner.has_sent);
            let room = if was_sent { &mut sent } else { &mut others };
            if owners.iter().any(|owner| owner.has_sent == was_sent && room.takes(owner.enterprise)) {
                kept.push(*alike);
            }
        }
        if sent.is_full() {
            break;
        }
    }
    Ok(kept)
}

/// An enterprise that has a picture.
struct Owner {
    enterprise: Uuid,
    /// Whether it has sent it, not only tried it in a draft.
    has_sent: bool,
}

/// Who has these pictures.
async fn owners(db: &impl ConnectionTrait, some: &[Alike]) -> StoreResult<HashMap<Uuid, Vec<Owner>>> {
    let mut select = Query::select();
    select.distinct().expr_as(Expr::col(("dossiers", "id")), "dossier");
    select.column(("evidence", "enterprise")).column(("evidence", "state")).from("dossiers");
    select.inner_join("evidence", Expr::col(("evidence", "digest")).equals(("dossiers", "digest")));
    select.and_where(Expr::col(("dossiers", "id")).is_in(some.iter().map(|alike| alike.dossier)));
    let mut found: HashMap<Uuid, Vec<Owner>> = HashMap::new();
    for row in db.query_all(&select).await? {
        let state: String = row.try_get("", "state")?;
        let owner = Owner { enterprise: row.try_get("", "enterprise")?, has_sent: state == "sealed" };
        found.entry(row.try_get("", "dossier")?).or_default().push(owner);
    }
    Ok(found)
}

/// Files a picture under its fingerprint, and keeps for both sides which others it looks
/// like. Doing it twice changes nothing.
///
/// # Errors
/// [`super::StoreError::Database`].
pub(crate) async fn note(tx: &Tx, own: Uuid, print: Fingerprint, others: &[Alike]) -> StoreResult<()> {
    let mut insert = Query::insert();
    insert.into_table("fingerprints").columns(["band", "bits", "dossier", "print"]);
    for band in 0..BANDS {
        let bits = quarter(print, band);
        insert.values_panic([Expr::val(band), Expr::val(bits), Expr::val(own), Expr::val(signed(print))]);
    }
    insert.on_conflict(OnConflict::columns(["band", "bits", "dossier"]).do_nothing().to_owned());
    tx.db().execute(&insert).await?;
    if others.is_empty() {
        return Ok(());
    }
    let mut insert = Query::insert();
    insert.into_table("likenesses").columns(["one", "other", "distance"]);
    for Alike { dossier, distance } in others {
        let distance = i32::try_from(*distance).unwrap_or(i32::MAX);
        for (one, other) in [(own, *dossier), (*dossier, own)] {
            insert.values_panic([Expr::val(one), Expr::val(other), Expr::val(distance)]);
        }
    }
    insert.on_conflict(OnConflict::columns(["one", "other"]).do_nothing().to_owned());
    tx.db().execute(&insert).await?;
    Ok(())
}

/// The files of other cases that were sent and are the same as one, or look like it: the nearest
/// of other enterprises, and then the nearest of its own.
///
/// # Errors
/// [`super::StoreError::Database`].
pub(crate) async fn alike(db: &impl ConnectionTrait, file: &Evidence) -> StoreResult<Vec<Near>> {
    let mut found = Vec::new();
    for of_another in [true, false] {
        let mut room = Room::of(SHOWN);
        let same = same(db, file, of_another).await?;
        let similar = similar(db, file, of_another).await?;
        found.extend(same.into_iter().chain(similar).filter(|near| room.takes(near.enterprise.0)));
    }
    Ok(found)
}

/// Files of other cases that were sent, by another enterprise or by the same.
fn sent(file: &Evidence, of_another: bool) -> SelectStatement {
    let enterprise = Expr::col(("evidence", "enterprise"));
    let own = Expr::val(file.enterprise.0);
    let mut select = Query::select();
    select.column(("evidence", "id")).column(("evidence", "enterprise")).from("evidence");
    select.and_where(Expr::col(("evidence", "state")).eq("sealed"));
    select.and_where(Expr::col(("evidence", "case_id")).ne(Expr::val(file.case.0)));
    select.and_where(if of_another { enterprise.ne(own) } else { enterprise.eq(own) });
    select
}

/// Those with the very same bytes.
async fn same(db: &impl ConnectionTrait, file: &Evidence, of_another: bool) -> StoreResult<Vec<Near>> {
    let mut select = sent(file, of_another);
    select.and_where(Expr::col(("evidence", "digest")).eq(file.digest.to_string()));
    select.order_by(("evidence", "received_at"), Order::Asc).limit(LOOKED_AT);
    db.query_all(&select).await?.iter().map(|row| named(row, Likeness::Identical)).collect()
}

/// Those that look like it, the most alike first.
async fn similar(db: &impl ConnectionTrait, file: &Evidence, of_another: bool) -> StoreResult<Vec<Near>> {
    let mut own = Query::select();
    own.column("id").from("dossiers").and_where(Expr::col("digest").eq(file.digest.to_string()));
    let mut select = sent(file, of_another);
    select.column(("likenesses", "distance"));
    select.inner_join("dossiers", Expr::col(("dossiers", "digest")).equals(("evidence", "digest")));
    select.inner_join("likenesses", Expr::col(("likenesses", "other")).equals(("dossiers", "id")));
    select.and_where(Expr::col(("likenesses", "one")).in_subquery(own));
    select.order_by(("likenesses", "distance"), Order::Asc).order_by(("evidence", "received_at"), Order::Asc);
    select.limit(LOOKED_AT);
    let near = |row: &QueryResult| {
        let distance: i32 = row.try_get("", "distance")?;
        let is_same = u32::try_from(distance).is_ok_and(|distance| distance <= Fingerprint::SAME);
        named(row, if is_same { Likeness::Same } else { Likeness::Similar })
    };
    db.query_all(&select).await?.iter().map(near).collect()
}

fn named(row: &QueryResult, likeness: Likeness) -> StoreResult<Near> {
    let (file, enterprise) = (row.try_get("", "id")?, row.try_get("", "enterprise")?);
    Ok(Near { file: EvidenceId(file), enterprise: EnterpriseId(enterprise), likeness })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    fn next(state: &mut u64) -> u64 {
        *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        *state ^ (*state >> 29)
    }

    /// What is kept of a picture.
    async fn noted(tx: &Tx, one: Uuid) -> Vec<Alike> {
        let mut select = Query::select();
        select.columns(["other", "distance"]).from("likenesses").and_where(Expr::col("one").eq(one));
        let alike = |row: &QueryResult| {
            let distance: i32 = row.try_get("", "distance").unwrap();
            Alike { dossier: row.try_get("", "other").unwrap(), distance: distance.unsigned_abs() }
        };
        tx.db().query_all(&select).await.unwrap().iter().map(alike).collect()
    }

    #[test]
    fn there_is_room_for_a_few_of_each_and_a_few_in_all() {
        let mut room = Room::of(Few { all: 5, of_one: 2 });
        let (one, two) = (Uuid::from_u128(1), Uuid::from_u128(2));
        assert_eq!([one, one, one, two].map(|enterprise| room.takes(enterprise)), [true, true, false, true]);
        let more = (3..9).filter(|number| room.takes(Uuid::from_u128(*number)));
        assert_eq!(more.count(), 2);
        assert!(room.is_full() && !room.takes(two));
    }

    #[tokio::test]
    async fn whatever_differs_in_seven_bits_is_found_and_known_to_both() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&format!("sqlite:{}", folder.path().join("t.db").display())).await.unwrap();
        store.migrate().await.unwrap();
        let (mut state, mut prints) = (9, Vec::new());
        let tx = store.begin().await.unwrap();
        for number in 0..300_u128 {
            // Every second one is a neighbour of the one before, zero to seven bits away.
            let print = match prints.last() {
                Some((_, Fingerprint(before))) if number % 2 == 1 => {
                    let bits = (0..number % 8).map(|_| 1_u64 << (next(&mut state) % 64));
                    bits.fold(*before, |print, bit| print ^ bit)
                }
                _ => next(&mut state),
            };
            let (own, print) = (Uuid::from_u128(number + 1), Fingerprint(print));
            let found = near(tx.db(), own, &[print]).await.unwrap();
            for (other, known) in &prints {
                let near = print.distance(*known) <= 7;
                assert!(!near || found.iter().any(|alike| alike.dossier == *other), "{number}");
            }
            assert!(found.iter().all(|alike| alike.distance <= Fingerprint::SIMILAR));
            note(&tx, own, print, &found).await.unwrap();
            for one in &found {
                assert!(noted(&tx, one.dossier).await.contains(&Alike { dossier: own, distance: one.distance }));
            }
            prints.push((own, print));
        }
    }
}

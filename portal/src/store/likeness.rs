//! Which pictures look alike.
//!
//! A fingerprint of 64 bits is filed under each of its four quarters. Two that differ in
//! at most seven bits share a quarter but for one bit, so asking for every quarter and
//! for all that differ from it in one bit finds them; of those that differ in eight to
//! ten bits it finds most. What was found is kept for both pictures, so that a page only
//! reads it.

use std::collections::BTreeSet;

use domain::examination::Fingerprint;
use sea_orm::{
    ConnectionTrait, ExprTrait, Order,
    sea_query::{Cond, Expr, OnConflict, Query},
};
use uuid::Uuid;

use super::{StoreResult, Tx};

/// Quarters of a fingerprint.
const BANDS: i32 = 4;
/// Pictures that are kept as alike to one at most. One that looks like so many is a form, a
/// sign or a drawing that everybody has: that says nothing.
const MOST: usize = 20;

/// Another picture that looks like one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Alike {
    /// The other's dossier.
    pub(crate) dossier: Uuid,
    /// In how many bits they differ.
    pub(crate) distance: u32,
}

/// The bits of a quarter.
fn quarter(print: Fingerprint, band: i32) -> i32 {
    // 16 bits fit.
    i32::from(u16::try_from(print.0 >> (band * 16) & 0xffff).unwrap_or_default())
}

fn signed(print: Fingerprint) -> i64 {
    i64::from_ne_bytes(print.0.to_ne_bytes())
}

/// The pictures that look like one, whichever way it is turned; the most alike first.
///
/// # Errors
/// [`super::StoreError::Database`].
pub(crate) async fn find(db: &impl ConnectionTrait, own: Uuid, ways: &[Fingerprint]) -> StoreResult<Vec<Alike>> {
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
    found.sort_by_key(|alike| (alike.distance, alike.dossier));
    found.truncate(MOST);
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

/// The pictures that were found to look like one, the most alike first; none of one that
/// looks like very many.
///
/// # Errors
/// [`super::StoreError::Database`].
pub(crate) async fn alike(db: &impl ConnectionTrait, one: Uuid) -> StoreResult<Vec<Alike>> {
    let mut select = Query::select();
    select.columns(["other", "distance"]).from("likenesses").and_where(Expr::col("one").eq(one));
    select.order_by("distance", Order::Asc).order_by("other", Order::Asc).limit(MOST as u64);
    let alike = |row: &sea_orm::QueryResult| {
        let distance: i32 = row.try_get("", "distance")?;
        Ok(Alike { dossier: row.try_get("", "other")?, distance: u32::try_from(distance).unwrap_or_default() })
    };
    let found: Vec<Alike> = db.query_all(&select).await?.iter().map(alike).collect::<StoreResult<_>>()?;
    Ok(if found.len() < MOST { found } else { Vec::new() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    fn next(state: &mut u64) -> u64 {
        *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        *state ^ (*state >> 29)
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
            let found = find(tx.db(), own, &[print]).await.unwrap();
            for (other, known) in &prints {
                let near = print.distance(*known) <= 7;
                assert!(!near || found.iter().any(|alike| alike.dossier == *other), "{number}");
            }
            assert!(found.iter().all(|alike| alike.distance <= Fingerprint::SIMILAR));
            note(&tx, own, print, &found).await.unwrap();
            for one in &found {
                let theirs = alike(tx.db(), one.dossier).await.unwrap();
                assert!(theirs.contains(&Alike { dossier: own, distance: one.distance }));
            }
            prints.push((own, print));
        }
    }
}

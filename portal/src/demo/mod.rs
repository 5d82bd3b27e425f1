//! The demonstration city: three agencies, twelve items, two hundred enterprises
//! and a year of their work, made through the services of [`Portal`] with a clock
//! that is moved. Nothing is inserted past a rule.
//!
//! The same seed and the same `now` make the same city: who exists, what is
//! applied for, when each step happens, how it ends, the numbers of cases and
//! documents. Not the same are ids (random UUIDs), the salt of the password and
//! the verification codes of documents, which are random on purpose, and with
//! them the hashes of the audit trail.

mod catalogue;
mod dice;
mod enrolling;
mod firms;
mod papers;
mod people;
mod pictures;
mod rectifying;
mod reviewing;
mod rounds;
mod scenes;
mod staging;
mod visiting;
mod world;

use std::path::PathBuf;

use domain::{
    actor::Role,
    settings::Settings,
    text::{Name, Note},
    time::Timestamp,
};

pub use people::PASSWORD;

use crate::{
    error::{Error, Result},
    objects::Objects,
    store::{self, AuditEvent, AuditFilter, Store, Subject},
};

/// Somebody who can log in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The login name.
    pub login: String,
    /// The password, the same for everybody: [`PASSWORD`].
    pub password: String,
    /// What the person is.
    pub role: Role,
    /// Who it is and what there is to see, in Chinese.
    pub who: String,
}

/// Who can log in to the demonstration city.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cast {
    /// The people, enterprises first.
    pub people: Vec<Person>,
}

impl Cast {
    /// The people of the city, which are the same for every seed.
    pub fn known() -> Self {
        Self { people: people::everybody() }
    }
}

/// How large the city is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// Two hundred enterprises.
    City,
    /// As many as the tests need.
    Village,
}

impl Size {
    const fn firms(self) -> usize {
        match self {
            Self::City => 200,
            Self::Village => 52,
        }
    }

    /// Visits that each agency plans in a month.
    const fn visits(self) -> u64 {
        match self {
            Self::City => 8,
            Self::Village => 1,
        }
    }
}

/// Whether nobody has used the database yet.
///
/// # Errors
/// [`Error::Store`], also when it was not migrated.
async fn is_empty(store: &Store) -> Result<bool> {
    let agencies = store::agency::all(store.read()).await?;
    let accounts = store::account::search(
        store.read(),
        &store::account::AccountFilter::default(),
        None,
        store::Page { limit: 1, offset: 0 },
    )
    .await?;
    Ok(agencies.is_empty() && accounts.rows.is_empty())
}

/// What a database has to do with the demonstration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filling {
    /// Nobody has used the database yet.
    Empty,
    /// The filling was cut off: what is there is no city.
    CutOff,
    /// The city is there.
    Done,
    /// The database is somebody's own.
    Foreign,
}

/// The events that say in the trail that the filling began, and that it ended.
const BEGUN: &str = "demo.begin";
const ENDED: &str = "demo.fill";

/// What a database has to do with the demonstration.
///
/// # Errors
/// [`Error::Store`], also when it was not migrated.
pub async fn filling(store: &Store) -> Result<Filling> {
    let noted = async |action: &str| {
        let filter = AuditFilter { action: Some(action.to_owned()), ..AuditFilter::default() };
        Ok::<_, Error>(store::audit_count(store.read(), &filter).await? > 0)
    };
    Ok(if noted(ENDED).await? {
        Filling::Done
    } else if noted(BEGUN).await? {
        Filling::CutOff
    } else if is_empty(store).await? {
        Filling::Empty
    } else {
        Filling::Foreign
    })
}

async fn mark(store: &Store, action: &str, now: Timestamp) -> Result<()> {
    let mut tx = store.begin().await?;
    tx.audit(AuditEvent::by_system(action, Subject::new("demo", "city"), now));
    Ok(tx.commit().await?)
}

/// Fills an empty, migrated database with a city whose year ends at `now`.
///
/// # Errors
/// [`Error::Impossible`] when the database is not empty; otherwise whatever kept
/// a step from being done, which is a fault of this program.
pub async fn fill(
    store: Store,
    objects: Objects,
    settings: Settings,
    spool: PathBuf,
    seed: u64,
    now: Timestamp,
) -> Result<Cast> {
    fill_sized(store, objects, settings, spool, seed, now, Size::City).await
}

/// As [`fill`], for a city of another size.
///
/// # Errors
/// As [`fill`].
pub async fn fill_sized(
    store: Store,
    objects: Objects,
    settings: Settings,
    spool: PathBuf,
    seed: u64,
    now: Timestamp,
    size: Size,
) -> Result<Cast> {
    if !is_empty(&store).await? {
        return Err(Error::Impossible("the demonstration city needs an empty database".into()));
    }
    mark(&store, BEGUN, now).await?;
    // What the power takes away before the end is simply made again.
    store.wait_for_disk(false).await?;
    let made = world::make(store.clone(), objects, settings, spool, seed, now, size).await;
    store.wait_for_disk(true).await?;
    made?;
    mark(&store, ENDED, now).await?;
    Ok(Cast::known())
}

fn name(text: &str) -> Result<Name> {
    Name::parse(text).map_err(|error| Error::Impossible(format!("{text}: {error}")))
}

fn note(text: &str) -> Result<Note> {
    Note::parse(text).map_err(|error| Error::Impossible(format!("{text}: {error}")))
}

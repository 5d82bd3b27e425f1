//! Puts the portal together from settings.

use std::{path::Path, sync::Arc};

use domain::calendar::Calendar;
use media::derive::{Tools, shop::Shop};
use portal::{
    Portal, Setup, SystemClock,
    evidence::workshop::Workshop,
    objects::Objects,
    store::{Pools, Store},
};
use proof::note::Signer;

use crate::config::Config;

/// Why the portal could not be put together.
#[derive(Debug, thiserror::Error)]
pub enum WiringError {
    /// The data folder.
    #[error("the data folder {path} cannot be made: {why}")]
    DataDir {
        /// Which folder.
        path: String,
        /// Why not.
        why: std::io::Error,
    },
    /// The calendar file.
    #[error("the calendar {path} cannot be used: {why}")]
    Calendar {
        /// Which file.
        path: String,
        /// Why not.
        why: String,
    },
    /// The database.
    #[error("the database cannot be opened: {0}")]
    Store(#[from] portal::store::StoreError),
    /// The key that signs.
    #[error("the signing key {path} cannot be used: {why}")]
    SigningKey {
        /// Which file or setting.
        path: String,
        /// Why not.
        why: String,
    },
    /// The object store.
    #[error("the object store cannot be opened: {0}")]
    Objects(String),
    /// The portal itself.
    #[error("{0}")]
    Portal(#[from] portal::Error),
}

/// Opens the database.
///
/// # Errors
/// [`WiringError`].
pub async fn store(config: &Config) -> Result<Store, WiringError> {
    make(&config.data_dir)?;
    let pools = Pools { readers: config.database_readers.into(), writers: config.database_writers.into() };
    Ok(Store::open_with(&config.database(), pools).await?)
}

/// Opens the object store.
///
/// # Errors
/// [`WiringError`].
pub fn objects(config: &Config) -> Result<Objects, WiringError> {
    let objects = match config.objects_url.as_str() {
        "" => Objects::folder(&config.data_dir.join("objects")),
        url => match url.strip_prefix("s3://") {
            Some(bucket) => {
                let secret = config.objects_secret_key.reveal();
                Objects::s3(bucket.trim_end_matches('/'), (!secret.is_empty()).then_some(secret))
            }
            None => Objects::folder(Path::new(url.trim_start_matches("file://"))),
        },
    };
    objects.map_err(|error| WiringError::Objects(error.to_string()))
}

/// The calendar that comes with the program, updated by `calendar.toml` in the data folder where there is one.
///
/// # Errors
/// [`WiringError::Calendar`] when that file cannot be read: terms counted by half a calendar would be wrong unseen.
pub fn calendar(config: &Config) -> Result<Calendar, WiringError> {
    let path = config.data_dir.join("calendar.toml");
    let wrong =
        |why: &dyn std::fmt::Display| WiringError::Calendar { path: path.display().to_string(), why: why.to_string() };
    let own = Calendar::china().map_err(|error| wrong(&error))?;
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(own.updated_by(Calendar::from_toml(&text).map_err(|error| wrong(&error))?)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(own),
        Err(error) => Err(wrong(&error)),
    }
}

/// The name that keys of a portal have; their ids tell portals apart.
const SIGNS_AS: &str = "wugan";

/// The key that signs the log of evidence: the setting, or one that is made once and kept in the data folder.
///
/// # Errors
/// [`WiringError::SigningKey`]. A key that is there and cannot be read is never replaced: what it signed would
/// look like a stranger's.
pub fn signer(config: &Config) -> Result<Signer, WiringError> {
    let path = config.data_dir.join("signing.key");
    let (text, name) = match config.signing_key.reveal() {
        "" => {
            let wrong = |why: std::io::Error| WiringError::SigningKey {
                path: path.display().to_string(),
                why: why.to_string(),
            };
            (seed_in(&path).map_err(wrong)?, path.display().to_string())
        }
        text => (text.to_owned(), "signing_key".to_owned()),
    };
    let mut seed = [0; 32];
    let decoded = hex::decode_to_slice(text.trim(), &mut seed).ok();
    decoded
        .and_then(|()| Signer::from_seed(SIGNS_AS, &seed))
        .ok_or_else(|| WiringError::SigningKey { path: name, why: "it is not 64 hexadecimal digits".to_owned() })
}

/// The seed in a file that only its owner can read; made where there is none.
fn seed_in(path: &Path) -> std::io::Result<String> {
    use std::{io::Write as _, os::unix::fs::OpenOptionsExt as _};
    match std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(mut file) => {
            let seed: [u8; 32] = rand::random();
            let text = hex::encode(seed);
            writeln!(file, "{text}")?;
            file.sync_all()?;
            Ok(text)
        }
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => std::fs::read_to_string(path),
        Err(error) => Err(error),
    }
}

/// The portal over an open database and object store.
///
/// # Errors
/// [`WiringError`].
pub fn portal(config: &Config, store: Store, objects: Objects) -> Result<Portal, WiringError> {
    Ok(Portal::new(Setup {
        store,
        objects,
        clock: Arc::new(SystemClock),
        settings: config.rules.clone(),
        calendar: calendar(config)?,
        spool: config.spool(),
        hashers: usize::from(config.hashers),
        signer: Arc::new(signer(config)?),
        scanner: config.scanner(),
        workshop: workshop()?,
    })?)
}

/// Files are opened by this very program, started anew for each.
fn workshop() -> Result<Workshop, WiringError> {
    let program = std::env::current_exe().map_err(|error| WiringError::Portal(error.into()))?;
    let shop = Shop { program, arguments: vec!["derive".to_owned()] };
    Ok(Workshop::Apart(shop, Tools::on_path()))
}

/// Everything, with the schema brought up to date.
///
/// # Errors
/// [`WiringError`].
pub async fn open(config: &Config) -> Result<Portal, WiringError> {
    let store = store(config).await?;
    store.migrate().await?;
    portal(config, store, objects(config)?)
}

fn make(folder: &Path) -> Result<(), WiringError> {
    std::fs::create_dir_all(folder).map_err(|why| WiringError::DataDir { path: folder.display().to_string(), why })
}

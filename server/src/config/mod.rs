//! Settings: defaults, then a file, then the environment.
//!
//! Every setting is a line of [`table::SETTINGS`], with its name and what it does
//! in both languages; `wugan config example` prints them with their defaults. A
//! name nobody knows is refused and the nearest known one is told. The value of a
//! setting can also be read from a file: `WUGAN_DATABASE_URL_FILE=/run/secrets/db`.

mod error;
mod names;
pub mod table;

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use domain::{ids::ByteCount, settings::Settings};
use figment::{
    Figment, Provider,
    providers::{Format, Serialized, Toml},
};
use portal::evidence::scan::{Engine, Scanner};
use serde::{Deserialize, Serialize};

pub use error::ConfigError;

/// The file that is read when it is there and no other is named.
pub const DEFAULT_FILE: &str = "wugan.toml";

/// Everything an operator can set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where to listen.
    pub listen: SocketAddr,
    /// The address people type, without a path. Empty: `http://` and [`Config::listen`].
    pub public_url: String,
    /// The folder for the database, originals and files being received.
    pub data_dir: PathBuf,
    /// The folder for files being received. Empty: one in the data folder.
    pub spool_dir: PathBuf,
    /// The database. Empty: SQLite in the data folder.
    pub database_url: Secret,
    /// Connections for reading from a PostgreSQL.
    pub database_readers: u16,
    /// Connections for writing to a PostgreSQL.
    pub database_writers: u16,
    /// Where originals are kept. Empty: a folder in the data folder.
    pub objects_url: String,
    /// The seed of the key that signs the log of evidence and receipts: 64 hexadecimal
    /// digits. Empty: made once, in the data folder.
    pub signing_key: Secret,
    /// The authority that stamps the signed log (RFC 3161). Empty: none.
    pub timestamp_url: String,
    /// Minutes between two timestamps.
    pub timestamp_minutes: u16,
    /// The secret key of an S3 store. Empty: `AWS_SECRET_ACCESS_KEY`.
    pub objects_secret_key: Secret,
    /// Seconds for which an address of the S3 store itself works that people are sent to
    /// for an original; zero: originals come through the portal.
    pub objects_signed_seconds: u16,
    /// The header in which the reverse proxy tells a client's address. Empty: none.
    pub client_address_header: String,
    /// Whether the reverse proxy says by which scheme and host people came.
    pub forwarded_headers: bool,
    /// What is logged.
    pub log: String,
    /// How log lines look.
    pub log_format: LogFormat,
    /// Passwords hashed at once.
    pub hashers: u16,
    /// Seconds an answer may take.
    pub request_seconds: u16,
    /// Seconds an upload may stand still.
    pub upload_idle_seconds: u16,
    /// How long a connection may take to send the head of a request, or to begin the next one, in seconds.
    pub head_seconds: u16,
    /// Seconds in which requests in flight may end when the server stops.
    pub shutdown_seconds: u16,
    /// Seconds between two looks at what is due.
    pub sweep_seconds: u16,
    /// Posts a minute from one address where nobody is logged in; zero is no limit.
    pub strangers_posts_per_minute: u32,
    /// Where the malware engine is. Empty: files are not looked through.
    pub scanner: String,
    /// Files above so many megabytes are not sent to it.
    pub scanner_megabytes: u32,
    /// Files that this server examines at a time; zero leaves it, and their SM3 digests, to others.
    pub examiners: u16,
    /// Megabytes that must be free in the data folder.
    pub min_free_megabytes: u32,
    /// Who runs the site.
    pub site: Site,
    /// The rules' settings.
    pub rules: Settings,
}

/// Who runs the site and where it is on file: what the foot of every page says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Site {
    /// The office that runs it.
    pub sponsor: String,
    /// Its ICP filing.
    pub filing: String,
    /// Its filing with the police.
    pub police_filing: String,
    /// Its identifier as a government site.
    pub identifier: String,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 3000)),
            public_url: String::new(),
            data_dir: PathBuf::from("data"),
            spool_dir: PathBuf::new(),
            database_url: Secret::default(),
            database_readers: 16,
            database_writers: 16,
            objects_url: String::new(),
            signing_key: Secret::default(),
            timestamp_url: String::new(),
            timestamp_minutes: 60,
            objects_secret_key: Secret::default(),
            objects_signed_seconds: 0,
            client_address_header: String::new(),
            forwarded_headers: false,
            log: "info".to_owned(),
            log_format: LogFormat::Text,
            hashers: 2,
            request_seconds: 30,
            upload_idle_seconds: 30,
            head_seconds: 30,
            shutdown_seconds: 30,
            sweep_seconds: 60,
            strangers_posts_per_minute: 120,
            scanner: String::new(),
            scanner_megabytes: 25,
            examiners: 1,
            min_free_megabytes: 500,
            site: Site::default(),
            rules: Settings::default(),
        }
    }
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// A text that logs never show.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// A secret.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The text itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_empty() { "(empty)" } else { "(secret)" })
    }
}

impl Config {
    /// Reads the settings: defaults, the file, the environment.
    ///
    /// # Errors
    /// [`ConfigError`] naming the setting and where it was found.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        Self::read(file, std::env::vars_os().filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?))))
    }

    /// The same with an environment of one's own.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn read(file: Option<&Path>, environment: impl Iterator<Item = (String, String)>) -> Result<Self, ConfigError> {
        let environment = names::settings(environment)?;
        let mut figment = Figment::from(Serialized::defaults(Self::default()));
        if let Some(path) = file {
            if !path.is_file() {
                return Err(ConfigError::NoFile(path.to_owned()));
            }
            figment = merge_file(figment, path)?;
        } else if Path::new(DEFAULT_FILE).is_file() {
            figment = merge_file(figment, Path::new(DEFAULT_FILE))?;
        }
        for (key, value) in environment {
            figment = figment.merge(names::variable(&key, &value));
        }
        let config: Self = figment.extract().map_err(|error| ConfigError::Value(Box::new(error)))?;
        config.check()
    }

    fn check(self) -> Result<Self, ConfigError> {
        let origin = self.public_url.strip_prefix("https://").or_else(|| self.public_url.strip_prefix("http://"));
        let whole = origin.is_some_and(|host| !host.is_empty() && !host.contains(['/', '?', '#', ' ']));
        if !self.public_url.is_empty() && !whole {
            return Err(ConfigError::Bad {
                key: "public_url",
                why: "must be http://host or https://host, with a port if need be, without a path",
            });
        }
        let objects = self.objects_url.as_str();
        if !(objects.is_empty() || objects.starts_with("file:///") || objects.starts_with("s3://")) {
            return Err(ConfigError::Bad { key: "objects_url", why: "must be file:///folder, s3://bucket or empty" });
        }
        if self.scanner.parse::<Engine>().is_err() {
            return Err(ConfigError::Bad { key: "scanner", why: "must be tcp://host:port, unix:///path or empty" });
        }
        if self.objects_signed_seconds > 60 || (self.objects_signed_seconds > 0 && !objects.starts_with("s3://")) {
            return Err(ConfigError::Bad {
                key: "objects_signed_seconds",
                why: "must be at most 60, and 0 unless objects_url is s3://bucket",
            });
        }
        let authority = self.timestamp_url.as_str();
        if !(authority.is_empty() || authority.starts_with("https://") || authority.starts_with("http://")) {
            return Err(ConfigError::Bad { key: "timestamp_url", why: "must be https://…, http://… or empty" });
        }
        if self.timestamp_minutes == 0 {
            return Err(ConfigError::Bad { key: "timestamp_minutes", why: "must be above 0" });
        }
        let database = self.database_url.reveal();
        let known = ["sqlite:", "postgres://", "postgresql://"].iter().any(|scheme| database.starts_with(scheme));
        if !(database.is_empty() || known) {
            return Err(ConfigError::Bad { key: "database_url", why: "must be sqlite:PATH, postgres://… or empty" });
        }
        if self.database_readers == 0 || self.database_writers == 0 {
            return Err(ConfigError::Bad { key: "database_readers, database_writers", why: "must be above 0" });
        }
        let header = self.client_address_header.as_str();
        if !header.is_empty() && ::http::HeaderName::try_from(header).is_err() {
            return Err(ConfigError::Bad {
                key: "client_address_header",
                why: "must be the name of a header, or empty",
            });
        }
        if self.sweep_seconds == 0
            || self.request_seconds == 0
            || self.upload_idle_seconds == 0
            || self.head_seconds == 0
        {
            return Err(ConfigError::Bad {
                key: "sweep_seconds, request_seconds, upload_idle_seconds, head_seconds",
                why: "must be above 0",
            });
        }
        Ok(self)
    }

    /// The address people type, without a slash at the end.
    pub fn public_url(&self) -> String {
        if self.public_url.is_empty() { format!("http://{}", self.listen) } else { self.public_url.clone() }
    }

    /// Whether people reach the portal over https.
    pub fn is_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }

    /// The search for malware.
    pub fn scanner(&self) -> Scanner {
        // Checked when the settings were read.
        let engine = self.scanner.parse().unwrap_or_default();
        Scanner { engine, limit: ByteCount::megabytes(self.scanner_megabytes.into()) }
    }

    /// The database's address.
    pub fn database(&self) -> String {
        match self.database_url.reveal() {
            "" => format!("sqlite:{}", self.data_dir.join("wugan.sqlite").display()),
            url => url.to_owned(),
        }
    }

    /// The folder for files being received.
    pub fn spool(&self) -> PathBuf {
        if self.spool_dir.as_os_str().is_empty() { self.data_dir.join("spool") } else { self.spool_dir.clone() }
    }

    /// How long the head of a request may take.
    pub const fn head_time(&self) -> Duration {
        Duration::from_secs(self.head_seconds as u64)
    }

    /// How long an answer may take.
    pub const fn request_time(&self) -> Duration {
        Duration::from_secs(self.request_seconds as u64)
    }

    /// How long a signed address works; `None` where originals come through the portal.
    pub fn signed_for(&self) -> Option<Duration> {
        (self.objects_signed_seconds > 0).then(|| Duration::from_secs(self.objects_signed_seconds.into()))
    }

    /// How long an upload may stand still.
    pub const fn upload_idle(&self) -> Duration {
        Duration::from_secs(self.upload_idle_seconds as u64)
    }
}

fn merge_file(figment: Figment, path: &Path) -> Result<Figment, ConfigError> {
    let file = Figment::from(Toml::file_exact(path));
    let found = file.data().map_err(|error| ConfigError::Value(Box::new(error)))?;
    for dict in found.values() {
        names::known(dict, &path.display().to_string())?;
    }
    Ok(figment.merge(Toml::file_exact(path)))
}

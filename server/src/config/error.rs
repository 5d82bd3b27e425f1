//! What can be wrong with settings.

use std::path::PathBuf;

/// A setting that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file that was named is not there.
    #[error("there is no settings file {}", .0.display())]
    NoFile(PathBuf),
    /// A name nobody knows.
    #[error("{place} has `{key}`, which is no setting{}", .nearest.as_ref().map(|name| format!("; did you mean `{name}`?")).unwrap_or_default())]
    Unknown {
        /// As it was found.
        key: String,
        /// Where.
        place: String,
        /// The known name that is most like it.
        nearest: Option<String>,
    },
    /// A value of the wrong kind.
    #[error("{0}")]
    Value(Box<figment::Error>),
    /// A value that cannot be.
    #[error("{key} {why}")]
    Bad {
        /// Which setting.
        key: &'static str,
        /// What it must be.
        why: &'static str,
    },
    /// A file that holds a value cannot be read.
    #[error("{variable} names {}, which cannot be read: {why}", .path.display())]
    Unreadable {
        /// The variable.
        variable: String,
        /// The file it names.
        path: PathBuf,
        /// Why it cannot be read.
        why: std::io::Error,
    },
    /// The same setting in two ways.
    #[error("{0} and {0}_FILE are both set; keep one")]
    Twice(String),
}

//! Everything that can keep a use case from happening, without wording.
//!
//! Refused rules, missing rights and broken worlds are told apart, because people
//! react to them differently: `app` turns the first into advice, the second into
//! "not found" or a reason, and the last into an incident number.

use domain::{
    calendar::CalendarError,
    case::CaseError,
    enrolment::EnrolmentError,
    evidence::EvidenceFault,
    finding::FindingError,
    first_violation::{FirstViolationError, Obstacle},
    item::VersionError,
    password::{PasswordFault, RetryAt},
    policy::Denied,
    upload::UploadFault,
    visit_ledger::LedgerError,
};

use crate::store::StoreError;

/// Why a use case did not happen. Nothing was changed then.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The person may not.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// There is no such record, or the person may not know of it.
    #[error("not found")]
    NotFound,
    /// Somebody else changed the record in the meantime.
    #[error("changed by somebody else")]
    Changed,
    /// A rule of cases.
    #[error(transparent)]
    Case(#[from] CaseError),
    /// A rule of enrolments.
    #[error(transparent)]
    Enrolment(#[from] EnrolmentError),
    /// A rule of findings.
    #[error(transparent)]
    Finding(#[from] FindingError),
    /// A rule of noticed first violations.
    #[error(transparent)]
    FirstViolation(#[from] FirstViolationError),
    /// What speaks against a first-violation notice.
    #[error("{} obstacles", .0.len())]
    Obstacles(Vec<Obstacle>),
    /// A rule of the catalogue.
    #[error(transparent)]
    Version(#[from] VersionError),
    /// A rule of the ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A file that is not taken.
    #[error(transparent)]
    Evidence(#[from] EvidenceFault),
    /// A rule of uploads.
    #[error(transparent)]
    Upload(#[from] UploadFault),
    /// A piece of an upload is not what its checksum says; nothing of it counts.
    #[error("the piece is not what its checksum says")]
    Checksum,
    /// The disk keeps another request for the same upload.
    #[error("another request is at the disk")]
    Busy,
    /// Somebody sends more files at once than one may.
    #[error("at most {limit} at once")]
    TooManyAtOnce {
        /// How many one may send.
        limit: u16,
    },
    /// Malware was found in the file: nobody is handed it.
    #[error("the file is in quarantine")]
    Quarantined,
    /// Somebody asks for more codes than one may.
    #[error("at most {limit} codes in an hour")]
    TooManyCodes {
        /// How many one may ask for in an hour.
        limit: u16,
    },
    /// All people together send as many files as the server takes at once.
    #[error("too many files at once")]
    Crowded,
    /// A password that is not strong enough.
    #[error("a weak password")]
    Password(Vec<PasswordFault>),
    /// A new password that is one of the person's last ones.
    #[error("one of the last passwords")]
    PasswordReused {
        /// How many of them are not taken again.
        last: u8,
    },
    /// A login that failed.
    #[error(transparent)]
    Login(#[from] LoginError),
    /// A rule of registrations and accounts.
    #[error(transparent)]
    Registration(#[from] RegistrationError),
    /// The database.
    #[error(transparent)]
    Store(StoreError),
    /// The object store.
    #[error("object store: {0}")]
    Objects(#[from] object_store::Error),
    /// More rows than a spreadsheet is made of.
    #[error("{found} rows, at most {limit}")]
    TooMany {
        /// How many there are.
        found: u64,
        /// How many there may be.
        limit: u64,
    },
    /// The local disk has no room for another file, or that of the database for another row.
    #[error("the disk is nearly full")]
    Full,
    /// The local disk.
    #[error("disk: {0}")]
    Disk(#[from] std::io::Error),
    /// The calendar's data.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
    /// Something that cannot be, with what was seen.
    #[error("impossible: {0}")]
    Impossible(String),
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Changed { .. } => Self::Changed,
            StoreError::Full => {
                tracing::error!("the disk of the database is full: nothing can be written before there is room");
                Self::Full
            }
            other => Self::Store(other),
        }
    }
}

/// Why a login failed. Whether the name or the password was wrong is not told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoginError {
    /// Name or password is wrong.
    #[error("wrong name or password")]
    Wrong,
    /// Too many wrong passwords from here.
    #[error("too many failures")]
    Throttled(RetryAt),
    /// The password is right, and nobody has given the account its roles yet. Whoever has a wrong
    /// one is not told.
    #[error("the account waits for its roles")]
    Pending,
}

/// Why a registration or account could not be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegistrationError {
    /// The credit code is registered already.
    #[error("the credit code is registered")]
    CreditCodeTaken,
    /// The login name is taken.
    #[error("the login name is taken")]
    LoginTaken,
    /// Confirmed or rejected already.
    #[error("not pending")]
    NotPending,
    /// Only a rejected or pending registration can be corrected.
    #[error("confirmed registrations are corrected by the agency")]
    Fixed,
    /// The roles do not fit the scope.
    #[error("roles and scope are of two sides")]
    ScopeMismatch,
    /// An officer needs a certificate.
    #[error("an officer needs a certificate")]
    NoCertificate,
    /// Nobody administers the own account.
    #[error("one's own account")]
    OwnAccount,
    /// The account is closed for good.
    #[error("the account is closed")]
    Closed,
    /// Without this account nobody could sign for the enterprise.
    #[error("the last owner of an enterprise")]
    LastOwner,
    /// An enterprise is handed over to one of its operators in use.
    #[error("no operator of an enterprise")]
    NotAnOperator,
}

/// The result of a use case.
pub type Result<T> = std::result::Result<T, Error>;

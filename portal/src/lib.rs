//! The use cases of 无感监管 and everything that touches the world behind them.
//!
//! `app` and `server` call [`Portal`] and nothing else. A service permits first
//! ([`domain::policy`]), loads, applies the rule with the clock's `now`, saves,
//! audits and commits once; the answer goes out after the commit. SQL stays in
//! [`store`], object keys in [`objects`], wording in `app`.

pub mod account;
pub mod clock;
pub mod demo;
pub mod error;
pub mod evidence;
pub mod first_violation_list;
pub mod objects;
pub mod services;
pub mod site_visit;
pub mod store;
pub mod token;

use std::{path::PathBuf, sync::Arc};

use domain::{
    calendar::Calendar,
    ids::{CaseId, UploadId},
    settings::Settings,
    time::Timestamp,
};
use proof::note::Signer;
use tokio::sync::{Mutex, MutexGuard, Notify, Semaphore};
use uuid::Uuid;

pub use clock::{Clock, MovableClock, SystemClock};
pub use error::{Error, LoginError, RegistrationError, Result};

use crate::{
    evidence::{
        scan::Scanner,
        spool::Spool,
        workshop::Workshop,
        writer::{Desks, Senders},
    },
    objects::Objects,
    services::{
        accounts::Accounts,
        audits::Audits,
        bundles::Bundles,
        captures::Captures,
        cases::Cases,
        catalogue::Catalogue,
        documents::Documents,
        enrolments::Enrolments,
        enterprises::Enterprises,
        evidences::Evidences,
        examinations::Examinations,
        findings::Findings,
        first_violations::FirstViolations,
        ledgers::Ledgers,
        logs::{Logs, Openings},
        reviews::Reviews,
        scrubs::Scrubs,
        second_digests::SecondDigests,
        sessions::Sessions,
        stamps::Stamps,
        sweeps::Sweeps,
        todos::Todos,
        tokens::Tokens,
        uploads::Uploads,
    },
    store::Store,
};

/// The portal. Cloning it is cheap; every clone is the same portal.
#[derive(Clone)]
pub struct Portal {
    parts: Arc<Parts>,
}

struct Parts {
    store: Store,
    objects: Objects,
    clock: Arc<dyn Clock>,
    settings: Settings,
    calendar: Calendar,
    spool: PathBuf,
    hashing: Semaphore,
    keeping: Turns,
    signer: Arc<Signer>,
    openings: Openings,
    uploads: Spool,
    desks: Desks,
    senders: Senders,
    /// Files that are handed to the object store soon, together.
    leaving: std::sync::Mutex<Vec<UploadId>>,
    /// How many files the object store is given at a time, whoever hands them over.
    handing: Semaphore,
    /// Held by the sweep that hands over what is left; the file at which the last one gave the object store up.
    given_up_at: Mutex<Option<Uuid>>,
    scanner: Scanner,
    workshop: Workshop,
    /// Rings when a file has come that nobody has examined.
    bell: Notify,
}

/// Lets one task at a time do something to a case. Some cases share a turn, so
/// that there are never more than a few.
#[derive(Default)]
pub(crate) struct Turns([Mutex<()>; 32]);

impl Turns {
    /// Waits for the turn of a case; it lasts until the answer is dropped.
    pub(crate) async fn turn(&self, case: CaseId) -> MutexGuard<'_, ()> {
        let number = usize::from(case.0.as_bytes()[15]) % self.0.len();
        self.0[number].lock().await
    }
}

/// What a portal is made of.
pub struct Setup {
    /// The database.
    pub store: Store,
    /// The object store.
    pub objects: Objects,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The rules' settings.
    pub settings: Settings,
    /// The days that are worked.
    pub calendar: Calendar,
    /// A folder on the local disk for files being received.
    pub spool: PathBuf,
    /// How many passwords are hashed at once; each takes about 19 MiB.
    pub hashers: usize,
    /// Signs the log of evidence and receipts.
    pub signer: Arc<Signer>,
    /// Looks for malware in files.
    pub scanner: Scanner,
    /// Opens files to make pictures of them.
    pub workshop: Workshop,
}

macro_rules! services {
    ($($(#[$doc:meta])* $name:ident: $service:ident),+ $(,)?) => {
        impl Portal {
            $($(#[$doc])*
            pub fn $name(&self) -> $service<'_> {
                $service(self)
            })+
        }
    };
}

services! {
    /// People and their logins.
    accounts: Accounts,
    /// Login sessions.
    sessions: Sessions,
    /// Registration of enterprises.
    enterprises: Enterprises,
    /// The published list of items.
    catalogue: Catalogue,
    /// Applications.
    enrolments: Enrolments,
    /// Self-checks, the enterprise's side of a case.
    cases: Cases,
    /// Files.
    evidences: Evidences,
    /// What is known of files.
    examinations: Examinations,
    /// Codes for live capture.
    captures: Captures,
    /// The officers' side of a case.
    reviews: Reviews,
    /// The log of evidence.
    logs: Logs,
    /// Timestamps of an authority that is not ours.
    stamps: Stamps,
    /// The digests of files by the Chinese standard.
    second_digests: SecondDigests,
    /// Whole cases to take along.
    bundles: Bundles,
    /// Reading originals again.
    scrubs: Scrubs,
    /// Findings and rectification.
    findings: Findings,
    /// The register of first violations.
    first_violations: FirstViolations,
    /// Issued documents.
    documents: Documents,
    /// Due visits, site visits, and the ledger.
    ledgers: Ledgers,
    /// What waits for whom.
    todos: Todos,
    /// The audit trail.
    audits: Audits,
    /// Files on their way in, piece by piece.
    uploads: Uploads,
    /// The tokens of programs.
    tokens: Tokens,
    /// Work that time brings.
    sweeps: Sweeps,
}

impl Portal {
    /// Puts the parts together.
    ///
    /// # Errors
    /// [`Error::Calendar`] when the calendar's data cannot be read,
    /// [`Error::Disk`] when the spool folder cannot be made.
    pub fn new(setup: Setup) -> Result<Self> {
        std::fs::create_dir_all(&setup.spool)?;
        let uploads = Spool::new(&setup.spool)?;
        Ok(Self {
            parts: Arc::new(Parts {
                store: setup.store,
                objects: setup.objects,
                clock: setup.clock,
                settings: setup.settings,
                calendar: setup.calendar,
                spool: setup.spool,
                hashing: Semaphore::new(setup.hashers.max(1)),
                keeping: Turns::default(),
                uploads,
                desks: Desks::default(),
                senders: Senders::default(),
                leaving: std::sync::Mutex::default(),
                handing: Semaphore::new(objects::AT_ONCE),
                given_up_at: Mutex::default(),
                signer: setup.signer,
                openings: Openings::default(),
                scanner: setup.scanner,
                workshop: setup.workshop,
                bell: Notify::new(),
            }),
        })
    }

    /// The time by the portal's clock.
    pub fn now(&self) -> Timestamp {
        self.parts.clock.now()
    }

    /// The rules' settings.
    pub fn settings(&self) -> &Settings {
        &self.parts.settings
    }

    /// The working-day calendar.
    pub fn calendar(&self) -> &Calendar {
        &self.parts.calendar
    }

    /// The database.
    pub fn store(&self) -> &Store {
        &self.parts.store
    }

    /// The object store.
    pub fn objects(&self) -> &Objects {
        &self.parts.objects
    }

    /// Who looks for malware, with its version; `None` where nobody does or answers.
    pub async fn scanner_version(&self) -> Option<String> {
        self.parts.scanner.version().await
    }

    /// A new id: random, and in the order of the clock (UUID version 7, RFC 9562).
    pub(crate) fn new_id(&self) -> Uuid {
        let ms = u64::try_from(self.now().0).unwrap_or(0);
        let seconds = ms / 1000;
        let nanos = u32::try_from(ms % 1000).unwrap_or(0) * 1_000_000;
        Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, seconds, nanos))
    }

    /// The end of the `days`-th working day from now.
    pub(crate) fn deadline(&self, days: u16) -> Timestamp {
        self.calendar().deadline(self.now(), days)
    }
}

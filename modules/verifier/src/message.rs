//! What the worker tells its page.

use proof::{
    bundle::{Report, Trust},
    receipt::ReceiptFault,
};
use serde::{Deserialize, Serialize};

/// News of the worker, as JSON.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum News {
    /// It can be given files.
    Ready,
    /// So many bytes of so many are read.
    Read {
        /// Read.
        done: u64,
        /// In all.
        total: u64,
    },
    /// A bundle was checked.
    Bundle {
        /// What was found.
        report: Box<Report>,
        /// Whether the portal's log begins with the log of the bundle; none where that
        /// could not be asked.
        grown: Option<bool>,
    },
    /// A receipt was checked.
    Receipt(Box<Checked>),
    /// A checkpoint that somebody kept was checked.
    Kept(Kept),
    /// Neither a bundle nor a receipt nor a checkpoint.
    Neither,
}

/// A checkpoint that somebody kept.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Kept {
    /// The log.
    pub(crate) origin: String,
    /// Its leaves.
    pub(crate) size: u64,
    /// When it was signed; milliseconds since 1970, UTC.
    pub(crate) at: i64,
    /// Whether a key of the portal signed it in its time; none where the published keys could not be had.
    pub(crate) signed: Option<bool>,
    /// Whether the portal's log begins with the one of the checkpoint; none where that could not be asked.
    pub(crate) grown: Option<bool>,
}

/// A receipt, and the file where there is one.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Checked {
    /// The name that the file came with.
    pub(crate) name: String,
    /// Its digest.
    pub(crate) sha256: String,
    /// When it was received; milliseconds since 1970, UTC.
    pub(crate) received_at: i64,
    /// What is wrong with the receipt.
    pub(crate) fault: Option<ReceiptFault>,
    /// On whose word.
    pub(crate) trust: Trust,
    /// Whether the file is the one of the receipt.
    pub(crate) same: Option<bool>,
    /// Whether the portal's log begins with the log of the receipt; none where that could not
    /// be asked.
    pub(crate) grown: Option<bool>,
}

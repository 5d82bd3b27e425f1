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
    /// Neither a bundle nor a receipt.
    Neither,
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

//! What a page and its worker say to each other: JSON, because files travel beside it.

use serde::{Deserialize, Serialize};

/// Of a page to its worker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// Who is there, and which files the page shows. Comes first.
    Hello {
        /// Whose files are carried: those of somebody else on the same phone stay where they are.
        account: String,
        /// What the page's files are for, as the portal wants to be told.
        place: Vec<(String, String)>,
    },
    /// Takes the files in that travel beside this message. A text that travels there too
    /// is JSON: further pairs that the portal is to be told of these files alone.
    Add,
    /// Forgets a file, here and at the portal.
    Remove {
        /// Which.
        id: u32,
    },
    /// Tries everything again that may succeed now.
    Resume,
}

/// Of a worker to its page, and to the workers of other pages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum News {
    /// The worker listens.
    Ready,
    /// What waited in the browser has been told; there is no more of it.
    Known,
    /// A file, new or changed.
    Item(Item),
    /// A file that is there no more.
    Gone {
        /// Which.
        id: u32,
    },
    /// How many files for other places are still on their way.
    Others {
        /// How many.
        count: u32,
    },
}

/// A file as a page shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// Its number in this browser.
    pub id: u32,
    /// Its name.
    pub name: String,
    /// Its size in bytes; a number that JavaScript has too.
    pub size: f64,
    /// An address of its picture, where it has one.
    pub picture: Option<String>,
    /// Where it stands.
    pub stage: Stage,
    /// Whether it is still here after the page has gone.
    pub kept: bool,
}

/// Where a file stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Its digest is being computed.
    Reading,
    /// Waits for its turn.
    Waiting,
    /// On its way.
    Sending {
        /// Bytes that have gone out.
        sent: f64,
        /// Bytes a second.
        speed: f64,
    },
    /// The portal has it.
    Done,
    /// It did not get there.
    Failed {
        /// Why.
        why: Why,
        /// Whether trying again can help; it is tried again by itself then.
        again: bool,
    },
}

impl Stage {
    /// Whether something is still to be done for it.
    pub const fn is_open(&self) -> bool {
        !matches!(self, Self::Done | Self::Failed { again: false, .. })
    }
}

/// Why a file did not get there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// No answer came.
    CutOff,
    /// The login has ended.
    LoginEnded,
    /// The portal says why, in words.
    Refused {
        /// Its words.
        message: String,
    },
    /// Something failed without saying why.
    Failed,
    /// The phone does not give the file's bytes any more.
    Unreadable,
}

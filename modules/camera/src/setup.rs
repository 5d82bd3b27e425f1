//! What the page tells the module: JSON in an attribute of its markup.

use serde::{Deserialize, Serialize};

/// The id of the element around the camera; the ids of its parts begin with it.
pub const ID: &str = "camera";

/// Everything that the module has to know.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Setup {
    /// Who takes the picture: files of somebody else on the same phone are not touched.
    pub account: String,
    /// Where the picture goes, as the portal wants to be told.
    pub place: Vec<(String, String)>,
    /// The capture that the code belongs to.
    pub capture: String,
    /// The code.
    pub code: String,
    /// Milliseconds from when the page was made until the code does not count any more.
    pub lives: f64,
    /// The portal's time when the page was made, in milliseconds since 1970.
    pub now: f64,
    /// The id of the list of received files, which is renewed when the picture has arrived.
    pub list: String,
    /// Whether the picture needs the place where it was taken.
    pub needs_place: bool,
    /// Its strings.
    pub words: Words,
}

/// The strings. In braces stands what is filled in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    /// The camera is being opened.
    pub opening: String,
    /// It is open.
    pub ready: String,
    /// The picture is being taken.
    pub taking: String,
    /// A picture is there to be looked at.
    pub taken: String,
    /// The picture could not be made.
    pub not_taken: String,
    /// The person or the browser does not allow the camera.
    pub denied: String,
    /// There is no camera.
    pub none: String,
    /// Another program has the camera.
    pub busy: String,
    /// The browser gives cameras to no page of this kind.
    pub unsupported: String,
    /// It failed in another way.
    pub failed: String,
    /// The open camera gives no picture for now.
    pub paused: String,
    /// The open camera was taken away.
    pub stopped: String,
    /// The other camera did not open, and the first one is open again.
    pub not_turned: String,
    /// How long the code lives; `{minutes}`, `{seconds}`.
    pub left: String,
    /// It does not any more.
    pub expired: String,
    /// What is written below the picture, beside the code; `{time}`.
    pub band: String,
    /// The name of the file; `{time}`.
    pub file: String,
    /// The place is being asked for.
    pub locating: String,
    /// It is known; `{metres}`.
    pub located: String,
    /// It is known, but not well; `{metres}`.
    pub located_roughly: String,
    /// The person does not want it told.
    pub place_denied: String,
    /// The phone does not know it.
    pub place_failed: String,
    /// Without it there is no picture.
    pub place_first: String,
    /// While something is on its way; `{sent}`, `{size}`.
    pub keep_open: String,
    /// It was handed over, and is nowhere yet but in this page.
    pub held: String,
    /// The picture is being made ready.
    pub reading: String,
    /// Its digest is on record; it waits for its turn.
    pub waiting: String,
    /// It is on its way; `{sent}`, `{size}`.
    pub sending: String,
    /// The portal has it.
    pub done: String,
    /// The connection broke.
    pub cut_off: String,
    /// The login has ended.
    pub login_ended: String,
    /// It did not arrive, nobody knows why.
    pub not_sent: String,
    /// The phone does not give the picture any more.
    pub unreadable: String,
}

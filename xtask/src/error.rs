//! Errors of a tool whose only reader is a person at a terminal: a sentence that says what to do.

use std::error::Error;
use std::fmt::Display;

/// What every fallible function of this tool returns.
pub(crate) type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

/// Adds what was being done to an error that only says what went wrong.
pub(crate) trait Explain<T> {
    /// Puts `doing` before the error, as in "cannot read style/main.css: no such file".
    fn explain(self, doing: impl FnOnce() -> String) -> Result<T>;
}

impl<T, E: Display> Explain<T> for std::result::Result<T, E> {
    fn explain(self, doing: impl FnOnce() -> String) -> Result<T> {
        self.map_err(|error| format!("{}: {error}", doing()).into())
    }
}

impl<T> Explain<T> for Option<T> {
    fn explain(self, doing: impl FnOnce() -> String) -> Result<T> {
        self.ok_or_else(|| doing().into())
    }
}

//! The only error on the wire.
//!
//! Its texts are already in the reader's language: whoever turns a rule's or the
//! store's error into an [`AppError`] has the request, and with it the language,
//! at hand (`wording::faults` has the sentences).

use leptos::{prelude::FromServerFnError, server_fn::codec::JsonEncoding, server_fn::error::ServerFnErrorErr};
use serde::{Deserialize, Serialize};

/// Something wrong with one field of a form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// The `name` of the field; empty when it is about the form as a whole.
    pub field: String,
    /// What is wrong and what to do, in the reader's language.
    pub message: String,
}

impl FieldError {
    /// Something wrong with `field`.
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into() }
    }
}

/// Why a page or an action could not be answered as asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "error", content = "about")]
pub enum AppError {
    /// No such record, or none that this person may know of. Answered with 404.
    NotFound,
    /// The person may see it and not do it. Answered with 403.
    Forbidden {
        /// Why, and who can.
        reason: String,
    },
    /// Nobody is logged in. Answered with a redirect to the login.
    LoginRequired,
    /// The password was given out by somebody else and has to be changed first.
    /// Answered with a redirect to where that is done.
    PasswordChangeRequired,
    /// Somebody else was faster. Answered with 409.
    Conflict {
        /// What changed meanwhile and what to do.
        message: String,
    },
    /// Fields are not right; all of them at once. Answered with 422.
    Invalid(Vec<FieldError>),
    /// A rule says no. Answered with 422.
    Refused {
        /// Which rule and what to do next.
        message: String,
    },
    /// Our fault. Answered with 500.
    Internal {
        /// The number under which it was logged.
        incident: String,
    },
}

impl AppError {
    /// The HTTP status that goes with it.
    pub const fn status(&self) -> u16 {
        match self {
            Self::NotFound => 404,
            Self::Forbidden { .. } => 403,
            Self::LoginRequired | Self::PasswordChangeRequired => 303,
            Self::Conflict { .. } => 409,
            Self::Invalid(_) | Self::Refused { .. } => 422,
            Self::Internal { .. } => 500,
        }
    }

    /// One field is wrong.
    pub fn field(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError::new(field, message)])
    }

    /// A rule says no.
    pub fn refused(message: impl Into<String>) -> Self {
        Self::Refused { message: message.into() }
    }
}

impl std::fmt::Display for AppError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotFound => f.write_str("not found"),
            Self::Forbidden { reason } => write!(f, "forbidden: {reason}"),
            Self::LoginRequired => f.write_str("login required"),
            Self::PasswordChangeRequired => f.write_str("password change required"),
            Self::Conflict { message } => write!(f, "conflict: {message}"),
            Self::Invalid(fields) => write!(f, "{} fields are invalid", fields.len()),
            Self::Refused { message } => write!(f, "refused: {message}"),
            Self::Internal { incident } => write!(f, "internal fault {incident}"),
        }
    }
}

impl std::error::Error for AppError {}

impl FromServerFnError for AppError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(_: ServerFnErrorErr) -> Self {
        Self::Internal { incident: "transport".to_owned() }
    }
}

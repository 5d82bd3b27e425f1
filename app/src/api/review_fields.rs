//! What the officers' forms have in common.

use domain::text::Note;
use serde::{Serialize, de::DeserializeOwned};
use time::{Date, Month};

use super::{Cx, Fields};
use crate::error::{AppError, FieldError};

/// The hidden field by which a page with several forms knows which one came back.
pub const FORM: &str = "form";

/// The word that stands for a choice in forms and addresses: the one that is
/// stored, too.
pub fn word(choice: &impl Serialize) -> String {
    match serde_json::to_value(choice) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

/// The choice that a word stands for.
pub fn from_word<T: DeserializeOwned>(word: &str) -> Option<T> {
    serde_json::from_value(serde_json::Value::String(word.to_owned())).ok()
}

/// A choice that must have been made.
pub(super) fn choice<T: DeserializeOwned>(fields: &mut Fields, field: &str, typed: &str, say: &str) -> Option<T> {
    let chosen = from_word(typed);
    if chosen.is_none() {
        fields.wrong(field, say);
    }
    chosen
}

/// One note per line that is not empty; at least one.
pub(super) fn notes(fields: &mut Fields, field: &str, label: &str, typed: &str) -> Vec<Note> {
    let lines: Vec<&str> = typed.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    if lines.is_empty() {
        // Says that it is missing, in the words of any other text.
        fields.text::<2000>(field, label, "");
    }
    lines.into_iter().filter_map(|line| fields.text(field, label, line)).collect()
}

/// A refusal that is about one field.
pub(super) fn about(field: &str, message: impl Into<String>) -> AppError {
    AppError::Invalid(vec![FieldError::new(field, message)])
}

/// The reason that a form asks for, as its only field.
pub(super) fn reason(cx: &Cx, field: &str, typed: &str) -> Result<Note, AppError> {
    let mut fields = cx.fields();
    let reason = fields.text(field, cx.w.review_reason(), typed);
    fields.done()?;
    reason.ok_or(AppError::NotFound)
}

/// A day that is not in the future.
pub(super) fn past_day(cx: &Cx, fields: &mut Fields, field: &str, typed: &str) -> Option<Date> {
    let parts: Vec<&str> = typed.trim().split('-').collect();
    let day = match parts.as_slice() {
        [year, month, day] => (|| {
            let month = Month::try_from(month.parse::<u8>().ok()?).ok()?;
            Date::from_calendar_date(year.parse().ok()?, month, day.parse().ok()?).ok()
        })(),
        _ => None,
    };
    let today = cx.portal.now().date();
    match day {
        Some(day) if day <= today => Some(day),
        Some(_) => {
            fields.wrong(field, cx.w.day_in_future());
            None
        }
        None => {
            fields.wrong(field, cx.w.day_missing());
            None
        }
    }
}

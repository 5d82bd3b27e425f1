//! Texts that people type: bounded, trimmed, free of control characters.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a typed text was not taken. Lengths are in characters, not bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum TextError {
    /// Nothing but white space.
    #[error("empty")]
    Empty,
    /// Longer than allowed.
    #[error("{length} characters, at most {limit}")]
    TooLong {
        /// How long it is.
        length: usize,
        /// How long it may be.
        limit: usize,
    },
    /// Has a control character other than a line break or tab.
    #[error("has a control character")]
    Control,
}

/// A text with at least one visible character and at most `MAX` characters.
/// Line breaks are kept (as `\n`), other control characters refused.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Text<const MAX: usize>(String);

/// A name, a title, a number on paper.
pub type Name = Text<100>;
/// A note, a reason, a fact: up to two pages.
pub type Note = Text<2000>;

impl<const MAX: usize> Text<MAX> {
    /// Takes what a person typed.
    ///
    /// # Errors
    /// [`TextError`] when it is empty, too long or has control characters.
    pub fn parse(typed: &str) -> Result<Self, TextError> {
        let unified = typed.replace("\r\n", "\n");
        let text = unified.trim();
        if text.is_empty() {
            return Err(TextError::Empty);
        }
        if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
            return Err(TextError::Control);
        }
        let length = text.chars().count();
        if length > MAX {
            return Err(TextError::TooLong { length, limit: MAX });
        }
        Ok(Self(text.to_owned()))
    }

    /// As [`Text::parse`], but nothing typed is `None`.
    ///
    /// # Errors
    /// [`TextError`] when it is too long or has control characters.
    pub fn parse_optional(typed: &str) -> Result<Option<Self>, TextError> {
        match Self::parse(typed) {
            Err(TextError::Empty) => Ok(None),
            other => other.map(Some),
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const MAX: usize> fmt::Display for Text<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<const MAX: usize> From<Text<MAX>> for String {
    fn from(text: Text<MAX>) -> Self {
        text.0
    }
}

impl<'de, const MAX: usize> Deserialize<'de> for Text<MAX> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_trimmed_and_counted_in_characters() {
        assert_eq!(Text::<3>::parse("  灭火器\r\n ").map(String::from), Ok("灭火器".into()));
        assert_eq!(Text::<2>::parse("灭火器"), Err(TextError::TooLong { length: 3, limit: 2 }));
        assert_eq!(Name::parse(" \n "), Err(TextError::Empty));
        assert_eq!(Name::parse_optional(" "), Ok(None));
        assert_eq!(Name::parse("a\u{0}b"), Err(TextError::Control));
    }
}

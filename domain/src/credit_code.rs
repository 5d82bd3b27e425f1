//! The unified social credit code (统一社会信用代码, GB 32100-2015).
//!
//! Eighteen characters: registry (1), kind (2), division (3–8), organisation
//! code (9–17), check character (18). The check is linear modulo the prime 31
//! with weights 3^(i-1), so every single wrong character and every swap of two
//! neighbours is noticed. Swapping the first and the last character is not:
//! both weigh 1.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// The 31 characters of GB 32100: no I, O, S, V, Z. Their place is their value.
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// The weights of the first 17 places: 3^(i-1) mod 31.
const WEIGHTS: [u32; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

/// The weights of the organisation code (GB 11714).
const ORGANISATION_WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];

/// A unified social credit code whose check character is right.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct CreditCode(String);

/// Why a typed text is not a unified social credit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "fault")]
pub enum CreditCodeError {
    /// Nothing but white space.
    #[error("empty")]
    Empty,
    /// Fifteen digits: the registration number (注册号) used before 2015.
    #[error("a 15-digit registration number of before 2015")]
    Legacy15,
    /// Too few or too many characters.
    #[error("{length} characters")]
    Length {
        /// How many characters there are, spaces not counted.
        length: usize,
    },
    /// A character that no code has.
    #[error("{found:?} at place {position}")]
    Character {
        /// Its place, counted from 1.
        position: usize,
        /// The character.
        found: char,
    },
    /// The last character does not fit the first 17: one of them is mistyped.
    #[error("the check character should be {expected}")]
    CheckDigit {
        /// What it would be if the first 17 were right.
        expected: char,
    },
}

impl CreditCode {
    /// Takes what a person typed: spaces dropped, letters made upper case,
    /// full-width characters of a Chinese keyboard made narrow.
    ///
    /// # Errors
    /// [`CreditCodeError`] when it is not a code or its check character is wrong.
    pub fn parse(typed: &str) -> Result<Self, CreditCodeError> {
        let text = narrow(typed);
        if text.is_empty() {
            return Err(CreditCodeError::Empty);
        }
        if text.len() == 15 && text.bytes().all(|c| c.is_ascii_digit()) {
            return Err(CreditCodeError::Legacy15);
        }
        let values = values(&text, 18)?;
        let expected = check_character(&values);
        if text.ends_with(expected) { Ok(Self(text)) } else { Err(CreditCodeError::CheckDigit { expected }) }
    }

    /// The code that begins with these 17 characters. For invented enterprises;
    /// a real code is issued, never computed.
    ///
    /// # Errors
    /// [`CreditCodeError`] when it is not 17 characters of a code.
    pub fn with_check(first17: &str) -> Result<Self, CreditCodeError> {
        let mut text = narrow(first17);
        if text.is_empty() {
            return Err(CreditCodeError::Empty);
        }
        let check = check_character(&values(&text, 17)?);
        text.push(check);
        Ok(Self(text))
    }

    /// The 18 characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The division of the registry (places 3–8, GB/T 2260). An enterprise that
    /// moved keeps its code, so this need not be where it is.
    pub fn region_part(&self) -> &str {
        &self.0[2..8]
    }

    /// Whether the organisation code within (places 9–17) has the check
    /// character of GB 11714. A reason to warn, never to refuse: codes without
    /// it have been issued.
    pub fn organisation_check_holds(&self) -> bool {
        let organisation = &self.0[8..17];
        let sum: u32 = organisation
            .chars()
            .zip(ORGANISATION_WEIGHTS)
            .map(|(c, weight)| c.to_digit(36).unwrap_or(0) * weight)
            .sum();
        let check = match 11 - sum % 11 {
            10 => Some('X'),
            11 => Some('0'),
            digit => char::from_digit(digit, 10),
        };
        check.is_some_and(|check| organisation.ends_with(check))
    }
}

/// Drops white space, narrows full-width ASCII and makes letters upper case.
pub(crate) fn narrow(typed: &str) -> String {
    typed
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
            _ => c,
        })
        .map(|c| c.to_ascii_uppercase())
        .collect()
}

/// The values of the characters, when there are `length` of them. The length is
/// looked at first: in a text of another kind no single character is to blame.
fn values(text: &str, length: usize) -> Result<Vec<u32>, CreditCodeError> {
    let found = text.chars().count();
    if found != length {
        return Err(CreditCodeError::Length { length: found });
    }
    text.chars()
        .enumerate()
        .map(|(index, c)| {
            (0_u32..)
                .zip(ALPHABET)
                .find_map(|(value, &letter)| (char::from(letter) == c).then_some(value))
                .ok_or(CreditCodeError::Character { position: index + 1, found: c })
        })
        .collect()
}

/// `C18 = (31 − Σ Cᵢ·Wᵢ mod 31) mod 31`.
fn check_character(values: &[u32]) -> char {
    let sum: u32 = values.iter().zip(WEIGHTS).map(|(value, weight)| value * weight).sum();
    // 31 − (a remainder of 31) lies in 1..=31, and 31 stands for 0.
    let value = (31 - sum % 31) % 31;
    usize::try_from(value).ok().and_then(|index| ALPHABET.get(index)).map_or('0', |&letter| char::from(letter))
}

impl fmt::Display for CreditCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for CreditCode {
    type Err = CreditCodeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl<'de> Deserialize<'de> for CreditCode {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn first17() -> impl Strategy<Value = String> {
        "[0-9A-HJ-NPQRTUWXY]{17}"
    }

    #[test]
    fn the_codes_of_the_standard_and_the_house_are_taken() {
        for code in ["91350100M000100Y43", "11320000MB151840XJ", "91220101MA17ABC14N", "91220104MA0Y56781X"] {
            assert_eq!(CreditCode::parse(code).map(|taken| taken.to_string()), Ok(code.to_owned()));
        }
        assert_eq!(
            CreditCode::parse("91350100M000100Y4Z"),
            Err(CreditCodeError::Character { position: 18, found: 'Z' })
        );
        assert_eq!(CreditCode::parse("91350100M000100Y44"), Err(CreditCodeError::CheckDigit { expected: '3' }));
    }

    #[test]
    fn a_code_may_be_typed_in_groups_in_small_letters_or_full_width() {
        let code = CreditCode::parse("91350100M000100Y43").unwrap();
        for typed in [" 9135 0100 m000 100y 43\n", "９１３５０１００ｍ０００１００Ｙ４３", "91350100\u{3000}M000100Y43"]
        {
            assert_eq!(typed.parse(), Ok(code.clone()));
        }
    }

    #[test]
    fn what_is_not_a_code_is_named() {
        assert_eq!(CreditCode::parse(" \u{3000}"), Err(CreditCodeError::Empty));
        assert_eq!(CreditCode::parse("220101000012345"), Err(CreditCodeError::Legacy15));
        assert_eq!(CreditCode::parse("22010100001234X"), Err(CreditCodeError::Length { length: 15 }));
        assert_eq!(CreditCode::parse("长春市某某有限公司"), Err(CreditCodeError::Length { length: 9 }));
        assert_eq!(
            CreditCode::parse("9135O100M000100Y43"),
            Err(CreditCodeError::Character { position: 5, found: 'O' })
        );
        assert_eq!(CreditCode::with_check("91"), Err(CreditCodeError::Length { length: 2 }));
    }

    #[test]
    fn the_parts_are_where_the_standard_puts_them() {
        let code = CreditCode::parse("91350100M000100Y43").unwrap();
        assert_eq!(code.region_part(), "350100");
        assert!(code.organisation_check_holds());
        assert!(!CreditCode::with_check("91350100M000100Y5").unwrap().organisation_check_holds());
    }

    #[test]
    fn a_code_is_stored_as_text_and_checked_when_read() {
        let code = CreditCode::parse("91350100M000100Y43").unwrap();
        let json = serde_json::to_string(&code).unwrap();
        assert_eq!(json, "\"91350100M000100Y43\"");
        assert_eq!(serde_json::from_str::<CreditCode>(&json).unwrap(), code);
        assert!(serde_json::from_str::<CreditCode>("\"91350100M000100Y44\"").is_err());
    }

    #[test]
    fn swapping_the_first_and_the_last_character_is_not_noticed() {
        assert!(CreditCode::parse("31350100M000100Y49").is_ok());
    }

    proptest! {
        #[test]
        fn a_computed_code_is_a_code(first in first17()) {
            let code = CreditCode::with_check(&first).unwrap();
            prop_assert_eq!(CreditCode::parse(code.as_str()), Ok(code));
        }

        #[test]
        fn any_one_wrong_character_is_noticed(first in first17(), place in 0_usize..18, letter in 0_usize..31) {
            let code = CreditCode::with_check(&first).unwrap();
            let mut bytes = code.as_str().as_bytes().to_vec();
            prop_assume!(bytes[place] != ALPHABET[letter]);
            bytes[place] = ALPHABET[letter];
            let wrong = String::from_utf8(bytes).unwrap();
            let refused = matches!(CreditCode::parse(&wrong), Err(CreditCodeError::CheckDigit { .. }));
            prop_assert!(refused);
        }

        #[test]
        fn any_swap_of_neighbours_is_noticed(first in first17(), place in 0_usize..17) {
            let code = CreditCode::with_check(&first).unwrap();
            let mut bytes = code.as_str().as_bytes().to_vec();
            prop_assume!(bytes[place] != bytes[place + 1]);
            bytes.swap(place, place + 1);
            let refused = CreditCode::parse(&String::from_utf8(bytes).unwrap()).is_err();
            prop_assert!(refused);
        }

        #[test]
        fn no_typed_text_makes_it_panic(typed in "\\PC{0,40}") {
            let _ = CreditCode::parse(&typed);
        }
    }
}

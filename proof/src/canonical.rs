//! Canonical JSON (RFC 8785): one sequence of bytes for one value.

use serde::{Serialize, de::DeserializeOwned};

/// Why bytes are not a canonical value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CanonicalFault {
    /// Not JSON, or not of the type.
    #[error("not of the expected form: {0}")]
    Form(String),
    /// The same value, written in another way.
    #[error("not in canonical form")]
    Other,
}

/// The canonical bytes of a value.
///
/// # Errors
/// [`CanonicalFault::Form`] for what JSON cannot hold, such as maps with keys that are no
/// strings, or numbers that are not finite.
pub fn write<T: Serialize>(value: &T) -> Result<Vec<u8>, CanonicalFault> {
    serde_json_canonicalizer::to_vec(value).map_err(|error| CanonicalFault::Form(error.to_string()))
}

/// Reads a value of which these are the canonical bytes.
///
/// # Errors
/// Any other bytes, also such as mean the same value.
pub fn read<T: Serialize + DeserializeOwned>(bytes: &[u8]) -> Result<T, CanonicalFault> {
    let value: T = serde_json::from_slice(bytes).map_err(|error| CanonicalFault::Form(error.to_string()))?;
    if write(&value)? == bytes { Ok(value) } else { Err(CanonicalFault::Other) }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn the_standards_own_examples() {
        // RFC 8785, 3.2.2 and 3.2.3.
        let value: Value = serde_json::from_str(
            r#"{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],
            "string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}"#,
        )
        .unwrap();
        let expected = r#"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}"#;
        assert_eq!(String::from_utf8(write(&value).unwrap()).unwrap(), expected);
        let keys = json!({"\u{20ac}": 1, "\r": 2, "\u{fb33}": 3, "1": 4, "\u{1f600}": 5, "\u{80}": 6, "\u{f6}": 7});
        let written = String::from_utf8(write(&keys).unwrap()).unwrap();
        let places: Vec<_> =
            ["2", "4", "6", "7", "1", "5", "3"].map(|n| written.find(&format!("\":{n}")).unwrap()).into();
        assert!(places.is_sorted(), "{written}");
    }

    #[test]
    fn only_canonical_bytes_are_read() {
        assert_eq!(read::<Value>(br#"{"a":1,"b":2}"#), Ok(json!({"a": 1, "b": 2})));
        for other in [r#"{"b":2,"a":1}"#, r#"{"a": 1,"b":2}"#, r#"{"a":1.0,"b":2}"#, r#"{"a":1,"a":1,"b":2}"#] {
            assert_eq!(read::<Value>(other.as_bytes()), Err(CanonicalFault::Other), "{other}");
        }
    }
}

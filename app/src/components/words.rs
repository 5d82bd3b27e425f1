//! Optional texts as component properties.

/// A text that may be missing. Component properties of this type take `"…"`, a
/// `String`, an `Option` of either, or are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Maybe(pub Option<String>);

impl Maybe {
    /// Whether there is a text.
    pub const fn is_some(&self) -> bool {
        self.0.is_some()
    }
}

impl From<&str> for Maybe {
    fn from(text: &str) -> Self {
        Self(Some(text.to_owned()))
    }
}

impl From<String> for Maybe {
    fn from(text: String) -> Self {
        Self(Some(text))
    }
}

impl From<Option<String>> for Maybe {
    fn from(text: Option<String>) -> Self {
        Self(text)
    }
}

impl From<Option<&str>> for Maybe {
    fn from(text: Option<&str>) -> Self {
        Self(text.map(str::to_owned))
    }
}

//! Every word on the screen, in both languages, checked at compile time.
//!
//! A feature's words stand in its own file as one `wording!` block:
//! ```ignore
//! wording! {
//!     submit_case => "提交自查", "Submit self-check";
//!     files_on_line(count: u16) => "已传 {count} 个文件", "{count} files uploaded";
//! }
//! ```
//! Each line becomes a method of [`Wording`]: `w.submit_case()` gives a
//! `&'static str`, `w.files_on_line(3)` a `String`. Names of states, roles and
//! kinds are in `terms`, sentences for refused rules in `faults`.

use serde::{Deserialize, Serialize};

/// A language people can choose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lang {
    /// Chinese (simplified).
    #[default]
    Zh,
    /// English.
    En,
}

impl Lang {
    /// The tag for `lang` attributes.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh-Hans-CN",
            Self::En => "en",
        }
    }

    /// The value of the cookie `lang`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Zh => "zh",
            Self::En => "en",
        }
    }

    /// What an `Accept-Language` header asks for: English only where it comes
    /// before Chinese.
    pub fn accepted(header: Option<&str>) -> Self {
        let known = |tag: &str| match tag.trim().get(..2).map(str::to_ascii_lowercase).as_deref() {
            Some("zh") => Some(Self::Zh),
            Some("en") => Some(Self::En),
            _ => None,
        };
        header.and_then(|header| header.split(',').find_map(known)).unwrap_or_default()
    }
}

/// The catalogue in one language. Cheap to copy and to pass around.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wording(pub Lang);

impl Wording {
    /// One of two texts.
    pub const fn pick<T: Copy>(self, zh: T, en: T) -> T {
        match self.0 {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }

    /// Texts one after another, as each language separates them in a list.
    pub fn list(self, parts: &[impl AsRef<str>]) -> String {
        let parts: Vec<&str> = parts.iter().map(AsRef::as_ref).collect();
        parts.join(self.pick("、", ", "))
    }
}

/// Makes a method of [`Wording`] of every line; see the module's page.
macro_rules! wording {
    ($($(#[$doc:meta])* $name:ident $(($($arg:ident: $ty:ty),+ $(,)?))? => $zh:literal, $en:literal;)*) => {
        impl $crate::wording::Wording {
            $($crate::wording::wording!(@method [$(#[$doc])*] $name [$($($arg: $ty),+)?] $zh, $en);)*
        }
    };
    (@method [$(#[$doc:meta])*] $name:ident [] $zh:literal, $en:literal) => {
        #[doc = $zh]
        $(#[$doc])*
        pub const fn $name(self) -> &'static str {
            match self.0 {
                $crate::wording::Lang::Zh => $zh,
                $crate::wording::Lang::En => $en,
            }
        }
    };
    (@method [$(#[$doc:meta])*] $name:ident [$($arg:ident: $ty:ty),+] $zh:literal, $en:literal) => {
        #[doc = $zh]
        $(#[$doc])*
        pub fn $name(self, $($arg: $ty),+) -> String {
            match self.0 {
                $crate::wording::Lang::Zh => format!($zh),
                $crate::wording::Lang::En => format!($en),
            }
        }
    };
}
pub(crate) use wording;

pub use admin::AUDIT_GROUPS;
#[cfg(feature = "ssr")]
pub(crate) use examples::is_example;

mod account;
mod admin;
mod agency;
mod case_;
mod common;
mod documents;
mod enrolment;
mod findings;
mod ledger;
mod plain;
mod public;
mod review;
mod review_lists;

#[cfg(feature = "ssr")]
mod answers;
#[cfg(feature = "ssr")]
mod capture;
#[cfg(feature = "ssr")]
mod check_bundle;
#[cfg(feature = "ssr")]
mod examination;
#[cfg(feature = "ssr")]
mod examples;
#[cfg(feature = "ssr")]
mod faults;
#[cfg(feature = "ssr")]
mod help;
#[cfg(feature = "ssr")]
mod items;
#[cfg(feature = "ssr")]
mod preview;
#[cfg(feature = "ssr")]
mod proof;
#[cfg(feature = "ssr")]
mod review_terms;
#[cfg(feature = "ssr")]
pub(crate) mod sheet;
#[cfg(feature = "ssr")]
mod terms;
#[cfg(feature = "ssr")]
mod todo;
#[cfg(feature = "ssr")]
mod upload;
#[cfg(feature = "ssr")]
mod verify;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn english_is_given_only_where_it_comes_first() {
        assert_eq!(Lang::accepted(None), Lang::Zh);
        assert_eq!(Lang::accepted(Some("zh-CN,zh;q=0.9,en;q=0.8")), Lang::Zh);
        assert_eq!(Lang::accepted(Some("en-GB,en;q=0.9,zh;q=0.8")), Lang::En);
        assert_eq!(Lang::accepted(Some("de,en;q=0.5")), Lang::En);
    }
}

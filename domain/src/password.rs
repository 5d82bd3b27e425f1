//! Passwords, and what wrong ones lead to (A13; GB/T 22239-2019, 8.1.4.1).

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// What a password must be (A13, \[D\]). Lengths are in characters, not bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PasswordRules {
    /// The least number of characters.
    pub min_length: u16,
    /// How many kinds of characters it must have, of: small letters, capitals,
    /// digits, signs, and others such as Chinese.
    pub classes: u8,
    /// The greatest number of characters; hashing more only costs time.
    pub max_length: u16,
}

impl Default for PasswordRules {
    fn default() -> Self {
        Self { min_length: 10, classes: 3, max_length: 128 }
    }
}

/// One thing wrong with a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "fault")]
pub enum PasswordFault {
    /// Too few characters.
    #[error("fewer than {min} characters")]
    TooShort {
        /// How many it must have.
        min: u16,
    },
    /// Too many characters.
    #[error("more than {max} characters")]
    TooLong {
        /// How many it may have.
        max: u16,
    },
    /// Too few kinds of characters.
    #[error("{found} kinds of characters of {needed}")]
    TooFewClasses {
        /// How many it must have.
        needed: u8,
        /// How many it has.
        found: u8,
    },
    /// The login name is part of it.
    #[error("contains the login name")]
    ContainsLogin,
    /// One of the first that anyone would try.
    #[error("well known")]
    WellKnown,
    /// Has a character that cannot be seen or typed.
    #[error("has a control character")]
    Control,
}

/// Checks a password by the default rules; where settings are at hand, use
/// [`PasswordRules::check`].
///
/// # Errors
/// Everything that is wrong with it, at once.
pub fn check(typed: &str, login: &str) -> Result<(), Vec<PasswordFault>> {
    PasswordRules::default().check(typed, login)
}

impl PasswordRules {
    /// Checks a password for the account with this login name.
    ///
    /// # Errors
    /// Everything that is wrong with it, at once: nobody should have to find
    /// the rules out one by one.
    pub fn check(&self, typed: &str, login: &str) -> Result<(), Vec<PasswordFault>> {
        let length = typed.chars().count();
        let found = classes(typed);
        let faults: Vec<_> = [
            (length < usize::from(self.min_length), PasswordFault::TooShort { min: self.min_length }),
            (length > usize::from(self.max_length), PasswordFault::TooLong { max: self.max_length }),
            (found < self.classes, PasswordFault::TooFewClasses { needed: self.classes, found }),
            (contains_login(typed, login), PasswordFault::ContainsLogin),
            (is_well_known(typed), PasswordFault::WellKnown),
            (typed.chars().any(char::is_control), PasswordFault::Control),
        ]
        .into_iter()
        .filter_map(|(wrong, fault)| wrong.then_some(fault))
        .collect();
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }
}

fn classes(typed: &str) -> u8 {
    let kinds: [fn(char) -> bool; 5] = [
        |c| c.is_ascii_lowercase(),
        |c| c.is_ascii_uppercase(),
        |c| c.is_ascii_digit(),
        |c| c.is_ascii_punctuation() || c == ' ',
        |c| !c.is_ascii(),
    ];
    kinds.into_iter().map(|kind| u8::from(typed.chars().any(kind))).sum()
}

/// A login of one or two characters turns up in good passwords by chance.
fn contains_login(typed: &str, login: &str) -> bool {
    let login = login.trim().to_lowercase();
    login.chars().count() >= 3 && typed.to_lowercase().contains(&login)
}

/// Words on which nothing but digits and signs has been hung: "P@ssw0rd2026!".
const WELL_KNOWN_WORDS: &[&str] = &[
    "admin",
    "administrator",
    "asdf",
    "asdfghjkl",
    "changchun",
    "changeme",
    "guest",
    "huawei",
    "iloveyou",
    "jilin",
    "letmein",
    "login",
    "passw",
    "password",
    "qazwsx",
    "qwer",
    "qwert",
    "qwerty",
    "qwertyuiop",
    "root",
    "test",
    "user",
    "welcome",
    "woaini",
    "woaizhongguo",
    "wugan",
    "wuganjianguan",
    "zxcvbnm",
];

/// Whole passwords, in small letters and without signs at the end.
const WELL_KNOWN: &[&str] = &[
    "0123456789",
    "1234567890",
    "123456789a",
    "123456aa",
    "1q2w3e4r5t",
    "1q2w3e4r5t6y",
    "1qaz!qaz",
    "1qaz2wsx",
    "1qaz2wsx3edc",
    "1qaz@wsx",
    "1qaz@wsx3edc",
    "a123456789",
    "a1b2c3d4e5",
    "aa123456",
    "aa12345678",
    "aa123456789",
    "aa@123456",
    "abc123456",
    "abc123456789",
    "abc@123456",
    "abcd1234",
    "abcd123456",
    "abcd@1234",
    "q1w2e3r4t5",
    "qaz123456",
    "zaq12wsx",
];

fn is_well_known(typed: &str) -> bool {
    let small = typed.to_lowercase();
    let bare = small.trim_end_matches(|c: char| c.is_ascii_punctuation() || c == ' ');
    let word: String = small
        .trim_matches(|c: char| !c.is_alphabetic())
        .chars()
        .map(|c| match c {
            '@' => 'a',
            '0' => 'o',
            '1' => 'i',
            '3' => 'e',
            '$' | '5' => 's',
            _ => c,
        })
        .collect();
    WELL_KNOWN.contains(&bare) || WELL_KNOWN_WORDS.contains(&word.as_str())
}

/// What wrong passwords lead to (A13, \[D\]).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LockoutRules {
    /// Failures of one client for one account after which that client waits.
    pub per_client_limit: u32,
    /// How long it waits after each further failure.
    pub lock_minutes: u16,
    /// Failures for one account, from anywhere, after which everyone who tries
    /// it waits a little.
    pub account_limit: u32,
    /// The longest that wait grows to.
    pub account_delay_seconds: u16,
}

impl Default for LockoutRules {
    fn default() -> Self {
        Self { per_client_limit: 5, lock_minutes: 15, account_limit: 50, account_delay_seconds: 30 }
    }
}

/// Wrong passwords since the last right one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failures {
    /// How many. An attempt that was refused unread is not one of them, or
    /// impatience would prolong the wait.
    pub count: u32,
    /// When the last one was.
    pub last: Timestamp,
}

impl Failures {
    /// None.
    pub const NONE: Self = Self { count: 0, last: Timestamp(0) };
}

/// The next attempt may be made at this instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("retry later")]
pub struct RetryAt(pub Timestamp);

/// Whether one client may try a password for one account now. `client` are its
/// own failures for that account, `account` those of all clients.
///
/// Only a client's own failures lock it (登录失败处理): were the account locked,
/// anyone could shut its owner out by typing nonsense. Guessing from many
/// clients is slowed by a delay that doubles from one second up to
/// [`LockoutRules::account_delay_seconds`].
///
/// # Errors
/// [`RetryAt`] when it must wait.
pub fn throttle(client: Failures, account: Failures, now: Timestamp, rules: &LockoutRules) -> Result<(), RetryAt> {
    let locked_until = (client.count >= rules.per_client_limit && client.count > 0)
        .then(|| client.last.plus_minutes(i64::from(rules.lock_minutes)));
    let doublings = account.count.saturating_sub(rules.account_limit);
    let delayed_until = (doublings > 0).then(|| {
        let seconds = 1_i64.checked_shl(doublings - 1).filter(|&seconds| seconds > 0).unwrap_or(i64::MAX);
        Timestamp(account.last.0 + seconds.min(i64::from(rules.account_delay_seconds)) * 1000)
    });
    // `None` is less than any instant, so the later of those that apply decides.
    match locked_until.max(delayed_until) {
        Some(until) if now < until => Err(RetryAt(until)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: LockoutRules =
        LockoutRules { per_client_limit: 5, lock_minutes: 15, account_limit: 50, account_delay_seconds: 30 };
    const LAST: Timestamp = Timestamp(1_800_000_000_000);

    fn failures(count: u32) -> Failures {
        Failures { count, last: LAST }
    }

    fn wait_ms(client: Failures, account: Failures) -> i64 {
        throttle(client, account, LAST, &RULES).map_or_else(|RetryAt(until)| until.0 - LAST.0, |()| 0)
    }

    #[test]
    fn three_kinds_of_ten_characters_are_enough() {
        assert_eq!(check("river-Bank7", "zhang.wei"), Ok(()));
        assert_eq!(check("净月潭 ski 2031", "zhang.wei"), Ok(()));
    }

    #[test]
    fn all_faults_come_at_once() {
        assert_eq!(
            check("wang\u{7}", "Wang"),
            Err(vec![
                PasswordFault::TooShort { min: 10 },
                PasswordFault::TooFewClasses { needed: 3, found: 1 },
                PasswordFault::ContainsLogin,
                PasswordFault::Control,
            ])
        );
    }

    #[test]
    fn length_is_counted_in_characters() {
        assert_eq!(check("春天花会开aB1", "x"), Err(vec![PasswordFault::TooShort { min: 10 }]));
        assert_eq!(check("春天花会开了吗aB1", "x"), Ok(()));
        let long = "aB1".repeat(43);
        assert_eq!(check(&long, "x"), Err(vec![PasswordFault::TooLong { max: 128 }]));
        assert_eq!(check(&long[..128], "x"), Ok(()));
    }

    #[test]
    fn other_scripts_are_one_kind_together() {
        assert_eq!(check("春天花会开了吗éж🙂", "x"), Err(vec![PasswordFault::TooFewClasses { needed: 3, found: 1 }]));
    }

    #[test]
    fn the_login_may_not_be_part_of_it_unless_it_is_tiny() {
        assert_eq!(check("7!LIMING-river", "LiMing"), Err(vec![PasswordFault::ContainsLogin]));
        assert_eq!(check("7!ab-River-x", "ab"), Ok(()));
        assert_eq!(check("7!ab-River-x", ""), Ok(()));
    }

    #[test]
    fn well_known_passwords_are_refused_in_their_usual_disguises() {
        for known in ["P@ssw0rd2026!", "Admin@123456", "Changchun@2026", "1qaz@WSX3edc", "Aa123456789!", "Qwer1234!@#$"]
        {
            assert_eq!(check(known, "zhang.wei"), Err(vec![PasswordFault::WellKnown]), "{known}");
        }
        assert_eq!(check("Admin-river-7", "zhang.wei"), Ok(()));
    }

    #[test]
    fn five_failures_of_a_client_make_it_wait_a_quarter_of_an_hour() {
        assert_eq!(wait_ms(failures(4), failures(4)), 0);
        assert_eq!(wait_ms(failures(5), failures(5)), 15 * 60_000);
        let over = Timestamp(LAST.0 + 15 * 60_000);
        assert_eq!(throttle(failures(5), failures(5), over, &RULES), Ok(()));
        assert_eq!(throttle(failures(5), failures(5), Timestamp(over.0 - 1), &RULES), Err(RetryAt(over)));
    }

    #[test]
    fn failures_of_others_do_not_lock_the_owner_out() {
        assert_eq!(wait_ms(Failures::NONE, failures(50)), 0);
        assert_eq!(
            [51, 52, 53, 55, 56, 90, u32::MAX].map(|total| wait_ms(Failures::NONE, failures(total))),
            [1000, 2000, 4000, 16_000, 30_000, 30_000, 30_000]
        );
    }

    #[test]
    fn failures_of_others_do_not_prolong_the_lock_of_a_client() {
        let own = Failures { count: 5, last: LAST.plus_minutes(-14) };
        assert_eq!(wait_ms(own, failures(40)), 60_000);
    }

    #[test]
    fn settings_are_read_with_defaults_and_without_unknown_fields() {
        let rules: PasswordRules = serde_json::from_str("{\"min_length\":12}").unwrap();
        assert_eq!(rules, PasswordRules { min_length: 12, ..PasswordRules::default() });
        assert!(serde_json::from_str::<LockoutRules>("{\"limit\":1}").is_err());
    }
}

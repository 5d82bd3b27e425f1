//! What the law leaves open: our defaults, every one of them a setting
//! (`domain.md` marks them \[D\]).

use serde::{Deserialize, Serialize};

use crate::{
    ids::ByteCount,
    password::{LockoutRules, PasswordRules},
};

/// Every setting of the field, with the house's defaults.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Terms in working days.
    pub clocks: Clocks,
    /// Limits on evidence.
    pub evidence: EvidenceLimits,
    /// Codes for live capture.
    pub capture: CaptureRules,
    /// How visits avoided are counted.
    pub ledger: LedgerRules,
    /// How people log in.
    pub login: LoginRules,
    /// How a case may be sent back.
    pub review: ReviewRules,
}

/// Terms in working days (A5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Clocks {
    /// Confirming a registration.
    pub registration: u16,
    /// Correcting a registration that was refused; then its credit code is free for another.
    pub registration_correction: u16,
    /// Deciding an application.
    pub eligibility_decision: u16,
    /// Sending the evidence of a round.
    pub evidence_window: u16,
    /// Reviewing a round.
    pub review: u16,
    /// Supplementing what was asked for.
    pub supplement: u16,
    /// Putting a finding right, where the item says nothing else.
    pub rectification: u16,
    /// Checking a rectification.
    pub recheck: u16,
}

impl Default for Clocks {
    fn default() -> Self {
        Self {
            registration: 5,
            registration_correction: 10,
            eligibility_decision: 10,
            evidence_window: 5,
            review: 5,
            supplement: 3,
            rectification: 15,
            recheck: 5,
        }
    }
}

/// Limits on evidence (A8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EvidenceLimits {
    /// One photo.
    pub photo: ByteCount,
    /// One video.
    pub video: ByteCount,
    /// One document.
    pub document: ByteCount,
    /// Files on one line.
    pub files_per_line: u16,
    /// Files in one case.
    pub files_per_case: u16,
    /// All files of one case together, with those that were taken out again.
    pub bytes_per_case: ByteCount,
    /// What one person may have on the way at a time, in bytes.
    pub bytes_on_the_way: ByteCount,
    /// What one person may have on the way at a time, in files.
    pub files_on_the_way: u16,
    /// Files that one person may send at the same moment.
    pub senders_per_person: u16,
    /// Files that all people together may send to one server at the same moment.
    pub senders_in_all: u16,
    /// Hours after which an upload to which nothing was added is given up.
    pub unfinished_hours: u16,
}

impl Default for EvidenceLimits {
    fn default() -> Self {
        Self {
            photo: ByteCount::megabytes(20),
            video: ByteCount::megabytes(500),
            document: ByteCount::megabytes(50),
            files_per_line: 10,
            files_per_case: 100,
            bytes_per_case: ByteCount::megabytes(5_000),
            bytes_on_the_way: ByteCount::megabytes(5_000),
            files_on_the_way: 500,
            senders_per_person: 4,
            senders_in_all: 64,
            unfinished_hours: 7 * 24,
        }
    }
}

/// Codes for live capture (A8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CaptureRules {
    /// Minutes for which a code counts.
    pub minutes: u16,
    /// Codes that one person may ask for in an hour.
    pub codes_per_hour: u16,
}

impl Default for CaptureRules {
    fn default() -> Self {
        Self { minutes: 10, codes_per_hour: 120 }
    }
}

/// How visits avoided are counted (A6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LedgerRules {
    /// Days without a site visit after which a claim is confirmed.
    pub quiet_days: u16,
    /// Whether a check that an agency had planned and did remotely counts to the yearly
    /// cap of its visits (A3, 2).
    pub remote_counts_to_cap: bool,
}

impl Default for LedgerRules {
    fn default() -> Self {
        Self { quiet_days: 90, remote_counts_to_cap: true }
    }
}

/// How people log in (A13).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LoginRules {
    /// What a password must be.
    pub password: PasswordRules,
    /// What wrong passwords lead to.
    pub lockout: LockoutRules,
    /// Minutes without a request after which a session ends.
    pub idle_minutes: u16,
    /// Minutes after login at which a session ends in any case.
    pub absolute_minutes: u16,
    /// Days after which people of agencies and of the city are led to a new password when they
    /// log in; zero is never.
    pub password_days: u16,
    /// So many of its last passwords an account does not take again, the present one among them.
    pub passwords_remembered: u8,
}

impl Default for LoginRules {
    fn default() -> Self {
        Self {
            password: PasswordRules::default(),
            lockout: LockoutRules::default(),
            idle_minutes: 30,
            absolute_minutes: 8 * 60,
            password_days: 90,
            passwords_remembered: 5,
        }
    }
}

/// How a case may be sent back (A5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReviewRules {
    /// How often more evidence may be asked for in one case.
    pub supplement_rounds: u8,
    /// Self-checks of one enterprise that fall due within so many days of each other begin
    /// together.
    pub together_days: u16,
    /// Months after which it is looked again whether an item of an enrolment that needs the site
    /// by now can be checked without a visit.
    pub look_again_months: u16,
}

impl Default for ReviewRules {
    fn default() -> Self {
        Self { supplement_rounds: 2, together_days: 14, look_again_months: 1 }
    }
}

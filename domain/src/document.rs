//! Issued documents (A10): numbered, frozen, verifiable.
//!
//! A document is made of facts that are frozen when it is issued; how they are
//! laid out on paper is the page's business. It never changes: a correction is a
//! new document that refers to the old one. Ours are never called 司法部统一格式.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use time::Date;

use crate::{
    case::{OnSiteReason, Outcome},
    credit_code::{CreditCode, narrow},
    first_violation::{Answers, Category, CommonCondition, ConditionAnswer, ListEntry},
    ids::{AgencyId, CaseId, Digest, DocumentId, EnterpriseId, EvidenceId},
    text::{Name, Note},
    time::Timestamp,
};

/// What a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    /// 检查结果告知书.
    ResultNotice,
    /// 整改指导意见书: without force.
    Guidance,
    /// 首违不罚告知书.
    FirstViolationNotice,
    /// 轻微违法行为提醒书: what is minor is spared whether or not it is the first,
    /// so nothing on it, its number included, says 首违.
    MinorReminder,
    /// 责令改正通知书.
    OrderToCorrect,
    /// 立案移交函.
    Transfer,
    /// 补充材料通知书.
    SupplementNotice,
    /// 转现场检查审批表.
    OnSiteApproval,
    /// 无感监管申请结果通知书.
    EnrolmentDecision,
}

impl DocumentKind {
    /// Every kind.
    pub const ALL: [Self; 9] = [
        Self::ResultNotice,
        Self::Guidance,
        Self::FirstViolationNotice,
        Self::MinorReminder,
        Self::OrderToCorrect,
        Self::Transfer,
        Self::SupplementNotice,
        Self::OnSiteApproval,
        Self::EnrolmentDecision,
    ];

    /// The characters that stand for the kind in a number.
    pub const fn mark(self) -> &'static str {
        match self {
            Self::ResultNotice => "检结",
            Self::Guidance => "整指",
            Self::FirstViolationNotice => "首违告",
            Self::MinorReminder => "轻提",
            Self::OrderToCorrect => "责改",
            Self::Transfer => "立移",
            Self::SupplementNotice => "补通",
            Self::OnSiteApproval => "转场",
            Self::EnrolmentDecision => "无感申",
        }
    }

    /// The document that tells an outcome; which one spares a violation,
    /// [`DocumentKind::of_category`] says.
    pub const fn of_outcome(outcome: Outcome) -> Self {
        match outcome {
            Outcome::NoIssue => Self::ResultNotice,
            Outcome::Guidance => Self::Guidance,
            Outcome::FirstViolation => Self::FirstViolationNotice,
            Outcome::OrderToCorrect => Self::OrderToCorrect,
            Outcome::FiledCase => Self::Transfer,
        }
    }

    /// The document that spares a violation of a category.
    pub const fn of_category(category: Category) -> Self {
        match category {
            Category::MinorIsSpared => Self::MinorReminder,
            Category::FirstMayBeSpared | Category::Mitigated => Self::FirstViolationNotice,
        }
    }
}

/// A document number, such as 长市监整指〔2026〕12号; the brackets are those of
/// GB/T 9704-2012, and the serial number is not padded.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DocumentNumber(String);

impl DocumentNumber {
    /// The number of the `serial`-th document of a kind in a year.
    pub fn new(agency_mark: &Name, kind: DocumentKind, year: i32, serial: u64) -> Self {
        Self(format!("{agency_mark}{}〔{year}〕{serial}号", kind.mark()))
    }

    /// The number.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DocumentNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The code by which anybody can verify a document: 20 characters of an
/// alphabet of 32, 100 random bits, shown in groups of five.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct VerifyCode([u8; Self::LENGTH]);

/// A text is not a verification code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a verification code")]
pub struct NotACode;

impl VerifyCode {
    const LENGTH: usize = 20;
    /// Crockford's alphabet: no I, L, O or U, so that nothing is misread on paper.
    const ALPHABET: &'static [u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    /// A code of random bytes; five bits of each are used.
    pub fn from_random(bytes: [u8; Self::LENGTH]) -> Self {
        Self(bytes.map(|byte| Self::ALPHABET[usize::from(byte % 32)]))
    }

    /// The code without groups.
    pub fn compact(&self) -> String {
        self.0.iter().map(|byte| char::from(*byte)).collect()
    }
}

impl fmt::Display for VerifyCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, byte) in self.0.iter().enumerate() {
            if index > 0 && index % 5 == 0 {
                f.write_str("-")?;
            }
            write!(f, "{}", char::from(*byte))?;
        }
        Ok(())
    }
}

impl FromStr for VerifyCode {
    type Err = NotACode;

    /// Takes what a person typed: lower case, spaces, hyphens, the full-width
    /// characters of a Chinese keyboard, and the letters that Crockford's alphabet
    /// reads as digits.
    fn from_str(typed: &str) -> Result<Self, NotACode> {
        let mut code = [0; Self::LENGTH];
        let mut length = 0;
        for c in narrow(typed).chars().filter(|c| *c != '-') {
            let byte = match c {
                'O' => b'0',
                'I' | 'L' => b'1',
                other => u8::try_from(other).map_err(|_| NotACode)?,
            };
            if !Self::ALPHABET.contains(&byte) {
                return Err(NotACode);
            }
            *code.get_mut(length).ok_or(NotACode)? = byte;
            length += 1;
        }
        if length == Self::LENGTH { Ok(Self(code)) } else { Err(NotACode) }
    }
}

impl Serialize for VerifyCode {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.compact())
    }
}

impl<'de> Deserialize<'de> for VerifyCode {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// An officer as named on a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedOfficer {
    /// Name.
    pub name: Name,
    /// Number of the certificate.
    pub certificate: Name,
}

/// A finding as told on a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToldFinding {
    /// Name of the item.
    pub item: Name,
    /// Title of the line.
    pub line: Name,
    /// What was seen.
    pub fact: Note,
    /// The clause it breaks.
    pub clause: Name,
    /// Why it matters.
    pub why: Note,
    /// How to put it right.
    pub how_to_fix: Vec<Note>,
    /// Until when.
    pub due: Date,
    /// The digests of the files that show it.
    pub shown_by: Vec<Digest>,
    /// Whether the enterprise had reported it itself.
    pub self_disclosed: bool,
}

/// What is asked before a violation is spared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "condition")]
pub enum AskedCondition {
    /// What every entry of the list asks for.
    Common {
        /// Which.
        common: CommonCondition,
    },
    /// 适用条件 of the entry.
    Listed {
        /// In its words.
        text: Note,
    },
    /// 排除情形 of the entry.
    Exclusion {
        /// In its words.
        text: Note,
    },
}

/// A condition as it was checked before a violation was spared. The record that an
/// officer looked up is not told: it may name people and other enterprises.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToldCondition {
    /// What was asked.
    #[serde(flatten)]
    pub asked: AskedCondition,
    /// Whether it holds; of an exclusion, whether it applies.
    pub holds: bool,
    /// The digests of the files that show it.
    pub shown_by: Vec<Digest>,
}

impl ToldCondition {
    /// The conditions of an entry with their answers, in the order of the form;
    /// `digests` are those of the files with these ids.
    pub fn all(entry: &ListEntry, answers: &Answers, digests: impl Fn(&[EvidenceId]) -> Vec<Digest>) -> Vec<Self> {
        let common = CommonCondition::ALL.into_iter().map(|common| AskedCondition::Common { common });
        let listed = entry.conditions.iter().map(|text| AskedCondition::Listed { text: text.clone() });
        let excluded = entry.exclusions.iter().map(|text| AskedCondition::Exclusion { text: text.clone() });
        let told = |(asked, answer): (AskedCondition, &ConditionAnswer)| Self {
            asked,
            holds: answer.holds,
            shown_by: digests(&answer.evidence),
        };
        let own = listed.zip(&answers.conditions).chain(excluded.zip(&answers.exclusions));
        common.zip(&answers.common).chain(own).map(told).collect()
    }
}

/// A line that is asked for again, with the reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedLine {
    /// Name of the item.
    pub item: Name,
    /// Title of the line.
    pub line: Name,
    /// Why.
    pub reason: Note,
}

/// How an application was decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "decision")]
pub enum EnrolmentAnswer {
    /// Accepted.
    Accepted {
        /// The last day it is valid.
        valid_to: Date,
    },
    /// Sent back with everything missing.
    Returned {
        /// All at once.
        missing: Vec<Note>,
    },
    /// Refused.
    Refused {
        /// Why.
        reason: Note,
    },
}

/// What a document says besides who and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "body")]
pub enum DocumentBody {
    /// Nothing was found.
    Result {
        /// The items looked at.
        items: Vec<Name>,
    },
    /// Guidance, order, or transfer: findings.
    Findings {
        /// All of them.
        findings: Vec<ToldFinding>,
    },
    /// A violation that is spared: findings and the list entry they fall under.
    FirstViolation {
        /// All of them.
        findings: Vec<ToldFinding>,
        /// The list entry.
        entry: Box<ListEntry>,
        /// Until when it must be right.
        correct_by: Date,
        /// Why it is spared.
        reason: Note,
        /// The conditions with their answers; none on documents from before they
        /// were told.
        #[serde(default)]
        conditions: Vec<ToldCondition>,
    },
    /// More evidence is asked for.
    Supplement {
        /// The lines, with reasons.
        lines: Vec<AskedLine>,
        /// Until when.
        due: Date,
        /// Which round this is, from 1.
        round: u8,
    },
    /// The case goes over to a site visit.
    OnSite {
        /// Why.
        reason: OnSiteReason,
        /// In words.
        note: Note,
        /// Who approved.
        approver: Name,
    },
    /// An application was decided.
    Enrolment {
        /// The items applied for.
        items: Vec<Name>,
        /// How.
        answer: EnrolmentAnswer,
    },
}

impl DocumentBody {
    /// The findings that it tells; none when it is about something else.
    pub fn findings(&self) -> &[ToldFinding] {
        match self {
            Self::Findings { findings } | Self::FirstViolation { findings, .. } => findings,
            Self::Result { .. } | Self::Supplement { .. } | Self::OnSite { .. } | Self::Enrolment { .. } => &[],
        }
    }
}

/// An issued document: facts frozen at issue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Its id.
    pub id: DocumentId,
    /// What it is.
    pub kind: DocumentKind,
    /// Its number.
    pub number: DocumentNumber,
    /// The code by which anybody can verify it.
    pub code: VerifyCode,
    /// Who issued it.
    pub agency: AgencyId,
    /// The issuer's name as it stood.
    pub agency_name: Name,
    /// The issuer's telephone number.
    pub agency_phone: Name,
    /// Whom it is for.
    pub enterprise: EnterpriseId,
    /// The receiver's name as it stood.
    pub enterprise_name: Name,
    /// The receiver's code.
    pub credit_code: CreditCode,
    /// The case it belongs to, if any.
    pub case: Option<CaseId>,
    /// The case's number.
    pub case_number: Option<Name>,
    /// The officers, two where the law asks for two.
    pub officers: Vec<NamedOfficer>,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// The document it corrects.
    pub corrects: Option<DocumentNumber>,
    /// What it says.
    pub body: DocumentBody,
}

//! The words by which forms know regimes, methods, kinds of files and conditions.

use domain::{
    capture::CaptureGrade,
    eligibility::{Condition, RuleList},
    grade::Grade,
    item::{EvidenceKind, Regime, RemoteMethod},
};

/// The code of a regime in forms.
pub const fn regime_code(regime: Regime) -> &'static str {
    match regime {
        Regime::Undisturbed => "undisturbed",
        Regime::Key => "key",
        Regime::Random => "random",
    }
}

/// The code of a method in forms.
pub const fn method_code(method: RemoteMethod) -> &'static str {
    match method {
        RemoteMethod::Written => "written",
        RemoteMethod::Pictures => "pictures",
        RemoteMethod::SharedData => "shared_data",
        RemoteMethod::Video => "video",
        RemoteMethod::Smart => "smart",
    }
}

/// The code of a kind of evidence in forms.
pub const fn kind_code(kind: EvidenceKind) -> &'static str {
    match kind {
        EvidenceKind::Photo => "photo",
        EvidenceKind::Video => "video",
        EvidenceKind::Document => "document",
    }
}

/// The code of a grade of files in forms.
pub const fn capture_code(grade: CaptureGrade) -> &'static str {
    match grade {
        CaptureGrade::A => "a",
        CaptureGrade::B => "b",
        CaptureGrade::C => "c",
        CaptureGrade::D => "d",
    }
}

/// The lists a condition may stand on, with their codes.
pub const LISTS: [(RuleList, &str); 3] =
    [(RuleList::Required, "required"), (RuleList::AnyOf, "any_of"), (RuleList::Exclude, "exclude")];

/// What a condition takes besides its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// Nothing.
    Nothing,
    /// A grade.
    Grade,
    /// A number of months.
    Months,
}

/// Every condition by its code, made with a grade or months where it takes one.
pub const KINDS: [(&str, Takes); 10] = [
    ("confirmed", Takes::Nothing),
    ("operating", Takes::Nothing),
    ("grade_at_least", Takes::Grade),
    ("low_risk_field", Takes::Nothing),
    ("major_hazard", Takes::Nothing),
    ("listed_dishonest", Takes::Nothing),
    ("no_penalty_within", Takes::Months),
    ("no_complaint_within", Takes::Months),
    ("industry_covered", Takes::Nothing),
    ("site_located", Takes::Nothing),
];

/// A condition out of its code.
pub fn condition_of(code: &str, grade: Grade, months: u16) -> Option<Condition> {
    Some(match code {
        "confirmed" => Condition::Confirmed,
        "operating" => Condition::Operating,
        "grade_at_least" => Condition::GradeAtLeast { grade },
        "low_risk_field" => Condition::LowRiskField,
        "major_hazard" => Condition::MajorHazard,
        "listed_dishonest" => Condition::ListedDishonest,
        "no_penalty_within" => Condition::NoPenaltyWithin { months },
        "no_complaint_within" => Condition::NoComplaintWithin { months },
        "industry_covered" => Condition::IndustryCovered,
        "site_located" => Condition::SiteLocated,
        _ => return None,
    })
}

/// A condition as its code and value.
pub(super) fn condition_parts(condition: &Condition) -> (&'static str, String) {
    let none = String::new();
    match condition {
        Condition::Confirmed => ("confirmed", none),
        Condition::Operating => ("operating", none),
        Condition::GradeAtLeast { grade } => ("grade_at_least", grade.to_string()),
        Condition::LowRiskField => ("low_risk_field", none),
        Condition::MajorHazard => ("major_hazard", none),
        Condition::ListedDishonest => ("listed_dishonest", none),
        Condition::NoPenaltyWithin { months } => ("no_penalty_within", months.to_string()),
        Condition::NoComplaintWithin { months } => ("no_complaint_within", months.to_string()),
        Condition::IndustryCovered => ("industry_covered", none),
        Condition::SiteLocated => ("site_located", none),
    }
}

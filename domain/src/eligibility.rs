//! Who qualifies for supervision without a visit (A5).
//!
//! A rule set is data: every condition under `required` must hold, at least one
//! under `any_of`, none under `exclude`; forged evidence bars for some years.
//! The answer is given line by line, so that an enterprise sees at once what it
//! meets, what it does not, and what nobody has on record.

use serde::{Deserialize, Serialize};
use time::Date;

use crate::{enterprise::Enterprise, grade::Grade, time::plus_months};

/// One checkable line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "condition")]
pub enum Condition {
    /// An agency has confirmed the registration.
    Confirmed,
    /// In business.
    Operating,
    /// Graded at least so.
    GradeAtLeast {
        /// The lowest grade that will do.
        grade: Grade,
    },
    /// Works in a field of low risk.
    LowRiskField,
    /// Is a source of major hazards.
    MajorHazard,
    /// Stands on a list of abnormal or dishonest enterprises.
    ListedDishonest,
    /// No penalty in the last months.
    NoPenaltyWithin {
        /// How many months back.
        months: u16,
    },
    /// No complaint found true in the last months.
    NoComplaintWithin {
        /// How many months back.
        months: u16,
    },
    /// The item applies to its industry.
    IndustryCovered,
    /// The place of work has coordinates, so that pictures can be placed.
    SiteLocated,
}

/// The rules of one item.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleSet {
    /// All must hold.
    pub required: Vec<Condition>,
    /// At least one must hold; empty asks for none.
    pub any_of: Vec<Condition>,
    /// None may hold.
    pub exclude: Vec<Condition>,
    /// Years for which forged evidence or evasion bars.
    pub bar_years: u8,
    /// Months for which an accepted enrolment is valid.
    pub valid_months: u16,
}

/// Which list a line belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleList {
    /// All must hold.
    Required,
    /// One must hold.
    AnyOf,
    /// None may hold.
    Exclude,
    /// Time-limited bar.
    Bar,
}

/// What became of one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Speaks for the enterprise.
    Met,
    /// Speaks against it.
    NotMet,
    /// Nobody has it on record; the agency must find out.
    Unknown,
}

/// One answered line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineResult {
    /// The list it stands on.
    pub list: RuleList,
    /// The condition; `None` for the bar.
    pub condition: Option<Condition>,
    /// How it came out. On the exclusion list `Met` means "does not apply".
    pub verdict: Verdict,
    /// The last day of a bar that still runs.
    pub barred_until: Option<Date>,
}

/// The whole answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Qualification {
    /// Everything needed is on record and holds.
    Qualifies,
    /// Nothing speaks against it, but something is not on record: the agency
    /// decides after finding out.
    NeedsReview,
    /// A line speaks against it.
    DoesNotQualify,
}

/// The answer with its lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assessment {
    /// The answer.
    pub qualification: Qualification,
    /// Why, in the order of the rules.
    pub lines: Vec<LineResult>,
}

/// Answers every line of `rules` for an enterprise on the day `today`.
/// `industry_covered` says whether the item applies to its industry.
pub fn assess(rules: &RuleSet, enterprise: &Enterprise, industry_covered: bool, today: Date) -> Assessment {
    let hold = |condition: &Condition| holds(condition, enterprise, industry_covered, today);
    let line = |list, condition: &Condition, verdict| LineResult {
        list,
        condition: Some(condition.clone()),
        verdict,
        barred_until: None,
    };
    let mut lines: Vec<LineResult> =
        rules.required.iter().map(|c| line(RuleList::Required, c, verdict(hold(c)))).collect();

    let any: Vec<Verdict> = rules.any_of.iter().map(|c| verdict(hold(c))).collect();
    lines.extend(rules.any_of.iter().zip(&any).map(|(c, v)| line(RuleList::AnyOf, c, *v)));
    lines.extend(rules.exclude.iter().map(|c| line(RuleList::Exclude, c, verdict(hold(c).map(|holds| !holds)))));

    if rules.bar_years > 0 {
        let until = enterprise
            .conduct
            .last_tampering
            .map(|day| day.map(|day| plus_months(day, u16::from(rules.bar_years) * 12)));
        let verdict = match until {
            None => Verdict::Unknown,
            Some(Some(until)) if today <= until => Verdict::NotMet,
            Some(_) => Verdict::Met,
        };
        lines.push(LineResult {
            list: RuleList::Bar,
            condition: None,
            verdict,
            barred_until: until.flatten().filter(|until| today <= *until),
        });
    }

    let any_of = if any.is_empty() || any.contains(&Verdict::Met) {
        Verdict::Met
    } else if any.contains(&Verdict::Unknown) {
        Verdict::Unknown
    } else {
        Verdict::NotMet
    };
    let others = || lines.iter().filter(|line| line.list != RuleList::AnyOf).map(|line| line.verdict);
    let qualification = if any_of == Verdict::NotMet || others().any(|v| v == Verdict::NotMet) {
        Qualification::DoesNotQualify
    } else if any_of == Verdict::Unknown || others().any(|v| v == Verdict::Unknown) {
        Qualification::NeedsReview
    } else {
        Qualification::Qualifies
    };
    Assessment { qualification, lines }
}

const fn verdict(holds: Option<bool>) -> Verdict {
    match holds {
        Some(true) => Verdict::Met,
        Some(false) => Verdict::NotMet,
        None => Verdict::Unknown,
    }
}

/// Whether a condition holds; `None` when nobody has it on record.
fn holds(condition: &Condition, enterprise: &Enterprise, industry_covered: bool, today: Date) -> Option<bool> {
    let conduct = &enterprise.conduct;
    let none_within =
        |last: Option<Option<Date>>, months| last.map(|day| day.is_none_or(|day| plus_months(day, months) < today));
    match condition {
        Condition::Confirmed => Some(enterprise.registration.is_confirmed()),
        Condition::Operating => conduct.operating,
        Condition::GradeAtLeast { grade } => conduct.grade.map(|has| has.at_least(*grade)),
        Condition::LowRiskField => conduct.low_risk_field,
        Condition::MajorHazard => conduct.major_hazard,
        Condition::ListedDishonest => conduct.listed_dishonest,
        Condition::NoPenaltyWithin { months } => none_within(conduct.last_penalty, *months),
        Condition::NoComplaintWithin { months } => none_within(conduct.last_complaint, *months),
        Condition::IndustryCovered => Some(industry_covered),
        Condition::SiteLocated => Some(enterprise.site.coordinates.is_some()),
    }
}

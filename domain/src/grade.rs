//! The A–D grade of an enterprise (十二条措施, art. 4).
//!
//! The measures name the dimensions and no numbers; those are the house's
//! default (A11) and fields of [`GradeModel`].

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// The grade; `A` is the best and the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Grade {
    /// Inspected as its risk asks for; enrolment refused or suspended.
    D,
    /// Looked at remotely, then by sample on site.
    C,
    /// Looked at remotely first.
    B,
    /// No visit that the agency starts; a self-check each year.
    A,
}

/// Not one of A, B, C, D.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not one of A, B, C, D")]
pub struct NotAGrade;

impl Grade {
    /// Every grade, the best first.
    pub const ALL: [Self; 4] = [Self::A, Self::B, Self::C, Self::D];

    /// The grade of a score of 0–100.
    pub const fn from_score(score: u8, model: &GradeModel) -> Self {
        if score >= model.a_from {
            Self::A
        } else if score >= model.b_from {
            Self::B
        } else if score >= model.c_from {
            Self::C
        } else {
            Self::D
        }
    }

    /// Whether it is as good as `other` or better.
    pub fn at_least(self, other: Self) -> bool {
        self >= other
    }

    /// The letter.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
            Self::C => "C",
            Self::D => "D",
        }
    }
}

impl fmt::Display for Grade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Grade {
    type Err = NotAGrade;

    fn from_str(text: &str) -> Result<Self, NotAGrade> {
        let letter = text.trim();
        Self::ALL.into_iter().find(|grade| grade.as_str() == letter).ok_or(NotAGrade)
    }
}

/// What an enterprise is scored on, each 0–100, 100 the best.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scores {
    /// Safety of its field (行业风险); 100 is the safest.
    pub risk: u8,
    /// Credit (信用等级).
    pub credit: u8,
    /// Keeping the law (守法).
    pub law_abiding: u8,
    /// What the public says (社会评价).
    pub social: u8,
}

/// Facts that outweigh any score.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overrides {
    /// Listed for grave dishonesty, refused an inspection or forged evidence: D.
    pub grave: bool,
    /// A source of major hazards: B at best.
    pub major_hazard: bool,
}

/// How scores become a grade (A11, \[D\]).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GradeModel {
    /// Weight of [`Scores::risk`].
    pub risk: u8,
    /// Weight of [`Scores::credit`].
    pub credit: u8,
    /// Weight of [`Scores::law_abiding`].
    pub law_abiding: u8,
    /// Weight of [`Scores::social`].
    pub social: u8,
    /// The least score of an A.
    pub a_from: u8,
    /// The least score of a B.
    pub b_from: u8,
    /// The least score of a C.
    pub c_from: u8,
}

impl Default for GradeModel {
    fn default() -> Self {
        Self { risk: 40, credit: 30, law_abiding: 20, social: 10, a_from: 85, b_from: 70, c_from: 55 }
    }
}

impl GradeModel {
    /// The weighted mean, rounded down so that a score just under a threshold
    /// stays under it. `None` when no weight is set.
    pub fn score(&self, scores: &Scores) -> Option<u8> {
        let parts = [
            (self.risk, scores.risk),
            (self.credit, scores.credit),
            (self.law_abiding, scores.law_abiding),
            (self.social, scores.social),
        ];
        let weights: u32 = parts.iter().map(|&(weight, _)| u32::from(weight)).sum();
        let total: u32 = parts.iter().map(|&(weight, score)| u32::from(weight) * u32::from(score.min(100))).sum();
        total.checked_div(weights).and_then(|mean| u8::try_from(mean).ok())
    }

    /// The grade. Without data it is B, as for a new enterprise.
    pub fn grade(&self, scores: Option<&Scores>, overrides: Overrides) -> Grade {
        if overrides.grave {
            return Grade::D;
        }
        let by_score = scores.and_then(|scores| self.score(scores)).map(|score| Grade::from_score(score, self));
        let grade = by_score.unwrap_or(Grade::B);
        if overrides.major_hazard { grade.min(Grade::B) } else { grade }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: Scores = Scores { risk: 90, credit: 90, law_abiding: 90, social: 90 };

    #[test]
    fn a_is_the_greatest_and_each_grade_reads_as_its_letter() {
        assert!(Grade::A.at_least(Grade::B) && Grade::B.at_least(Grade::B) && !Grade::D.at_least(Grade::C));
        for grade in Grade::ALL {
            assert_eq!(grade.to_string().parse(), Ok(grade));
            assert_eq!(serde_json::to_string(&grade).unwrap(), format!("\"{grade}\""));
        }
        assert_eq!("E".parse::<Grade>(), Err(NotAGrade));
    }

    #[test]
    fn a_threshold_belongs_to_the_better_grade() {
        use Grade::{A, B, C, D};

        let model = GradeModel::default();
        let grades = [100, 85, 84, 70, 69, 55, 54, 0].map(|score| Grade::from_score(score, &model));
        assert_eq!(grades, [A, A, B, B, C, C, D, D]);
        // 40 %·88 + 30 %·83 + 20 %·83 + 10 %·81 = 84.8
        let nearly = Scores { risk: 88, credit: 83, law_abiding: 83, social: 81 };
        assert_eq!(model.grade(Some(&nearly), Overrides::default()), B);
    }

    #[test]
    fn grave_facts_outweigh_scores_and_no_data_is_b() {
        let model = GradeModel::default();
        assert_eq!(model.grade(Some(&GOOD), Overrides::default()), Grade::A);
        assert_eq!(model.grade(Some(&GOOD), Overrides { major_hazard: true, grave: false }), Grade::B);
        assert_eq!(model.grade(Some(&GOOD), Overrides { major_hazard: true, grave: true }), Grade::D);
        assert_eq!(model.grade(None, Overrides::default()), Grade::B);
    }
}

//! Which period and whose records a number is taken over, as an address has it.

use domain::{
    actor::{Actor, Scope},
    agency::Agency,
    region::RegionCode,
};
use portal::store::Base;
use time::{Date, Month};

use crate::{api::ledger::LedgerQuery, error::AppError, format, wording::Wording};

/// What the reader chose: a year and a part of it, or days of their own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) year: String,
    /// Empty for the whole year, `q1` to `q4`, `1` to `12`.
    pub(super) part: String,
    pub(super) from: String,
    pub(super) until: String,
    pub(super) agency: String,
    pub(super) region: String,
}

/// The same, ready to be asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Period {
    /// The ledger's query with the period's days in it.
    pub(super) query: LedgerQuery,
    /// The base of the figures.
    pub(super) base: Base,
    /// The first day, if there is one.
    pub(super) first: Option<Date>,
    /// The last day, if there is one.
    pub(super) last: Option<Date>,
}

impl Asked {
    pub(super) fn read(value: impl Fn(&str) -> Option<String>) -> Self {
        let word = |name: &str| value(name).unwrap_or_default().trim().to_owned();
        Self {
            year: word("year"),
            part: word("part"),
            from: word("from"),
            until: word("until"),
            agency: word("agency"),
            region: word("region"),
        }
    }

    pub(super) fn narrows(&self) -> bool {
        *self != Self::default()
    }

    pub(super) fn pairs(&self) -> [(&'static str, &str); 6] {
        [
            ("year", &self.year),
            ("part", &self.part),
            ("from", &self.from),
            ("until", &self.until),
            ("agency", &self.agency),
            ("region", &self.region),
        ]
    }

    /// The days meant, and everything else.
    ///
    /// # Errors
    /// [`AppError::Invalid`] with every part that cannot be read.
    pub(super) fn period(&self, today: Date, w: Wording) -> Result<Period, AppError> {
        let mut query = LedgerQuery {
            agency: self.agency.clone(),
            region: self.region.clone(),
            from: self.from.clone(),
            until: self.until.clone(),
            ..LedgerQuery::default()
        };
        if query.from.is_empty() && query.until.is_empty() {
            let year = if self.year.is_empty() { Some(today.year()) } else { self.year.parse().ok() };
            let days = year.and_then(|year| part_of(year, &self.part));
            let (first, last) = days.ok_or_else(|| AppError::field("year", w.ledger_choice_wrong()))?;
            query.from = format::iso_day(first);
            query.until = format::iso_day(last);
        }
        let base = query.base(w)?;
        let (first, last) = (format::read_day(&query.from), format::read_day(&query.until));
        Ok(Period { query, base, first, last })
    }
}

/// The first and the last day of a part of a year.
fn part_of(year: i32, part: &str) -> Option<(Date, Date)> {
    let (first, last) = match part {
        "" => (1, 12),
        _ if part.starts_with('q') => {
            let quarter: u8 = part[1..].parse().ok().filter(|quarter| (1..=4).contains(quarter))?;
            (quarter * 3 - 2, quarter * 3)
        }
        _ => {
            let month: u8 = part.parse().ok()?;
            (month, month)
        }
    };
    let last = Month::try_from(last).ok()?;
    // Four digits are what dates in addresses have.
    let from =
        Date::from_calendar_date(year, Month::try_from(first).ok()?, 1).ok().filter(|_| (1..=9999).contains(&year))?;
    Some((from, Date::from_calendar_date(year, last, last.length(year)).ok()?))
}

impl Period {
    /// The period in words.
    pub(super) fn in_words(&self, w: Wording) -> String {
        let day = |date| format::day(w.0, date);
        match (self.first, self.last) {
            (Some(first), Some(last)) => w.numbers_period(&day(first), &day(last)),
            (Some(first), None) => w.numbers_since(&day(first)),
            (None, Some(last)) => w.numbers_up_to(&day(last)),
            (None, None) => w.numbers_all_time().to_owned(),
        }
    }

    /// Whose records they are, in words.
    pub(super) fn scope(&self, w: Wording, actor: &Actor, agencies: &[Agency]) -> String {
        let region = self.base.region.or(match actor.scope {
            Scope::Jurisdiction(region) => Some(region),
            _ => None,
        });
        let asked = self.base.agencies.as_ref().and_then(|ids| ids.first().copied()).or(actor.agency());
        let agency = asked.and_then(|id| agencies.iter().find(|agency| agency.id == id));
        let region = region.filter(|region| agency.is_none() || *region != RegionCode::CHANGCHUN);
        let mut parts: Vec<String> = region
            .map(|region| {
                if region == RegionCode::CHANGCHUN { w.numbers_whole_city() } else { w.region(region) }.to_owned()
            })
            .into_iter()
            .collect();
        parts.extend(agency.map(|agency| agency.name.to_string()));
        w.list(&parts)
    }
}

/// The agencies whose records the reader reaches.
pub(super) fn within_reach(actor: &Actor, agencies: Vec<Agency>) -> Vec<Agency> {
    let reached = |agency: &Agency| match actor.scope {
        Scope::Agency(own) => agency.id == own,
        Scope::Jurisdiction(region) => region.contains(agency.region),
        Scope::Enterprise(_) => false,
    };
    agencies.into_iter().filter(reached).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wording::Lang;
    use time::macros::date;

    const W: Wording = Wording(Lang::Zh);
    const TODAY: Date = date!(2026 - 11 - 23);

    fn days(pairs: &[(&str, &str)]) -> Option<(String, String)> {
        let asked =
            Asked::read(|name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()));
        let query = asked.period(TODAY, W).ok()?.query;
        Some((query.from, query.until))
    }

    #[test]
    fn a_period_is_a_year_a_quarter_a_month_or_own_days() {
        let pair = |from: &str, until: &str| Some((from.to_owned(), until.to_owned()));
        assert_eq!(days(&[]), pair("2026-01-01", "2026-12-31"));
        assert_eq!(days(&[("year", "2024"), ("part", "2")]), pair("2024-02-01", "2024-02-29"));
        assert_eq!(days(&[("part", "q4")]), pair("2026-10-01", "2026-12-31"));
        assert_eq!(days(&[("year", "2024"), ("from", "2026-03-05")]), pair("2026-03-05", ""));
        for bad in [[("part", "q5")], [("part", "13")], [("part", "q")], [("year", "x")], [("until", "soon")]] {
            assert_eq!(days(&bad), None, "{bad:?}");
        }
    }

    #[test]
    fn the_period_is_said_in_words() {
        let words = |asked: Asked| asked.period(TODAY, W).unwrap().in_words(W);
        assert_eq!(words(Asked::default()), "2026年1月1日至2026年12月31日");
        assert_eq!(words(Asked { from: "2026-03-05".into(), ..Asked::default() }), "2026年3月5日以来");
    }
}

//! The ledger as pages and spreadsheets narrow it down and write it out: both
//! from the same query, so that they agree.

use domain::{ids::AgencyId, region::RegionCode, time::Timestamp, visit_ledger::EntryStage};
use portal::{
    services::{exports::Cell, ledgers::EntryRow},
    store::{Base, LedgerFilter},
};
use serde::{Deserialize, Serialize};
use time::Date;

use crate::{
    error::{AppError, FieldError},
    format,
    wording::Wording,
};

/// What the ledger is narrowed down to, as an address has it. Dates are the first
/// and the last day.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LedgerQuery {
    /// The id of an agency.
    pub agency: String,
    /// `claimed`, `confirmed`, `reversed`.
    pub stage: String,
    /// Claimed on this day or later: `2026-01-01`.
    pub from: String,
    /// Claimed on this day or earlier.
    pub until: String,
    /// The code of a district.
    pub region: String,
    /// The id of an item.
    pub item: String,
}

/// The code of a stage in addresses.
pub const fn stage_code(stage: EntryStage) -> &'static str {
    match stage {
        EntryStage::Claimed => "claimed",
        EntryStage::Confirmed => "confirmed",
        EntryStage::Reversed => "reversed",
    }
}

impl LedgerQuery {
    /// Reads the parts of an address.
    pub fn read(value: impl Fn(&str) -> Option<String>) -> Self {
        let word = |name: &str| value(name).unwrap_or_default().trim().to_owned();
        Self {
            agency: word("agency"),
            stage: word("stage"),
            from: word("from"),
            until: word("until"),
            region: word("region"),
            item: word("item"),
        }
    }

    /// As pairs for an address; empty ones are left out there.
    pub fn pairs(&self) -> [(&'static str, &str); 6] {
        [
            ("agency", &self.agency),
            ("stage", &self.stage),
            ("from", &self.from),
            ("until", &self.until),
            ("region", &self.region),
            ("item", &self.item),
        ]
    }

    /// Whether anything is left out.
    pub fn narrows(&self) -> bool {
        *self != Self::default()
    }

    /// The filter of the store.
    ///
    /// # Errors
    /// [`AppError::Invalid`] with every part that cannot be read: an export must
    /// never be wider than what was asked for.
    pub fn filter(&self, w: Wording) -> Result<LedgerFilter, AppError> {
        let mut errors = Vec::new();
        let mut wrong = |field: &str, message: &str| errors.push(FieldError::new(field, message));
        let from = some(&self.from).map(|text| format::read_day(text).ok_or(())).transpose();
        let until = some(&self.until).map(|text| format::read_day(text).ok_or(())).transpose();
        for (field, bad) in [("from", from.is_err()), ("until", until.is_err())] {
            if bad {
                wrong(field, w.ledger_day_wrong());
            }
        }
        let (from, until) = (from.ok().flatten(), until.ok().flatten());
        if from.zip(until).is_some_and(|(first, last)| last < first) {
            wrong("until", w.ledger_days_reversed());
        }
        let agency = some(&self.agency).map(str::parse::<AgencyId>).transpose();
        let region = some(&self.region).map(str::parse::<RegionCode>).transpose();
        let item = some(&self.item).map(str::parse).transpose();
        let stage = some(&self.stage)
            .map(|code| EntryStage::ALL.into_iter().find(|stage| stage_code(*stage) == code).ok_or(()))
            .transpose();
        for (field, bad) in [
            ("agency", agency.is_err()),
            ("region", region.is_err()),
            ("item", item.is_err()),
            ("stage", stage.is_err()),
        ] {
            if bad {
                wrong(field, w.ledger_choice_wrong());
            }
        }
        if !errors.is_empty() {
            return Err(AppError::Invalid(errors));
        }
        Ok(LedgerFilter {
            agencies: agency.ok().flatten().map(|id| vec![id]),
            stage: stage.ok().flatten(),
            from: from.map(Timestamp::start_of),
            until: until.and_then(Date::next_day).map(Timestamp::start_of),
            region: region.ok().flatten(),
            item: item.ok().flatten(),
        })
    }

    /// The same as the base of figures; the stage is no part of it.
    ///
    /// # Errors
    /// As [`LedgerQuery::filter`].
    pub fn base(&self, w: Wording) -> Result<Base, AppError> {
        let LedgerFilter { agencies, from, until, region, item, .. } = self.filter(w)?;
        Ok(Base { agencies, from, until, region, item })
    }
}

fn some(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

/// The heads of the columns, on the page and in spreadsheets.
pub fn headings(w: Wording) -> Vec<&'static str> {
    vec![
        w.ledger_enterprise(),
        w.ledger_agency(),
        w.ledger_region(),
        w.ledger_items(),
        w.ledger_claimed_on(),
        w.ledger_outcome(),
        w.ledger_stage(),
        w.ledger_standard_minutes(),
        w.ledger_spent_minutes(),
        w.ledger_saved_minutes(),
    ]
}

/// One entry under [`headings`].
pub fn cells(row: &EntryRow, w: Wording) -> Vec<Cell> {
    let entry = &row.entry;
    let (standard, spent) = (i64::from(entry.standard_minutes), i64::from(entry.spent_minutes));
    vec![
        Cell::text(&row.enterprise),
        Cell::text(&row.agency),
        Cell::text(w.region(row.region)),
        Cell::text(w.list(&row.items.iter().map(ToString::to_string).collect::<Vec<_>>())),
        Cell::text(format::iso_day(entry.claimed_at.date())),
        Cell::text(w.outcome_under(entry.outcome, row.spared)),
        Cell::text(w.entry_stage(entry.stage())),
        Cell::Number(standard),
        Cell::Number(spent),
        Cell::Number(standard - spent),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wording::Lang;
    use time::macros::date;

    const W: Wording = Wording(Lang::Zh);

    #[test]
    fn the_last_day_is_within() {
        let query = LedgerQuery { from: "2026-01-01".into(), until: "2026-01-31".into(), ..LedgerQuery::default() };
        let filter = query.filter(W).unwrap();
        assert_eq!(filter.from, Some(Timestamp::start_of(date!(2026 - 01 - 01))));
        assert_eq!(filter.until, Some(Timestamp::start_of(date!(2026 - 02 - 01))));
        assert_eq!(LedgerQuery::default().filter(W).unwrap(), LedgerFilter::default());
    }

    #[test]
    fn what_cannot_be_read_is_said_and_never_left_out() {
        let query = LedgerQuery {
            agency: "x".into(),
            stage: "maybe".into(),
            from: "2026-13-01".into(),
            region: "110000".into(),
            item: "1".into(),
            ..LedgerQuery::default()
        };
        let Err(AppError::Invalid(errors)) = query.filter(W) else { panic!() };
        let fields: Vec<&str> = errors.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["from", "agency", "region", "item", "stage"]);
        let query = LedgerQuery { from: "2026-02-01".into(), until: "2026-01-01".into(), ..LedgerQuery::default() };
        assert!(matches!(query.filter(W), Err(AppError::Invalid(errors)) if errors[0].field == "until"));
    }
}

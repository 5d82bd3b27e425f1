//! Working days in China: weekends, the holidays of the State Council's yearly
//! notice, and the weekend days worked in exchange (调休).
//!
//! All terms of the portal run in working days (A5). The day of the event does
//! not count; a term ends with its last working day (行政处罚法, art. 85).

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use time::{Date, Duration, Month, Weekday};

use crate::time::Timestamp;

/// How far ahead holidays are wanted: terms that begin today end within it, and whoever loads
/// a year has as long to do so.
const AHEAD: Duration = Duration::days(90);

/// The years whose holidays are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calendar {
    years: BTreeMap<i32, Year>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Year {
    published: bool,
    source: String,
    holidays: BTreeSet<Date>,
    workdays: BTreeSet<Date>,
}

/// How far the holidays of a year are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum YearStatus<'a> {
    /// From the State Council's notice.
    Published {
        /// Title, number and date of the notice.
        source: &'a str,
    },
    /// The notice is not known; only the days of the Regulation. Terms in this
    /// year may still move.
    Provisional {
        /// What the days were taken from.
        source: &'a str,
    },
    /// Nothing is known; Monday to Friday count as working days.
    NotLoaded,
}

/// What kind of day a date is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayKind {
    /// Monday to Friday, worked.
    Workday,
    /// Saturday or Sunday, off.
    Weekend,
    /// A day off by the year's notice.
    Holiday,
    /// A weekend day that is worked in exchange (调休).
    Exchange,
}

/// Why a calendar file was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// Not TOML, or not of this form.
    #[error("not a calendar file: {0}")]
    Form(#[from] toml::de::Error),
    /// A year stands twice.
    #[error("year {year} stands twice")]
    YearTwice {
        /// The year.
        year: i32,
    },
    /// A year does not say where its days come from.
    #[error("year {year} has no source")]
    NoSource {
        /// The year.
        year: i32,
    },
    /// A value is a time, or has one.
    #[error("year {year} has a value that is not a plain date")]
    NotADate {
        /// The year.
        year: i32,
    },
    /// A date stands under a year that is not its own.
    #[error("{date} stands under {year}")]
    OtherYear {
        /// The year it stands under.
        year: i32,
        /// The date.
        date: Date,
    },
    /// A day worked in exchange is no Saturday or Sunday.
    #[error("{date} is no weekend day")]
    NotAWeekend {
        /// The date.
        date: Date,
    },
    /// A date is said to be both off and worked.
    #[error("{date} is both off and worked")]
    Contradiction {
        /// The date.
        date: Date,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    years: Vec<FileYear>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileYear {
    year: i32,
    source: String,
    status: FileStatus,
    holidays: Vec<toml::value::Datetime>,
    workdays: Vec<toml::value::Datetime>,
}

#[derive(Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
enum FileStatus {
    Published,
    Provisional,
}

impl Calendar {
    /// Reads a calendar file; `data/calendar-cn.toml` says how it is written.
    ///
    /// # Errors
    /// [`CalendarError`] when the file is not one or contradicts itself.
    pub fn from_toml(text: &str) -> Result<Self, CalendarError> {
        let file: File = toml::from_str(text)?;
        let mut years = BTreeMap::new();
        for entry in file.years {
            let number = entry.year;
            if years.insert(number, Year::try_from(entry)?).is_some() {
                return Err(CalendarError::YearTwice { year: number });
            }
        }
        Ok(Self { years })
    }

    /// The calendar that comes with the program.
    ///
    /// # Errors
    /// [`CalendarError`] when the built-in file is broken; a test sees to it
    /// that it is not.
    pub fn china() -> Result<Self, CalendarError> {
        Self::from_toml(include_str!("../data/calendar-cn.toml"))
    }

    /// This calendar with the years of a newer file, which count where both know a year: the yearly notice appears when
    /// the program has long been delivered.
    #[must_use]
    pub fn updated_by(mut self, newer: Self) -> Self {
        self.years.extend(newer.years);
        self
    }

    /// How far the holidays of `year` are known.
    pub fn status(&self, year: i32) -> YearStatus<'_> {
        match self.years.get(&year) {
            Some(Year { published: true, source, .. }) => YearStatus::Published { source },
            Some(Year { published: false, source, .. }) => YearStatus::Provisional { source },
            None => YearStatus::NotLoaded,
        }
    }

    /// The years whose holidays are known.
    pub fn years(&self) -> impl Iterator<Item = i32> + '_ {
        self.years.keys().copied()
    }

    /// What kind of day `date` is.
    pub fn day_kind(&self, date: Date) -> DayKind {
        match self.years.get(&date.year()) {
            Some(year) if year.workdays.contains(&date) => DayKind::Exchange,
            Some(year) if year.holidays.contains(&date) => DayKind::Holiday,
            _ if is_weekend(date) => DayKind::Weekend,
            _ => DayKind::Workday,
        }
    }

    /// The years touched by the days from `from` to `to` whose holidays are not
    /// known at all.
    pub fn unloaded_years(&self, from: Date, to: Date) -> Vec<i32> {
        let (first, last) = (from.min(to).year(), from.max(to).year());
        (first..=last).filter(|year| !self.years.contains_key(year)).collect()
    }

    /// The years whose holidays are not known although the next 90 days touch them: from
    /// 3 October on, the coming year is one of them until it is loaded.
    pub fn unloaded_soon(&self, today: Date) -> Vec<i32> {
        self.unloaded_years(today, today.saturating_add(AHEAD))
    }

    /// Whether `date` is worked.
    pub fn is_workday(&self, date: Date) -> bool {
        matches!(self.day_kind(date), DayKind::Workday | DayKind::Exchange)
    }

    /// The `n`-th working day after `date`; `date` itself does not count. For
    /// `n` = 0 it is `date`, or the next working day when `date` is none.
    pub fn add_workdays(&self, date: Date, n: u16) -> Date {
        let mut day = date;
        let mut left = n;
        while left > 0 || !self.is_workday(day) {
            // Only the end of the year 9999 has no next day.
            let Some(next) = day.next_day() else { break };
            day = next;
            if self.is_workday(day) {
                left = left.saturating_sub(1);
            }
        }
        day
    }

    /// How many working days lie after `after` up to and with `until`. Negative
    /// when `until` is earlier: then it is how many lie after `until` up to and
    /// with `after`.
    pub fn workdays_between(&self, after: Date, until: Date) -> i32 {
        let (early, late, sign) = if after <= until { (after, until, 1) } else { (until, after, -1) };
        let mut count = 0;
        let mut day = early;
        while day < late {
            let Some(next) = day.next_day() else { break };
            day = next;
            if self.is_workday(day) {
                count += sign;
            }
        }
        count
    }

    /// The end, in Beijing, of the `n`-th working day after the day of `from`.
    pub fn deadline(&self, from: Timestamp, n: u16) -> Timestamp {
        Timestamp::end_of(self.add_workdays(from.date(), n))
    }
}

impl TryFrom<FileYear> for Year {
    type Error = CalendarError;

    fn try_from(entry: FileYear) -> Result<Self, CalendarError> {
        let year = entry.year;
        if entry.source.trim().is_empty() {
            return Err(CalendarError::NoSource { year });
        }
        let holidays = dates(year, &entry.holidays)?;
        let workdays = dates(year, &entry.workdays)?;
        if let Some(&date) = workdays.iter().find(|date| !is_weekend(**date)) {
            return Err(CalendarError::NotAWeekend { date });
        }
        if let Some(&date) = holidays.intersection(&workdays).next() {
            return Err(CalendarError::Contradiction { date });
        }
        Ok(Self { published: entry.status == FileStatus::Published, source: entry.source, holidays, workdays })
    }
}

fn dates(year: i32, values: &[toml::value::Datetime]) -> Result<BTreeSet<Date>, CalendarError> {
    values
        .iter()
        .map(|value| {
            let date = plain_date(value).ok_or(CalendarError::NotADate { year })?;
            if date.year() == year { Ok(date) } else { Err(CalendarError::OtherYear { year, date }) }
        })
        .collect()
}

fn plain_date(value: &toml::value::Datetime) -> Option<Date> {
    if value.time.is_some() {
        return None;
    }
    let date = value.date?;
    Date::from_calendar_date(i32::from(date.year), Month::try_from(date.month).ok()?, date.day).ok()
}

fn is_weekend(date: Date) -> bool {
    matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use time::macros::{date, datetime};

    use super::*;

    fn china() -> Calendar {
        Calendar::china().unwrap()
    }

    fn year(number: i32, source: &str, holidays: &str, workdays: &str) -> String {
        format!(
            "[[years]]\nyear = {number}\nsource = \"{source}\"\nstatus = \"published\"\n\
             holidays = [{holidays}]\nworkdays = [{workdays}]\n"
        )
    }

    /// Days of the loaded years and some on either side.
    fn day() -> impl Strategy<Value = Date> {
        (0_i64..2200).prop_map(|days| date!(2023 - 01 - 01) + Duration::days(days))
    }

    #[test]
    fn the_built_in_calendar_names_its_sources() {
        let china = china();
        assert!(matches!(china.status(2025), YearStatus::Published { source } if source.contains("〔2024〕12号")));
        assert!(matches!(china.status(2026), YearStatus::Published { source } if source.contains("〔2025〕7号")));
        assert!(matches!(china.status(2027), YearStatus::Provisional { source } if source.contains("第795号")));
        assert_eq!(china.status(2028), YearStatus::NotLoaded);
        assert_eq!(china.unloaded_years(date!(2028 - 02 - 01), date!(2024 - 12 - 31)), [2024, 2028]);
        assert_eq!(china.unloaded_years(date!(2025 - 01 - 01), date!(2027 - 12 - 31)), [0; 0]);
    }

    #[test]
    fn a_year_that_is_not_loaded_is_missed_a_quarter_of_a_year_before_it_begins() {
        let china = china();
        assert_eq!(china.unloaded_soon(date!(2026 - 11 - 30)), [0; 0]);
        assert_eq!(china.unloaded_soon(date!(2027 - 10 - 02)), [0; 0]);
        assert_eq!(china.unloaded_soon(date!(2027 - 10 - 03)), [2028]);
        assert_eq!(china.unloaded_soon(date!(2028 - 06 - 01)), [2028]);
        assert_eq!(china.unloaded_soon(date!(2028 - 12 - 31)), [2028, 2029]);
    }

    /// A year has 365 days less its weekend days less the days off of the
    /// Regulation that it makes up for; from 2025 there are 13 of those.
    #[test]
    fn a_notice_moves_days_but_gives_thirteen() {
        for (first, last) in
            [(date!(2024 - 12 - 31), date!(2025 - 12 - 31)), (date!(2025 - 12 - 31), date!(2026 - 12 - 31))]
        {
            assert_eq!(china().workdays_between(first, last), Calendar::default().workdays_between(first, last) - 13);
        }
        // 2027: the same count, each day made up for on the next working day.
        let (first, last) = (date!(2026 - 12 - 31), date!(2027 - 12 - 31));
        assert_eq!(china().workdays_between(first, last), Calendar::default().workdays_between(first, last) - 13);
    }

    #[test]
    fn terms_jump_the_national_holiday_of_2025() {
        let china = china();
        assert!(china.is_workday(date!(2025 - 09 - 28)) && china.is_workday(date!(2025 - 10 - 11)));
        assert!(!china.is_workday(date!(2025 - 10 - 08)) && !china.is_workday(date!(2025 - 10 - 12)));
        assert_eq!(china.add_workdays(date!(2025 - 09 - 30), 1), date!(2025 - 10 - 09));
        // Thu 9, Fri 10, Sat 11 (worked), Mon 13, Tue 14.
        assert_eq!(china.add_workdays(date!(2025 - 09 - 30), 5), date!(2025 - 10 - 14));
        assert_eq!(china.add_workdays(date!(2025 - 10 - 01), 0), date!(2025 - 10 - 09));
        assert_eq!(china.add_workdays(date!(2025 - 09 - 28), 0), date!(2025 - 09 - 28));
        assert_eq!(china.workdays_between(date!(2025 - 09 - 30), date!(2025 - 10 - 08)), 0);
        assert_eq!(china.workdays_between(date!(2025 - 10 - 14), date!(2025 - 09 - 30)), -5);
    }

    #[test]
    fn terms_jump_the_spring_festival_of_2026_and_count_its_worked_saturdays() {
        let china = china();
        // Sat 14 February is worked, 15–23 are off.
        assert_eq!(china.add_workdays(date!(2026 - 02 - 13), 1), date!(2026 - 02 - 14));
        assert_eq!(china.add_workdays(date!(2026 - 02 - 13), 2), date!(2026 - 02 - 24));
        // Tue 24 to Fri 27, Sat 28 (worked).
        assert_eq!(china.add_workdays(date!(2026 - 02 - 14), 5), date!(2026 - 02 - 28));
        assert_eq!(china.add_workdays(date!(2026 - 02 - 28), 1), date!(2026 - 03 - 02));
        assert!(china.is_workday(date!(2026 - 01 - 04)) && china.is_workday(date!(2026 - 09 - 20)));
    }

    #[test]
    fn a_statutory_day_on_a_weekend_is_made_up_for_in_the_provisional_year() {
        let china = china();
        assert_eq!(china.add_workdays(date!(2027 - 02 - 04), 1), date!(2027 - 02 - 11));
        assert_eq!(china.add_workdays(date!(2027 - 04 - 30), 1), date!(2027 - 05 - 05));
        assert_eq!(china.add_workdays(date!(2027 - 09 - 30), 1), date!(2027 - 10 - 06));
    }

    #[test]
    fn a_year_not_loaded_works_monday_to_friday() {
        let china = china();
        assert!(china.is_workday(date!(2030 - 10 - 01)));
        assert!(!china.is_workday(date!(2030 - 10 - 05)));
    }

    #[test]
    fn a_term_ends_with_its_last_day_in_beijing() {
        // 23:30 UTC on the 29th is already the 30th in Beijing.
        let from = Timestamp(datetime!(2025-09-29 23:30 UTC).unix_timestamp() * 1000);
        assert_eq!(china().deadline(from, 1), Timestamp::end_of(date!(2025 - 10 - 09)));
    }

    #[test]
    fn the_end_of_all_dates_does_not_hang() {
        assert_eq!(china().add_workdays(Date::MAX, 3), Date::MAX);
    }

    #[test]
    fn a_file_that_contradicts_itself_is_refused() {
        let read = |text: &str| Calendar::from_toml(text).unwrap_err();
        let fine = year(2025, "s", "2025-10-01", "2025-10-11");
        assert!(Calendar::from_toml(&fine).is_ok());
        assert_eq!(read(&format!("{fine}{fine}")), CalendarError::YearTwice { year: 2025 });
        assert_eq!(read(&year(2025, " ", "", "")), CalendarError::NoSource { year: 2025 });
        assert_eq!(
            read(&year(2025, "s", "2026-01-01", "")),
            CalendarError::OtherYear { year: 2025, date: date!(2026 - 01 - 01) }
        );
        assert_eq!(
            read(&year(2025, "s", "", "2025-10-10")),
            CalendarError::NotAWeekend { date: date!(2025 - 10 - 10) }
        );
        assert_eq!(
            read(&year(2025, "s", "2025-10-11", "2025-10-11")),
            CalendarError::Contradiction { date: date!(2025 - 10 - 11) }
        );
        assert_eq!(read(&year(2025, "s", "2025-10-01T08:00:00", "")), CalendarError::NotADate { year: 2025 });
        for wrong in ["", "years = 1", &fine.replace("published", "guessed"), &format!("{fine}more = 1\n")] {
            assert!(matches!(read(wrong), CalendarError::Form(_)), "{wrong}");
        }
    }

    #[test]
    fn each_day_has_a_kind() {
        let china = china();
        assert_eq!(china.years().collect::<Vec<_>>(), [2025, 2026, 2027]);
        for (date, kind) in [
            (date!(2026 - 2 - 17), DayKind::Holiday),
            (date!(2026 - 2 - 14), DayKind::Exchange),
            (date!(2026 - 2 - 7), DayKind::Weekend),
            (date!(2026 - 2 - 9), DayKind::Workday),
            (date!(2031 - 1 - 1), DayKind::Workday),
        ] {
            assert_eq!(china.day_kind(date), kind, "{date}");
        }
    }

    proptest! {
        #[test]
        fn a_term_ends_on_the_nth_working_day_after(from in day(), n in 0_u16..200) {
            let china = china();
            let end = china.add_workdays(from, n);
            prop_assert!(china.is_workday(end));
            // A term of no days that begins on a day off ends on the first day worked.
            let counted = if n == 0 && end > from { 1 } else { i32::from(n) };
            prop_assert_eq!(china.workdays_between(from, end), counted);
        }

        #[test]
        fn a_later_or_longer_term_never_ends_earlier(from in day(), n in 0_u16..100) {
            let china = china();
            let end = china.add_workdays(from, n);
            prop_assert!(end >= from);
            prop_assert!(china.add_workdays(from, n + 1) >= end);
            prop_assert!(china.add_workdays(from.next_day().unwrap(), n) >= end);
        }

        #[test]
        fn working_days_add_up_and_turn_their_sign(a in day(), b in day(), c in day()) {
            let china = china();
            prop_assert_eq!(china.workdays_between(a, b), -china.workdays_between(b, a));
            prop_assert_eq!(
                china.workdays_between(a, b) + china.workdays_between(b, c),
                china.workdays_between(a, c)
            );
        }
    }
}

//! Instants and civil dates.
//!
//! An instant is a count of milliseconds since 1970-01-01T00:00:00Z; a civil
//! date is what a wall calendar in China shows at that instant. China has kept
//! one offset, UTC+8 without summer time, since 1991, so no time-zone table is
//! needed.

use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime, Time, UtcOffset, macros::offset};

/// The offset of Beijing time.
pub const BEIJING: UtcOffset = offset!(+8);

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;

/// An instant: milliseconds since the Unix epoch, UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The instant as a date and time in Beijing. Instants outside the years
    /// −9999 to 9999 are shown as the epoch: they cannot come from our clock.
    pub fn in_beijing(self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000_000)
            .unwrap_or(OffsetDateTime::UNIX_EPOCH)
            .to_offset(BEIJING)
    }

    /// The civil date in Beijing.
    pub fn date(self) -> Date {
        self.in_beijing().date()
    }

    /// The first instant of a civil date in Beijing.
    pub fn start_of(date: Date) -> Self {
        let midnight = date.with_time(Time::MIDNIGHT).assume_offset(BEIJING);
        Self(i64::try_from(midnight.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX))
    }

    /// The last millisecond of a civil date in Beijing: a term that ends on a
    /// day ends with it.
    pub fn end_of(date: Date) -> Self {
        Self(Self::start_of(date).0 + DAY_MS - 1)
    }

    /// This instant `minutes` later (earlier when negative).
    #[must_use]
    pub const fn plus_minutes(self, minutes: i64) -> Self {
        Self(self.0 + minutes * MINUTE_MS)
    }

    /// This instant `days` of 24 hours later (earlier when negative).
    #[must_use]
    pub const fn plus_days(self, days: i64) -> Self {
        Self(self.0 + days * DAY_MS)
    }

    /// This instant `months` calendar months earlier in Beijing; the day is
    /// clamped to the length of the month it lands in.
    #[must_use]
    pub fn minus_months(self, months: u16) -> Self {
        let here = self.in_beijing();
        let date = minus_months(here.date(), months);
        let moved = here.replace_date(date);
        Self(i64::try_from(moved.unix_timestamp_nanos() / 1_000_000).unwrap_or(0))
    }

    /// Days of 24 hours from `earlier` to here, begun ones counted whole.
    pub const fn whole_days_since(self, earlier: Self) -> i64 {
        let gap = self.0 - earlier.0;
        if gap <= 0 { 0 } else { (gap + DAY_MS - 1) / DAY_MS }
    }
}

/// `date` moved back by calendar months, the day clamped to the month's length.
pub fn minus_months(date: Date, months: u16) -> Date {
    shift_months(date, -i32::from(months))
}

/// `date` moved on by calendar months, the day clamped to the month's length.
pub fn plus_months(date: Date, months: u16) -> Date {
    shift_months(date, i32::from(months))
}

fn shift_months(date: Date, by: i32) -> Date {
    let months = date.year() * 12 + i32::from(u8::from(date.month())) - 1 + by;
    let year = months.div_euclid(12);
    let month = u8::try_from(months.rem_euclid(12) + 1)
        .ok()
        .and_then(|number| time::Month::try_from(number).ok())
        .unwrap_or(time::Month::January);
    let day = date.day().min(month.length(year));
    Date::from_calendar_date(year, month, day).unwrap_or(date)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use time::macros::{date, datetime};

    use super::*;

    #[test]
    fn a_day_begins_and_ends_in_beijing() {
        let start = Timestamp::start_of(date!(2026 - 11 - 23));
        assert_eq!(start.in_beijing(), datetime!(2026-11-23 0:00 +8));
        assert_eq!(Timestamp::end_of(date!(2026 - 11 - 23)).0 + 1, Timestamp::start_of(date!(2026 - 11 - 24)).0);
    }

    #[test]
    fn a_month_back_from_the_31st_is_the_months_last_day() {
        assert_eq!(minus_months(date!(2026 - 03 - 31), 1), date!(2026 - 02 - 28));
        assert_eq!(plus_months(date!(2023 - 11 - 30), 3), date!(2024 - 02 - 29));
        assert_eq!(minus_months(date!(2026 - 01 - 15), 12), date!(2025 - 01 - 15));
    }

    proptest! {
        #[test]
        fn an_instant_lies_within_its_own_day(ms in 0_i64..4_102_444_800_000) {
            let at = Timestamp(ms);
            prop_assert!(Timestamp::start_of(at.date()) <= at && at <= Timestamp::end_of(at.date()));
        }
    }
}

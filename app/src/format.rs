//! Dates, sizes, counts and terms as people read them, in Beijing time.

use domain::{calendar::Calendar, ids::ByteCount, time::Timestamp};
use time::Date;

use crate::{components::Kind, wording::Lang};

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

fn month_en(date: Date) -> &'static str {
    MONTHS[usize::from(u8::from(date.month())) - 1]
}

/// `2026年11月23日`, `23 Nov 2026`.
pub fn day(lang: Lang, date: Date) -> String {
    match lang {
        Lang::Zh => format!("{}年{}月{}日", date.year(), u8::from(date.month()), date.day()),
        Lang::En => format!("{} {} {}", date.day(), month_en(date), date.year()),
    }
}

/// `11月23日`, `23 Nov`: where the year is plain.
pub fn day_short(lang: Lang, date: Date) -> String {
    match lang {
        Lang::Zh => format!("{}月{}日", u8::from(date.month()), date.day()),
        Lang::En => format!("{} {}", date.day(), month_en(date)),
    }
}

/// `3月`, `Mar`.
pub fn month(lang: Lang, month: time::Month) -> String {
    match lang {
        Lang::Zh => format!("{}月", u8::from(month)),
        Lang::En => MONTHS[usize::from(u8::from(month)) - 1].to_owned(),
    }
}

/// `2026年3月`, `Mar 2026`.
pub fn month_of(lang: Lang, year: i32, of: time::Month) -> String {
    match lang {
        Lang::Zh => format!("{year}年{}", month(lang, of)),
        Lang::En => format!("{} {year}", month(lang, of)),
    }
}

/// `14:05`.
pub fn clock(at: Timestamp) -> String {
    let here = at.in_beijing();
    format!("{:02}:{:02}", here.hour(), here.minute())
}

/// `2026年11月23日 14:05`, `23 Nov 2026, 14:05`.
pub fn moment(lang: Lang, at: Timestamp) -> String {
    let (date, clock) = (day(lang, at.date()), clock(at));
    match lang {
        Lang::Zh => format!("{date} {clock}"),
        Lang::En => format!("{date}, {clock}"),
    }
}

/// `11月23日 14:05`, `23 Nov, 14:05`.
pub fn moment_short(lang: Lang, at: Timestamp) -> String {
    let (date, clock) = (day_short(lang, at.date()), clock(at));
    match lang {
        Lang::Zh => format!("{date} {clock}"),
        Lang::En => format!("{date}, {clock}"),
    }
}

/// `2026-11-23`: for `<time>` and date fields.
pub fn iso_day(date: Date) -> String {
    format!("{:04}-{:02}-{:02}", date.year(), u8::from(date.month()), date.day())
}

/// A day out of a date field: `2026-11-23`.
pub fn read_day(typed: &str) -> Option<Date> {
    let mut parts = typed.trim().splitn(3, '-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let month = time::Month::try_from(month.parse::<u8>().ok()?).ok()?;
    Date::from_calendar_date(year.parse().ok()?, month, day.parse().ok()?).ok()
}

/// `2026-11-23T14:05+08:00`: for `<time>`.
pub fn iso_moment(at: Timestamp) -> String {
    format!("{}T{}+08:00", iso_day(at.date()), clock(at))
}

/// `2026-11-23 14:05:06.789 (UTC+8)`: as exact as it is on record.
pub fn exact(at: Timestamp) -> String {
    let rest = at.0.rem_euclid(60_000);
    format!("{} {}:{:02}.{:03} (UTC+8)", iso_day(at.date()), clock(at), rest / 1000, rest % 1000)
}

/// `3.2 MB`.
pub fn size(size: ByteCount) -> String {
    format!("{} MB", size.in_megabytes())
}

/// `12,345`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1 小时 30 分钟`, `1 h 30 min`.
pub fn hours(lang: Lang, minutes: u64) -> String {
    let (hours, rest) = (count(minutes / 60), minutes % 60);
    match (lang, minutes / 60, rest) {
        (Lang::Zh, 0, _) => format!("{rest} 分钟"),
        (Lang::Zh, _, 0) => format!("{hours} 小时"),
        (Lang::Zh, ..) => format!("{hours} 小时 {rest} 分钟"),
        (Lang::En, 0, _) => format!("{rest} min"),
        (Lang::En, _, 0) => format!("{hours} h"),
        (Lang::En, ..) => format!("{hours} h {rest} min"),
    }
}

/// `62.5 %` of tenths of a percent; `None` where nothing was measured.
pub fn rate(part: u64, whole: u64) -> Option<String> {
    let tenths = (part * 2000 + whole).checked_div(whole * 2)?;
    Some(format!("{}.{}%", tenths / 10, tenths % 10))
}

/// `320 米`, `4.7 公里`; `320 m`, `4.7 km`.
pub fn metres(lang: Lang, metres: u32) -> String {
    let (m, km) = match lang {
        Lang::Zh => ("米", "公里"),
        Lang::En => ("m", "km"),
    };
    if metres < 1000 { format!("{metres} {m}") } else { format!("{}.{} {km}", metres / 1000, metres % 1000 / 100) }
}

/// How a term reads, and how pressing it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The words.
    pub text: String,
    /// Waiting, attention (two working days or fewer) or problem (passed).
    pub kind: Kind,
}

/// A term as date and working days left: `3月12日前 · 还剩 4 个工作日`.
pub fn due(lang: Lang, calendar: &Calendar, due: Timestamp, now: Timestamp) -> Due {
    let (date, today) = (due.date(), now.date());
    let left = calendar.workdays_between(today, date);
    let on = if date.year() == today.year() { day_short(lang, date) } else { day(lang, date) };
    let plural = if left.abs() == 1 { "" } else { "s" };
    if due < now {
        let late = left.abs();
        let text = match (lang, late) {
            (Lang::Zh, 0) => format!("{on}已到期"),
            (Lang::Zh, _) => format!("{on}已到期 · 已超 {late} 个工作日"),
            (Lang::En, 0) => format!("was due on {on}"),
            (Lang::En, _) => format!("was due on {on} · {late} working day{plural} ago"),
        };
        return Due { text, kind: Kind::Problem };
    }
    let text = match (lang, date == today) {
        (Lang::Zh, true) => "今天内办结 · 最后一天".to_owned(),
        (Lang::Zh, false) => format!("{on}前 · 还剩 {left} 个工作日"),
        (Lang::En, true) => "by the end of today".to_owned(),
        (Lang::En, false) => format!("by {on} · {left} working day{plural} left"),
    };
    Due { text, kind: if left <= 2 { Kind::Attention } else { Kind::Waiting } }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    #[test]
    fn numbers_read_as_people_write_them() {
        assert_eq!(count(0), "0");
        assert_eq!(count(1234), "1,234");
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(hours(Lang::Zh, 90), "1 小时 30 分钟");
        assert_eq!(hours(Lang::En, 60), "1 h");
        assert_eq!(rate(5, 8), Some("62.5%".to_owned()));
        assert_eq!(rate(0, 0), None);
    }

    #[test]
    fn dates_read_in_each_language() {
        let at = Timestamp(Timestamp::start_of(date!(2026 - 11 - 23)).0 + (14 * 60 + 5) * 60_000);
        assert_eq!(moment_short(Lang::Zh, at), "11月23日 14:05");
        assert_eq!(moment(Lang::En, at), "23 Nov 2026, 14:05");
        assert_eq!(iso_moment(at), "2026-11-23T14:05+08:00");
        assert_eq!(exact(Timestamp(at.0 + 6_789)), "2026-11-23 14:05:06.789 (UTC+8)");
        assert_eq!(read_day(" 2026-11-23 "), Some(date!(2026 - 11 - 23)));
        for bad in ["", "2026-11", "2026-02-30", "2026/11/23", "2026-11-23-1"] {
            assert_eq!(read_day(bad), None, "{bad}");
        }
    }

    #[test]
    fn terms_name_the_working_days_left() {
        let calendar = Calendar::default();
        let now = Timestamp::start_of(date!(2026 - 3 - 6));
        let term = |date| due(Lang::Zh, &calendar, Timestamp::end_of(date), now);
        assert_eq!(term(date!(2026 - 3 - 12)).text, "3月12日前 · 还剩 4 个工作日");
        assert_eq!(term(date!(2026 - 3 - 6)).kind, Kind::Attention);
        assert_eq!(term(date!(2026 - 3 - 4)).text, "3月4日已到期 · 已超 2 个工作日");
    }
}

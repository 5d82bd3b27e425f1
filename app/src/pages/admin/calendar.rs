//! 工作日历: which years are known, and every day of a year.

use domain::{
    calendar::{Calendar, DayKind, YearStatus},
    policy::{Action, Denied},
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use time::{Date, Month};

use crate::{
    api::Cx,
    components::*,
    context::{screen, wording},
    error::AppError,
    format,
    pages::AsyncPage,
    routes,
    wording::{Lang, Wording},
};

/// The route's view.
#[component]
pub fn CalendarPage() -> impl IntoView {
    let asked: Option<i32> = use_query_map().read_untracked().get("year").and_then(|year| year.parse().ok());
    view! {
        <AsyncPage load=move || async move {
            let w = wording();
            let cx = Cx::here()?;
            cx.actor()?;
            if !screen().may_ever(Action::SeeAccounts) {
                return Err(AppError::Forbidden { reason: w.fault_denied(Denied::NotYourRole) });
            }
            let calendar = cx.portal.calendar();
            let today = cx.portal.now().date();
            let years = years(calendar, today);
            let year = asked.filter(|year| years.contains(year)).unwrap_or(today.year());
            let (problems, table) = (problems(calendar, &years, today), table(calendar, &years));
            let (tabs, months) = (tabs(&years, year), months(calendar, year, today));
            Ok(view! {
                <Page title=w.calendar_title() lead=w.calendar_lead() wide=true>
                    {problems}
                    <Group title=w.calendar_years()>{table}</Group>
                    {tabs}
                    {months}
                </Page>
            }.into_any())
        }/>
    }
}

/// The years that are loaded, and the two in which terms run now.
fn years(calendar: &Calendar, today: Date) -> Vec<i32> {
    let mut years: Vec<i32> = calendar.years().chain([today.year(), today.year() + 1]).collect();
    years.sort_unstable();
    years.dedup();
    years
}

/// What an administrator must put right: terms already run in these years.
fn problems(calendar: &Calendar, years: &[i32], today: Date) -> AnyView {
    let w = wording();
    years
        .iter()
        .filter(|year| **year >= today.year())
        .filter_map(|year| {
            let (kind, title, about) = match calendar.status(*year) {
                YearStatus::Published { .. } => return None,
                YearStatus::Provisional { .. } => {
                    (Kind::Attention, w.calendar_year_provisional(*year), w.calendar_year_provisional_about())
                }
                YearStatus::NotLoaded => {
                    (Kind::Problem, w.calendar_year_missing(*year), w.calendar_year_missing_about())
                }
            };
            Some(view! { <Notice kind=kind title=title><p>{about}</p></Notice> })
        })
        .collect_view()
        .into_any()
}

fn days_of(year: i32) -> impl Iterator<Item = Date> {
    let first = Date::from_ordinal_date(year, 1).ok();
    std::iter::successors(first, |day| day.next_day()).take_while(move |day| day.year() == year)
}

fn table(calendar: &Calendar, years: &[i32]) -> AnyView {
    let w = wording();
    let columns = vec![
        Column::text(w.calendar_year()),
        Column::text(w.calendar_state()),
        Column::text(w.calendar_source()),
        Column::number(w.calendar_workdays()),
        Column::number(w.calendar_holidays()),
        Column::number(w.calendar_exchanged()),
    ];
    let rows = years.iter().map(|year| {
        let count = |wanted: &[DayKind]| days_of(*year).filter(|day| wanted.contains(&calendar.day_kind(*day))).count();
        let (kind, word, source) = match calendar.status(*year) {
            YearStatus::Published { source } => (Kind::Done, w.calendar_published(), source),
            YearStatus::Provisional { source } => (Kind::Attention, w.calendar_provisional(), source),
            YearStatus::NotLoaded => (Kind::Problem, w.calendar_not_loaded(), w.calendar_no_source()),
        };
        let href = routes::with_query(routes::ADMIN_CALENDAR, &[("year", &year.to_string())]);
        vec![
            cell(view! { <a href=href>{year.to_string()}</a> }),
            cell(view! { <StateBadge kind=kind word=word/> }),
            cell(source.to_owned()),
            cell(count(&[DayKind::Workday, DayKind::Exchange]).to_string()),
            cell(count(&[DayKind::Holiday]).to_string()),
            cell(count(&[DayKind::Exchange]).to_string()),
        ]
    });
    view! { <DataTable caption=w.calendar_years() caption_unseen=true columns=columns rows={rows.collect::<Vec<_>>()}/> }
        .into_any()
}

fn tabs(years: &[i32], shown: i32) -> AnyView {
    let w = wording();
    let tabs = years.iter().map(|year| {
        let href = routes::with_query(routes::ADMIN_CALENDAR, &[("year", &year.to_string())]);
        view! { <li><a href=href aria-current=(*year == shown).then_some("page")>{w.calendar_months_of(*year)}</a></li> }
    });
    view! { <nav class="tabs" aria-label=w.calendar_year()><ul>{tabs.collect_view()}</ul></nav> }.into_any()
}

fn months(calendar: &Calendar, year: i32, today: Date) -> AnyView {
    let w = wording();
    let months = (1..=12_u8)
        .filter_map(|number| Month::try_from(number).ok())
        .map(|one| month(calendar, year, one, today))
        .collect_view();
    view! {
        <p class="month-key">
            <span class="day-off"><span class="day-mark">{w.calendar_off()}</span>{w.calendar_key_off()}</span>
            <span class="day-exchange"><span class="day-mark">{w.calendar_work()}</span>{w.calendar_key_work()}</span>
            <span class="day-weekend">{w.calendar_key_weekend()}</span>
        </p>
        <div class="months">{months}</div>
    }
    .into_any()
}

/// A month as a grid of weeks: no table of records, so it stays a grid on phones.
fn month(calendar: &Calendar, year: i32, month: Month, today: Date) -> AnyView {
    let w = wording();
    let lang = screen().lang;
    let Ok(first) = Date::from_calendar_date(year, month, 1) else { return ().into_any() };
    let days: Vec<Date> = days_of(year).filter(|day| day.month() == month).collect();
    let worked = days.iter().filter(|day| calendar.is_workday(**day)).count();
    let before = usize::from(first.weekday().number_days_from_monday());
    let cells: Vec<Option<Date>> = std::iter::repeat_n(None, before).chain(days.into_iter().map(Some)).collect();
    let weeks = cells.chunks(7).map(|week| {
        let mut week = week.to_vec();
        week.resize(7, None);
        let days = week.into_iter().map(|day| match day {
            None => view! { <td></td> }.into_any(),
            Some(day) => day_cell(w, calendar.day_kind(day), day, day == today),
        });
        view! { <tr>{days.collect_view()}</tr> }
    });
    let heads = weekdays(lang).map(|name| view! { <th scope="col">{name}</th> });
    let worked = u32::try_from(worked).unwrap_or(0);
    view! {
        <table class="month">
            <caption>{format::month_of(lang, year, month)}" · "{w.calendar_month_workdays(worked)}</caption>
            <thead><tr>{heads.collect_view()}</tr></thead>
            <tbody>{weeks.collect_view()}</tbody>
        </table>
    }
    .into_any()
}

fn weekdays(lang: Lang) -> impl Iterator<Item = &'static str> {
    match lang {
        Lang::Zh => ["一", "二", "三", "四", "五", "六", "日"],
        Lang::En => ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"],
    }
    .into_iter()
}

fn day_cell(w: Wording, kind: DayKind, day: Date, today: bool) -> AnyView {
    let (class, mark) = match kind {
        DayKind::Workday => ("day", None),
        DayKind::Weekend => ("day day-weekend", None),
        DayKind::Holiday => ("day day-off", Some(w.calendar_off())),
        DayKind::Exchange => ("day day-exchange", Some(w.calendar_work())),
    };
    let mark = mark.map(|mark| view! { <span class="day-mark">{mark}</span> });
    let now = today.then(|| view! { <span class="unseen">{w.calendar_today()}</span> });
    view! { <td class=class class:day-today=today>{day.day()}{mark}{now}</td> }.into_any()
}

//! 成效数据: the numbers, each with its definition and the records behind it.

use domain::{actor::Actor, agency::Agency, region::RegionCode};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use portal::{services::ledgers::Figures, store::Measure};
use time::Date;

use super::{
    asked::{Asked, Period, within_reach},
    charts,
    records::{Number, address},
};
use crate::{
    api::{Cx, ledger::LedgerQuery, ledger::stage_code},
    components::*,
    context::{screen, wording},
    error::{AppError, FieldError},
    format,
    islands::PrintButton,
    pages::AsyncPage,
    routes,
    wording::Wording,
};
use domain::visit_ledger::EntryStage;

/// How many years back the list of years goes.
const YEARS: i32 = 5;

/// The route's view.
#[component]
pub fn Dashboard() -> impl IntoView {
    let query = use_query_map().read_untracked().clone();
    let asked = Asked::read(|name| query.get(name));
    view! {
        <AsyncPage load=move || async move {
            let w = wording();
            let cx = Cx::here()?;
            let actor = cx.actor()?;
            let now = cx.portal.now();
            let agencies = within_reach(&actor, cx.portal.catalogue().agencies().await?);
            let period = match asked.period(now.date(), w) {
                Ok(period) => period,
                Err(AppError::Invalid(errors)) => return Ok(unreadable(&asked, &actor, &agencies, now.date(), errors)),
                Err(other) => return Err(other),
            };
            let figures = cx.portal.ledgers().figures(&actor, &period.base).await?;
            let lead = w.numbers_scope(&period.in_words(w), &period.scope(w, &actor, &agencies));
            let measured = figures.ledger.claimed + figures.ledger.confirmed + figures.ledger.reversed
                + figures.remote.remote + figures.remote.site + figures.remote.rectification_due;
            let content = if measured == 0 {
                view! { <EmptyState title=w.numbers_none() about=w.numbers_none_about()/> }.into_any()
            } else {
                let charts = charts::load(&cx, &actor, &period, &agencies).await?;
                let main = main_numbers(&figures, &period, &asked, cx.portal.settings().ledger.quiet_days);
                let quality = quality(&figures, &period, &asked);
                view! {
                    <Group title=w.numbers_main()>{main}</Group>
                    <Group title=w.numbers_quality()>{quality}</Group>
                    {charts}
                    {downloads(&period.query)}
                }
                .into_any()
            };
            let filters = filters(&asked, &actor, &agencies, now.date());
            Ok(view! {
                <Page title=w.numbers_title() lead=lead wide=true>
                    {filters}
                    <div class="actions-line numbers-as-of">
                        <p>{w.numbers_as_of(&format::moment(screen().lang, figures.at))}</p>
                        <PrintButton label=w.numbers_print().to_owned()/>
                    </div>
                    {content}
                </Page>
            }.into_any())
        }/>
    }
}

fn unreadable(asked: &Asked, actor: &Actor, agencies: &[Agency], today: Date, errors: Vec<FieldError>) -> AnyView {
    let w = wording();
    let filters = filters(asked, actor, agencies, today);
    view! {
        <Page title=w.numbers_title() wide=true>
            <ErrorSummary errors=errors/>
            {filters}
        </Page>
    }
    .into_any()
}

fn filters(asked: &Asked, actor: &Actor, agencies: &[Agency], today: Date) -> AnyView {
    let w = wording();
    let lang = screen().lang;
    let this_year = today.year();
    let mut years: Vec<i32> = (this_year + 1 - YEARS..=this_year).rev().collect();
    if let Some(other) = asked.year.parse().ok().filter(|year| !years.contains(year)) {
        years.push(other);
    }
    let years = years.into_iter().map(|year| Choice::new(year.to_string(), w.numbers_year_of(year))).collect();
    let mut parts: Vec<Choice> = (1..=4).map(|n| Choice::new(format!("q{n}"), w.numbers_quarter(n))).collect();
    parts.extend((1..=12_u8).filter_map(|n| {
        let month = time::Month::try_from(n).ok()?;
        Some(Choice::new(n.to_string(), format::month(lang, month)))
    }));
    let year = if asked.year.is_empty() { this_year.to_string() } else { asked.year.clone() };
    let own_days = !asked.from.is_empty() || !asked.until.is_empty();
    let Asked { part, from, until, .. } = asked.clone();
    // Fields must be made inside of the form that they belong to.
    let more = (w, asked.clone(), actor.clone(), agencies.to_vec());
    view! {
        <Filters action=routes::DASHBOARD active=asked.narrows()>
            <SelectField name="year" label=w.numbers_year() value=year options=years optional=true/>
            <SelectField name="part" label=w.numbers_part() value=part empty=w.numbers_part_all() options=parts optional=true/>
            {
                let (w, asked, actor, agencies) = more;
                view! { {agency_field(w, &asked.agency, &agencies)}{region_field(w, &asked.region, &actor, &agencies)} }
            }
            <div class="filters-more">
                <Fold title=w.numbers_own_days() open=own_days>
                    <p class="field-hint">{w.numbers_own_days_hint()}</p>
                    <div class="filters-days">
                        <DateField name="from" label=w.ledger_from() value=from optional=true/>
                        <DateField name="until" label=w.ledger_until() value=until optional=true/>
                    </div>
                </Fold>
            </div>
        </Filters>
    }
    .into_any()
}

/// A choice of agencies, where there is one.
pub(super) fn agency_field(w: Wording, chosen: &str, agencies: &[Agency]) -> Option<AnyView> {
    (agencies.len() > 1).then(|| {
        let options = agencies.iter().map(|agency| Choice::new(agency.id.to_string(), agency.name.to_string())).collect();
        view! {
            <SelectField name="agency" label=w.ledger_agency() value=chosen empty=w.ledger_all_agencies() options=options optional=true/>
        }
        .into_any()
    })
}

/// A choice of districts, where there is one.
pub(super) fn region_field(w: Wording, chosen: &str, actor: &Actor, agencies: &[Agency]) -> Option<AnyView> {
    let own = match actor.scope {
        domain::actor::Scope::Jurisdiction(region) => region,
        _ => agencies.first().map_or(RegionCode::CHANGCHUN, |agency| agency.region),
    };
    (own == RegionCode::CHANGCHUN).then(|| {
        let options = RegionCode::all()
            .filter(|region| *region != RegionCode::CHANGCHUN)
            .map(|region| Choice::new(region.as_str(), w.region(region)))
            .collect();
        view! {
            <SelectField name="region" label=w.ledger_region() value=chosen empty=w.ledger_all_regions() options=options optional=true/>
        }
        .into_any()
    })
}

/// The ledger, narrowed down to a stage of the period.
fn entries(period: &Period, stage: EntryStage) -> String {
    let query = LedgerQuery { stage: stage_code(stage).to_owned(), ..period.query.clone() };
    routes::with_query(routes::LEDGER, &query.pairs())
}

/// One number as it is shown.
struct Shown {
    label: &'static str,
    value: Option<String>,
    unit: Option<&'static str>,
    /// Part and base of a rate.
    beside: Option<String>,
    about: String,
    href: String,
}

fn stats(numbers: Vec<Shown>) -> AnyView {
    let numbers = numbers.into_iter().map(|number| {
        let Shown { label, value, unit, beside, about, href } = number;
        view! { <StatNumber label=label value=value unit=unit beside=beside definition=about href=href/> }
    });
    let numbers = numbers.collect_view();
    view! { <Stats>{numbers}</Stats> }.into_any()
}

/// A rate, with its part and its base.
fn rate(label: &'static str, part: u64, whole: u64, about: &'static str, href: String) -> Shown {
    let beside = (whole > 0).then(|| wording().numbers_base(&format::count(part), &format::count(whole)));
    Shown { label, value: format::rate(part, whole), unit: None, beside, about: about.to_owned(), href }
}

fn main_numbers(figures: &Figures, period: &Period, asked: &Asked, quiet_days: u16) -> AnyView {
    let w = wording();
    let (ledger, remote) = (&figures.ledger, &figures.remote);
    let measured = ledger.claimed + ledger.confirmed + ledger.reversed > 0;
    let visits = |label, number, about: String, stage| Shown {
        label,
        value: measured.then(|| format::count(number)),
        unit: Some(w.numbers_unit_visits()),
        beside: None,
        about,
        href: entries(period, stage),
    };
    stats(vec![
        visits(w.numbers_net(), ledger.confirmed, w.numbers_net_about().to_owned(), EntryStage::Confirmed),
        visits(w.numbers_claimed(), ledger.claimed, w.numbers_claimed_about(quiet_days), EntryStage::Claimed),
        rate(
            w.numbers_remote(),
            remote.decided,
            remote.decided + remote.site,
            w.numbers_remote_about(),
            address(asked, Number::Remote, Measure::Decided, 1),
        ),
        Shown {
            label: w.numbers_hours(),
            value: (ledger.confirmed > 0).then(|| hours(ledger.saved_minutes)),
            unit: Some(w.numbers_unit_hours()),
            beside: None,
            about: w.numbers_hours_about().to_owned(),
            href: entries(period, EntryStage::Confirmed),
        },
    ])
}

fn quality(figures: &Figures, period: &Period, asked: &Asked) -> AnyView {
    let w = wording();
    let (ledger, remote) = (&figures.ledger, &figures.remote);
    let measured = ledger.claimed + ledger.confirmed + ledger.reversed > 0;
    stats(vec![
        rate(
            w.numbers_converted(),
            remote.converted,
            remote.remote,
            w.numbers_converted_about(),
            address(asked, Number::Conversion, Measure::Converted, 1),
        ),
        rate(
            w.numbers_problems(),
            remote.with_findings,
            remote.decided,
            w.numbers_problems_about(),
            address(asked, Number::Problems, Measure::WithFindings, 1),
        ),
        rate(
            w.numbers_rectified(),
            remote.rectification_in_time,
            remote.rectification_due,
            w.numbers_rectified_about(),
            address(asked, Number::Rectification, Measure::RectificationInTime, 1),
        ),
        Shown {
            label: w.numbers_reversed(),
            value: measured.then(|| format::count(ledger.reversed)),
            unit: Some(w.numbers_unit_entries()),
            beside: None,
            about: w.numbers_reversed_about().to_owned(),
            href: entries(period, EntryStage::Reversed),
        },
    ])
}

/// Hours with one decimal below a hundred; enterprises may also have spent more
/// than a visit takes.
fn hours(minutes: i64) -> String {
    let size = minutes.unsigned_abs();
    let sign = if minutes < 0 { "−" } else { "" };
    if size >= 6000 {
        return format!("{sign}{}", format::count((size + 30) / 60));
    }
    let tenths = (size + 3) / 6;
    if tenths.is_multiple_of(10) {
        format!("{sign}{}", tenths / 10)
    } else {
        format!("{sign}{}.{}", tenths / 10, tenths % 10)
    }
}

fn downloads(query: &LedgerQuery) -> AnyView {
    let w = wording();
    let address = |path| routes::with_query(path, &query.pairs());
    let (csv, xlsx) = (address(routes::LEDGER_CSV), address(routes::LEDGER_XLSX));
    view! {
        <div class="screen-only">
            <Group title=w.numbers_export() lead=w.numbers_export_about()>
                <p class="actions-line">
                    <a class="button button-second" href=csv download="">{w.ledger_csv()}</a>
                    <a class="button button-second" href=xlsx download="">{w.ledger_xlsx()}</a>
                </p>
            </Group>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::hours;

    #[test]
    fn hours_are_rounded_once_and_keep_their_sign() {
        assert_eq!(hours(0), "0");
        assert_eq!(hours(90), "1.5");
        assert_eq!(hours(-30), "−0.5");
        assert_eq!(hours(120), "2");
        assert_eq!(hours(123_456), "2,058");
    }
}

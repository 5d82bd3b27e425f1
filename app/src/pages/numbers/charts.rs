//! The ledger of a period as bars: by month, agency, district and item.

use domain::{actor::Actor, agency::Agency, visit_ledger::EntryStage};
use leptos::prelude::*;
use portal::store::{Count, Grouping};
use time::{Date, Month};

use super::asked::Period;
use crate::{
    api::{
        Cx,
        ledger::{LedgerQuery, stage_code},
    },
    components::*,
    context::{screen, wording},
    error::AppError,
    format, routes,
    wording::Wording,
};

/// The most months that are filled up with zeros; a longer period shows only the
/// months that have entries.
const MONTHS: i32 = 24;

/// Fetches the groups and draws them.
pub(super) async fn load(cx: &Cx, actor: &Actor, period: &Period, agencies: &[Agency]) -> Result<AnyView, AppError> {
    let w = wording();
    let ledgers = cx.portal.ledgers();
    let by = async |grouping| ledgers.groups(actor, &period.base, grouping).await;
    let months = by(Grouping::Month).await?;
    if months.is_empty() {
        return Ok(().into_any());
    }
    let items = cx.portal.catalogue().published(None, None, None).await?;
    let item_name = |key: &str| {
        let item = items.iter().find(|item| item.id.to_string() == key)?;
        item.current().map(|version| version.content.name.to_string())
    };
    let agency_name =
        |key: &str| agencies.iter().find(|agency| agency.id.to_string() == key).map(|agency| agency.name.to_string());
    let region_name = |key: &str| key.parse().ok().map(|region| w.region(region).to_owned());
    let by_month = month_bars(&months, period, cx.portal.now().date());
    let by_agency = bars(&by(Grouping::Agency).await?, agency_name, |key| {
        stages(&LedgerQuery { agency: key.to_owned(), ..period.query.clone() })
    });
    let by_region = bars(&by(Grouping::District).await?, region_name, |key| {
        stages(&LedgerQuery { region: key.to_owned(), ..period.query.clone() })
    });
    let by_item = bars(&by(Grouping::Item).await?, item_name, |key| {
        stages(&LedgerQuery { item: key.to_owned(), ..period.query.clone() })
    });
    let charts = [
        (w.numbers_by_month(), w.numbers_axis_month(), by_month, 0),
        (w.numbers_by_agency(), w.ledger_agency(), by_agency, 1),
        (w.numbers_by_region(), w.ledger_region(), by_region, 1),
        (w.numbers_by_item(), w.ledger_items(), by_item, 0),
    ]
    .into_iter()
    // A single agency or district is no distribution.
    .filter(|(_, _, bars, more_than)| bars.len() > *more_than)
    .map(|(caption, axis, bars, _)| chart(w, caption, axis, bars))
    .collect_view();
    Ok(view! {
        <Group title=w.numbers_charts() lead=w.numbers_charts_about()>
            <div class="numbers-charts">{charts}</div>
            <p class="field-hint">{w.numbers_by_item_about()}</p>
        </Group>
    }
    .into_any())
}

/// The entries of a query by what the bars show: confirmed and claimed.
fn stages(query: &LedgerQuery) -> [String; 2] {
    [EntryStage::Confirmed, EntryStage::Claimed].map(|stage| {
        let query = LedgerQuery { stage: stage_code(stage).to_owned(), ..query.clone() };
        routes::with_query(routes::LEDGER, &query.pairs())
    })
}

fn chart(w: Wording, caption: &'static str, axis: &'static str, bars: Vec<Bar>) -> AnyView {
    let (first, second) = (w.entry_stage(EntryStage::Confirmed), w.entry_stage(EntryStage::Claimed));
    view! { <Card><BarChart caption=caption axis=axis first=first second=second bars=bars/></Card> }.into_any()
}

/// Bars in the order of their names, which ranks nobody.
fn bars(counts: &[Count], name: impl Fn(&str) -> Option<String>, to: impl Fn(&str) -> [String; 2]) -> Vec<Bar> {
    counts
        .iter()
        .filter(|count| count.confirmed + count.claimed > 0)
        .map(|count| {
            let label = name(&count.key).unwrap_or_else(|| count.key.clone());
            Bar::of_two(label, count.confirmed, count.claimed).to(to(&count.key))
        })
        .collect()
}

fn month_bars(counts: &[Count], period: &Period, today: Date) -> Vec<Bar> {
    let w = wording();
    let bar = |year: i32, month: Month| {
        let key = format!("{year:04}-{:02}", u8::from(month));
        let count = counts.iter().find(|count| count.key == key);
        let (confirmed, claimed) = count.map_or((0, 0), |count| (count.confirmed, count.claimed));
        let label = label(w, period, year, month);
        Bar::of_two(label, confirmed, claimed).to(stages(&month_query(period, year, month)))
    };
    let index = |date: Date| date.year() * 12 + i32::from(u8::from(date.month())) - 1;
    let of_index = |index: i32| {
        let month = u8::try_from(index.rem_euclid(12) + 1).ok().and_then(|month| Month::try_from(month).ok());
        (index.div_euclid(12), month.unwrap_or(Month::January))
    };
    match (period.first, period.last.map(|last| last.min(today))) {
        (Some(first), Some(last)) if (0..MONTHS).contains(&(index(last) - index(first))) => {
            (index(first)..=index(last)).map(of_index).map(|(year, month)| bar(year, month)).collect()
        }
        _ => counts.iter().filter_map(|count| month_of(&count.key)).map(|(year, month)| bar(year, month)).collect(),
    }
}

fn label(w: Wording, period: &Period, year: i32, month: Month) -> String {
    let one_year = period.first.zip(period.last).is_some_and(|(first, last)| first.year() == last.year());
    let lang = screen().lang;
    debug_assert_eq!(lang, w.0);
    if one_year { format::month(lang, month) } else { format::month_of(lang, year, month) }
}

/// `2026-03` as year and month.
fn month_of(key: &str) -> Option<(i32, Month)> {
    let (year, month) = key.split_once('-')?;
    Some((year.parse().ok()?, Month::try_from(month.parse::<u8>().ok()?).ok()?))
}

/// The ledger of the part of a month that lies in the period.
fn month_query(period: &Period, year: i32, month: Month) -> LedgerQuery {
    let first = Date::from_calendar_date(year, month, 1).ok();
    let last = Date::from_calendar_date(year, month, month.length(year)).ok();
    let text = |date: Option<Date>| date.map(format::iso_day).unwrap_or_default();
    LedgerQuery {
        from: text(first.max(period.first)),
        until: text(match (last, period.last) {
            (Some(last), Some(end)) => Some(last.min(end)),
            (last, end) => last.or(end),
        }),
        ..period.query.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::numbers::asked::Asked;
    use time::macros::date;

    #[test]
    fn a_month_links_to_its_days_within_the_period() {
        let asked = Asked { from: "2026-03-10".into(), until: "2026-04-05".into(), ..Asked::default() };
        let period = asked.period(date!(2026 - 11 - 23), Wording::default()).unwrap();
        let march = stages(&month_query(&period, 2026, Month::March));
        assert_eq!(march[0], "/ledger?stage=confirmed&from=2026-03-10&until=2026-03-31");
        let april = stages(&month_query(&period, 2026, Month::April));
        assert_eq!(april[1], "/ledger?stage=claimed&from=2026-04-01&until=2026-04-05");
        assert_eq!(month_of("2026-03"), Some((2026, Month::March)));
    }
}

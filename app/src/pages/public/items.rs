//! 检查事项清单: everything that may be inspected.

use std::collections::HashMap;

use domain::{
    ids::AgencyId,
    item::{ItemVersion, Regime, Remote},
    text::Name,
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    api::Cx,
    components::*,
    context::{screen, wording},
    error::AppError,
    format,
    pages::AsyncPage,
    routes,
    wording::Lang,
};

/// Rows on one page.
const PAGE: usize = 20;

/// What is asked for, as the address has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Asked {
    text: String,
    agency: Option<AgencyId>,
    regime: Option<Regime>,
    remote: Option<bool>,
    page: usize,
}

impl Asked {
    /// Reads the query. What it does not know counts as not asked.
    fn read(value: impl Fn(&str) -> Option<String>) -> Self {
        let word = |name: &str| value(name).unwrap_or_default();
        Self {
            text: word("q").trim().chars().take(100).collect(),
            agency: word("agency").parse().ok(),
            regime: Regime::ALL.into_iter().find(|regime| code(*regime) == word("regime")),
            remote: match word("remote").as_str() {
                "yes" => Some(true),
                "no" => Some(false),
                _ => None,
            },
            page: word("page").parse().unwrap_or(1).max(1),
        }
    }

    fn narrows(&self) -> bool {
        Self { page: 0, ..self.clone() } != Self::default()
    }

    fn address(&self, page: u32) -> String {
        routes::with_query(
            routes::ITEMS,
            &[
                ("q", &self.text),
                ("agency", &self.agency.map(|id| id.to_string()).unwrap_or_default()),
                ("regime", self.regime.map_or("", code)),
                ("remote", remote_code(self.remote)),
                ("page", &page.to_string()),
            ],
        )
    }
}

const fn code(regime: Regime) -> &'static str {
    match regime {
        Regime::Undisturbed => "undisturbed",
        Regime::Key => "key",
        Regime::Random => "random",
    }
}

const fn remote_code(remote: Option<bool>) -> &'static str {
    match remote {
        Some(true) => "yes",
        Some(false) => "no",
        None => "",
    }
}

/// The route's view.
#[component]
pub fn Items() -> impl IntoView {
    let query = use_query_map().read_untracked().clone();
    let asked = Asked::read(|name| query.get(name));
    view! {
        <AsyncPage load=move || async move {
            let w = wording();
            let catalogue = Cx::here()?.portal;
            let catalogue = catalogue.catalogue();
            let text = (!asked.text.is_empty()).then_some(asked.text.as_str());
            let found = catalogue.published(text, asked.agency, asked.regime).await.map_err(AppError::from)?;
            let agencies = catalogue.agencies().await.map_err(AppError::from)?;
            let names: HashMap<AgencyId, Name> = agencies.into_iter().map(|agency| (agency.id, agency.name)).collect();
            let found: Vec<ItemVersion> = found
                .iter()
                .filter_map(|item| item.current().cloned())
                .filter(|item| asked.remote.is_none_or(|remote| remote == suitable(item)))
                .collect();
            let english = (screen().lang == Lang::En).then(|| view! { <p class="field-hint">{w.items_page_language()}</p> });
            let (filters, list) = (filters(&asked, &names), list(&asked, &found, &names));
            Ok(view! {
                <Page title=w.items_page() lead=w.items_page_lead() wide=true>
                    {english}
                    {filters}
                    {list}
                    <Fold title=w.rights_title()><super::Rights/></Fold>
                </Page>
            }.into_any())
        }/>
    }
}

fn suitable(item: &ItemVersion) -> bool {
    matches!(item.content.remote, Remote::Suitable { .. })
}

fn filters(asked: &Asked, agencies: &HashMap<AgencyId, Name>) -> AnyView {
    let w = wording();
    let mut agencies: Vec<(&AgencyId, &Name)> = agencies.iter().collect();
    agencies.sort_by_key(|(_, name)| *name);
    let agencies = agencies.into_iter().map(|(id, name)| Choice::new(id.to_string(), name.to_string())).collect();
    let regimes = Regime::ALL.into_iter().map(|regime| Choice::new(code(regime), w.regime(regime))).collect();
    let (text, narrows) = (asked.text.clone(), asked.narrows());
    let (agency, regime, remote_asked) =
        (asked.agency.map(|id| id.to_string()), asked.regime.map(code), remote_code(asked.remote));
    let remote = vec![Choice::new("yes", w.items_page_remote_yes()), Choice::new("no", w.items_page_remote_no())];
    view! {
        <Filters action=routes::ITEMS active=narrows>
            <TextField name="q" label=w.items_page_query() value=text kind="search" maxlength=100 optional=true/>
            <SelectField name="agency" label=w.items_page_agency() empty=w.items_page_all() options=agencies
                value=agency optional=true/>
            <SelectField name="regime" label=w.items_page_regime() empty=w.items_page_all() options=regimes
                value=regime optional=true/>
            <SelectField name="remote" label=w.items_page_remote() empty=w.items_page_all() options=remote
                value=remote_asked optional=true/>
        </Filters>
    }
    .into_any()
}

fn list(asked: &Asked, found: &[ItemVersion], agencies: &HashMap<AgencyId, Name>) -> AnyView {
    let w = wording();
    if found.is_empty() {
        let (title, about) = if asked.narrows() {
            (w.items_page_none(), w.items_page_none_about())
        } else {
            (w.items_page_empty(), w.items_page_empty_about())
        };
        return view! { <EmptyState title=title about=about/> }.into_any();
    }
    let pages = found.len().div_ceil(PAGE);
    let page = asked.page.min(pages);
    let rows = found.iter().skip((page - 1) * PAGE).take(PAGE).map(|item| {
        let content = &item.content;
        let (kind, word) = if suitable(item) {
            (Kind::Done, w.items_page_remote_yes())
        } else {
            (Kind::Neutral, w.items_page_remote_no())
        };
        vec![
            cell(view! { <a href=routes::item(item.item)>{content.name.to_string()}</a> }),
            cell(agencies.get(&item.agency).map(ToString::to_string)),
            cell(w.regime(content.regime)),
            cell(view! { <StateBadge kind=kind word=word/> }),
            cell(w.times_a_year(content.yearly_cap)),
        ]
    });
    let columns = vec![
        Column::text(w.items_page_name()),
        Column::text(w.items_page_agency()),
        Column::text(w.items_page_regime()),
        Column::text(w.items_page_remote()),
        Column::number(w.items_page_cap()),
    ];
    let total = w.total(&format::count(found.len() as u64));
    let to_u32 = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    view! {
        <DataTable caption=w.items_page() caption_unseen=true columns=columns rows=rows.collect()/>
        <Pager page=to_u32(page) pages=to_u32(pages) total=total href=|page| asked.address(page)/>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_query_does_not_know_counts_as_not_asked() {
        let pairs = [("q", "  消防 "), ("regime", "often"), ("remote", "maybe"), ("page", "-1"), ("agency", "x")];
        let asked =
            Asked::read(|name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()));
        assert_eq!(asked, Asked { text: "消防".to_owned(), page: 1, ..Asked::default() });
        assert!(asked.narrows() && !Asked { page: 3, ..Asked::default() }.narrows());
    }
}

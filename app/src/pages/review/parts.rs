//! What the officers' pages have in common.

use std::{collections::HashMap, str::FromStr};

use domain::{
    actor::Actor,
    ids::AgencyId,
    policy::{self, Action},
    text::Name,
    time::Timestamp,
};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use portal::{Portal, store::Page as RowsPage};

use crate::{
    api::{Cx, review_fields::FORM},
    components::{Choice, DefinitionList, ErrorSummary, FormState, Kind, Notice, Row},
    context::returned_form,
    error::{AppError, FieldError},
    format::{self, Due},
    wording::Wording,
};

/// Who looks, and at what time.
#[derive(Clone)]
pub(super) struct Here {
    pub(super) portal: Portal,
    pub(super) actor: Actor,
    pub(super) w: Wording,
    pub(super) now: Timestamp,
}

impl Here {
    /// The request at hand, of somebody who is logged in.
    pub(super) fn get() -> Result<Self, AppError> {
        let cx = Cx::here()?;
        let actor = cx.actor()?;
        let now = cx.portal.now();
        Ok(Self { w: cx.w, portal: cx.portal, actor, now })
    }

    /// A term as it is read.
    pub(super) fn due(&self, due: Timestamp) -> Due {
        format::due(self.w.0, self.portal.calendar(), due, self.now)
    }

    /// The end of the `days`-th working day from now, as a date.
    pub(super) fn day_in(&self, days: u16) -> String {
        format::day(self.w.0, self.portal.calendar().deadline(self.now, days).date())
    }

    /// Whether one of the person's roles may do this. An agency's people see only
    /// their own agency's records, so that is enough for what a page shows.
    pub(super) fn may(&self, action: Action) -> bool {
        policy::ever(&self.actor, action)
    }

    /// Whether the person holds a certificate that is valid today.
    pub(super) fn certified(&self) -> bool {
        self.actor.certified_on(self.now.date())
    }

    /// The names of the agencies, for people who see more than one.
    pub(super) async fn agency_names(&self) -> Result<Option<HashMap<AgencyId, Name>>, AppError> {
        if self.actor.agency().is_some() {
            return Ok(None);
        }
        let agencies = self.portal.catalogue().agencies().await?;
        Ok(Some(agencies.into_iter().map(|agency| (agency.id, agency.name)).collect()))
    }
}

/// A part of the path. One that cannot be read belongs to no record.
pub(super) fn param<T: FromStr>() -> Result<T, AppError> {
    let id = use_params_map().read_untracked().get("id").unwrap_or_default();
    id.parse().map_err(|_| AppError::NotFound)
}

/// A part of the query, trimmed and at most 100 characters long.
pub(super) fn query(name: &str) -> String {
    let value = use_query_map().read_untracked().get(name).unwrap_or_default();
    value.trim().chars().take(100).collect()
}

/// Which page of a list is asked for, from 1.
pub(super) fn page_number() -> u32 {
    query("page").parse().unwrap_or(1).clamp(1, 100_000)
}

/// How many pages a list has.
pub(super) fn pages(total: u64) -> u32 {
    u32::try_from(total.div_ceil(RowsPage::SIZE)).unwrap_or(u32::MAX).max(1)
}

/// A text that narrows a list down, if there is one.
pub(super) fn given(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// What came back for one form of a page that has several.
pub(super) fn state_of(form: &str) -> FormState {
    let state = returned_form();
    if state.value(FORM) == Some(form) { state } else { FormState::default() }
}

/// What came back for a form that is not on the page any more, or that has no
/// fields: why it was refused, and what had been typed into it. `shown` says of
/// each form whether it is on the page, `texts` what its fields are called.
pub(super) fn left_over(w: Wording, shown: &[(&str, bool)], texts: &[(&str, &'static str)]) -> AnyView {
    let state = returned_form();
    let here = |form: &str| shown.iter().any(|(name, there)| *there && *name == form);
    if state.errors.is_empty() || state.value(FORM).is_some_and(here) {
        return ().into_any();
    }
    let typed: Vec<Row> = texts
        .iter()
        .filter_map(|(field, label)| {
            let text = state.value(field).filter(|text| !text.trim().is_empty())?.to_owned();
            Some(Row::new(*label, view! { <span class="as-typed">{text}</span> }))
        })
        .collect();
    let kept = (!typed.is_empty()).then(|| {
        view! {
            <Notice kind=Kind::Attention title=w.typed_left_over()><DefinitionList rows=typed/></Notice>
        }
    });
    // There is no field to lead to.
    let errors: Vec<FieldError> = state.errors.into_iter().map(|error| FieldError::new("", error.message)).collect();
    view! { <div class="left-over"><ErrorSummary errors=errors/>{kept}</div> }.into_any()
}

/// The hidden field that tells forms of a page apart.
#[component]
pub(super) fn FormName(name: &'static str) -> impl IntoView {
    view! { <input type="hidden" name=FORM value=name/> }
}

/// A hidden field.
#[component]
pub(super) fn Hidden(name: &'static str, #[prop(into)] value: String) -> impl IntoView {
    view! { <input type="hidden" name=name value=value/> }
}

/// A choice for yes, no and "not on record".
pub(super) fn yes_no(w: Wording) -> Vec<Choice> {
    vec![Choice::new("yes", w.yes()), Choice::new("no", w.no())]
}

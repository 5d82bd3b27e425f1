//! 审计日志: every event, and whether the chain holds.

use domain::{ids::AccountId, time::Timestamp};
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_query_map;
use portal::store::{AuditEntry, AuditFilter, Page as Rows, Paged};
use time::Date;

use crate::{
    api::{Cx, admin::VerifyAudit},
    components::*,
    context::{returned_form, wording},
    error::{AppError, FieldError},
    format,
    pages::AsyncPage,
    routes,
    wording::{AUDIT_GROUPS, Wording},
};

/// What is asked for, as the address has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Asked {
    person: String,
    action: String,
    subject: String,
    from: String,
    until: String,
    page: u32,
}

impl Asked {
    fn narrows(&self) -> bool {
        Self { page: 0, ..self.clone() } != Self::default()
    }

    fn address(&self, page: u32) -> String {
        let page = page.to_string();
        routes::with_query(
            routes::AUDIT,
            &[
                ("person", &self.person),
                ("action", &self.action),
                ("subject", &self.subject),
                ("from", &self.from),
                ("until", &self.until),
                ("page", &page),
            ],
        )
    }

    /// The events that are asked for; `person` is the account behind the login.
    fn filter(&self, w: Wording, person: Option<AccountId>) -> Result<AuditFilter, Vec<FieldError>> {
        let mut errors = Vec::new();
        if !self.person.is_empty() && person.is_none() {
            errors.push(FieldError::new("person", w.audit_person_unknown(&self.person)));
        }
        let mut day = |field: &str, typed: &str| {
            let day = format::read_day(typed);
            if day.is_none() && !typed.is_empty() {
                errors.push(FieldError::new(field, w.ledger_day_wrong()));
            }
            day
        };
        let (from, until) = (day("from", &self.from), day("until", &self.until));
        if from.zip(until).is_some_and(|(first, last)| last < first) {
            errors.push(FieldError::new("until", w.ledger_days_reversed()));
        }
        let some = |text: &String| (!text.is_empty()).then(|| text.clone());
        let filter = AuditFilter {
            account: person,
            subject: some(&self.subject),
            action: some(&self.action),
            from: from.map(Timestamp::start_of),
            until: until.and_then(Date::next_day).map(Timestamp::start_of),
        };
        if errors.is_empty() { Ok(filter) } else { Err(errors) }
    }
}

/// The route's view.
#[component]
pub fn AuditPage() -> impl IntoView {
    let query = use_query_map().read_untracked().clone();
    let word = move |name: &str| query.get(name).unwrap_or_default().trim().chars().take(100).collect::<String>();
    let asked = Asked {
        person: word("person"),
        action: word("action"),
        subject: word("subject"),
        from: word("from"),
        until: word("until"),
        page: word("page").parse().unwrap_or(1).max(1),
    };
    view! {
        <AsyncPage load=move || async move {
            let w = wording();
            let cx = Cx::here()?;
            let actor = cx.actor()?;
            let audits = cx.portal.audits();
            let person = if asked.person.is_empty() { None } else { audits.account_of(&actor, &asked.person).await? };
            let content = match asked.filter(w, person) {
                Ok(filter) => list(&asked, &audits.list(&actor, &filter, Rows::number(asked.page)).await?),
                Err(errors) => view! { <ErrorSummary errors=errors/> }.into_any(),
            };
            let filters = filters(&asked);
            Ok::<_, AppError>(view! {
                <Page title=w.audit_title() lead=w.audit_lead() wide=true>
                    {check()}
                    {filters}
                    {content}
                </Page>
            }.into_any())
        }/>
    }
}

fn check() -> AnyView {
    let w = wording();
    view! {
        <Group title=w.audit_check() lead=w.audit_check_about()>
            <Form action=VerifyAudit::url() state=returned_form()>
                <p><button type="submit" class="button button-second">{w.audit_check_submit()}</button></p>
            </Form>
        </Group>
    }
    .into_any()
}

fn filters(asked: &Asked) -> AnyView {
    let w = wording();
    let groups: Vec<Choice> =
        AUDIT_GROUPS.into_iter().filter_map(|group| Some(Choice::new(group, w.audit_group(group)?))).collect();
    let Asked { person, action, subject, from, until, .. } = asked.clone();
    let active = asked.narrows();
    view! {
        <Filters action=routes::AUDIT active=active>
            <TextField name="person" label=w.audit_person() value=person maxlength=100 optional=true/>
            <SelectField name="action" label=w.audit_kind() value=action empty=w.audit_all_kinds() options=groups optional=true/>
            <DateField name="from" label=w.ledger_from() value=from optional=true/>
            <DateField name="until" label=w.ledger_until() value=until optional=true/>
            <TextField name="subject" label=w.audit_subject() value=subject maxlength=100 optional=true/>
        </Filters>
    }
    .into_any()
}

fn list(asked: &Asked, found: &Paged<AuditEntry>) -> AnyView {
    let w = wording();
    if found.rows.is_empty() {
        return view! { <EmptyState title=w.audit_none() about=w.audit_none_about()/> }.into_any();
    }
    let columns = vec![
        Column::number(w.audit_seq()),
        Column::text(w.audit_at()),
        Column::text(w.audit_who()),
        Column::text(w.audit_what()),
        Column::text(w.audit_to()),
        Column::text(w.audit_result()),
        Column::text(w.audit_details()),
    ];
    let rows = found.rows.iter().map(|entry| {
        let event = &entry.event;
        let (kind, word) = if event.success { (Kind::Done, w.audit_ok()) } else { (Kind::Problem, w.audit_failed()) };
        vec![
            cell(entry.seq.to_string()),
            cell(view! { <Moment at=event.at/> }),
            cell(who(w, entry)),
            cell(w.audit_action(&event.action).map_or_else(|| event.action.clone(), str::to_owned)),
            subject(w, entry),
            cell(view! { <StateBadge kind=kind word=word/> }),
            details(w, entry),
        ]
    });
    let pages = u32::try_from(found.total.div_ceil(Rows::SIZE)).unwrap_or(u32::MAX);
    view! {
        <DataTable caption=w.audit_title() caption_unseen=true dense=true columns=columns rows={rows.collect::<Vec<_>>()}/>
        <Pager page=asked.page pages=pages total=w.total(&format::count(found.total)) href=|page| asked.address(page)/>
    }
    .into_any()
}

/// The name as it stood; what nobody did was the portal's own work, or a stranger's.
fn who(w: Wording, entry: &AuditEntry) -> String {
    let event = &entry.event;
    match &event.name {
        Some(name) => name.clone(),
        None if event.action == "login" => w.audit_stranger().to_owned(),
        None => w.audit_system().to_owned(),
    }
}

fn subject(w: Wording, entry: &AuditEntry) -> AnyView {
    let subject = &entry.event.subject;
    let kind = w.audit_subject_kind(&subject.kind).unwrap_or(subject.kind.as_str()).to_owned();
    // The trail is one and has no id to tell it from another.
    if subject.kind == "audit" {
        return kind.into_any();
    }
    // Ids in the order of the clock begin alike: their ends tell them apart.
    let short: String = match subject.id.char_indices().rev().nth(11) {
        Some((start, _)) if subject.id.len() == 36 => format!("…{}", &subject.id[start..]),
        _ => subject.id.clone(),
    };
    let href = routes::with_query(routes::AUDIT, &[("subject", &subject.id)]);
    let spoken = w.audit_same_subject(&format!("{kind} {}", subject.id));
    view! { {kind}" "<a href=href aria-label=spoken><code>{short}</code></a> }.into_any()
}

fn details(w: Wording, entry: &AuditEntry) -> AnyView {
    let event = &entry.event;
    let detail = serde_json::to_string_pretty(&event.detail).unwrap_or_default();
    let (code, id, hash) = (event.action.clone(), event.subject.id.clone(), entry.hash.clone());
    let title = w.audit_details();
    let has_detail = !event.detail.is_null();
    view! {
        <Fold title=title>
            <dl class="audit-detail">
                <dt>{w.audit_code()}</dt><dd><code>{code}</code></dd>
                <dt>{w.audit_subject()}</dt><dd><code>{id}</code></dd>
                {has_detail.then(|| view! { <dt>{w.audit_changes()}</dt><dd><pre>{detail}</pre></dd> })}
                <dt>{w.audit_hash()}</dt><dd><code>{hash}</code></dd>
            </dl>
        </Fold>
    }
    .into_any()
}

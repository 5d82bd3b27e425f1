//! The own enterprise: its registration, what is on record, its people.

use domain::{
    actor::{Actor, Role},
    enterprise::{Conduct, Enterprise, Registration},
    policy::Action,
};
use leptos::{prelude::*, server_fn::ServerFn};
use portal::account::{Account, AccountStatus};
use time::Date;

use crate::{
    api::{Cx, enterprise::CloseOperator},
    components::*,
    context::{actor, screen, wording},
    error::AppError,
    format,
    pages::AsyncPage,
    routes,
};

/// The route's view.
#[component]
pub fn EnterprisePage() -> impl IntoView {
    view! {
        <AsyncPage load=|| async {
            let w = wording();
            let actor = actor()?;
            let cx = Cx::here()?;
            let own = cx.portal.enterprises().own(&actor).await.map_err(AppError::from)?;
            let people = cx.portal.accounts().colleagues(&actor).await.map_err(AppError::from)?;
            let parts = [state(&cx, &own), facts(&own), record(&own.conduct), accounts(&actor, &people)];
            Ok(view! {
                <Page title=own.name.as_str() over=w.own_enterprise()>
                    {parts.into_iter().collect_view()}
                </Page>
            }.into_any())
        }/>
    }
}

fn state(cx: &Cx, own: &Enterprise) -> AnyView {
    let w = wording();
    let lang = screen().lang;
    let settings = cx.portal.settings();
    match &own.registration {
        Registration::Pending { since } => {
            let due = cx.portal.calendar().deadline(*since, settings.clocks.registration);
            let due = format::due(lang, cx.portal.calendar(), due, cx.portal.now());
            view! {
                <Notice kind=Kind::Waiting title=w.own_pending()>
                    <p><DueBadge due=due/></p>
                    <p>{w.own_pending_about()}</p>
                </Notice>
            }
            .into_any()
        }
        Registration::Rejected { at, reason, .. } => {
            let reason = format!("{}{reason}", w.own_rejected_at(&format::moment(lang, *at)));
            let until = cx.portal.calendar().deadline(*at, settings.clocks.registration_correction);
            let until = if cx.portal.now() <= until {
                w.own_correct_until(&format::day(lang, until.date()))
            } else {
                w.own_correct_late().to_owned()
            };
            view! {
                <Notice kind=Kind::Attention title=w.own_rejected()>
                    <p>{reason}</p>
                    <p>{until}</p>
                    <p><a class="button" href=routes::ENTERPRISE_EDIT>{w.own_edit()}</a></p>
                </Notice>
            }
            .into_any()
        }
        Registration::Confirmed { at, .. } => {
            view! { <Notice kind=Kind::Done title=w.own_confirmed(&format::day(lang, at.date()))/> }.into_any()
        }
    }
}

fn facts(own: &Enterprise) -> AnyView {
    let w = wording();
    let place = own.site.coordinates.map_or_else(
        || w.own_position_none().to_owned(),
        |place| format!("{}, {}", place.latitude(), place.longitude()),
    );
    let rows = vec![
        Row::new(w.register_code(), view! { <code>{own.credit_code.as_str().to_owned()}</code> }),
        Row::new(w.register_name(), own.name.to_string()),
        Row::new(w.register_region(), w.region(own.region)),
        Row::new(w.register_industry(), format!("{} {}", w.industry(&own.industry), own.industry)),
        Row::new(w.register_address(), own.site.address.to_string()),
        Row::new(w.register_coordinates(), place),
        Row::new(w.register_person(), own.contact.to_string()),
        Row::new(w.register_phone(), own.phone.to_string()),
    ];
    view! {
        <Group title=w.own_facts()>
            <DefinitionList rows=rows/>
            <p><a class="button button-second" href=routes::ENTERPRISE_EDIT>{w.own_edit()}</a></p>
        </Group>
    }
    .into_any()
}

/// "Nobody has recorded it" and "none on record" are two different answers.
fn record(conduct: &Conduct) -> AnyView {
    let w = wording();
    let lang = screen().lang;
    let nobody = || w.own_nobody().to_owned();
    let yes_no = |value: Option<bool>| value.map_or_else(nobody, |yes| if yes { w.yes() } else { w.no() }.to_owned());
    let last = |value: Option<Option<Date>>| match value {
        None => nobody(),
        Some(None) => w.own_none_on_record().to_owned(),
        Some(Some(day)) => format::day(lang, day),
    };
    let rows = vec![
        Row::new(w.own_grade(), conduct.grade.map_or_else(nobody, |grade| w.grade(grade).to_owned())),
        Row::new(w.own_operating(), yes_no(conduct.operating)),
        Row::new(w.own_low_risk(), yes_no(conduct.low_risk_field)),
        Row::new(w.own_hazard(), yes_no(conduct.major_hazard)),
        Row::new(w.own_penalty(), last(conduct.last_penalty)),
        Row::new(w.own_complaint(), last(conduct.last_complaint)),
        Row::new(w.own_dishonest(), yes_no(conduct.listed_dishonest)),
        Row::new(w.own_tampering(), last(conduct.last_tampering)),
    ];
    let whole = conduct.grade.is_some()
        && [conduct.operating, conduct.low_risk_field, conduct.major_hazard, conduct.listed_dishonest]
            .iter()
            .all(Option::is_some)
        && [conduct.last_penalty, conduct.last_complaint, conduct.last_tampering].iter().all(Option::is_some);
    let gaps = (!whole).then(|| view! { <p class="group-lead">{w.own_nobody_about()}</p> });
    view! {
        <Group title=w.own_record() lead=w.own_record_lead()>
            <DefinitionList rows=rows/>
            {gaps}
        </Group>
    }
    .into_any()
}

fn accounts(actor: &Actor, people: &[Account]) -> AnyView {
    let w = wording();
    let lang = screen().lang;
    let manages = domain::policy::ever(actor, Action::ManageOperators);
    let row = |account: &Account| {
        let roles: Vec<&str> = account.roles.iter().map(|role| w.role(role)).collect();
        let open = account.status != AccountStatus::Closed;
        let (kind, word) = if open { (Kind::Done, w.own_active()) } else { (Kind::Neutral, w.own_closed()) };
        let close = (manages && open && !account.roles.has(Role::EnterpriseOwner)).then(|| {
            let fields = vec![("account", account.id.to_string())];
            view! {
                <PostButton action=CloseOperator::url() label=w.own_close() fields=fields class="button-plain"
                    spoken=w.own_close_spoken(account.name.as_str())/>
            }
        });
        vec![
            cell(account.name.to_string()),
            cell(w.list(&roles)),
            cell(account.login.to_string()),
            cell(view! { <StateBadge kind=kind word=word/> }),
            cell(account.last_login.map_or_else(|| w.own_never().to_owned(), |at| format::moment(lang, at))),
            cell(close),
        ]
    };
    let rows: Vec<Vec<AnyView>> = people.iter().map(row).collect();
    let columns = vec![
        Column::text(w.own_person()),
        Column::text(w.own_role()),
        Column::text(w.account_login()),
        Column::text(w.own_account_state()),
        Column::text(w.own_last_login()),
        Column::actions(w.own_actions()),
    ];
    let operators = people.iter().any(|account| account.roles.has(Role::EnterpriseOperator));
    let close = (manages && operators).then(|| view! { <p class="group-lead">{w.own_close_effect()}</p> });
    let add = manages
        .then(|| view! { <p><a class="button button-second" href=routes::ENTERPRISE_OPERATOR>{w.own_add()}</a></p> });
    view! {
        <Group title=w.own_people() lead=w.own_people_lead()>
            <DataTable caption=w.own_people() caption_unseen=true columns=columns rows=rows/>
            {close}
            {add}
        </Group>
    }
    .into_any()
}

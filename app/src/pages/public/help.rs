//! 办事帮助.

use domain::settings::Settings;
use leptos::prelude::*;

use crate::{api::Cx, components::*, context::wording, error::AppError, format, pages::AsyncPage};

/// The route's view.
#[component]
pub fn Help() -> impl IntoView {
    view! {
        <AsyncPage load=|| async {
            let w = wording();
            let cx = Cx::here()?;
            let agencies = cx.portal.catalogue().agencies().await.map_err(AppError::from)?;
            let settings = cx.portal.settings();
            let phones = agencies.iter().map(|agency| {
                let phone = agency.phone.to_string();
                Row::new(agency.name.to_string(), view! { <a href=format!("tel:{phone}")>{phone.clone()}</a> })
            });
            let phones: Vec<Row> = phones.collect();
            let phones = (!phones.is_empty()).then(|| view! {
                <Fold title=w.help_contact_agencies()><DefinitionList rows=phones/></Fold>
            });
            let parts =
                [contents(), enterprise(settings), questions(), files(settings), phone(), account(settings), agency()];
            Ok(view! {
                <Page title=w.nav_help() lead=w.help_lead()>
                    {parts.into_iter().collect_view()}
                    <Group title=w.help_contact() id="contact">
                        <p>{w.help_contact_about()}</p>
                        {phones}
                    </Group>
                </Page>
            }.into_any())
        }/>
    }
}

/// Parts and their ids, in the order of the page.
fn contents() -> AnyView {
    let w = wording();
    let parts = [
        ("enterprise", w.help_enterprise()),
        ("questions", w.help_questions()),
        ("files", w.help_files()),
        ("phone", w.help_phone()),
        ("account", w.help_account()),
        ("agency", w.help_agency()),
        ("contact", w.help_contact()),
    ];
    view! {
        <nav class="contents" aria-label=w.help_contents()>
            <ul>{parts.into_iter().map(|(id, name)| view! { <li><a href=format!("#{id}")>{name}</a></li> }).collect_view()}</ul>
        </nav>
    }
    .into_any()
}

fn enterprise(settings: &Settings) -> AnyView {
    let w = wording();
    let clocks = &settings.clocks;
    let steps = [
        (w.help_enterprise_1(), w.help_enterprise_1_about(clocks.registration)),
        (w.help_enterprise_2(), w.help_enterprise_2_about(clocks.eligibility_decision)),
        (w.help_enterprise_3(), w.help_enterprise_3_about(clocks.evidence_window)),
        (w.help_enterprise_4(), w.help_enterprise_4_about(clocks.review, settings.review.supplement_rounds)),
        (w.help_enterprise_5(), w.help_enterprise_5_about().to_owned()),
    ];
    view! {
        <Group title=w.help_enterprise() id="enterprise">
            <ol class="walk">
                {steps.into_iter().map(|(name, about)| view! { <li><h3>{name}</h3><p>{about}</p></li> }).collect_view()}
            </ol>
        </Group>
    }
    .into_any()
}

fn agency() -> AnyView {
    let w = wording();
    let officers = [w.help_agency_1(), w.help_agency_2(), w.help_agency_3(), w.help_agency_4()];
    let heads = [w.help_heads_1(), w.help_heads_2(), w.help_heads_3()];
    view! {
        <Group title=w.help_agency() id="agency">
            <ol class="steps">{officers.into_iter().map(|step| view! { <li>{step}</li> }).collect_view()}</ol>
        </Group>
        <Group title=w.help_heads()>
            <div class="prose"><ul>{heads.into_iter().map(|step| view! { <li>{step}</li> }).collect_view()}</ul></div>
        </Group>
    }
    .into_any()
}

fn folds(folds: impl IntoIterator<Item = (&'static str, String)>) -> AnyView {
    folds.into_iter().map(|(title, about)| view! { <Fold title=title><p>{about}</p></Fold> }).collect_view().into_any()
}

fn files(settings: &Settings) -> AnyView {
    let w = wording();
    let limits = &settings.evidence;
    let sizes = [limits.photo, limits.video, limits.document].map(format::size);
    let how_much = [
        w.item_page_limits(&sizes[0], &sizes[1], &sizes[2]),
        w.help_files_limits_about(limits.files_per_line, limits.files_per_case),
        w.help_files_types().to_owned(),
    ];
    view! {
        <Group title=w.help_files() id="files">
            {folds([
                (w.help_files_limits(), how_much.join(w.pick("", " "))),
                (w.help_files_photo(), w.help_files_photo_about().to_owned()),
                (w.help_files_network(), w.help_files_network_about().to_owned()),
                (w.help_files_wrong(), w.help_files_wrong_about().to_owned()),
            ])}
        </Group>
    }
    .into_any()
}

fn phone() -> AnyView {
    let w = wording();
    view! {
        <Group title=w.help_phone() id="phone">
            {folds([
                (w.help_phone_wechat(), w.help_phone_wechat_about().to_owned()),
                (w.help_phone_old(), w.help_phone_old_about().to_owned()),
                (w.help_phone_care(), w.help_phone_care_about().to_owned()),
            ])}
        </Group>
    }
    .into_any()
}

fn account(settings: &Settings) -> AnyView {
    let w = wording();
    let login = &settings.login;
    let lockout = &login.lockout;
    let folds = folds([
        (w.help_account_idle(), w.help_account_idle_about(login.idle_minutes, login.absolute_minutes / 60)),
        (w.help_account_locked(), w.help_account_locked_about(lockout.per_client_limit, lockout.lock_minutes)),
        (w.help_account_colleague(), w.help_account_colleague_about().to_owned()),
    ]);
    view! { <Group title=w.help_account() id="account">{folds}</Group> }.into_any()
}

fn questions() -> AnyView {
    let w = wording();
    view! {
        <Group title=w.help_questions() id="questions">
            {folds([
                (w.help_question_self(), w.help_question_self_about().to_owned()),
                (w.help_question_owner(), w.help_question_owner_about().to_owned()),
                (w.help_question_visit(), w.help_question_visit_about().to_owned()),
                (w.help_question_fee(), w.help_question_fee_about().to_owned()),
            ])}
        </Group>
    }
    .into_any()
}

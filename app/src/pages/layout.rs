//! The frame around every page: who we are, where one can go, how one sees it.

use domain::policy::Action;
use leptos::prelude::*;
use leptos_meta::Title;

use crate::{
    components::{Icon, IconName, Kind, Notice},
    context::{Screen, flash_notice, screen, site_owner, wording},
    routes,
    wording::{Lang, Wording},
};

/// Header, content, footer.
#[component]
pub fn Layout(
    /// The page.
    children: Children,
) -> impl IntoView {
    let w = wording();
    let portal = w.portal();
    let notice = flash_notice().map(|notice| view! { <div class="flash"><Notice kind=Kind::Done title=notice/></div> });
    view! {
        <Title formatter=move |title: String| if title.is_empty() { portal.to_owned() } else { format!("{title} - {portal}") }/>
        <a class="skip" href="#content">{w.skip_to_content()}</a>
        <Header/>
        <main id="content" tabindex="-1">{notice}{children()}</main>
        <Footer/>
    }
}

#[component]
fn Header() -> impl IntoView {
    let w = wording();
    let screen = screen();
    let items = menu(w, &screen).into_iter().map(|(label, href)| entry(&screen, label, href)).collect_view();
    view! {
        <header class="top">
            <div class="top-bar">
                <a class="brand" href=routes::HOME>
                    <img src="/emblem.svg" alt="" width="44" height="44"/>
                    <span class="brand-text">
                        <span class="brand-name">{w.portal()}</span>
                        <span class="brand-long">{w.portal_long()}</span>
                    </span>
                </a>
                <div class="top-tools">
                    <Preferences/>
                    <Who/>
                    <button class="menu-button" type="button" popovertarget="menu">
                        <Icon name=IconName::Menu/>{w.menu()}
                    </button>
                </div>
            </div>
            <nav class="menu" id="menu" popover="auto" aria-label=w.main_menu()>
                <ul>{items}{own_entries()}</ul>
            </nav>
        </header>
    }
}

fn entry(screen: &Screen, label: &'static str, href: &'static str) -> AnyView {
    let here = screen.path == href
        || (href != routes::HOME && href != routes::REVIEW && screen.path.starts_with(&format!("{href}/")));
    let badge = (href == routes::TODO).then_some(screen.todo_count).flatten().filter(|count| *count > 0);
    view! {
        <li>
            <a href=href aria-current=here.then_some("page")>
                {label}
                {badge.map(|count| view! { <span class="menu-count">{count}</span> })}
            </a>
        </li>
    }
    .into_any()
}

/// On phones the account is in the menu, because the bar above has no room.
fn own_entries() -> AnyView {
    let w = wording();
    if screen().actor.is_none() {
        return view! { <li class="menu-own"><a href=routes::LOGIN>{w.login()}</a></li> }.into_any();
    }
    view! {
        <li class="menu-own"><a href=routes::ACCOUNT>{w.account()}</a></li>
        <li class="menu-own">
            <form method="post" action=routes::LOGOUT><button type="submit">{w.logout()}</button></form>
        </li>
    }
    .into_any()
}

/// What a person's roles open; everybody else sees the public pages.
fn menu(w: Wording, screen: &Screen) -> Vec<(&'static str, &'static str)> {
    let mut menu = vec![(w.nav_home(), routes::HOME)];
    if let Some(actor) = &screen.actor {
        menu.push((w.nav_todo(), routes::TODO));
        let enterprise = actor.enterprise().is_some();
        let own: &[(bool, Action, &'static str, &'static str)] = &[
            (enterprise, Action::SeeCase, w.nav_cases(), routes::CASES),
            (enterprise, Action::SeeEnrolment, w.nav_enrolments(), routes::ENROLMENTS),
            (enterprise, Action::SeeFinding, w.nav_findings(), routes::FINDINGS),
            (enterprise, Action::SeeDocument, w.nav_documents(), routes::DOCUMENTS),
            (enterprise, Action::SeeEnterprise, w.nav_enterprise(), routes::ENTERPRISE),
            (!enterprise, Action::SeeQueue, w.nav_review(), routes::REVIEW),
            (!enterprise, Action::DecideEnrolment, w.nav_review_enrolments(), routes::REVIEW_ENROLMENTS),
            (!enterprise, Action::ConfirmEnterprise, w.nav_review_registrations(), routes::REVIEW_REGISTRATIONS),
            (!enterprise, Action::VerifyFinding, w.nav_review_findings(), routes::REVIEW_FINDINGS),
            (!enterprise, Action::SeeFirstViolations, w.nav_first_violations(), routes::FIRST_VIOLATIONS),
            (!enterprise, Action::EditCatalogue, w.nav_agency_items(), routes::AGENCY_ITEMS),
            (!enterprise, Action::RecordVisit, w.nav_visits(), routes::AGENCY_VISITS),
            (!enterprise, Action::SeeLedger, w.nav_dashboard(), routes::DASHBOARD),
            (!enterprise, Action::SeeLedger, w.nav_ledger(), routes::LEDGER),
            (!enterprise, Action::SeeAccounts, w.nav_accounts(), routes::ADMIN_ACCOUNTS),
            (!enterprise, Action::ManageAccounts, w.nav_calendar(), routes::ADMIN_CALENDAR),
            (!enterprise, Action::SeeAudit, w.nav_audit(), routes::AUDIT),
        ];
        menu.extend(
            own.iter()
                .filter(|(side, action, ..)| *side && screen.may_ever(*action))
                .map(|(_, _, label, href)| (*label, *href)),
        );
    } else {
        menu.extend([(w.nav_items(), routes::ITEMS), (w.nav_verify(), routes::VERIFY), (w.nav_help(), routes::HELP)]);
    }
    menu
}

/// Language and 关怀版: one form, two buttons. The field `back` says where the
/// reader stands.
#[component]
fn Preferences() -> impl IntoView {
    let w = wording();
    let screen = screen();
    let (lang, tag) = match screen.lang {
        Lang::Zh => (Lang::En, "en"),
        Lang::En => (Lang::Zh, "zh-Hans-CN"),
    };
    let (care, care_label) = if screen.care { ("0", w.care_off()) } else { ("1", w.care_on()) };
    view! {
        <form class="preferences" method="post" action=routes::PREFERENCES aria-label=w.service_menu()>
            <input type="hidden" name="back" value=screen.address/>
            <button type="submit" class="tool" name="care" value=care>{care_label}</button>
            <button type="submit" class="tool" name="lang" value=lang.code() lang=tag>{w.other_language()}</button>
        </form>
    }
}

#[component]
fn Who() -> impl IntoView {
    let w = wording();
    match screen().actor {
        Some(actor) => view! {
            <a class="tool tool-own" href=routes::ACCOUNT>
                <Icon name=IconName::Person/><span class="unseen">{w.account()}" "</span>{actor.name.to_string()}
            </a>
            <form class="tool-own" method="post" action=routes::LOGOUT>
                <button type="submit" class="tool">{w.logout()}</button>
            </form>
        }
        .into_any(),
        None => view! { <a class="tool tool-own tool-login" href=routes::LOGIN>{w.login()}</a> }.into_any(),
    }
}

#[component]
fn Footer() -> impl IntoView {
    let w = wording();
    let site = site_owner();
    let sponsor = if site.sponsor.is_empty() { w.footer_unnamed().to_owned() } else { w.footer_sponsor(&site.sponsor) };
    let identifier = (!site.identifier.is_empty()).then(|| w.footer_identifier(&site.identifier));
    let filings = [site.filing.clone(), site.police_filing.clone(), identifier.unwrap_or_default()];
    let filings = filings.into_iter().filter(|filing| !filing.is_empty()).collect::<Vec<_>>().join(" · ");
    view! {
        <footer class="bottom">
            <div class="bottom-inner">
                <nav aria-label=w.footer_menu()>
                    <ul class="bottom-links">
                        <li><a href=routes::ITEMS>{w.nav_items()}</a></li>
                        <li><a href=routes::VERIFY>{w.nav_verify()}</a></li>
                        <li><a href=routes::HELP>{w.nav_help()}</a></li>
                        <li><a href=routes::ACCESSIBILITY>{w.accessibility_statement()}</a></li>
                    </ul>
                </nav>
                <p>{sponsor}</p>
                <p>{w.footer_complaints()}</p>
                {(!filings.is_empty()).then(|| view! { <p class="bottom-filing">{filings}</p> })}
            </div>
        </footer>
    }
}

//! Home: what this is, what one can do here, and what waits for the reader.

use domain::{actor::Role, settings::Clocks};
use leptos::prelude::*;
use leptos_meta::Title;
use portal::services::ledgers::PublicFigures;

use super::{
    AsyncPage,
    todo::{task, todo_items},
};
use crate::{
    api::Cx,
    components::{Icon, IconName, Kind, StatNumber, Stats, TaskList},
    context::{screen, wording},
    error::AppError,
    format::{self, Due},
    routes,
};

/// How many things that wait are shown; 我的待办 has all of them.
const SHOWN: usize = 5;

/// The public numbers; `None` where nothing was measured yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HomeNumbers {
    /// Visits avoided this year, confirmed less reversed.
    pub visits_avoided: Option<String>,
    /// Visits avoided this year whose quiet period still runs.
    pub visits_claimed: Option<String>,
    /// Share of checks done remotely this year, such as `62.5%`.
    pub remote_rate: Option<String>,
    /// Hours saved for enterprises this year.
    pub hours_saved: Option<String>,
    /// Enterprises with an enrolment in force.
    pub enterprises: Option<String>,
}

impl HomeNumbers {
    /// What is 0 because nothing was measured is left out.
    fn of(public: &PublicFigures) -> Self {
        let (ledger, remote) = (public.figures.ledger, public.figures.remote);
        let entries = ledger.claimed + ledger.confirmed + ledger.reversed;
        // Where self-checks took longer than visits would have, nothing was saved.
        let hours = u64::try_from(ledger.saved_minutes / 60).ok().filter(|hours| *hours > 0);
        Self {
            visits_avoided: (entries > 0).then(|| format::count(ledger.confirmed)),
            visits_claimed: (ledger.claimed > 0).then(|| format::count(ledger.claimed)),
            remote_rate: format::rate(remote.decided, remote.decided + remote.site),
            hours_saved: hours.map(format::count),
            enterprises: (public.enterprises > 0 || remote.remote > 0).then(|| format::count(public.enterprises)),
        }
    }
}

/// One thing that waits for the reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TodoItem {
    /// What.
    pub title: String,
    /// Where.
    pub href: String,
    /// How pressing.
    pub kind: Kind,
    /// How far it is, as a word.
    pub word: String,
    /// More about it.
    pub hint: Option<String>,
    /// By when.
    pub due: Option<Due>,
}

/// Everything home shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HomeView {
    /// The terms that are promised.
    pub clocks: Clocks,
    /// The public numbers.
    pub numbers: HomeNumbers,
    /// The first few things that wait for the reader, for people logged in.
    pub todo: Vec<TodoItem>,
}

/// The route's view.
#[component]
pub fn Home() -> impl IntoView {
    view! {
        <AsyncPage load=|| async {
            let cx = Cx::here()?;
            let numbers = HomeNumbers::of(&cx.portal.ledgers().public_figures().await.map_err(AppError::from)?);
            let mut todo = match screen().actor {
                Some(actor) => todo_items(&cx, &actor).await?,
                None => Vec::new(),
            };
            todo.truncate(SHOWN);
            let clocks = cx.portal.settings().clocks;
            Ok(view! { <HomePage view=HomeView { clocks, numbers, todo }/> }.into_any())
        }/>
    }
}

/// Home.
#[component]
pub fn HomePage(
    /// What it shows.
    view: HomeView,
) -> impl IntoView {
    let w = wording();
    let role = screen().actor.and_then(|actor| actor.roles.iter().next());
    view! {
        <Title text=""/>
        <div class="home">
            {match role {
                Some(role) => todo(role, view.todo),
                None => hero(view.clocks),
            }}
            <div class="home-body">
                <div class="home-forms">{search()}{verify()}</div>
                {role.is_none().then(services)}
                <section class="home-part" aria-labelledby="home-numbers">
                    <h2 id="home-numbers">{w.home_numbers()}</h2>
                    {numbers(view.numbers)}
                </section>
                {rights()}
            </div>
        </div>
    }
}

fn hero(clocks: Clocks) -> AnyView {
    let w = wording();
    let steps = [
        (w.home_step_1(), w.home_step_1_about(clocks.eligibility_decision)),
        (w.home_step_2(), w.home_step_2_about().to_owned()),
        (w.home_step_3(), w.home_step_3_about(clocks.review)),
    ];
    view! {
        <section class="hero">
            <div class="hero-inner">
                <div class="hero-text">
                    <h1>{w.home_promise()}</h1>
                    <p class="hero-lead">{w.home_lead()}</p>
                    <p class="hero-actions">
                        <a class="button" href=routes::NEW_ENROLMENT>{w.home_start()}<Icon name=IconName::Next/></a>
                        <a class="hero-link" href=routes::ITEMS>{w.nav_items()}</a>
                    </p>
                </div>
                <ol class="hero-steps" aria-label=w.home_how()>
                    {steps.into_iter().map(|(name, about)| view! {
                        <li><h2>{name}</h2><p>{about}</p></li>
                    }).collect_view()}
                </ol>
            </div>
        </section>
    }
    .into_any()
}

fn todo(role: Role, items: Vec<TodoItem>) -> AnyView {
    let w = wording();
    let content = if items.is_empty() {
        view! {
            <div class="todo-none">
                <Icon name=IconName::Done/>
                <div><p class="todo-none-title">{w.home_todo_none()}</p><p>{w.todo_empty_about(role)}</p></div>
            </div>
        }
        .into_any()
    } else {
        let tasks = items.into_iter().map(task);
        view! {
            <TaskList>{tasks.collect_view()}</TaskList>
            <p class="todo-all"><a href=routes::TODO>{w.home_todo_all()}<Icon name=IconName::Next/></a></p>
        }
        .into_any()
    };
    view! {
        <section class="home-todo">
            <div class="home-todo-inner">
                <h1>{w.home_todo()}</h1>
                {content}
            </div>
        </section>
    }
    .into_any()
}

fn search() -> AnyView {
    let w = wording();
    view! {
        <form class="card ask" method="get" action=routes::ITEMS role="search">
            <h2><Icon name=IconName::Search/>{w.home_search()}</h2>
            <label class="field-label" for="home-q">{w.home_search_label()}</label>
            <div class="ask-line">
                <input class="input" id="home-q" name="q" type="search" maxlength="100" aria-describedby="home-q-about"/>
                <button type="submit" class="button button-second">{w.filter()}</button>
            </div>
            <p class="field-hint" id="home-q-about">{w.home_search_about()}</p>
        </form>
    }
    .into_any()
}

fn verify() -> AnyView {
    let w = wording();
    view! {
        <form class="card ask" method="get" action=routes::VERIFY>
            <h2><Icon name=IconName::Code/>{w.home_verify()}</h2>
            <label class="field-label" for="home-code">{w.home_verify_label()}</label>
            <div class="ask-line">
                <input class="input input-mono" id="home-code" name="code" type="text" maxlength="40" autocomplete="off"
                    aria-describedby="home-code-about"/>
                <button type="submit" class="button button-second">{w.home_verify_button()}</button>
            </div>
            <p class="field-hint" id="home-code-about">{w.home_verify_about()}</p>
        </form>
    }
    .into_any()
}

fn services() -> AnyView {
    let w = wording();
    let tiles = [
        (IconName::Person, w.tile_login(), w.tile_login_about(), routes::LOGIN),
        (IconName::Enterprise, w.tile_register(), w.tile_register_about(), routes::REGISTER),
        (IconName::List, w.tile_items(), w.tile_items_about(), routes::ITEMS),
        (IconName::Info, w.tile_help(), w.tile_help_about(), routes::HELP),
    ];
    view! {
        <section class="home-part" aria-labelledby="home-services">
            <h2 id="home-services">{w.home_services()}</h2>
            <ul class="tiles">
                {tiles.into_iter().map(|(icon, name, about, href)| view! {
                    <li class="tile">
                        <Icon name=icon/>
                        <div><a class="tile-link" href=href>{name}</a><p>{about}</p></div>
                    </li>
                }).collect_view()}
            </ul>
        </section>
    }
    .into_any()
}

fn numbers(numbers: HomeNumbers) -> AnyView {
    let w = wording();
    view! {
        <Stats>
            <StatNumber label=w.home_number_avoided() value=numbers.visits_avoided unit=w.unit_times()
                beside=numbers.visits_claimed.map(|count| w.home_number_claimed(&count))
                definition=w.home_number_avoided_about()/>
            <StatNumber label=w.home_number_rate() value=numbers.remote_rate definition=w.home_number_rate_about()/>
            <StatNumber label=w.home_number_hours() value=numbers.hours_saved unit=w.unit_hours()
                definition=w.home_number_hours_about()/>
            <StatNumber label=w.home_number_enterprises() value=numbers.enterprises unit=w.unit_enterprises()
                definition=w.home_number_enterprises_about()/>
        </Stats>
    }
    .into_any()
}

fn rights() -> AnyView {
    let w = wording();
    let rights = [w.home_right_1(), w.home_right_2(), w.home_right_3(), w.home_right_4()];
    view! {
        <section class="home-part rights" aria-labelledby="home-rights">
            <h2 id="home-rights"><Icon name=IconName::Shield/>{w.home_rights()}</h2>
            <ol>{rights.into_iter().map(|right| view! { <li>{right}</li> }).collect_view()}</ol>
            <p class="field-hint">{w.home_rights_source()}</p>
        </section>
    }
    .into_any()
}

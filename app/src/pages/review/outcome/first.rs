//! Proposing a first-violation notice: the list entry, what the register says,
//! and every condition with its reference.

use domain::{
    case::Outcome,
    evidence::{Evidence, EvidenceState},
    first_violation::{Answers, CommonCondition, ConditionAnswer, FirstViolationStage, ListEntry, Slot},
};
use leptos::{prelude::*, server_fn::ServerFn};
use portal::{
    first_violation_list::{FirstViolationDraft, FirstViolationEntry},
    services::first_violations::FirstViolationRow,
};

use super::Bench;
use crate::{
    api::{
        review_fields::word,
        review_outcome::{ProposeFirst, condition_fields},
    },
    components::*,
    error::AppError,
    format,
    pages::review::{
        media::FileLink,
        parts::{FormName, Hidden, state_of, yes_no},
    },
    routes,
    wording::Wording,
};

pub(super) async fn form(bench: &Bench) -> Result<AnyView, AppError> {
    let w = bench.here.w;
    let (portal, actor, id) = (&bench.here.portal, &bench.here.actor, bench.view.case.id);
    let options = portal.reviews().first_violation_options(actor, id).await?;
    let draft = portal.first_violations().draft(actor, id).await?;
    if options.is_empty() {
        return Ok(view! {
            <Group title=w.first_title() id="propose">
                <EmptyState title=w.no_entry() about=w.no_entry_about()/>
            </Group>
        }
        .into_any());
    }
    let chosen = chosen(bench, &options, draft.as_ref());
    let entries = options
        .iter()
        .map(|option| entry(bench, option, chosen.is_some_and(|(e, _)| e.id == option.0.id)))
        .collect_view();
    let conditions = match chosen {
        Some((FirstViolationEntry { id, entry }, slot)) => {
            let comparable = portal.first_violations().comparable(actor, &entry.slot_key()).await?;
            let answers = draft.filter(|draft| draft.entry.id == *id).map(|draft| draft.answers);
            conditions(bench, &id.to_string(), entry, slot.as_ref(), answers.as_ref(), comparable)
        }
        None => ().into_any(),
    };
    Ok(view! {
        <Group title=w.first_title() lead=w.first_lead() id="propose">
            <h3>{w.choose_entry()}</h3>
            <ul class="outcomes">{entries}</ul>
            {conditions}
        </Group>
    }
    .into_any())
}

type Option_ = (FirstViolationEntry, Option<Slot>);

/// The entry of the address, or of the last proposal, or the only one there is.
fn chosen<'a>(bench: &Bench, options: &'a [Option_], draft: Option<&FirstViolationDraft>) -> Option<&'a Option_> {
    let asked = options.iter().find(|(entry, _)| entry.id.to_string() == bench.entry);
    let before = || draft.and_then(|draft| options.iter().find(|(entry, _)| entry.id == draft.entry.id));
    asked.or_else(before).or(if let [only] = options { Some(only) } else { None })
}

fn entry(bench: &Bench, (option, slot): &Option_, chosen: bool) -> AnyView {
    let w = bench.here.w;
    let entry = &option.entry;
    let address = routes::with_query(
        &routes::review_outcome(bench.view.case.id),
        &[("outcome", &word(&Outcome::FirstViolation)), ("entry", &option.id.to_string())],
    );
    let act = entry.act.to_string();
    let way = if chosen {
        view! { <p><StateBadge kind=Kind::Done word=w.outcome_chosen()/></p> }.into_any()
    } else {
        view! { <p><a class="button button-second" href=format!("{address}#propose")>{w.outcome_choose()}<span class="unseen">" "{act.clone()}</span></a></p> }.into_any()
    };
    view! {
        <li class="outcome" class:outcome-chosen=chosen>
            <h4>{act}</h4>
            <p class="beside">{w.entry_code(entry.code.as_str(), entry.version.as_str())}" · "{w.category(entry.category)}" · "{entry.field.to_string()}</p>
            <p class="beside">{w.entry_violated()}{format!("《{}》{}", entry.violated.act, entry.violated.article)}</p>
            {register(w, entry, slot.as_ref())}
            {way}
        </li>
    }
    .into_any()
}

/// What the register says of "first".
fn register(w: Wording, entry: &ListEntry, slot: Option<&Slot>) -> AnyView {
    if !entry.category.asks_for_first() {
        return view! { <p class="register is-done"><Icon name=IconName::Done/><span>{w.register_not_asked()}</span></p> }
            .into_any();
    }
    let window = entry.window_months.map_or_else(|| w.window_without_end().to_owned(), |months| w.window_of(months));
    let looked = w.register_looked(w.first_scope(entry.scope), &window);
    match slot {
        Some(slot) => {
            let day = format::day(w.0, slot.at.date());
            view! { <p class="register is-problem"><Icon name=IconName::Problem/><span>{w.register_not_first(&day)}" "{looked}</span></p> }.into_any()
        }
        None => view! { <p class="register is-done"><Icon name=IconName::Done/><span>{w.register_first()}" "{looked}</span></p> }.into_any(),
    }
}

fn conditions(
    bench: &Bench,
    id: &str,
    entry: &ListEntry,
    slot: Option<&Slot>,
    answers: Option<&Answers>,
    comparable: Vec<FirstViolationRow>,
) -> AnyView {
    let w = bench.here.w;
    let state = state_of("first");
    let files: Vec<Evidence> =
        bench.view.evidence.iter().filter(|file| matches!(file.state, EvidenceState::Sealed { .. })).cloned().collect();
    let texts = lines_of(w, entry);
    let common = CommonCondition::ALL.len();
    let asked = common + entry.conditions.len();
    let given = |index: usize| -> Option<&ConditionAnswer> {
        let answers = answers?;
        answers.common.iter().chain(&answers.conditions).chain(&answers.exclusions).nth(index)
    };
    let lines: Vec<Asked> =
        texts.into_iter().enumerate().map(|(index, text)| Asked::of(index + 1, text, &state, given(index))).collect();
    let options: Vec<Choice> =
        files.iter().map(|file| Choice::new(file.id.to_string(), file.name.to_string())).collect();
    let reason = answers.and_then(|answers| answers.reason.as_ref()).map(ToString::to_string);
    let until = bench.here.day_in(entry.correct_within_days);
    let (case, entry_id) = (bench.view.case.id.to_string(), id.to_owned());
    let comparables = comparables(w, comparable);
    let blocked = slot.is_some().then(|| view! { <Notice kind=Kind::Attention title=w.register_blocks()/> });
    view! {
        {blocked}
        <div class="first">
            <Form action=ProposeFirst::url() state=state>
                <FormName name="first"/>
                <Hidden name="case" value=case/>
                <Hidden name="entry" value=entry_id/>
                <h3>{w.conditions_title()}</h3>
                <p class="group-lead">{w.conditions_about()}</p>
                {fields(w, lines, asked, &options)}
                <TextArea name="reason" label=w.first_reason() hint=w.first_reason_hint() value=reason rows=3/>
                <TextArea name="note" label=w.outcome_note() hint=w.outcome_note_hint() optional=true rows=2/>
                <SubmitBar label=w.propose_first() effect=w.propose_first_effect(&until)/>
            </Form>
            <aside class="comparable" aria-label=w.comparable_title()>{comparables}</aside>
        </div>
    }
    .into_any()
}

/// The words of every condition, in the order of the form.
fn lines_of(w: Wording, entry: &ListEntry) -> Vec<String> {
    let common = CommonCondition::ALL.into_iter().map(|condition| w.common_condition(condition).to_owned());
    let own = entry.conditions.iter().chain(&entry.exclusions).map(ToString::to_string);
    common.chain(own).collect()
}

/// One condition of the form, with what is known of its answer.
struct Asked {
    position: usize,
    text: String,
    holds: Option<bool>,
    /// Files chosen at first, and how many are chosen now.
    chosen: Vec<String>,
    count: usize,
    record: Option<String>,
}

impl Asked {
    fn of(position: usize, text: String, state: &FormState, given: Option<&ConditionAnswer>) -> Self {
        let [_, files, _] = condition_fields(position);
        let chosen: Vec<String> =
            given.map(|given| given.evidence.iter().map(ToString::to_string).collect()).unwrap_or_default();
        let count = state.values.get(&files).map_or(chosen.len(), Vec::len);
        let record = given.and_then(|given| given.reference.as_ref()).map(ToString::to_string);
        Self { position, text, holds: given.map(|given| given.holds), chosen, count, record }
    }

    /// Yes or no, and the file or record that shows it.
    fn fields(self, w: Wording, options: &[Choice]) -> AnyView {
        let [holds, files, record] = condition_fields(self.position);
        let value = self.holds.map(|holds| if holds { "yes" } else { "no" });
        let (count, chosen, options) = (self.count, self.chosen, options.to_vec());
        let pick = (!options.is_empty()).then(|| {
            view! {
                <Fold title=w.condition_files(count) open=count != 0>
                    <CheckGroup name=files label=w.condition_files_label() values=chosen optional=true options=options/>
                </Fold>
            }
        });
        view! {
            <div class="condition">
                <RadioGroup name=holds label=w.condition_of(self.position, &self.text) value=value inline=true options=yes_no(w)/>
                {pick}
                <TextField name=record label=w.condition_record() hint=w.condition_record_hint() value=self.record optional=true maxlength=2000/>
            </div>
        }
        .into_any()
    }
}

/// All conditions, the exclusions apart; to be made inside of their form, where
/// they find what came back.
fn fields(w: Wording, mut lines: Vec<Asked>, asked: usize, options: &[Choice]) -> AnyView {
    let excluded = lines.split_off(asked.min(lines.len()));
    let views = |lines: Vec<Asked>| lines.into_iter().map(|line| line.fields(w, options)).collect_view();
    let exclusions = (!excluded.is_empty()).then(|| {
        view! {
            <h3>{w.exclusions_title()}</h3>
            <p class="group-lead">{w.exclusions_about()}</p>
            {views(excluded)}
        }
    });
    view! { {views(lines)}{exclusions} }.into_any()
}

/// The last notices under the same rule: like cases end alike.
pub(super) fn comparables(w: Wording, rows: Vec<FirstViolationRow>) -> AnyView {
    if rows.is_empty() {
        return view! { <h3>{w.comparable_title()}</h3><p class="beside">{w.comparable_none()}</p> }.into_any();
    }
    let items = rows.into_iter().map(|FirstViolationRow { first, enterprise }| {
        let stage = first.stage();
        let kind = match stage {
            FirstViolationStage::Noticed | FirstViolationStage::Promised => Kind::Waiting,
            FirstViolationStage::Spared => Kind::Done,
            FirstViolationStage::Lapsed => Kind::Problem,
        };
        view! {
            <li>
                <p><a href=routes::review_outcome(first.case)>{enterprise.to_string()}</a></p>
                <p class="beside"><Day date=first.noticed_at.date()/>" · "{first.entry.act.to_string()}</p>
                {first.answers.reason.as_ref().map(|reason| view! { <p>{reason.to_string()}</p> })}
                <p><StateBadge kind=kind word=w.first_violation_stage(stage)/></p>
            </li>
        }
    });
    view! {
        <h3>{w.comparable_title()}</h3>
        <p class="beside">{w.comparable_about()}</p>
        <ol>{items.collect_view()}</ol>
    }
    .into_any()
}

/// How the conditions were answered, for the second officer.
pub(super) fn answered(bench: &Bench, draft: &FirstViolationDraft) -> AnyView {
    let w = bench.here.w;
    let (entry, answers) = (&draft.entry.entry, &draft.answers);
    let texts = lines_of(w, entry);
    let asked = CommonCondition::ALL.len() + entry.conditions.len();
    let all = answers.common.iter().chain(&answers.conditions).chain(&answers.exclusions);
    let rows: Vec<Vec<AnyView>> = all
        .zip(&texts)
        .enumerate()
        .map(|(index, (answer, text))| {
            // On the exclusions "no" speaks for the notice.
            let speaks_for = answer.holds == (index < asked);
            let kind = if speaks_for { Kind::Done } else { Kind::Problem };
            let files: Vec<Evidence> =
                bench.view.evidence.iter().filter(|file| answer.evidence.contains(&file.id)).cloned().collect();
            let files = files.into_iter().map(|file| view! { <p><FileLink file=file/></p> }).collect_view();
            vec![
                cell(w.condition_of(index + 1, text)),
                cell(view! { <StateBadge kind=kind word=if answer.holds { w.yes() } else { w.no() }/> }),
                cell(view! { {answer.reference.as_ref().map(|text| view! { <p>{text.to_string()}</p> })}{files} }),
            ]
        })
        .collect();
    view! {
        <DefinitionList rows=vec![
            Row::new(w.choose_entry(), entry.act.to_string()),
            Row::new(w.entry_label(), format!("{} · {}", w.entry_code(entry.code.as_str(), entry.version.as_str()), w.category(entry.category))),
            Row::new(w.first_reason(), answers.reason.as_ref().map(ToString::to_string).unwrap_or_default()),
        ]/>
        <DataTable caption=w.conditions_title() dense=true rows=rows columns=vec![
            Column::text(w.condition_label()), Column::text(w.condition_holds()), Column::text(w.condition_reference()),
        ]/>
    }
    .into_any()
}

//! A problem: its form, and how it reads.

use domain::{case::ProblemDraft, evidence::Evidence};
use leptos::prelude::*;

use super::Desk;
use crate::{components::*, format, pages::review::media::FileLink, wording::Wording};

/// What the fields of a problem hold at first: the problem as it was written, else
/// what the checklist already says.
pub(super) struct Prefilled {
    fact: Option<String>,
    clause: String,
    why: Option<String>,
    steps: String,
    days: u16,
    /// The files of the line.
    files: Vec<Choice>,
    /// Those that show it.
    shown: Vec<String>,
}

impl Prefilled {
    pub(super) fn of(desk: &Desk) -> Option<Self> {
        let spec = desk.view.checklist(desk.line.line)?;
        let known = desk.line.review.as_ref().and_then(|review| review.problem.as_ref());
        let steps = known.map_or(&spec.how_to_fix, |problem| &problem.how_to_fix);
        let given = desk.view.item(desk.line.item).map(|item| item.content.rectification_days);
        let default = desk.here.portal.settings().clocks.rectification;
        let files = desk.files(desk.line.line);
        Some(Self {
            fact: known.map(|problem| problem.fact.to_string()),
            clause: known.map_or_else(
                || format!("《{}》{}", spec.clause.act, spec.clause.article),
                |problem| problem.clause.to_string(),
            ),
            why: known.map(|problem| problem.why.to_string()),
            steps: steps.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
            days: known.map(|problem| problem.days).or(given.filter(|days| *days > 0)).unwrap_or(default),
            files: files
                .iter()
                .map(|file| Choice::new(file.id.to_string(), file.name.to_string()).hint(format::size(file.size)))
                .collect(),
            shown: known.map(|problem| problem.shown_by.iter().map(ToString::to_string).collect()).unwrap_or_default(),
        })
    }

    /// The fields; to be made inside of their form, where they find what came back.
    pub(super) fn fields(self, w: Wording) -> AnyView {
        let Self { fact, clause, why, steps, days, files, shown } = self;
        let shown_by = (!files.is_empty()).then(|| {
            view! {
                <CheckGroup name="shown_by[]" label=w.draft_shown_by() values=shown optional=true options=files/>
            }
        });
        view! {
            <TextArea name="fact" label=w.draft_fact() hint=w.draft_fact_hint() value=fact rows=3/>
            <TextField name="clause" label=w.draft_clause() value=clause maxlength=100/>
            <TextArea name="why" label=w.draft_why() hint=w.draft_why_hint() value=why rows=2/>
            <TextArea name="steps" label=w.draft_steps() hint=w.draft_steps_hint() value=steps rows=4/>
            {shown_by}
            <TextField name="days" label=w.draft_days() hint=w.draft_days_hint() value=days.to_string() inputmode="numeric" width="short"/>
        }
        .into_any()
    }
}

/// A problem as it will be told.
pub(crate) fn shown(w: Wording, problem: &ProblemDraft, files: &[Evidence]) -> AnyView {
    let steps = problem.how_to_fix.iter().map(|step| view! { <li>{step.to_string()}</li> }).collect_view();
    let shown: Vec<Evidence> = files.iter().filter(|file| problem.shown_by.contains(&file.id)).cloned().collect();
    let mut rows = vec![
        Row::new(w.draft_fact(), problem.fact.to_string()),
        Row::new(w.draft_clause(), problem.clause.to_string()),
        Row::new(w.draft_why(), problem.why.to_string()),
        Row::new(w.draft_steps(), view! { <ol class="steps-plain">{steps}</ol> }),
        Row::new(w.draft_days(), w.working_days(problem.days)),
    ];
    if !shown.is_empty() {
        let files = shown.into_iter().map(|file| view! { <li><FileLink file=file/></li> }).collect_view();
        rows.push(Row::new(w.draft_shown_by(), view! { <ul>{files}</ul> }));
    }
    view! { <DefinitionList rows=rows/> }.into_any()
}

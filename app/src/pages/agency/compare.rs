//! Two versions of an item side by side: only what differs.

use std::collections::BTreeSet;

use domain::item::{ChecklistLine, Example, ItemContent, Remote};
use leptos::prelude::*;

use crate::{components::*, context::wording, wording::Wording};

/// One part of an item in words.
struct Fact {
    /// What tells it apart: a line stays the same when its title changes.
    key: String,
    label: String,
    text: String,
}

impl From<(String, String)> for Fact {
    fn from((label, text): (String, String)) -> Self {
        Self { key: label.clone(), label, text }
    }
}

/// What a draft changes; `None` for a first draft, which is shown whole.
pub(super) fn changes(before: Option<&ItemContent>, after: &ItemContent) -> AnyView {
    let w = wording();
    let after = facts(w, after);
    let Some(before) = before.map(|before| facts(w, before)) else {
        let rows = after.into_iter().map(|fact| Row::new(fact.label, words(fact.text))).collect();
        return view! { <Group title=w.own_item_first()><DefinitionList rows=rows/></Group> }.into_any();
    };
    let rows: Vec<Vec<AnyView>> = differences(w, &before, &after)
        .into_iter()
        .map(|(label, before, after)| vec![cell(label), cell(words(before)), cell(words(after))])
        .collect();
    if rows.is_empty() {
        return view! { <Group title=w.own_item_changes()><p>{w.own_item_changes_none()}</p></Group> }.into_any();
    }
    let columns =
        vec![Column::text(w.own_item_field()), Column::text(w.own_item_before()), Column::text(w.own_item_after())];
    view! {
        <Group title=w.own_item_changes()>
            <DataTable caption=w.own_item_changes() caption_unseen=true columns=columns rows=rows/>
        </Group>
    }
    .into_any()
}

/// Lines of a text keep their breaks.
fn words(text: String) -> AnyView {
    text.split('\n').map(|line| view! { <p>{line.to_owned()}</p> }).collect_view().into_any()
}

/// Label, before, after of everything that is not the same.
fn differences(w: Wording, before: &[Fact], after: &[Fact]) -> Vec<(String, String, String)> {
    let find = |facts: &[Fact], key: &str| facts.iter().find(|fact| fact.key == key).map(|fact| fact.text.clone());
    let mut seen = BTreeSet::new();
    let all = after.iter().chain(before).filter(|fact| seen.insert(fact.key.clone()));
    all.filter_map(|Fact { key, label, .. }| {
        let (old, new) = (find(before, key), find(after, key));
        (old != new).then(|| {
            let old = old.unwrap_or_else(|| w.own_item_added().to_owned());
            (label.clone(), old, new.unwrap_or_else(|| w.own_item_removed().to_owned()))
        })
    })
    .collect()
}

fn facts(w: Wording, content: &ItemContent) -> Vec<Fact> {
    let list = |texts: Vec<String>| texts.join("\n");
    let own = [
        (w.item_form_name().to_owned(), content.name.to_string()),
        (w.item_form_subject().to_owned(), content.subject.to_string()),
        (w.item_form_content().to_owned(), content.content.to_string()),
        (w.item_form_standard().to_owned(), content.standard.to_string()),
        (w.item_form_basis().to_owned(), list(content.legal_basis.iter().map(|basis| w.legal_basis(basis)).collect())),
        (w.item_form_regime().to_owned(), w.regime(content.regime).to_owned()),
        (w.item_form_cap().to_owned(), w.item_times(content.yearly_cap)),
        (w.item_form_remote().to_owned(), remote(w, &content.remote)),
        (w.item_form_industries().to_owned(), industries(w, content)),
        (w.item_form_minutes().to_owned(), w.item_minutes_of(content.standard_minutes)),
        (w.item_form_fix_days().to_owned(), w.item_working_days(content.rectification_days)),
        (w.item_form_interval().to_owned(), w.item_months(u16::from(content.self_check_months))),
        (w.item_form_who().to_owned(), conditions(w, content)),
        (w.item_form_bar().to_owned(), w.item_bar_years(content.eligibility.bar_years)),
        (w.item_form_valid().to_owned(), w.item_months(content.eligibility.valid_months)),
    ];
    let mut facts: Vec<Fact> = own.into_iter().map(Fact::from).collect();
    let order =
        content.lines.iter().enumerate().map(|(index, line)| w.item_form_line_title_of(index + 1, line.title.as_str()));
    facts.push((w.item_line_order().to_owned(), list(order.collect())).into());
    facts.extend(content.lines.iter().map(|line| Fact {
        key: line.id.to_string(),
        label: w.item_line_of(line.title.as_str()),
        text: line_in_words(w, line),
    }));
    facts
}

fn remote(w: Wording, remote: &Remote) -> String {
    match remote {
        Remote::Suitable { closable_under_key: true, .. } => {
            format!("{}\n{}", w.remote(remote), w.item_form_under_key())
        }
        Remote::Suitable { .. } => w.remote(remote),
        Remote::Unsuitable { reason } => format!("{}\n{reason}", w.remote(remote)),
    }
}

fn industries(w: Wording, content: &ItemContent) -> String {
    if content.industries.is_empty() {
        return w.item_all_industries().to_owned();
    }
    w.list(&content.industries.iter().map(ToString::to_string).collect::<Vec<_>>())
}

fn conditions(w: Wording, content: &ItemContent) -> String {
    use domain::eligibility::RuleList as L;
    let rules = &content.eligibility;
    let lists = [(L::Required, &rules.required), (L::AnyOf, &rules.any_of), (L::Exclude, &rules.exclude)];
    let lines: Vec<String> = lists
        .iter()
        .flat_map(|(list, all)| {
            all.iter().map(move |condition| w.item_condition_of(w.rule_list(*list), &w.condition(Some(condition))))
        })
        .collect();
    lines.join("\n")
}

fn line_in_words(w: Wording, line: &ChecklistLine) -> String {
    let mut parts = vec![line.title.to_string(), line.standard.to_string(), w.legal_basis(&line.clause)];
    parts.extend(line.requests.iter().map(|request| w.evidence_request(request)));
    parts.extend(line.least_grade.map(|grade| w.capture_wanted(grade)));
    parts.extend(line.needs_place.then(|| w.item_form_needs_place().to_owned()));
    if line.allows_not_applicable {
        parts.push(w.item_yes_not_applicable().to_owned());
    }
    let example = |label: &str, example: &Option<Example>| {
        example
            .as_ref()
            .map(|example| w.item_condition_of(label, &format!("{} ({})", example.caption, example.picture)))
    };
    parts.extend(example(w.item_form_example_good(), &line.good_example));
    parts.extend(example(w.item_form_example_bad(), &line.bad_example));
    parts.extend(
        line.how_to_fix.iter().enumerate().map(|(index, step)| w.item_form_line_title_of(index + 1, step.as_str())),
    );
    parts.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wording::Lang;

    #[test]
    fn only_what_differs_is_named_with_what_came_and_went() {
        let fact = |label: &str, text: &str| Fact::from((label.to_owned(), text.to_owned()));
        let line = |label: &str, text: &str| Fact { key: "1".to_owned(), ..fact(label, text) };
        let before = [fact("名称", "甲"), fact("上限", "2 次"), fact("检查项：旧", "x"), line("检查项：甲", "甲")];
        let after = [fact("名称", "甲"), fact("上限", "3 次"), fact("检查项：新", "y"), line("检查项：乙", "乙")];
        let rows = differences(Wording(Lang::Zh), &before, &after);
        assert_eq!(
            rows,
            [
                ("上限".into(), "2 次".into(), "3 次".into()),
                ("检查项：新".into(), "（新增）".into(), "y".into()),
                ("检查项：乙".into(), "甲".into(), "乙".into()),
                ("检查项：旧".into(), "x".into(), "（删除）".into()),
            ]
        );
    }
}

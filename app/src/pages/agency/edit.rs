//! The form of an item. Rows are added, removed and moved by buttons that send
//! the form: it comes back with everything that was typed.

use domain::{
    capture::CaptureGrade,
    eligibility::{Condition, RuleList},
    grade::Grade,
    item::{EvidenceKind, Regime, RemoteMethod},
};
use leptos::{prelude::*, server_fn::ServerFn};

use crate::{
    api::{
        agency_items::WriteItem,
        item_form::{
            BASES, CONDITIONS, ItemForm, KINDS, LINES, LISTS, Takes, capture_code, condition_of, kind_code,
            method_code, regime_code,
        },
    },
    components::*,
    context::wording,
    error::FieldError,
};

/// The whole form.
pub(super) fn item_form(
    form: ItemForm,
    errors: Vec<FieldError>,
    hidden: Option<AnyView>,
    cancel: String,
    most_files: u16,
) -> AnyView {
    let state = FormState { values: form.values.clone(), errors: errors.clone() };
    view! { <Form action=WriteItem::url() state=state>{parts(&form, &errors, hidden, cancel, most_files)}</Form> }
        .into_any()
}

/// Made inside of the form, where fields find what was typed.
fn parts(form: &ItemForm, errors: &[FieldError], hidden: Option<AnyView>, cancel: String, most_files: u16) -> AnyView {
    let w = wording();
    let (basics, bases, remote) = (basics(), bases(form), remote());
    let (conditions, lines) = (conditions(form), lines(form, errors, most_files));
    view! {
        // What the return key in a field sends: saving, and no other button.
        <button type="submit" class="unseen" name="action" value="save" tabindex="-1" aria-hidden="true">{w.item_form_save()}</button>
        {hidden}
        <Group title=w.item_form_basics()><div class="form-part">{basics}</div></Group>
        <Group title=w.item_form_basis() lead=w.item_form_basis_about() id=BASES>{bases}</Group>
        <Group title=w.item_form_remote()><div class="form-part">{remote}</div></Group>
        <Group title=w.item_form_who() lead=[w.item_form_who_about(), w.item_form_condition_value_hint()].join(w.pick("", " ")) id=CONDITIONS>{conditions}</Group>
        <Group title=w.item_form_lines() lead=w.item_form_lines_about() id=LINES>{lines}</Group>
        <SubmitBar label=w.item_form_save() sends=("action", "save".to_owned())>
            <a class="button button-second" href=cancel>{w.cancel()}</a>
        </SubmitBar>
    }
    .into_any()
}

/// A button that rearranges the form.
fn rearrange(label: &'static str, action: String, spoken: Option<String>) -> AnyView {
    view! { <button type="submit" class="button button-plain" name="action" value=action aria-label=spoken>{label}</button> }
        .into_any()
}

fn add(label: &'static str, action: &'static str) -> AnyView {
    view! { <p><button type="submit" class="button button-second" name="action" value=action>{label}</button></p> }
        .into_any()
}

fn key_field(name: &'static str, key: &str) -> AnyView {
    view! { <input type="hidden" name=name value=key.to_owned()/> }.into_any()
}

fn basics() -> AnyView {
    let w = wording();
    let regimes = Regime::ALL.into_iter().map(|regime| Choice::new(regime_code(regime), w.regime(regime))).collect();
    view! {
        <TextField name="name" label=w.item_form_name() maxlength=100/>
        <TextField name="subject" label=w.item_form_subject() maxlength=100/>
        <TextArea name="content" label=w.item_form_content() rows=3/>
        <TextArea name="standard" label=w.item_form_standard() rows=3/>
        <RadioGroup name="regime" label=w.item_form_regime() options=regimes inline=true/>
        <div class="field-row">
            <TextField name="yearly_cap" label=w.item_form_cap() inputmode="numeric" width="short" maxlength=3/>
            <TextField name="self_check_months" label=w.item_form_interval() inputmode="numeric" width="short" maxlength=2/>
            <TextField name="rectification_days" label=w.item_form_fix_days() inputmode="numeric" width="short" maxlength=3/>
        </div>
        <TextField name="standard_minutes" label=w.item_form_minutes() hint=w.item_form_minutes_hint() inputmode="numeric" width="short" maxlength=4/>
        <TextArea name="industries" label=w.item_form_industries() hint=w.item_form_industries_hint() rows=3 optional=true/>
    }
    .into_any()
}

fn bases(form: &ItemForm) -> AnyView {
    let w = wording();
    let rows = form.keys(BASES).into_iter().enumerate().map(|(index, key)| {
        let (stem, number) = (format!("basis.{key}"), index + 1);
        let remove =
            rearrange(w.item_form_remove(), format!("remove_basis:{key}"), Some(w.item_form_remove_basis(number)));
        view! {
            <fieldset class="form-row" id=stem.clone()>
                <legend class="unseen">{w.item_form_nth_basis(number)}</legend>
                {key_field(BASES, &key)}
                <div class="field-row field-row-wide">
                    <TextField name=format!("{stem}.act") label=w.item_form_act() maxlength=100/>
                    <TextField name=format!("{stem}.article") label=w.item_form_article() maxlength=100/>
                    {remove}
                </div>
            </fieldset>
        }
    });
    view! { {rows.collect_view()}{add(w.item_form_add_basis(), "add_basis")} }.into_any()
}

fn remote() -> AnyView {
    let w = wording();
    let methods =
        RemoteMethod::ALL.into_iter().map(|method| Choice::new(method_code(method), w.remote_method(method))).collect();
    let remote =
        vec![Choice::new("suitable", w.item_form_suitable()), Choice::new("unsuitable", w.item_form_unsuitable())];
    view! {
        <RadioGroup name="remote" label=w.item_form_way() options=remote inline=true/>
        <CheckGroup name="methods" label=w.item_form_methods() hint=w.item_form_methods_hint() options=methods optional=true/>
        <CheckField name="closable_under_key" label=w.item_form_under_key()/>
        <TextArea name="reason" label=w.item_form_reason() hint=w.item_form_reason_hint() rows=2 optional=true/>
    }
    .into_any()
}

/// What a condition is called in the list: those that take a value say which.
fn condition_name(code: &str, takes: Takes) -> String {
    let w = wording();
    match (code, takes) {
        (_, Takes::Grade) => w.condition_grade().to_owned(),
        ("no_complaint_within", _) => w.condition_no_complaint().to_owned(),
        (_, Takes::Months) => w.condition_no_penalty().to_owned(),
        _ => {
            let condition: Option<Condition> = condition_of(code, Grade::A, 0);
            w.condition(condition.as_ref())
        }
    }
}

fn conditions(form: &ItemForm) -> AnyView {
    let w = wording();
    let lists = || -> Vec<Choice> {
        LISTS.into_iter().map(|(list, code): (RuleList, &str)| Choice::new(code, w.rule_list(list))).collect()
    };
    let kinds = || -> Vec<Choice> {
        KINDS.into_iter().map(|(code, takes)| Choice::new(code, condition_name(code, takes))).collect()
    };
    let rows = form.keys(CONDITIONS).into_iter().enumerate().map(|(index, key)| {
        let (stem, number) = (format!("condition.{key}"), index + 1);
        let remove =
            rearrange(w.item_form_remove(), format!("remove_condition:{key}"), Some(w.item_form_remove_condition(number)));
        view! {
            <fieldset class="form-row" id=stem.clone()>
                <legend class="unseen">{w.item_form_condition(number)}</legend>
                {key_field(CONDITIONS, &key)}
                <div class="field-row field-row-wide">
                    <SelectField name=format!("{stem}.list") label=w.item_form_condition_list() empty="" options=lists()/>
                    <SelectField name=format!("{stem}.kind") label=w.item_form_condition_kind() empty="" options=kinds()/>
                    <TextField name=format!("{stem}.value") label=w.item_form_condition_value() width="short" maxlength=3 optional=true/>
                    {remove}
                </div>
            </fieldset>
        }
    });
    view! {
        {rows.collect_view()}
        {add(w.item_form_add_condition(), "add_condition")}
        <div class="field-row">
            <TextField name="bar_years" label=w.item_form_bar() inputmode="numeric" width="short" maxlength=2/>
            <TextField name="valid_months" label=w.item_form_valid() inputmode="numeric" width="short" maxlength=3/>
        </div>
    }
    .into_any()
}

fn lines(form: &ItemForm, errors: &[FieldError], most_files: u16) -> AnyView {
    let w = wording();
    let keys = form.keys(LINES);
    let last = keys.len();
    let rows = keys.iter().enumerate().map(|(index, key)| {
        let (stem, number) = (format!("line.{key}"), index + 1);
        let title = form.get(&format!("{stem}.title"));
        let heading =
            if title.is_empty() { w.item_form_nth_line(number) } else { w.item_form_line_title_of(number, title) };
        // New lines and lines with faults stand open.
        let open = title.is_empty() || errors.iter().any(|error| error.field.starts_with(&format!("{stem}.")));
        let up =
            (number > 1).then(|| rearrange(w.item_form_up(), format!("up:{key}"), Some(w.item_form_up_spoken(number))));
        let down = (number < last)
            .then(|| rearrange(w.item_form_down(), format!("down:{key}"), Some(w.item_form_down_spoken(number))));
        let remove =
            rearrange(w.item_form_remove(), format!("remove_line:{key}"), Some(w.item_form_remove_spoken(number)));
        let fields = line(&stem, most_files);
        view! {
            <div class="form-row" id=stem>
                {key_field(LINES, key)}
                <Fold title=heading open=open>{fields}</Fold>
                <p class="form-row-tools">{up}{down}{remove}</p>
            </div>
        }
    });
    view! { {rows.collect_view()}{add(w.item_form_add_line(), "add_line")} }.into_any()
}

fn line(stem: &str, most_files: u16) -> AnyView {
    let w = wording();
    let of = |field: &str| format!("{stem}.{field}");
    let files = EvidenceKind::ALL.into_iter().map(|kind| {
        let (code, name) = (kind_code(kind), w.evidence_kind(kind));
        view! {
            <div class="field-row">
                <TextField name=of(&format!("{code}.least")) label=w.item_form_least(name) inputmode="numeric" width="short" maxlength=3 optional=true/>
                <TextField name=of(&format!("{code}.most")) label=w.item_form_most(name) inputmode="numeric" width="short" maxlength=3 optional=true/>
            </div>
        }
    });
    let grades = CaptureGrade::REQUIRABLE
        .into_iter()
        .map(|grade| Choice::new(capture_code(grade), w.capture_wanted(grade)))
        .collect();
    let example = |which: &str, label: &'static str| {
        let drawn = w.examples(which == "good").map(|(key, shows)| Choice::new(key, shows)).collect();
        view! {
            <div class="field-row field-row-wide">
                <SelectField name=of(&format!("{which}.picture")) label=w.item_form_picture(label) optional=true
                    empty=w.item_form_picture_none() options=drawn/>
                <TextField name=of(&format!("{which}.caption")) label=w.item_form_caption(label) maxlength=100 optional=true/>
            </div>
        }
        .into_any()
    };
    view! {
        <div class="form-part">
            <TextField name=of("title") label=w.item_form_line_title() maxlength=100/>
            <TextArea name=of("standard") label=w.item_form_line_standard() rows=2/>
            <div class="field-row field-row-wide">
                <TextField name=of("act") label=w.item_form_act() maxlength=100/>
                <TextField name=of("article") label=w.item_form_article() maxlength=100/>
            </div>
            <fieldset class="form-part">
                <legend class="field-label">{w.item_form_line_files()}</legend>
                <p class="field-hint">{w.item_form_line_files_about(u32::from(most_files))}</p>
                {files.collect_view()}
            </fieldset>
            <SelectField name=of("grade") label=w.item_form_capture() hint=w.item_form_capture_hint() optional=true
                empty=w.item_form_capture_any() options=grades/>
            <CheckField name=of("needs_place") label=w.item_form_needs_place()/>
            <CheckField name=of("not_applicable") label=w.item_form_line_not_applicable()/>
            <TextArea name=of("fix") label=w.item_form_line_fix() rows=3 optional=true/>
            <p class="field-hint">{w.item_form_picture_hint()}</p>
            {example("good", w.item_form_example_good())}
            {example("bad", w.item_form_example_bad())}
        </div>
    }
    .into_any()
}

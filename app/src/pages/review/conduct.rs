//! What is on record about an enterprise, and the form that records it.

use domain::{
    enterprise::{Conduct, Enterprise},
    grade::Grade,
};
use leptos::{prelude::*, server_fn::ServerFn};
use time::Date;

use super::parts::{FormName, Hidden, state_of};
use crate::{api::review_registration::RecordConduct, components::*, format, wording::Wording};

/// Who the enterprise is.
pub(super) fn registration(w: Wording, enterprise: &Enterprise) -> Vec<Row> {
    let place = enterprise
        .site
        .coordinates
        .map_or_else(|| w.no_coordinates().to_owned(), |at| format!("{:.6}, {:.6}", at.latitude(), at.longitude()));
    vec![
        Row::new(w.credit_code_row(), view! { <code>{enterprise.credit_code.as_str().to_owned()}</code> }),
        Row::new(w.region_row(), w.region(enterprise.region)),
        Row::new(w.industry_row(), format!("{} {}", enterprise.industry, w.industry(&enterprise.industry))),
        Row::new(w.address_row(), enterprise.site.address.to_string()),
        Row::new(w.coordinates_row(), place),
        Row::new(w.contact_row(), format!("{} {}", enterprise.contact, enterprise.phone)),
        Row::new(w.registration_row(), w.registration(&enterprise.registration)),
    ]
}

/// What is on record about its conduct; what nobody recorded says so.
pub(super) fn facts(w: Wording, enterprise: &Enterprise) -> Vec<Row> {
    let conduct = &enterprise.conduct;
    let yes_no = |value: Option<bool>| match value {
        Some(true) => w.yes(),
        Some(false) => w.no(),
        None => w.not_on_record(),
    };
    let last = |value: Option<Option<Date>>| match value {
        None => w.not_on_record().to_owned(),
        Some(None) => w.none_on_record().to_owned(),
        Some(Some(day)) => format::day(w.0, day),
    };
    vec![
        Row::new(w.conduct_grade(), conduct.grade.map_or(w.not_on_record(), |grade| w.grade(grade))),
        Row::new(w.conduct_operating(), yes_no(conduct.operating)),
        Row::new(w.conduct_low_risk(), yes_no(conduct.low_risk_field)),
        Row::new(w.conduct_major_hazard(), yes_no(conduct.major_hazard)),
        Row::new(w.conduct_listed(), yes_no(conduct.listed_dishonest)),
        Row::new(w.conduct_penalty(), last(conduct.last_penalty)),
        Row::new(w.conduct_complaint(), last(conduct.last_complaint)),
        Row::new(w.conduct_tampering(), last(conduct.last_tampering)),
    ]
}

/// The form: every fact may stay "not recorded".
pub(super) fn form(w: Wording, enterprise: &Enterprise, today: Date) -> AnyView {
    let Conduct {
        grade,
        operating,
        low_risk_field,
        major_hazard,
        listed_dishonest,
        last_penalty,
        last_complaint,
        last_tampering,
    } = enterprise.conduct;
    let grades = Grade::ALL.into_iter().map(|grade| Choice::new(grade.as_str(), w.grade(grade))).collect::<Vec<_>>();
    let today = format::iso_day(today);
    let id = enterprise.id.to_string();
    view! {
        <Form action=RecordConduct::url() state=state_of("conduct")>
            <FormName name="conduct"/>
            <Hidden name="enterprise" value=id/>
            <SelectField name="grade" label=w.conduct_grade() value=grade.map(Grade::as_str) empty=w.not_on_record() optional=true options=grades/>
            <div class="columns">
                {known(w, "operating", w.conduct_operating(), operating)}
                {known(w, "low_risk_field", w.conduct_low_risk(), low_risk_field)}
                {known(w, "major_hazard", w.conduct_major_hazard(), major_hazard)}
                {known(w, "listed_dishonest", w.conduct_listed(), listed_dishonest)}
            </div>
            {last(w, ["last_penalty", "last_penalty_day"], w.conduct_penalty(), last_penalty, &today)}
            {last(w, ["last_complaint", "last_complaint_day"], w.conduct_complaint(), last_complaint, &today)}
            {last(w, ["last_tampering", "last_tampering_day"], w.conduct_tampering(), last_tampering, &today)}
            <SubmitBar label=w.record_conduct() effect=w.record_conduct_effect()/>
        </Form>
    }
    .into_any()
}

/// Yes, no, or not on record.
fn known(w: Wording, name: &'static str, label: &'static str, value: Option<bool>) -> AnyView {
    let chosen = match value {
        Some(true) => "yes",
        Some(false) => "no",
        None => "unknown",
    };
    let options =
        vec![Choice::new("yes", w.yes()), Choice::new("no", w.no()), Choice::new("unknown", w.not_on_record())];
    view! { <RadioGroup name=name label=label value=chosen inline=true options=options/> }.into_any()
}

/// A day, none, or not on record.
fn last(
    w: Wording,
    [name, day]: [&'static str; 2],
    label: &'static str,
    value: Option<Option<Date>>,
    today: &str,
) -> AnyView {
    let chosen = match value {
        None => "unknown",
        Some(None) => "none",
        Some(Some(_)) => "day",
    };
    let options = vec![
        Choice::new("none", w.none_on_record()),
        Choice::new("day", w.last_on()),
        Choice::new("unknown", w.not_on_record()),
    ];
    let date = value.flatten().map(format::iso_day);
    view! {
        <div class="conduct-last">
            <RadioGroup name=name label=label value=chosen inline=true options=options/>
            <DateField name=day label=w.last_day_of(label) hint=w.last_day_hint() value=date max=today optional=true/>
        </div>
    }
    .into_any()
}

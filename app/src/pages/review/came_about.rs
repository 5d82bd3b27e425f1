//! How a file came about: whether it was taken live, and where.

use domain::{
    capture::{CaptureGrade, Origin, Way},
    enterprise::Site,
    evidence::Evidence,
    item::EvidenceKind,
};
use leptos::prelude::*;

use crate::{components::*, context::wording, pages::origin::place_words};

/// The grade, and what there is to compare with the picture.
pub(super) fn came_about(file: &Evidence, site: &Site) -> AnyView {
    let w = wording();
    let Origin { taken, unused, place } = &file.origin;
    if file.media.kind() == EvidenceKind::Document && file.origin == Origin::default() {
        return ().into_any();
    }
    let grade = file.grade();
    let kind = if grade >= CaptureGrade::B { Kind::Done } else { Kind::Neutral };
    let code = taken.as_ref().map(|taken| {
        let label = if taken.way == Way::InPage { w.capture_code_in_file() } else { w.capture_code_beside() };
        let look = (taken.way == Way::InPage).then(|| view! { <span class="origin-look">{w.capture_look()}</span> });
        view! {
            <span>{label}" "<strong class="origin-code">{taken.code.to_string()}</strong></span>
            <span>{w.capture_asked_task()}{w.pick("：", ": ")}{w.capture_task_of(taken.task)}</span>
            <span>{w.capture_issued()}" "<Moment at=taken.issued_at/>" · "{w.capture_claimed()}" "<Moment at=taken.claimed_at/></span>
            {look}
        }
    });
    let unused = unused.map(|fault| view! { <span>{w.code_fault(fault)}</span> });
    // "Not recorded" is said only where it could have been.
    let place = match place {
        Some(place) => Some(place_words(*place, site)),
        None => taken.is_some().then(|| w.capture_place_none().to_owned()),
    };
    let place = place.map(|place| view! { <span>{w.capture_place()}{w.pick("：", ": ")}{place}</span> });
    view! {
        <span class="origin">
            <StateBadge kind=kind word=w.capture_grade(grade)/>
            {code}
            {unused}
            {place}
        </span>
    }
    .into_any()
}

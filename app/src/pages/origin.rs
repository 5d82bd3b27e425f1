//! How a file came about, in words for both sides.

use domain::{
    capture::{CaptureGrade, Origin, TakenAt, metres_between},
    enterprise::Site,
    evidence::Evidence,
    item::{ChecklistLine, EvidenceKind},
};
use leptos::prelude::*;

use crate::{
    components::*,
    context::{screen, wording},
    format,
};

/// Beyond this a position says little about a shop.
const ROUGH_M: u32 = 100;

/// What a tile says: the grade, why it is not a better one, and the place.
pub fn origin_notes(file: &Evidence, site: &Site) -> Vec<String> {
    let w = wording();
    // Nobody takes a document with a camera.
    if file.media.kind() == EvidenceKind::Document && file.origin == Origin::default() {
        return Vec::new();
    }
    let mut notes = vec![w.capture_grade(file.grade()).to_owned()];
    notes.extend(file.origin.unused.map(|fault| w.code_fault(fault).to_owned()));
    notes.extend(file.origin.place.map(|place| place_words(place, site)));
    notes
}

/// Where a picture was taken, as its device says, beside the registered site.
pub fn place_words(place: TakenAt, site: &Site) -> String {
    let w = wording();
    let metres = |metres: u32| format::metres(screen().lang, metres);
    let mut words = vec![match site.coordinates {
        Some(point) => w.capture_at(&metres(metres_between(point, place.point))),
        None => w.capture_no_site().to_owned(),
    }];
    words.push(w.capture_accuracy(&metres(place.accuracy_m)));
    if place.accuracy_m > ROUGH_M {
        words.push(w.capture_place_rough().to_owned());
    }
    words.join(w.pick("，", ", "))
}

/// What the grades mean, folded away.
pub fn grades() -> AnyView {
    let w = wording();
    let rows = CaptureGrade::ALL
        .into_iter()
        .map(|grade| Row::new(w.capture_grade(grade), w.capture_grade_about(grade)))
        .collect::<Vec<_>>();
    view! { <Fold title=w.capture_grades()><DefinitionList rows=rows/></Fold> }.into_any()
}

/// What a line asks of its photos beyond their number.
pub fn asked_of_photos(spec: &ChecklistLine) -> Vec<String> {
    let w = wording();
    let grade = spec.least_grade.map(|grade| w.capture_wanted(grade));
    grade.into_iter().chain(spec.needs_place.then(|| w.capture_needs_place().to_owned())).collect()
}

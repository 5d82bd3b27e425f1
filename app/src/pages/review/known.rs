//! What a reviewer should know of a file beside what it shows: when it came, what it says
//! of itself, what is odd about it, and which other pictures it is to be compared with.

use domain::{
    capture::metres_between,
    dossier::Dossier,
    enterprise::Site,
    evidence::Evidence,
    examination::{ClaimedDevice, ClaimedPlace, ClaimedTime, Claims, DerivedForm, Likeness},
    time::Timestamp,
};
use leptos::prelude::*;
use portal::services::examinations::{Known, Lookalike, form_name};

use crate::{components::*, routes, wording::Wording};

/// Hours between taking and receiving that nobody wonders about (A8: 24).
const SAME_DAY_HOURS: i64 = 24;

/// Facts of a file, folded away: most reviews need the picture alone.
pub(super) fn facts(w: Wording, file: &Evidence, known: &Known, site: &Site) -> AnyView {
    let Some(dossier) = &known.dossier else { return ().into_any() };
    let claims = &dossier.claims;
    let mut rows = vec![Row::new(
        w.known_received(),
        view! { <Moment at=file.received_at/><span class="beside">" "{w.known_received_about()}</span> },
    )];
    rows.extend(claims.taken.as_ref().map(|taken| Row::new(w.claim_taken(), time(w, taken, file.received_at))));
    rows.extend(claims.place.as_ref().map(|place| Row::new(w.claim_place(), self::place(w, place, site))));
    rows.extend(claims.device.as_ref().map(|device| Row::new(w.claim_device(), self::device(device))));
    rows.extend(measures(w, claims));
    let unread = (dossier.is_unread() && !dossier.is_quarantined()).then(|| w.claim_unread().to_owned());
    let odd = unread.into_iter().chain(dossier.oddities.iter().map(|oddity| w.oddity(*oddity)));
    let odd: Vec<_> = odd.map(|text| view! { <li>{text}</li> }).collect();
    if !odd.is_empty() {
        rows.push(Row::new(w.claim_oddities(), view! { <ul class="plain-list">{odd}</ul> }));
    }
    rows.push(Row::new(w.known_scan(), w.scanned(dossier.scan.as_ref())));
    let silent = claims.taken.is_none() && claims.place.is_none() && claims.device.is_none();
    let about = if silent { w.known_nothing() } else { w.known_claims_about() };
    // Of what nobody could read it is not known what it says.
    let about = (dossier.is_over() && !(silent && dossier.is_unread())).then_some(about);
    view! {
        <Fold title=w.known_title()>
            <DefinitionList rows=rows/>
            {about.map(|about| view! { <p class="beside">{about}</p> })}
        </Fold>
    }
    .into_any()
}

/// A claimed time, by which clock, and how far it is from when the file came.
fn time(w: Wording, taken: &ClaimedTime, received: Timestamp) -> AnyView {
    let Some(at) = taken.at else { return taken.raw.clone().into_any() };
    let hours = received.0.saturating_sub(at.0) / 3_600_000;
    let apart = match hours {
        ..=-1 => Some(w.known_after().to_owned()),
        SAME_DAY_HOURS.. if hours < 3 * 24 => Some(w.known_hours_before(hours.unsigned_abs())),
        SAME_DAY_HOURS.. => Some(w.known_days_before(hours.unsigned_abs() / 24)),
        _ => None,
    };
    let zone = w.claimed_zone(taken.zone);
    view! {
        <Moment at=at/><span class="beside">" "{zone}</span>
        {apart.map(|apart| view! { <br/><span class="known-apart">{apart}</span> })}
    }
    .into_any()
}

fn place(w: Wording, place: &ClaimedPlace, site: &Site) -> AnyView {
    let far = match site.coordinates {
        Some(site) => {
            let metres = metres_between(place.at, site);
            if metres < 2000 { w.known_metres(metres) } else { w.known_kilometres((metres + 500) / 1000) }
        }
        None => w.known_no_site().to_owned(),
    };
    let within = place.accuracy_m.map(|metres| view! { <span class="beside">" "{w.known_within(metres)}</span> });
    let point = format!("{:.5}, {:.5}", place.at.latitude(), place.at.longitude());
    view! { {far}<span class="beside">" "{point}</span>{within} }.into_any()
}

fn device(device: &ClaimedDevice) -> String {
    let parts = [&device.make, &device.model, &device.software];
    let parts: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
    parts.join(" · ")
}

fn measures(w: Wording, claims: &Claims) -> Option<Row> {
    let pixels = claims.pixels.map(|(width, height)| w.known_pixels(width, height));
    let length = claims.duration_ms.map(|ms| w.known_length(ms / 60_000, ms / 1000 % 60));
    let pages = claims.pages.map(|count| w.known_pages(count));
    let parts: Vec<String> = [pixels, length, pages, claims.codec.clone()].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| Row::new(w.known_size(), parts.join(" · ")))
}

/// Pictures of other cases beside this one.
pub(super) fn lookalikes(w: Wording, file: &Evidence, known: &Known) -> AnyView {
    if known.lookalikes.is_empty() {
        return ().into_any();
    }
    // What is the same deserves a look before the page is left.
    let open = known.lookalikes.iter().any(|other| other.of_another && other.likeness != Likeness::Similar);
    let pairs = known.lookalikes.iter().map(|other| pair(w, file, other, known)).collect_view();
    view! {
        <Fold title=w.alike_title(known.lookalikes.len()) open=open>
            <p class="beside">{w.alike_about()}</p>
            <ul class="pairs">{pairs}</ul>
        </Fold>
    }
    .into_any()
}

fn pair(w: Wording, own: &Evidence, other: &Lookalike, known: &Known) -> AnyView {
    let word = w.likeness(other.likeness);
    let whose = if other.of_another { w.alike_of_another() } else { w.alike_of_same() };
    let kind = if other.of_another && other.likeness != Likeness::Similar { Kind::Attention } else { Kind::Neutral };
    let Some((file, enterprise)) = &other.shown else {
        return view! { <li><Notice kind=kind title=w.alike_hidden(word)/></li> }.into_any();
    };
    let (name, at, case) = (enterprise.to_string(), file.received_at, routes::review_case(file.case));
    let face = known.dossier.as_ref().and_then(Dossier::face);
    let ours = small(own, face, w.alike_this().to_owned());
    let face = known.faces.get(&file.digest).copied();
    let theirs = small(file, face, alt(w, file, face));
    view! {
        <li class="pair">
            <p><StateBadge kind=kind word=word/>" "{whose}" · "<strong>{name.clone()}</strong>" · "<Moment at=at/>" "<a href=case>{w.alike_open_case()}</a></p>
            <div class="pair-pictures">
                <figure>{ours}<figcaption>{w.alike_this()}</figcaption></figure>
                <figure>{theirs}<figcaption>{name}</figcaption></figure>
            </div>
        </li>
    }
    .into_any()
}

/// What the same enterprise sent for this line before.
pub(super) fn earlier(w: Wording, known: &Known) -> AnyView {
    if known.earlier.is_empty() {
        return ().into_any();
    }
    let pictures = known.earlier.iter().map(|file| {
        let face = known.faces.get(&file.digest).copied();
        let picture = small(file, face, alt(w, file, face));
        let (case, at) = (routes::review_case(file.case), file.received_at);
        if face.is_some() {
            view! { <li><a href=case>{picture}<Moment at=at short=true/></a></li> }.into_any()
        } else {
            // The name leads to the file, the time to its case.
            view! { <li>{picture}<a href=case><Moment at=at short=true/></a></li> }.into_any()
        }
    });
    let pictures = pictures.collect_view();
    view! {
        <Fold title=w.earlier_title(known.earlier.len())>
            <p class="beside">{w.earlier_about()}</p>
            <ul class="earlier">{pictures}</ul>
        </Fold>
    }
    .into_any()
}

/// A file beside others: the form that shows it, or else its name. The original is not shown for it: it may be no
/// picture, and that somebody opened it would be on record.
fn small(file: &Evidence, face: Option<DerivedForm>, alt: String) -> AnyView {
    match face {
        Some(form) => {
            let address = routes::derived(file.id, &form_name(form));
            view! { <img src=address alt=alt loading="lazy" decoding="async"/> }.into_any()
        }
        None => view! { <a href=routes::evidence(file.id) download="">{file.name.to_string()}</a> }.into_any(),
    }
}

/// What the picture of a file is called.
fn alt(w: Wording, file: &Evidence, face: Option<DerivedForm>) -> String {
    match face {
        Some(DerivedForm::Page { number }) => w.preview_page_of(file.name.as_str(), number),
        Some(DerivedForm::Poster | DerivedForm::Film) => w.preview_still_of(file.name.as_str()),
        _ => w.photo_alt(file.name.as_str()),
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        capture::Origin,
        evidence::{EvidenceState, FileName, MediaType, Purpose},
        ids::{AccountId, ByteCount, CaseId, Digest, EnterpriseId, EvidenceId, LineId},
    };
    use uuid::Uuid;

    use super::*;

    #[test]
    fn what_has_no_picture_is_named_and_its_original_not_loaded() {
        let file = Evidence {
            id: EvidenceId(Uuid::nil()),
            case: CaseId(Uuid::nil()),
            enterprise: EnterpriseId(Uuid::nil()),
            purpose: Purpose::SelfCheck { line: LineId(Uuid::nil()), round: 0 },
            name: FileName::from_sender("后厨.mov"),
            media: MediaType::Mov,
            size: ByteCount(1),
            digest: Digest([1; 32]),
            received_at: Timestamp(0),
            uploader: AccountId(Uuid::nil()),
            origin: Origin::default(),
            state: EvidenceState::Sealed { at: Timestamp(0) },
        };
        let shown = |face| Owner::new().with(|| small(&file, face, "视频".to_owned()).to_html());
        let named = shown(None);
        assert!(!named.contains("<img") && named.contains("后厨.mov"), "{named}");
        for (face, address) in [(DerivedForm::Poster, "/poster\""), (DerivedForm::Page { number: 1 }, "/page-1\"")] {
            let pictured = shown(Some(face));
            assert!(pictured.contains("<img") && pictured.contains(address), "{pictured}");
        }
    }
}

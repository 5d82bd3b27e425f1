//! Examinations: every file is examined to an end, none for ever, and a failure outside
//! is not held against it.

use domain::{
    dossier::{ATTEMPTS, Dossier, Findings, NoPicture, RESCAN_MINUTES, Task, Work},
    evidence::MediaType,
    examination::{Claims, Derivative, DerivedForm, Fingerprint, Likeness, NotScanned, Scan},
    ids::{ByteCount, Digest, DossierId},
    time::Timestamp,
};
use proptest::prelude::*;
use uuid::Uuid;

const NOW: Timestamp = Timestamp(1_800_000_000_000);

fn dossier() -> Dossier {
    Dossier::begin(DossierId(Uuid::nil()), Digest([1; 32]), ByteCount(1), MediaType::Jpeg, NOW)
}

/// One that is over, except that the engine was down.
fn not_scanned() -> Dossier {
    not_scanned_for(NotScanned::EngineDown)
}

fn not_scanned_for(why: NotScanned) -> Dossier {
    let mut dossier = dossier();
    dossier.take(NOW, 10);
    dossier.scan = Some(Scan::NotScanned { at: NOW, why });
    dossier.finish(Findings::default(), NOW);
    dossier
}

fn down(at: Timestamp) -> Scan {
    Scan::NotScanned { at, why: NotScanned::EngineDown }
}

/// What can happen to a search that is tried again.
#[derive(Clone, Copy, Debug)]
enum Search {
    Take,
    /// The engine is down still.
    Down,
    /// The file cannot be read.
    PutBack,
    Clean,
    /// Whoever is at it ends without a word: only time goes by.
    Vanish,
}

fn search() -> impl Strategy<Value = Search> {
    // Most searches are begun, and few come to an end.
    prop_oneof![
        8 => Just(Search::Take),
        3 => Just(Search::Down),
        3 => Just(Search::PutBack),
        1 => Just(Search::Clean),
        3 => Just(Search::Vanish),
    ]
}

/// What can happen to an examination.
#[derive(Clone, Copy, Debug)]
enum Event {
    Take,
    Finish,
    Fail,
    PutBack,
    /// The process ends: only time goes by.
    Vanish,
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![Just(Event::Take), Just(Event::Finish), Just(Event::Fail), Just(Event::PutBack), Just(Event::Vanish)]
}

proptest! {
    #[test]
    fn no_file_takes_more_than_two_examiners_with_it(events in prop::collection::vec((event(), 0..30_i64), 1..60)) {
        let (mut dossier, mut now) = (dossier(), NOW);
        // Examiners that were begun and did not come back, or said that they crashed.
        let mut lost = 0;
        for (event, minutes) in events {
            now = now.plus_minutes(minutes);
            let working = matches!(dossier.work, Work::Working { .. });
            match event {
                Event::Take if dossier.take(now, 10) == Some(Task::Examine) && working => lost += 1,
                Event::Finish if working => dossier.finish(Findings::default(), now),
                Event::Fail if working => {
                    lost += 1;
                    dossier.fail(NoPicture::Crashed, now);
                }
                Event::PutBack if working => dossier.put_back(now),
                _ => {}
            }
            prop_assert!(lost <= u32::from(ATTEMPTS));
            if matches!(dossier.work, Work::GivenUp { .. }) {
                prop_assert!(dossier.no_picture.is_some());
            }
        }
        // Whatever happened, examiners that answer bring it to an end.
        for _ in 0..3 {
            now = now.plus_minutes(60);
            if dossier.take(now, 10) == Some(Task::Examine) {
                dossier.finish(Findings::default(), now);
            }
        }
        prop_assert!(dossier.is_over());
        prop_assert_eq!(dossier.due(), None);
    }

    #[test]
    fn a_search_is_with_one_examiner_at_a_time_and_never_forgotten(
        why in prop_oneof![Just(NotScanned::EngineDown), Just(NotScanned::Waiting)],
        events in prop::collection::vec((search(), 0..15_i64), 1..60),
    ) {
        const LEASE: i64 = 30;
        let (mut dossier, mut now) = (not_scanned_for(why), NOW);
        // From when on it may be taken, and whether somebody is at it.
        let (mut free, mut held) = (NOW.plus_minutes(RESCAN_MINUTES), false);
        let mut clean = false;
        for (event, minutes) in events {
            now = now.plus_minutes(minutes);
            match event {
                Search::Take => {
                    let took = dossier.take(now, LEASE) == Some(Task::Rescan);
                    prop_assert_eq!(took, !clean && now >= free);
                    if took {
                        (free, held) = (now.plus_minutes(LEASE), true);
                    }
                }
                Search::Down if held => {
                    prop_assert_eq!(dossier.rescanned(down(now)), !clean);
                    (free, held) = (now.plus_minutes(RESCAN_MINUTES), false);
                }
                Search::PutBack if held => {
                    dossier.put_back(now);
                    (free, held) = (now.plus_minutes(RESCAN_MINUTES), false);
                }
                Search::Clean if held => {
                    let verdict = Scan::Clean { at: now, engine: "e".into() };
                    prop_assert!(dossier.rescanned(verdict));
                    (clean, held) = (true, false);
                }
                _ => {}
            }
            prop_assert_eq!(dossier.due(), (!clean).then_some(free));
        }
        prop_assert!(!dossier.rescanned(down(now)) || !clean, "what is clean stays so");
    }

    #[test]
    fn likeness_goes_both_ways(one: u64, bits in prop::collection::vec(0..64_u32, 0..16)) {
        let other = bits.iter().fold(one, |print, bit| print ^ (1 << bit));
        let (one, other) = (Fingerprint(one), Fingerprint(other));
        prop_assert_eq!(one.likeness(other), other.likeness(one));
        prop_assert_eq!(one.likeness(other) == Some(Likeness::Same), one.distance(other) <= Fingerprint::SAME);
        prop_assert_eq!(one.likeness(other).is_none(), one.distance(other) > Fingerprint::SIMILAR);
    }
}

#[test]
fn nobody_takes_what_somebody_is_at() {
    let mut dossier = dossier();
    assert_eq!(dossier.take(NOW, 10), Some(Task::Examine));
    assert_eq!(dossier.take(NOW.plus_minutes(9), 10), None);
    assert_eq!(dossier.take(NOW.plus_minutes(10), 10), Some(Task::Examine));
    assert_eq!(dossier.take(NOW.plus_minutes(20), 10), None);
    assert!(matches!(dossier.work, Work::GivenUp { .. }));
    assert_eq!(dossier.no_picture, Some(NoPicture::Crashed));
}

#[test]
fn a_failure_outside_does_not_count_against_the_file() {
    let mut dossier = dossier();
    for round in 0..20 {
        let now = NOW.plus_minutes(round * 2);
        assert_eq!(dossier.take(now, 10), Some(Task::Examine));
        dossier.put_back(now);
    }
    assert!(!dossier.is_over());
}

#[test]
fn an_engine_that_was_down_is_asked_again_and_a_limit_is_not_clean() {
    let mut dossier = dossier();
    dossier.take(NOW, 10);
    dossier.scan = Some(Scan::NotScanned { at: NOW, why: NotScanned::EngineDown });
    dossier.finish(Findings::default(), NOW);
    assert_eq!(dossier.take(NOW.plus_minutes(5), 10), None);
    assert_eq!(dossier.take(NOW.plus_minutes(10), 10), Some(Task::Rescan));
    for why in [NotScanned::TooLarge, NotScanned::NotConfigured] {
        dossier.scan = Some(Scan::NotScanned { at: NOW, why });
        assert_eq!(dossier.due(), None);
        assert!(!matches!(dossier.scan, Some(Scan::Clean { .. })));
    }
    dossier.scan = Some(Scan::Found { at: NOW, engine: "e".into(), name: "x".into() });
    assert!(dossier.is_quarantined());
}

#[test]
fn two_examiners_do_not_look_through_the_same_file_again() {
    let mut dossier = not_scanned();
    let later = NOW.plus_minutes(RESCAN_MINUTES);
    assert_eq!(dossier.take(later, 30), Some(Task::Rescan));
    assert_eq!(dossier.take(later, 30), None);
    assert_eq!(dossier.take(later.plus_minutes(29), 30), None);
    // The first one has ended without a word; should it speak after all, it is the second to do so.
    assert_eq!(dossier.take(later.plus_minutes(30), 30), Some(Task::Rescan));
    let clean = |minutes| Scan::Clean { at: later.plus_minutes(minutes), engine: "e".into() };
    assert!(dossier.rescanned(clean(31)));
    assert!(!dossier.rescanned(clean(32)));
    assert_eq!((dossier.scan.clone(), dossier.due()), (Some(clean(31)), None));
}

#[test]
fn a_search_that_fails_is_put_off() {
    let mut dossier = not_scanned();
    let later = NOW.plus_minutes(RESCAN_MINUTES);
    assert_eq!(dossier.take(later, 30), Some(Task::Rescan));
    dossier.put_back(later);
    assert_eq!(dossier.take(later, 30), None);
    assert_eq!(dossier.take(later.plus_minutes(RESCAN_MINUTES), 30), Some(Task::Rescan));
    assert_eq!(dossier.scan, Some(down(NOW)), "that it was not looked through stays true");
}

#[test]
fn a_dossier_that_knows_of_no_second_search_is_due_as_before() {
    let mut body = serde_json::to_value(not_scanned()).unwrap();
    assert!(body.as_object_mut().unwrap().remove("rescan").is_none(), "nothing is written where nothing is known");
    let read: Dossier = serde_json::from_value(body).unwrap();
    assert_eq!(read.due(), Some(NOW.plus_minutes(RESCAN_MINUTES)));
}

#[test]
fn a_file_that_nobody_could_look_through_is_not_taken_for_one_without_oddities() {
    let over = |media, no_picture, claims: Claims| {
        let mut dossier = Dossier::begin(DossierId(Uuid::nil()), Digest([1; 32]), ByteCount(1), media, NOW);
        dossier.take(NOW, 10);
        assert!(!dossier.is_unread());
        dossier.finish(Findings { claims, no_picture, ..Findings::default() }, NOW);
        dossier.is_unread()
    };
    let sized = || Claims { pixels: Some((4, 3)), ..Claims::default() };
    let paged = || Claims { pages: Some(2), ..Claims::default() };
    assert!(!over(MediaType::Jpeg, None, sized()));
    assert!(!over(MediaType::Jpeg, Some(NoPicture::Damaged), sized()), "only its picture cannot be decoded");
    assert!(!over(MediaType::Docx, Some(NoPicture::NotPictured), Claims::default()));
    assert!(!over(MediaType::Pdf, Some(NoPicture::NoTool), paged()));
    assert!(over(MediaType::Pdf, None, Claims::default()), "its reader failed, whatever else came of it");
    assert!(over(MediaType::Jpeg, Some(NoPicture::Damaged), Claims::default()));
    assert!(over(MediaType::Jpeg, Some(NoPicture::Quarantined), Claims::default()));

    let mut dossier = dossier();
    for minutes in [0, 2] {
        dossier.take(NOW.plus_minutes(minutes), 10);
        dossier.fail(NoPicture::Crashed, NOW.plus_minutes(minutes));
    }
    assert!(matches!(dossier.work, Work::GivenUp { .. }));
    assert!(dossier.is_unread());
}

#[test]
fn a_file_is_known_by_a_picture_and_never_by_one_in_quarantine() {
    let with = |forms: &[DerivedForm]| {
        let made = |form: &DerivedForm| Derivative {
            form: *form,
            digest: Digest([2; 32]),
            size: ByteCount(1),
            pixels: (4, 3),
        };
        let mut dossier = dossier();
        dossier.finish(Findings { derived: forms.iter().map(made).collect(), ..Findings::default() }, NOW);
        dossier
    };
    let page = |number| DerivedForm::Page { number };
    assert_eq!(with(&[DerivedForm::Thumbnail, DerivedForm::View]).face(), Some(DerivedForm::View));
    assert_eq!(with(&[DerivedForm::Film, DerivedForm::Poster]).face(), Some(DerivedForm::Poster));
    assert_eq!(with(&[page(2), page(1)]).face(), Some(page(1)));
    assert_eq!(with(&[DerivedForm::Film]).face(), None);
    let mut found = with(&[DerivedForm::View]);
    found.scan = Some(Scan::Found { at: NOW, engine: "e".into(), name: "x".into() });
    assert_eq!(found.face(), None);
}

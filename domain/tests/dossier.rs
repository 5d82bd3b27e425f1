//! Examinations: every file is examined to an end, none for ever, and a failure outside
//! is not held against it.

use domain::{
    dossier::{ATTEMPTS, Dossier, Findings, NoPicture, Task, Work},
    evidence::MediaType,
    examination::{Fingerprint, Likeness, NotScanned, Scan},
    ids::{ByteCount, Digest, DossierId},
    time::Timestamp,
};
use proptest::prelude::*;
use uuid::Uuid;

const NOW: Timestamp = Timestamp(1_800_000_000_000);

fn dossier() -> Dossier {
    Dossier::begin(DossierId(Uuid::nil()), Digest([1; 32]), ByteCount(1), MediaType::Jpeg, NOW)
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

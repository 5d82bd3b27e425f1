//! Live capture: what a code is good for, and what it never is.

mod common;

use common::{CASE, item, line, note, now};
use domain::{
    capture::{
        Arrival, Binding, Capture, CaptureGrade, CaptureState, Claimant, Code, CodeFault, LoginKey, Origin, TakenAt,
        Task, Way, metres_between,
    },
    case::{Answer, Captured, LineFault, LineFiles},
    enterprise::Coordinates,
    evidence::Moment,
    ids::{AccountId, CaptureId, Digest, EvidenceId, FindingId, UploadId},
    item::ContentFault,
    time::Timestamp,
    upload::Place,
};
use proptest::prelude::*;
use uuid::Uuid;

const LIFE: i64 = 10;

fn account(n: u128) -> AccountId {
    AccountId(Uuid::from_u128(n))
}

fn login(n: u8) -> LoginKey {
    LoginKey(Digest([n; 32]))
}

fn binding() -> Binding {
    Binding { account: account(1), login: login(1), place: Place::Line { case: CASE, line: line(1) } }
}

fn capture() -> Capture {
    Capture {
        id: CaptureId(Uuid::from_u128(7)),
        case: CASE,
        binding: binding(),
        code: Code::drawn(482_913, [0, 7]),
        task: Task::StepBack,
        issued_at: now(),
        expires_at: now().plus_minutes(LIFE),
        state: CaptureState::Issued,
    }
}

const FILE: Digest = Digest([3; 32]);
const OTHER: Digest = Digest([4; 32]);
const EVIDENCE: EvidenceId = EvidenceId(Uuid::from_u128(9));

fn announced(digest: Digest) -> Claimant {
    Claimant::Bytes { digest }
}

fn arrival(digest: Digest) -> Arrival {
    Arrival { digest, upload: None, first_byte_at: None, known_since: None, way: Way::InPage }
}

/// What can happen to a code.
#[derive(Clone, Debug)]
enum Step {
    Claim { who: u8, place: bool, claimant: Claimant },
    Take { digest: Digest, upload: Option<UploadId>, first_byte: i64 },
    Replace,
}

fn step() -> impl Strategy<Value = (i64, Step)> {
    let digest = prop_oneof![Just(FILE), Just(OTHER)];
    let upload = (1..3_u128).prop_map(|n| UploadId(Uuid::from_u128(n)));
    let claimant = prop_oneof![
        digest.clone().prop_map(|digest| Claimant::Bytes { digest }),
        upload.clone().prop_map(|upload| Claimant::Upload { upload }),
    ];
    let step = prop_oneof![
        4 => (1..4_u8, prop::bool::weighted(0.8), claimant).prop_map(|(who, place, claimant)| Step::Claim { who, place, claimant }),
        4 => (digest, prop::option::of(upload), 0..20_i64).prop_map(|(digest, upload, first_byte)| Step::Take { digest, upload, first_byte }),
        1 => Just(Step::Replace),
    ];
    (0..4_i64, step)
}

proptest! {
    /// Whatever is tried in whatever order: a code serves one file, that of whom it was
    /// given to, whose digest or first byte was here before it ended.
    #[test]
    fn a_code_serves_one_file_of_its_own_person_in_time(steps in prop::collection::vec(step(), 0..30)) {
        let mut capture = capture();
        let mut minute = 0;
        let mut files = Vec::new();
        for (later, step) in steps {
            minute += later;
            let at = now().plus_minutes(minute);
            let before = capture.clone();
            match step {
                Step::Claim { who, place, claimant } => {
                    // The third person is the first one in another login.
                    let own = binding();
                    let place = if place { own.place } else { Place::Finding { finding: FindingId(Uuid::nil()), moment: Moment::After } };
                    let by = Binding { account: account(if who == 2 { 2 } else { 1 }), login: login(who), place };
                    let claimed = capture.claim(&by, claimant, at);
                    if by != own {
                        let again = matches!(before.state, CaptureState::Claimed { claimant: holder, .. } if holder == claimant);
                        prop_assert!(claimed.is_err() || again);
                        prop_assert_eq!(capture.state, before.state);
                    }
                    if claimed.is_err() {
                        prop_assert_eq!(&capture, &before);
                    }
                }
                Step::Take { digest, upload, first_byte } => {
                    let first_byte_at = Some(now().plus_minutes(first_byte));
                    let arrival = Arrival { digest, upload, first_byte_at, known_since: None, way: Way::InPage };
                    if let Ok(taken) = capture.take(&arrival, EVIDENCE, at) {
                        prop_assert!(taken.claimed_at < capture.expires_at);
                        prop_assert_eq!(&taken.code, &capture.code);
                        files.push(digest);
                    } else {
                        prop_assert_eq!(&capture, &before);
                    }
                }
                Step::Replace => {
                    prop_assert_eq!(capture.replace(at), before.is_live(at));
                }
            }
        }
        prop_assert!(files.len() <= 1);
    }

    #[test]
    fn a_code_reads_back_as_it_was_written(number in any::<u32>(), characters in any::<[u8; 2]>()) {
        let code = Code::drawn(number, characters);
        prop_assert_eq!(code.as_str().chars().count(), 9);
        prop_assert_eq!(code.as_str().parse::<Code>(), Ok(code.clone()));
        let written = serde_json::to_string(&code).unwrap();
        prop_assert_eq!(serde_json::from_str::<Code>(&written).unwrap(), code);
    }

    #[test]
    fn any_text_is_a_place_or_none_and_never_off_the_earth(text in ".{0,40}") {
        if let Ok(place) = text.parse::<TakenAt>() {
            prop_assert!(place.point.latitude().abs() <= 90.0);
        }
    }

    #[test]
    fn distances_are_the_same_both_ways_and_no_longer_than_half_the_earth(
        a in (-90.0..90.0_f64, -180.0..180.0_f64),
        b in (-90.0..90.0_f64, -180.0..180.0_f64),
    ) {
        let (a, b) = (Coordinates::new(a.0, a.1).unwrap(), Coordinates::new(b.0, b.1).unwrap());
        prop_assert_eq!(metres_between(a, b), metres_between(b, a));
        prop_assert!(metres_between(a, b) <= 20_015_200);
        prop_assert_eq!(metres_between(a, a), 0);
    }
}

#[test]
fn all_characters_of_codes_differ() {
    let all: std::collections::BTreeSet<String> =
        (0..Code::CHARACTERS).map(|index| Code::drawn(0, [index, 0]).to_string()).collect();
    assert_eq!(all.len(), usize::from(Code::CHARACTERS));
    for bad in ["12345 春河", "123456春河", "123456 春", "123456 春犬", "123456 春河海", "１２３４５６ 春夏"]
    {
        assert!(bad.parse::<Code>().is_err(), "{bad}");
    }
}

#[test]
fn a_digest_on_record_in_time_keeps_its_code_however_late_the_bytes_come() {
    let mut capture = capture();
    let last = now().plus_minutes(LIFE).0 - 1;
    assert_eq!(capture.claim(&binding(), announced(FILE), Timestamp(last)), Ok(()));
    let much_later = now().plus_days(3);
    // The phone says so again after a break.
    assert_eq!(capture.claim(&binding(), announced(FILE), much_later), Ok(()));
    assert!(!capture.replace(now()), "a code that a file holds stays with it");
    let taken = capture.take(&arrival(FILE), EVIDENCE, much_later).unwrap();
    assert_eq!((taken.claimed_at, taken.way.grade()), (Timestamp(last), CaptureGrade::B));
    assert_eq!(capture.take(&arrival(FILE), EVIDENCE, much_later), Err(CodeFault::Used));
}

#[test]
fn a_code_that_does_not_count_says_why() {
    let mut expired = capture();
    assert_eq!(expired.claim(&binding(), announced(FILE), expired.expires_at), Err(CodeFault::Expired));
    let mut foreign = capture();
    let other = Binding { account: account(2), ..binding() };
    assert_eq!(foreign.claim(&other, announced(FILE), now()), Err(CodeFault::Unknown));
    let other = Binding { login: login(2), ..binding() };
    assert_eq!(foreign.claim(&other, announced(FILE), now()), Err(CodeFault::OtherLogin));
    let other = Binding { place: Place::Line { case: CASE, line: line(2) }, ..binding() };
    assert_eq!(foreign.claim(&other, announced(FILE), now()), Err(CodeFault::OtherPlace));
    let mut replaced = capture();
    assert!(replaced.replace(now()));
    assert_eq!(replaced.claim(&binding(), announced(FILE), now()), Err(CodeFault::Replaced));
    let mut taken = capture();
    assert_eq!(taken.claim(&binding(), announced(FILE), now()), Ok(()));
    assert_eq!(taken.claim(&binding(), announced(OTHER), now()), Err(CodeFault::Used));
}

#[test]
fn a_file_that_was_here_before_its_code_was_not_taken_with_it() {
    let mut capture = capture();
    capture.claim(&binding(), announced(FILE), now()).unwrap();
    let old = Arrival { known_since: Some(now().plus_minutes(-1)), ..arrival(FILE) };
    assert_eq!(capture.take(&old, EVIDENCE, now()), Err(CodeFault::OlderFile));
    let newer = Arrival { known_since: Some(now().plus_minutes(1)), ..arrival(FILE) };
    assert!(capture.take(&newer, EVIDENCE, now()).is_ok());
}

#[test]
fn what_was_written_before_there_were_codes_was_chosen() {
    assert_eq!(serde_json::from_str::<Origin>("{}").unwrap().grade(), CaptureGrade::D);
    assert!(
        CaptureGrade::D < CaptureGrade::C && CaptureGrade::C < CaptureGrade::B && CaptureGrade::B < CaptureGrade::A
    );
}

#[test]
fn a_place_is_degrees_metres_and_the_devices_time() {
    let place: TakenAt = "43.880100, 125.320200,12,1795000000000".parse().unwrap();
    assert_eq!((place.accuracy_m, place.at), (12, Timestamp(1_795_000_000_000)));
    for bad in ["", "1,2,3", "91,0,1,1", "nan,0,1,1", "1,2,-3,4", "1,2,3,4,5", "1,2,3.5,4", "1,2,3,x"] {
        assert!(bad.parse::<TakenAt>().is_err(), "{bad}");
    }
    let (square, airport) = (Coordinates::new(43.896, 125.326).unwrap(), Coordinates::new(43.996, 125.685).unwrap());
    assert!((30_000..31_500).contains(&metres_between(square, airport)), "{}", metres_between(square, airport));
}

/// The faults of the first line when it asks for a grade or a place.
fn faults(least: Option<CaptureGrade>, needs_place: bool, captured: Captured, excuse: bool) -> Vec<LineFault> {
    let mut version = item();
    version.content.lines[0].least_grade = least;
    version.content.lines[0].needs_place = needs_place;
    let mut case = common::open_case();
    let first = version.content.lines[0].id;
    case.answer(first, Some(Answer::Conforms), None, now()).unwrap();
    case.excuse(first, excuse.then(|| note("手机相机已坏，送修中。"))).unwrap();
    let files = LineFiles { captured, ..common::ENOUGH };
    let all = case.faults(|id| version.content.line(id), |_| files);
    all.into_iter().filter(|(line, _)| *line == first).map(|(_, fault)| fault).collect()
}

#[test]
fn a_line_that_asks_for_a_grade_is_not_satisfied_by_a_weaker_one() {
    let of = |grade, placed| {
        let mut captured = Captured::default();
        captured.add(grade, placed);
        captured
    };
    let (b, c) = (CaptureGrade::B, CaptureGrade::C);
    for grade in CaptureGrade::ALL {
        let expected = if grade >= b { vec![] } else { vec![LineFault::NotCaptured { grade: b, have: 0, need: 1 }] };
        assert_eq!(faults(Some(b), false, of(grade, false), false), expected, "{grade:?}");
        assert_eq!(faults(None, false, of(grade, false), false), [], "{grade:?}");
    }
    assert_eq!(faults(Some(c), false, of(b, false), false), []);
    assert_eq!(faults(None, true, of(b, false), false), [LineFault::NoPlace { have: 0, need: 1 }]);
    assert_eq!(faults(Some(b), true, of(b, true), false), []);
    assert_eq!(faults(Some(b), true, Captured::default(), true), [], "who says why may send");
}

#[test]
fn a_line_without_photos_cannot_ask_how_they_were_taken() {
    let mut content = item().content;
    content.lines[2].least_grade = Some(CaptureGrade::B);
    assert_eq!(content.faults(), [ContentFault::NothingToCapture { line: 3 }]);
    content.lines[2].least_grade = None;
    content.lines[0].needs_place = true;
    assert_eq!(content.faults(), []);
}

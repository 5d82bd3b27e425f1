//! The life of a case: what each state allows, to whom, and what never happens.

mod common;

use std::sync::LazyLock;

use common::*;
use domain::{
    actor::Actor,
    calendar::Calendar,
    case::{
        Answer, Burden, Case, CaseError, CaseLine, CaseStage, CaseState, KindCounts, LineFault, LineFiles, LineVerdict,
        OnSiteReason, Outcome, Sheet,
    },
    ids::{DueVisitId, ItemId, PageId},
    item::EvidenceKind,
    time::Timestamp,
};
use proptest::prelude::*;
use uuid::Uuid;

const ROUNDS: u8 = 2;

fn accepted() -> Case {
    reviewed_case([LineVerdict::Accepted; 3])
}

fn faulty() -> Case {
    reviewed_case([LineVerdict::ProblemFound, LineVerdict::Accepted, LineVerdict::Accepted])
}

fn proposed(outcome: Outcome) -> Case {
    let mut case = if outcome.needs_problem() { faulty() } else { accepted() };
    case.propose(&li_na(), outcome, None, true, now()).unwrap();
    case
}

fn on_site_proposed() -> Case {
    let mut case = case_on_desk();
    case.propose_on_site(&li_na(), OnSiteReason::Doubtful, note("照片疑似旧图。"), ROUNDS, now()).unwrap();
    case
}

fn calendar() -> Calendar {
    static CHINA: LazyLock<Calendar> = LazyLock::new(|| Calendar::china().unwrap());
    CHINA.clone()
}

/// A case in every stage.
fn one_of_each() -> Vec<Case> {
    let mut more = reviewed_case([LineVerdict::Unclear, LineVerdict::Accepted, LineVerdict::ProblemFound]);
    more.ask_more(&li_na(), ROUNDS, now().plus_days(3), now()).unwrap();
    let mut decided = proposed(Outcome::Guidance);
    decided.confirm(&wang_qiang(), now()).unwrap();
    let mut closed = decided.clone();
    closed.close(now()).unwrap();
    let mut converted = on_site_proposed();
    converted.decide_on_site(&liu_wei(), true, &calendar(), now()).unwrap();
    let mut withdrawn = open_case();
    withdrawn.withdraw(note("改期。"), now()).unwrap();
    vec![
        open_case(),
        sent_case(),
        case_on_desk(),
        more,
        proposed(Outcome::NoIssue),
        decided,
        closed,
        on_site_proposed(),
        converted,
        withdrawn,
    ]
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Answer(u128, Option<Answer>, bool),
    Send(LineFiles),
    Take,
    TakeOver,
    Release,
    Review(u128, LineVerdict, bool, bool),
    AskMore,
    GoOnWithout,
    Propose(Outcome, bool),
    Confirm,
    Disagree,
    Unpropose,
    Close,
    ProposeOnSite(OnSiteReason),
    DecideOnSite(bool),
    Withdraw,
}

fn step(case: &mut Case, step: Step, by: &Actor, at: Timestamp) -> Result<(), CaseError> {
    match step {
        Step::Answer(position, answer, noted) => {
            case.answer(line(position), answer, noted.then(|| note("已更换。")), at)
        }
        Step::Send(files) => send(case, files, at),
        Step::Take => case.take(by, at),
        Step::TakeOver => case.take_over(by, at),
        Step::Release => case.release(by, at),
        Step::Review(position, verdict, reasoned, told) => {
            let reason = reasoned.then(|| note("看不清。"));
            case.review_line(by, line(position), verdict, reason, told.then(problem), at)
        }
        Step::AskMore => case.ask_more(by, ROUNDS, at.plus_days(3), at),
        Step::GoOnWithout => case.go_on_without(by, at.plus_days(5), at),
        Step::Propose(outcome, closable) => case.propose(by, outcome, None, closable, at),
        Step::Confirm => case.confirm(by, at).map(drop),
        Step::Disagree => case.disagree(by, at),
        Step::Unpropose => case.unpropose(by, at),
        Step::Close => case.close(at),
        Step::ProposeOnSite(reason) => case.propose_on_site(by, reason, note("须到现场核实。"), ROUNDS, at),
        Step::DecideOnSite(approve) => case.decide_on_site(by, approve, &calendar(), at),
        Step::Withdraw => case.withdraw(note("不再申请。"), at),
    }
}

/// What can follow what (A5), whoever does it.
fn may_follow(from: CaseStage, to: CaseStage) -> bool {
    use CaseStage as S;
    match from {
        S::Open => matches!(to, S::Submitted | S::OnSiteProposed | S::Withdrawn),
        S::Submitted => matches!(to, S::InReview | S::OnSiteProposed | S::Withdrawn),
        S::InReview => matches!(to, S::Submitted | S::MoreEvidence | S::Proposed | S::OnSiteProposed),
        S::MoreEvidence => matches!(to, S::InReview | S::OnSiteProposed | S::Withdrawn),
        S::Proposed => matches!(to, S::InReview | S::Decided | S::Closed),
        S::Decided => to == S::Closed,
        S::OnSiteProposed => {
            matches!(to, S::Open | S::Submitted | S::InReview | S::MoreEvidence | S::ConvertedOnSite)
        }
        S::Closed | S::ConvertedOnSite | S::Withdrawn => false,
    }
}

fn certified(account: domain::ids::AccountId, at: Timestamp) -> bool {
    everybody().iter().any(|actor| actor.account == account && actor.certified_on(at.date()))
}

/// What holds of every case that was ever reached.
fn sound(case: &Case) {
    let wants_more = |line: &CaseLine| line.review.as_ref().is_some_and(|review| review.verdict.wants_more());
    assert!(case.rounds <= ROUNDS);
    for line in &case.lines {
        if let Some(review) = &line.review {
            assert!(certified(review.by, review.at), "reviewed without a certificate");
            assert_eq!(review.problem.is_some(), review.verdict == LineVerdict::ProblemFound);
            assert!(review.reason.is_some() || !review.verdict.wants_more());
        }
    }
    match &case.state {
        CaseState::Open { .. } => assert!(case.lines.iter().all(|line| line.open)),
        CaseState::MoreEvidence { officer, at, .. } => {
            assert!(case.lines.iter().any(|line| line.open));
            assert!(case.lines.iter().all(|line| line.open == wants_more(line)), "an open line that nobody asked for");
            assert!(certified(*officer, *at));
            assert!(case.rounds > 0);
        }
        CaseState::Proposed { outcome, by, at, .. } => {
            assert!(certified(*by, *at));
            assert_eq!(case.problems().count() > 0, outcome.needs_problem());
            assert!(case.lines.iter().all(|line| line.review.is_some() && !wants_more(line)));
        }
        CaseState::Decided { decision } | CaseState::Closed { decision, .. } => {
            assert_ne!(decision.proposer, decision.confirmer);
            assert!(certified(decision.confirmer, decision.at));
        }
        CaseState::OnSiteProposed { by, at, before, .. } => {
            assert!(certified(*by, *at));
            assert!(!matches!(**before, CaseState::OnSiteProposed { .. }));
        }
        CaseState::ConvertedOnSite { proposer, approver, .. } => assert_ne!(proposer, approver),
        CaseState::Submitted { .. } | CaseState::InReview { .. } | CaseState::Withdrawn { .. } => {}
    }
    // What has been sent is answered and fixed.
    if matches!(case.stage(), CaseStage::Submitted | CaseStage::InReview | CaseStage::Proposed | CaseStage::Decided) {
        assert!(case.submitted_at.is_some());
        for line in &case.lines {
            assert!(!line.open && line.answer.is_some());
            assert!(line.answer != Some(Answer::DoesNot) || line.self_disclosed_at.is_some());
            assert!(line.answer == Some(Answer::Conforms) || line.note.is_some());
        }
    }
}

fn steps() -> impl Strategy<Value = Step> {
    let answer = proptest::option::weighted(0.9, proptest::sample::select(Answer::ALL.as_slice()));
    let enough = proptest::sample::select(vec![ENOUGH, ENOUGH, ENOUGH, LineFiles::default()]);
    prop_oneof![
        6 => (1..=4_u128, answer, proptest::bool::weighted(0.8)).prop_map(|(l, a, n)| Step::Answer(l, a, n)),
        4 => enough.prop_map(Step::Send),
        4 => Just(Step::Take),
        1 => Just(Step::TakeOver),
        1 => Just(Step::Release),
        10 => (1..=3_u128, proptest::sample::select(LineVerdict::ALL.as_slice()), proptest::bool::weighted(0.9), proptest::bool::weighted(0.9))
            .prop_map(|(l, v, r, p)| Step::Review(l, v, r, p)),
        3 => Just(Step::AskMore),
        2 => Just(Step::GoOnWithout),
        4 => (proptest::sample::select(Outcome::ALL.as_slice()), proptest::bool::weighted(0.8))
            .prop_map(|(o, c)| Step::Propose(o, c)),
        3 => Just(Step::Confirm),
        1 => Just(Step::Disagree),
        1 => Just(Step::Unpropose),
        1 => Just(Step::Close),
        1 => proptest::sample::select(OnSiteReason::ALL.as_slice()).prop_map(Step::ProposeOnSite),
        1 => any::<bool>().prop_map(Step::DecideOnSite),
        1 => Just(Step::Withdraw),
    ]
}

fn review_all(case: &mut Case, verdicts: [LineVerdict; 3]) {
    for (position, verdict) in (1..).zip(verdicts) {
        review(case, &li_na(), position, verdict);
    }
}

/// A case on Li Na's desk after the last round, with a line that is still unclear.
fn worn_out() -> Case {
    let mut case = case_on_desk();
    for _ in 0..ROUNDS {
        review_all(&mut case, [LineVerdict::Unclear, LineVerdict::Accepted, LineVerdict::Accepted]);
        case.ask_more(&li_na(), ROUNDS, now().plus_days(3), now()).unwrap();
        send(&mut case, ENOUGH, now()).unwrap();
    }
    review(&mut case, &li_na(), 1, LineVerdict::Unclear);
    case
}

/// Where walks begin, so that they do not spend their steps at the door.
fn starts() -> impl Strategy<Value = Case> {
    let mut cases = one_of_each();
    cases.extend([worn_out(), accepted(), faulty(), proposed(Outcome::FirstViolation)]);
    proptest::sample::select(cases)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn whatever_happens_the_rules_of_a_case_hold(
        start in starts(),
        walk in proptest::collection::vec((steps(), 0..7_usize, 0..900_i64), 1..120),
    ) {
        let people = everybody();
        let mut case = start;
        let mut at = now();
        for (next, who, minutes) in walk {
            at = at.plus_minutes(minutes);
            let (before, by) = (case.clone(), &people[who]);
            if step(&mut case, next, by, at).is_err() {
                prop_assert_eq!(&case, &before, "a refused event left a trace");
                continue;
            }
            let (from, to) = (before.stage(), case.stage());
            prop_assert!(from == to || may_follow(from, to), "{:?} -> {:?}", from, to);
            let desk = matches!(
                next,
                Step::Take | Step::TakeOver | Step::Review(..) | Step::AskMore | Step::GoOnWithout | Step::Propose(..)
                    | Step::Confirm | Step::Disagree | Step::ProposeOnSite(_)
            );
            prop_assert!(!desk || by.certified_on(at.date()), "{:?} without a certificate", next);
            // The desk changes hands only into hands with a certificate.
            if let CaseState::InReview { officer, .. } = case.state
                && before.officer() != Some(officer)
                && from != CaseStage::OnSiteProposed
            {
                prop_assert_eq!(officer, by.account);
                prop_assert!(by.certified_on(at.date()));
            }
            // A review is written by whoever has the case.
            if matches!(next, Step::Review(..) | Step::AskMore | Step::Propose(..) | Step::Release) {
                prop_assert_eq!(before.officer(), Some(by.account));
            }
            prop_assert!(case.rounds >= before.rounds);
            if let Some(decision) = before.decision() {
                prop_assert_eq!(case.decision(), Some(decision), "a decision was undone");
            }
            sound(&case);
            let json = serde_json::to_string(&case).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Case>(&json).unwrap(), &case);
        }
    }
}

/// The event exists in these stages and in no other; elsewhere the answer is
/// "not now", whoever asks.
#[test]
fn every_event_belongs_to_its_stages() {
    use CaseStage as S;
    let table: &[(Step, &[S])] = &[
        (Step::Answer(1, Some(Answer::Conforms), true), &[S::Open, S::MoreEvidence]),
        (Step::Send(ENOUGH), &[S::Open, S::MoreEvidence]),
        (Step::Take, &[S::Submitted, S::InReview]),
        (Step::TakeOver, &[S::InReview]),
        (Step::Release, &[S::InReview]),
        (Step::Review(1, LineVerdict::Accepted, false, false), &[S::InReview]),
        (Step::AskMore, &[S::InReview]),
        (Step::GoOnWithout, &[]),
        (Step::Propose(Outcome::NoIssue, true), &[S::InReview]),
        (Step::Confirm, &[S::Proposed]),
        (Step::Disagree, &[S::Proposed]),
        (Step::Unpropose, &[S::Proposed]),
        (Step::Close, &[S::Decided]),
        (Step::ProposeOnSite(OnSiteReason::Complaint), &[S::Open, S::Submitted, S::InReview, S::MoreEvidence]),
        (Step::DecideOnSite(true), &[S::OnSiteProposed]),
        (Step::Withdraw, &[S::Open, S::Submitted, S::MoreEvidence]),
    ];
    let cases = one_of_each();
    assert_eq!(cases.iter().map(Case::stage).collect::<Vec<_>>(), CaseStage::ALL);
    for (event, stages) in table {
        for case in &cases {
            for by in [li_na(), wang_qiang()] {
                let stage = case.stage();
                let result = step(&mut case.clone(), *event, &by, now());
                let not_now = result == Err(CaseError::NotNow { stage });
                assert_eq!(not_now, !stages.contains(&stage), "{event:?} while {stage:?}: {result:?}");
            }
        }
    }
}

#[test]
fn a_case_begins_with_every_line_of_its_items_open() {
    let case = open_case();
    assert_eq!(case.lines.iter().map(|l| l.line).collect::<Vec<_>>(), [line(1), line(2), line(3)]);
    assert!(case.lines.iter().all(|l| l.open && l.answer.is_none() && l.review.is_none()));
    assert_eq!((case.items[0].item, case.items[0].version, case.items[0].due_visit), (ITEM, 1, Some(DUE_VISIT)));
    assert_eq!(case.due(), Some(new_case().due));
    assert_eq!(case.rounds, 0);
}

#[test]
fn only_a_round_that_was_never_sent_stands_in_for_another_visit() {
    let visit = DueVisitId(Uuid::from_u128(77));
    let earlier = Timestamp(0);
    for mut case in one_of_each() {
        for item in &mut case.items {
            item.due_visit = None;
        }
        let (before, items) = (case.clone(), case.items.iter().map(|item| item.item).collect::<Vec<_>>());
        let open = case.stage() == CaseStage::Open;
        assert!(!case.stand_in_for(visit, &[], earlier), "a visit is for something");
        assert_eq!(case.stand_in_for(visit, &items, earlier), open, "{:?}", before.stage());
        if !open {
            assert_eq!(case, before);
            continue;
        }
        assert!(case.items.iter().all(|item| item.due_visit == Some(visit)));
        assert_eq!(case.due(), before.due(), "nobody has less time than before");
        let mut late = before.clone();
        let term = Timestamp(before.due().unwrap().0 + 1);
        assert!(late.stand_in_for(visit, &items, term));
        assert_eq!(late.due(), Some(term), "what is asked for now has its own time");
        let other = DueVisitId(Uuid::from_u128(78));
        assert!(!case.stand_in_for(other, &items, earlier), "one visit at a time");
        let mut partly = before.clone();
        let stranger = ItemId(Uuid::from_u128(4711));
        assert!(!partly.stand_in_for(visit, &[items[0], stranger], earlier), "it does not look at everything");
        assert_eq!(partly, before);
    }
}

#[test]
fn a_round_tells_everything_that_is_missing_at_once() {
    let mut case = open_case();
    case.answer(line(1), Some(Answer::NotApplicable), None, now()).unwrap();
    case.answer(line(2), Some(Answer::Conforms), None, now()).unwrap();
    let one = KindCounts { photos: 1, ..KindCounts::default() };
    let few = |kind, have, need| (line(2), LineFault::TooFewFiles { kind, have, need });
    assert_eq!(
        send(&mut case, LineFiles { all: one, new: one, ..LineFiles::default() }, now()),
        Err(CaseError::Incomplete(vec![
            (line(1), LineFault::NotApplicableNotAllowed),
            (line(1), LineFault::NoteMissing),
            few(EvidenceKind::Photo, 1, 2),
            few(EvidenceKind::Document, 0, 1),
            (line(3), LineFault::Unanswered),
        ]))
    );
    assert_eq!(case.stage(), CaseStage::Open);
}

/// However many were sent in the rounds before: those cannot be taken out again.
#[test]
fn a_line_takes_so_many_new_files_in_a_round_and_no_more() {
    let item = item();
    let request = item.content.line(line(2)).unwrap().requests[0];
    let limit = u16::from(request.at_most);
    let photos = |photos| KindCounts { photos, documents: 1, ..KindCounts::default() };
    let fault = |have| (line(2), LineFault::TooManyFiles { kind: EvidenceKind::Photo, have, limit });
    for answer in Answer::ALL {
        let mut case = open_case();
        case.answer(line(2), Some(answer), Some(note("见照片。")), now()).unwrap();
        let faults = |all, new| {
            let all = case.faults(
                |id| item.content.line(id),
                |_| LineFiles { all: photos(all), new: photos(new), ..LineFiles::default() },
            );
            all.into_iter().filter(|(_, fault)| matches!(fault, LineFault::TooManyFiles { .. })).collect::<Vec<_>>()
        };
        assert_eq!(faults(limit, limit), []);
        assert_eq!(faults(2 * limit, limit), [], "{answer:?}");
        assert_eq!(faults(limit + 1, limit + 1), [fault(limit + 1)], "{answer:?}");
    }
}

#[test]
fn nobody_undoes_unseen_what_another_page_has_written() {
    let mut case = open_case();
    let line = case.lines[0].line;
    let sheet = |page, seen| Some(Sheet { page: PageId(Uuid::from_u128(page)), seen });
    // Two pages are opened; the first writes as often as it likes.
    let (owner, operator) = (sheet(1, 0), sheet(2, 0));
    for _ in 0..3 {
        case.write_from(line, owner).unwrap();
    }
    let before = case.clone();
    assert_eq!(case.write_from(line, operator), Err(CaseError::WrittenElsewhere));
    assert_eq!(case, before);
    // Opened anew it has seen what there is, and then the first has not.
    case.write_from(line, sheet(3, 3)).unwrap();
    assert_eq!(case.write_from(line, owner), Err(CaseError::WrittenElsewhere));
    // Whoever says nothing of a page writes, and is seen.
    case.write_from(line, None).unwrap();
    assert_eq!(case.write_from(line, sheet(3, 3)), Err(CaseError::WrittenElsewhere));
    // Another line is another matter.
    case.write_from(case.lines[1].line, operator).unwrap();
}

#[test]
fn who_reports_a_problem_needs_a_note_and_no_photo() {
    let mut case = open_case();
    for position in 1..=3 {
        case.answer(line(position), Some(Answer::DoesNot), Some(note("压力不足。")), now()).unwrap();
    }
    assert_eq!(send(&mut case, LineFiles::default(), now()), Ok(()));
}

#[test]
fn a_reopened_line_cannot_be_sent_back_unchanged() {
    let ask = || {
        let mut case = reviewed_case([LineVerdict::Unclear, LineVerdict::Accepted, LineVerdict::Accepted]);
        case.ask_more(&li_na(), ROUNDS, now().plus_days(3), now()).unwrap();
        case
    };
    let old = LineFiles { new: KindCounts::default(), ..ENOUGH };
    assert_eq!(send(&mut ask(), old, now()), Err(CaseError::Incomplete(vec![(line(1), LineFault::Unchanged)])));
    assert_eq!(send(&mut ask(), ENOUGH, now()), Ok(()));
    let mut explained = ask();
    explained.answer(line(1), Some(Answer::Conforms), Some(note("指针在绿区。")), now()).unwrap();
    assert_eq!(send(&mut explained, old, now()), Ok(()));
    // It returns to the desk it came from, with the line to be looked at again.
    assert_eq!(explained.officer(), Some(li_na().account));
    assert!(explained.line(line(1)).unwrap().review.is_none());
    assert!(explained.line(line(2)).unwrap().review.is_some());
}

#[test]
fn only_the_lines_that_were_asked_for_can_be_changed() {
    let mut case = reviewed_case([LineVerdict::Unclear, LineVerdict::Accepted, LineVerdict::ProblemFound]);
    case.ask_more(&li_na(), ROUNDS, now().plus_days(3), now()).unwrap();
    for position in [2, 3] {
        let refused = case.answer(line(position), Some(Answer::Conforms), None, now());
        assert_eq!(refused, Err(CaseError::LineClosed));
    }
    assert_eq!(case.answer(line(9), Some(Answer::Conforms), None, now()), Err(CaseError::NoLine));
    assert_eq!(case.answer(line(1), Some(Answer::Conforms), None, now()), Ok(()));
}

#[test]
fn a_problem_counts_as_disclosed_from_its_first_report_and_only_once_sent() {
    let disclosed = |case: &Case| case.line(line(1)).unwrap().self_disclosed_at;
    let told = || Some(note("压力不足。"));
    let mut case = open_case();
    case.answer(line(1), Some(Answer::DoesNot), told(), now()).unwrap();
    case.answer(line(1), Some(Answer::DoesNot), told(), now().plus_minutes(5)).unwrap();
    assert_eq!(disclosed(&case), Some(now()), "the first report counts");
    case.answer(line(1), Some(Answer::Conforms), None, now().plus_minutes(6)).unwrap();
    assert_eq!(disclosed(&case), None, "a draft that was taken back is no report");

    case.answer(line(1), Some(Answer::DoesNot), told(), now().plus_minutes(7)).unwrap();
    for position in [2, 3] {
        case.answer(line(position), Some(Answer::Conforms), None, now().plus_minutes(8)).unwrap();
    }
    send(&mut case, ENOUGH, now().plus_minutes(9)).unwrap();
    case.take(&li_na(), now().plus_minutes(10)).unwrap();
    review_all(&mut case, [LineVerdict::Unclear, LineVerdict::Accepted, LineVerdict::Accepted]);
    case.ask_more(&li_na(), ROUNDS, now().plus_days(3), now().plus_minutes(11)).unwrap();
    case.answer(line(1), Some(Answer::Conforms), told(), now().plus_minutes(12)).unwrap();
    assert_eq!(disclosed(&case), Some(now().plus_minutes(7)), "what was sent stays reported though it is mended now");

    // In a later round, too, a report that is taken back before it is sent is none.
    let mut later = reviewed_case([LineVerdict::Unclear, LineVerdict::Accepted, LineVerdict::Accepted]);
    later.ask_more(&li_na(), ROUNDS, now().plus_days(3), now()).unwrap();
    later.answer(line(1), Some(Answer::DoesNot), told(), now().plus_minutes(1)).unwrap();
    assert_eq!(disclosed(&later), Some(now().plus_minutes(1)));
    later.answer(line(1), Some(Answer::Conforms), None, now().plus_minutes(2)).unwrap();
    assert_eq!(disclosed(&later), None);
}

#[test]
fn without_a_valid_certificate_nobody_works_on_a_case() {
    for by in [zhao_min(), chen_jing(), liu_wei(), zhang_hua()] {
        assert_eq!(sent_case().take(&by, now()), Err(CaseError::NoCertificate));
        assert_eq!(case_on_desk().take_over(&by, now()), Err(CaseError::NoCertificate));
        assert_eq!(proposed(Outcome::NoIssue).confirm(&by, now()), Err(CaseError::NoCertificate));
        assert_eq!(proposed(Outcome::NoIssue).disagree(&by, now()), Err(CaseError::NoCertificate));
        let on_site = sent_case().propose_on_site(&by, OnSiteReason::Doubtful, note("存疑。"), ROUNDS, now());
        assert_eq!(on_site, Err(CaseError::NoCertificate));
    }
}

#[test]
fn a_certificate_is_good_on_its_last_day_and_no_longer() {
    let last = Timestamp::end_of(TODAY);
    let mut case = sent_case();
    assert_eq!(case.take(&sun_bo(), last), Ok(()));
    let tomorrow = Timestamp(last.0 + 1);
    let accept = LineVerdict::Accepted;
    assert_eq!(case.review_line(&sun_bo(), line(1), accept, None, None, tomorrow), Err(CaseError::NoCertificate));
    assert_eq!(case.propose(&sun_bo(), Outcome::NoIssue, None, true, tomorrow), Err(CaseError::NoCertificate));
    assert_eq!(case.ask_more(&sun_bo(), ROUNDS, tomorrow, tomorrow), Err(CaseError::NoCertificate));
    // What cannot go on may still be given back.
    assert_eq!(case.release(&sun_bo(), tomorrow), Ok(()));
    assert_eq!(case.stage(), CaseStage::Submitted);
}

#[test]
fn a_case_has_one_desk_and_is_taken_over_only_knowingly() {
    let mut case = case_on_desk();
    let taken = Err(CaseError::TakenBy { officer: li_na().account });
    assert_eq!(case.take(&wang_qiang(), now()), taken);
    assert_eq!(case.release(&wang_qiang(), now()), taken);
    assert_eq!(case.review_line(&wang_qiang(), line(1), LineVerdict::Accepted, None, None, now()), taken);
    assert_eq!(case.propose(&wang_qiang(), Outcome::NoIssue, None, true, now()), taken);
    assert_eq!(case.ask_more(&wang_qiang(), ROUNDS, now(), now()), taken);
    assert_eq!(case.propose_on_site(&wang_qiang(), OnSiteReason::Doubtful, note("存疑。"), ROUNDS, now()), taken);
    let before = case.clone();
    assert_eq!(case.take(&li_na(), now().plus_minutes(5)), Ok(()));
    assert_eq!(case, before, "taking what one has changes nothing");
    assert_eq!(case.take_over(&wang_qiang(), now()), Ok(()));
    assert_eq!(case.officer(), Some(wang_qiang().account));
    assert_eq!(case.due(), before.due(), "a new desk gets no new term");
}

#[test]
fn a_case_put_back_keeps_when_it_was_sent_and_until_when() {
    let mut case = sent_case();
    let before = case.state.clone();
    case.take(&li_na(), now().plus_minutes(5)).unwrap();
    case.release(&li_na(), now().plus_minutes(9)).unwrap();
    assert_eq!(case.state, before);
}

#[test]
fn a_verdict_says_why() {
    for verdict in LineVerdict::ALL {
        let reasoned = |reason, found| case_on_desk().review_line(&li_na(), line(1), verdict, reason, found, now());
        let bare = match verdict {
            LineVerdict::Accepted => Ok(()),
            LineVerdict::Unclear | LineVerdict::Insufficient => Err(CaseError::ReasonMissing),
            LineVerdict::ProblemFound => Err(CaseError::ProblemMissing),
        };
        assert_eq!(reasoned(None, None), bare);
        assert_eq!(reasoned(Some(note("看不清。")), Some(problem())), Ok(()));
    }
    // A problem sticks to a problem only.
    let mut case = case_on_desk();
    case.review_line(&li_na(), line(1), LineVerdict::Accepted, None, Some(problem()), now()).unwrap();
    assert_eq!(case.problems().count(), 0);
}

#[test]
fn more_evidence_is_asked_for_as_often_as_allowed() {
    for allowed in 0..=3_u8 {
        let mut case = case_on_desk();
        for round in 1..=allowed {
            review_all(&mut case, [LineVerdict::Unclear, LineVerdict::Accepted, LineVerdict::Accepted]);
            case.ask_more(&li_na(), allowed, now(), now()).unwrap();
            assert_eq!(case.rounds, round);
            send(&mut case, ENOUGH, now()).unwrap();
        }
        assert!(matches!(case.ask_more(&li_na(), allowed, now(), now()), Err(CaseError::NotReviewed(_))));
        review_all(&mut case, [LineVerdict::Accepted; 3]);
        assert_eq!(case.ask_more(&li_na(), allowed, now(), now()), Err(CaseError::NothingToAsk));
        review(&mut case, &li_na(), 1, LineVerdict::Insufficient);
        assert_eq!(case.ask_more(&li_na(), allowed, now(), now()), Err(CaseError::NoRoundLeft { limit: allowed }));
    }
}

/// Every combination of verdicts on three lines (or none) × outcome × closable.
#[test]
fn an_outcome_fits_what_was_found() {
    let verdicts = [None, Some(LineVerdict::Accepted), Some(LineVerdict::Unclear), Some(LineVerdict::ProblemFound)];
    for a in verdicts {
        for b in verdicts {
            for c in verdicts {
                let all = [a, b, c];
                let mut reviewed = case_on_desk();
                for (position, verdict) in (1..).zip(all) {
                    if let Some(verdict) = verdict {
                        review(&mut reviewed, &li_na(), position, verdict);
                    }
                }
                let with = |wanted| {
                    let lines = (1..).zip(all).filter(move |(_, verdict)| *verdict == wanted);
                    lines.map(|(position, _)| line(position)).collect::<Vec<_>>()
                };
                for outcome in Outcome::ALL {
                    for closable in [true, false] {
                        let expected = if all.contains(&None) {
                            Err(CaseError::NotReviewed(with(None)))
                        } else if all.contains(&Some(LineVerdict::Unclear)) {
                            Err(CaseError::Undecided(with(Some(LineVerdict::Unclear))))
                        } else if all.contains(&Some(LineVerdict::ProblemFound)) == (outcome == Outcome::NoIssue) {
                            Err(CaseError::OutcomeDoesNotFit)
                        } else if !closable && outcome != Outcome::FiledCase {
                            Err(CaseError::NotClosable)
                        } else {
                            Ok(())
                        };
                        let result = reviewed.clone().propose(&li_na(), outcome, None, closable, now());
                        assert_eq!(result, expected, "{all:?} {outcome:?} {closable}");
                    }
                }
            }
        }
    }
}

#[test]
fn an_outcome_takes_two() {
    for outcome in Outcome::ALL {
        let mut case = proposed(outcome);
        assert_eq!(case.confirm(&li_na(), now()), Err(CaseError::SamePerson));
        assert_eq!(case.disagree(&li_na(), now()), Err(CaseError::SamePerson));
        let taken = CaseError::TakenBy { officer: li_na().account };
        assert_eq!(case.unpropose(&wang_qiang(), now()), Err(taken));
        let decision = case.confirm(&wang_qiang(), now()).unwrap();
        assert_eq!((decision.proposer, decision.confirmer), (li_na().account, wang_qiang().account));
        // Who has to put something right has an open case until it is right.
        let rectifies = matches!(outcome, Outcome::Guidance | Outcome::FirstViolation | Outcome::OrderToCorrect);
        assert_eq!(case.stage(), if rectifies { CaseStage::Decided } else { CaseStage::Closed });
        assert_eq!(case.decision(), Some(&decision));
    }
}

#[test]
fn a_proposal_that_falls_returns_to_its_proposer() {
    for fall in [Step::Disagree, Step::Unpropose] {
        let mut case = proposed(Outcome::NoIssue);
        let due = case.due();
        let by = if fall == Step::Disagree { wang_qiang() } else { li_na() };
        step(&mut case, fall, &by, now().plus_minutes(1)).unwrap();
        assert_eq!((case.stage(), case.officer(), case.due()), (CaseStage::InReview, Some(li_na().account), due));
        assert!(case.lines.iter().all(|l| l.review.is_some()));
    }
}

#[test]
fn insufficient_after_the_rounds_means_used_answered_and_still_lacking() {
    let reason = OnSiteReason::InsufficientAfterRounds;
    let propose = |case: &Case| case.clone().propose_on_site(&li_na(), reason, note("仍不清楚。"), ROUNDS, now());
    let mut case = case_on_desk();
    for _ in 0..ROUNDS {
        review_all(&mut case, [LineVerdict::Unclear, LineVerdict::Accepted, LineVerdict::Accepted]);
        assert_eq!(propose(&case), Err(CaseError::ReasonDoesNotHold), "a round is left");
        case.ask_more(&li_na(), ROUNDS, now().plus_days(3), now()).unwrap();
        assert_eq!(propose(&case), Err(CaseError::ReasonDoesNotHold), "the enterprise has not answered yet");
        send(&mut case, ENOUGH, now()).unwrap();
        assert_eq!(propose(&case), Err(CaseError::ReasonDoesNotHold), "nobody has looked yet");
    }
    review(&mut case, &li_na(), 1, LineVerdict::Accepted);
    assert_eq!(propose(&case), Err(CaseError::ReasonDoesNotHold), "it is clear now");
    review(&mut case, &li_na(), 1, LineVerdict::Insufficient);
    assert_eq!(propose(&case), Ok(()));
}

#[test]
fn late_is_who_has_not_sent_after_the_term() {
    let propose =
        |mut case: Case, at| case.propose_on_site(&li_na(), OnSiteReason::RefusedOrLate, note("逾期。"), ROUNDS, at);
    let due = new_case().due;
    assert_eq!(propose(open_case(), due), Err(CaseError::ReasonDoesNotHold), "the last instant is in time");
    assert_eq!(propose(open_case(), Timestamp(due.0 + 1)), Ok(()));
    // The agency's own lateness is no reason to visit anybody.
    for case in [sent_case(), case_on_desk()] {
        assert_eq!(propose(case, now().plus_days(400)), Err(CaseError::ReasonDoesNotHold));
    }
}

#[test]
fn a_site_visit_takes_two_and_declining_it_leaves_the_case_as_it_was() {
    let cases = one_of_each();
    for before in cases.iter().filter(|case| may_follow(case.stage(), CaseStage::OnSiteProposed)) {
        let mut case = before.clone();
        case.propose_on_site(&li_na(), OnSiteReason::MajorHazard, note("疑似堵塞通道。"), ROUNDS, now()).unwrap();
        assert_eq!(case.decide_on_site(&li_na(), true, &calendar(), now()), Err(CaseError::SamePerson));
        assert_eq!(case.decide_on_site(&li_na(), false, &calendar(), now()), Err(CaseError::SamePerson));
        let mut declined = case.clone();
        declined.decide_on_site(&liu_wei(), false, &calendar(), now()).unwrap();
        assert_eq!(&declined, before);
        case.decide_on_site(&liu_wei(), true, &calendar(), now()).unwrap();
        let CaseState::ConvertedOnSite { reason, proposer, approver, .. } = case.state else { panic!("{case:?}") };
        assert_eq!(reason, OnSiteReason::MajorHazard);
        assert_eq!((proposer, approver), (li_na().account, liu_wei().account));
    }
}

#[test]
fn minutes_are_counted_between_acts_and_pauses_are_not() {
    let mut burden = Burden::default();
    assert_eq!(burden.minutes(), 0);
    let metered = [(0, 1), (3, 4), (13, 14), (24, 15), (1000, 16), (1000, 16), (1001, 17)];
    for (minute, total) in metered {
        burden.meter(now().plus_minutes(minute));
        assert_eq!(burden.minutes(), total, "at minute {minute}");
    }
    burden.meter(Timestamp(now().plus_minutes(1001).0 + 1));
    assert_eq!(burden.minutes(), 18, "a begun minute is a minute");
}

proptest! {
    #[test]
    fn the_meter_never_shows_more_than_the_clock(
        gaps in proptest::collection::vec(-3_600_000_i64..7_200_000, 1..60),
    ) {
        let mut burden = Burden::default();
        let (mut at, mut last, mut before) = (now(), now(), 0);
        burden.meter(at);
        for gap in gaps {
            at = Timestamp(at.0 + gap);
            last = last.max(at);
            burden.meter(at);
            prop_assert!(burden.spent_ms >= before, "spent minutes do not come back");
            before = burden.spent_ms;
        }
        let elapsed = u64::try_from(last.0 - now().0).unwrap();
        prop_assert!(burden.spent_ms <= 60_000 + elapsed, "{} of {}", burden.spent_ms, elapsed);
    }
}

#[test]
fn everything_missing_is_asked_for_at_once() {
    let mut case = case_on_desk();
    review(&mut case, &li_na(), 1, LineVerdict::Unclear);
    let refused = case.ask_more(&li_na(), ROUNDS, now().plus_days(3), now());
    assert_eq!(refused, Err(CaseError::NotReviewed(vec![line(2), line(3)])));
}

#[test]
fn sending_the_same_again_answers_nothing() {
    let item = item();
    let lines = |case: &Case, files: LineFiles| case.faults(|id| item.content.line(id), |_| files);
    let mut case = reviewed_case([LineVerdict::Unclear, LineVerdict::Accepted, LineVerdict::Accepted]);
    case.ask_more(&li_na(), ROUNDS, now().plus_days(3), now()).unwrap();
    let old = LineFiles { new: KindCounts::default(), ..ENOUGH };
    assert_eq!(lines(&case, old), vec![(line(1), LineFault::Unchanged)]);
    assert_eq!(lines(&case, ENOUGH), vec![], "a new file is an answer");
    case.answer(line(1), Some(Answer::Conforms), Some(note("照片第二张可见压力表。")), now()).unwrap();
    assert_eq!(lines(&case, old), vec![], "an explanation is an answer");
}

#[test]
fn accepting_what_the_enterprise_reported_as_a_problem_takes_a_reason() {
    let mut case = open_case();
    for position in 1..=3 {
        case.answer(line(position), Some(Answer::DoesNot), Some(note("压力不足。")), now()).unwrap();
    }
    send(&mut case, ENOUGH, now()).unwrap();
    case.take(&li_na(), now()).unwrap();
    let accept =
        |case: &mut Case, reason| case.review_line(&li_na(), line(1), LineVerdict::Accepted, reason, None, now());
    assert_eq!(accept(&mut case, None), Err(CaseError::ReasonMissing));
    assert_eq!(accept(&mut case, Some(note("该型号允许此压力。"))), Ok(()));
}

#[test]
fn the_clock_stands_still_while_a_site_visit_is_being_decided() {
    let mut case = case_on_desk();
    let due = case.due().unwrap();
    let calendar = calendar();
    let left = |case: &Case, at: Timestamp| calendar.workdays_between(at.date(), case.due().unwrap().date());
    let before = left(&case, now());
    case.propose_on_site(&li_na(), OnSiteReason::Doubtful, note("照片疑似旧图。"), ROUNDS, now()).unwrap();
    let mut soon = case.clone();
    soon.decide_on_site(&liu_wei(), false, &calendar, now().plus_minutes(1)).unwrap();
    assert_eq!(soon.due(), Some(due), "no working day has passed");
    for days in [1, 2, 3, 10, 40, 75] {
        let (mut case, at) = (case.clone(), now().plus_days(days));
        case.decide_on_site(&liu_wei(), false, &calendar, at).unwrap();
        assert_eq!(left(&case, at), before, "as many working days as there were, after {days} days");
        assert!(case.due().unwrap() == due || calendar.is_workday(case.due().unwrap().date()));
    }
    // What was late stays late.
    let (mut late, at) = (case_on_desk(), due.plus_days(1));
    late.propose_on_site(&li_na(), OnSiteReason::MajorHazard, note("疑似堵塞通道。"), ROUNDS, at).unwrap();
    late.decide_on_site(&liu_wei(), false, &calendar, at.plus_days(9)).unwrap();
    assert_eq!(late.due(), Some(due));
}

#[test]
fn what_does_not_come_in_time_is_gone_on_without() {
    let mut case = reviewed_case([LineVerdict::Unclear, LineVerdict::Accepted, LineVerdict::Accepted]);
    let sent = case.lines.clone();
    let until = now().plus_days(3);
    case.ask_more(&li_na(), ROUNDS, until, now()).unwrap();
    case.answer(line(1), Some(Answer::DoesNot), Some(note("还没写完。")), now().plus_minutes(5)).unwrap();
    let late = until.plus_minutes(1);
    let again = late.plus_days(5);
    let not_now = Err(CaseError::NotNow { stage: CaseStage::MoreEvidence });
    assert_eq!(case.clone().go_on_without(&li_na(), again, until), not_now, "the term runs");
    // A colleague may see to it; the case stays whose it was, and is taken over with a reason.
    case.go_on_without(&wang_qiang(), again, late).unwrap();
    assert_eq!(case.state, CaseState::InReview { officer: li_na().account, since: late, due: again });
    for (line, sent) in case.lines.iter().zip(&sent) {
        assert_eq!((line.answer, &line.note, line.open), (sent.answer, &sent.note, false), "as it was sent");
        assert_eq!(line.self_disclosed_at, sent.self_disclosed_at, "a draft reports nothing");
    }
    // What was unclear still is, until somebody decides on what there is.
    let refused = case.propose(&li_na(), Outcome::NoIssue, None, true, late);
    assert_eq!(refused, Err(CaseError::Undecided(vec![line(1)])));
    review(&mut case, &li_na(), 1, LineVerdict::Accepted);
    case.propose(&li_na(), Outcome::NoIssue, None, true, late).unwrap();
}

#[test]
fn material_that_nobody_has_sent_is_not_doubtful() {
    let case = open_case();
    for reason in OnSiteReason::ALL {
        let bears = case.bears(reason, ROUNDS, now());
        let from_elsewhere = matches!(
            reason,
            OnSiteReason::MajorHazard
                | OnSiteReason::Complaint
                | OnSiteReason::LawRequires
                | OnSiteReason::EnterpriseAsked
        );
        assert_eq!(bears, from_elsewhere, "{reason:?}");
        assert!(!from_elsewhere || sent_case().bears(reason, ROUNDS, now()), "{reason:?}");
    }
    assert!(sent_case().bears(OnSiteReason::Doubtful, ROUNDS, now()));
}

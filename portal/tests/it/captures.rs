//! Live capture on both databases: who gets a code, what it does for a file, and that a
//! code that does not count keeps no file away.

use bytes::Bytes;
use domain::{
    actor::Actor,
    capture::{Capture, CaptureGrade, CaptureState, CodeFault, TakenAt},
    case::{Answer, CaseError, LineFault},
    evidence::{Evidence, FileName},
    ids::{ByteCount, CaptureId, CaseId, Digest, LineId},
    item::ItemContent,
    settings::{CaptureRules, Settings},
    upload::{Place, Shape},
};
use portal::{
    Clock, Error,
    services::{
        evidences::{Receipt, Slot},
        uploads::{Claim, Live, NewUpload, Part, Piece},
    },
    store::Pools,
};
use proof::{
    Hash,
    entry::{Entry, Fact},
};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::common::*;

const SESSION: &str = "the session at hand";
const OTHER_SESSION: &str = "another session";
const HERE: &str = "43.880100,125.320200,12,1772413200000";

fn sha256(bytes: &[u8]) -> Digest {
    Digest(Sha256::digest(bytes).into())
}

impl Town {
    fn place(&self, case: CaseId, line: usize) -> Place {
        Place::Line { case, line: self.lines[line] }
    }

    async fn code(&self, owner: &Actor, case: CaseId) -> Capture {
        self.portal.captures().issue(owner, self.place(case, 0), SESSION).await.unwrap()
    }

    #[expect(clippy::unused_self, reason = "reads as the town's")]
    fn live(&self, place: Place, capture: CaptureId, session: Option<&str>, bytes: &[u8], hashed: bool) -> NewUpload {
        NewUpload {
            place: Some(place),
            shape: Shape::Whole,
            name: "现场拍摄.jpg".into(),
            metadata: None,
            declared: hashed.then(|| sha256(bytes)),
            length: Some(ByteCount(bytes.len() as u64)),
            live: Some(Live { capture, session: session.map(str::to_owned), taken_at: Some(HERE.parse().unwrap()) }),
        }
    }

    /// The same without the place.
    fn placeless(&self, place: Place, capture: CaptureId, bytes: &[u8], hashed: bool) -> NewUpload {
        let mut new = self.live(place, capture, Some(SESSION), bytes, hashed);
        new.live.as_mut().unwrap().taken_at = None;
        new
    }

    /// Announces a photo and sends it after `minutes`; the evidence it became.
    async fn send_live(&self, owner: &Actor, new: NewUpload, bytes: &[u8], minutes: i64) -> Evidence {
        let uploads = self.portal.uploads();
        let id = uploads.create(owner, new.clone()).await.unwrap().upload.id;
        self.clock.set(self.clock.now().plus_minutes(minutes));
        let claim = Claim { actor: Some(owner), capability: None };
        let parts = [Ok::<_, std::io::Error>(Part::Bytes(Bytes::copy_from_slice(bytes)))];
        uploads.append(claim, id, Piece::default(), futures::stream::iter(parts)).await.unwrap();
        let Some(Place::Line { case, .. }) = new.place else { panic!("no line") };
        let files = self.portal.cases().get(owner, case).await.unwrap().evidence;
        files.into_iter().find(|file| file.digest == sha256(bytes)).unwrap()
    }

    /// Sends a photo as a form does, with a code beside it.
    async fn send_form(&self, owner: &Actor, slot: Slot, capture: CaptureId, bytes: &[u8]) -> Receipt {
        let evidences = self.portal.evidences();
        let admission = evidences.admit(owner, slot, None).await.unwrap();
        let admission = self.portal.captures().brought_by_form(&admission, capture, Some(SESSION));
        let bytes = [Ok::<_, std::io::Error>(Bytes::copy_from_slice(bytes))];
        evidences.receive(owner, &admission, "image.jpg", futures::stream::iter(bytes)).await.unwrap()
    }

    /// An item whose first line asks for this, in a case of a new restaurant.
    async fn demanding(&self, number: u32, change: impl Fn(&mut ItemContent)) -> (Actor, CaseId, LineId) {
        let lines = vec![LineId(Uuid::new_v4())];
        let mut content = content(&lines);
        change(&mut content);
        let item = self.portal.catalogue().write_draft(&self.li_na, None, content).await.unwrap();
        self.portal.catalogue().publish(&self.head, item).await.unwrap();
        let owner = self.restaurant(number).await;
        self.enrolled(&owner, &[item]).await;
        let case = self.portal.cases().mine(&owner, portal::store::Page::ALL).await.unwrap().rows[0].case.id;
        (owner, case, lines[0])
    }
}

#[tokio::test]
async fn a_photo_announced_in_time_is_of_grade_b_however_late_it_comes() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let case = town.enrol(&owner).await;
        let capture = town.code(&owner, case).await;
        assert_eq!(
            town.portal.captures().live(&owner, town.place(case, 0), SESSION).await.unwrap(),
            Some(capture.clone())
        );
        let bytes = jpeg();
        let new = town.live(town.place(case, 0), capture.id, Some(SESSION), &bytes, true);
        // The digest goes out at once; the photo only a day later, on another network.
        let file = town.send_live(&owner, new, &bytes, 24 * 60).await;
        assert_eq!(file.grade(), CaptureGrade::B);
        let taken = file.origin.taken.unwrap();
        assert_eq!((taken.capture, taken.code, taken.task), (capture.id, capture.code.clone(), capture.task));
        assert_eq!(file.origin.place, Some(HERE.parse::<TakenAt>().unwrap()));
        assert_eq!(town.portal.captures().live(&owner, town.place(case, 0), SESSION).await.unwrap(), None);
        let stored = town.portal.store().one::<Capture>(capture.id.0).await.unwrap().unwrap();
        assert!(matches!(stored.state, CaptureState::Used { evidence, .. } if evidence == file.id));

        // The log has both facts, and the code in neither.
        let leaves = town.portal.bundles().contents(&owner, case).await.unwrap().leaves;
        let expected = Hash::of(format!("{} {}", capture.id, capture.code));
        let facts: Vec<Fact> = leaves.iter().map(|leaf| Entry::parse(leaf.leaf.as_bytes()).unwrap().fact).collect();
        let issued = |fact: &Fact| matches!(fact, Fact::CodeIssued { code_sha256, .. } if *code_sha256 == expected);
        let used = |fact: &Fact| matches!(fact, Fact::CodeUsed { code_sha256, .. } if *code_sha256 == expected);
        assert_eq!((facts.iter().filter(|f| issued(f)).count(), facts.iter().filter(|f| used(f)).count()), (1, 1));
        assert!(leaves.iter().all(|leaf| !leaf.leaf.contains(capture.code.as_str())));
    })
    .await;
}

#[tokio::test]
async fn codes_of_which_nothing_came_are_forgotten_after_a_month_and_no_others() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let case = town.enrol(&owner).await;
        let used = town.code(&owner, case).await;
        let bytes = jpeg();
        town.send_live(&owner, town.live(town.place(case, 0), used.id, Some(SESSION), &bytes, true), &bytes, 0).await;
        let announced = town.code(&owner, case).await;
        let other = jpeg();
        let new = town.live(town.place(case, 0), announced.id, Some(SESSION), &other, true);
        town.portal.uploads().create(&owner, new).await.unwrap();
        let replaced = town.code(&owner, case).await;
        let issued = town.code(&owner, case).await;
        let there = async |capture: &Capture| town.portal.store().one::<Capture>(capture.id.0).await.unwrap().is_some();
        town.clock.set(town.clock.now().plus_days(29));
        assert_eq!(town.portal.sweeps().run().await.captures, 0);
        town.clock.set(town.clock.now().plus_days(2));
        assert_eq!(town.portal.sweeps().run().await.captures, 2);
        assert!(there(&used).await && there(&announced).await, "a file has them");
        assert!(!there(&replaced).await && !there(&issued).await);
    })
    .await;
}

#[tokio::test]
async fn without_a_digest_the_first_byte_must_come_in_time() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let case = town.enrol(&owner).await;
        for (minutes, grade, unused) in [(9, CaptureGrade::B, None), (10, CaptureGrade::D, Some(CodeFault::Expired))] {
            let capture = town.code(&owner, case).await;
            let bytes = jpeg();
            let new = town.live(town.place(case, 0), capture.id, Some(SESSION), &bytes, false);
            let file = town.send_live(&owner, new, &bytes, minutes).await;
            assert_eq!((file.grade(), file.origin.unused), (grade, unused), "{minutes}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_code_that_does_not_count_keeps_no_photo_away() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let (owner, neighbour) = (town.restaurant(1).await, town.restaurant(2).await);
        let (case, elsewhere) = (town.enrol(&owner).await, town.enrol(&neighbour).await);
        let foreign = town.code(&neighbour, elsewhere).await.id;
        let replaced = town.code(&owner, case).await.id;
        let own = town.code(&owner, case).await.id;
        let nobodys = CaptureId(Uuid::new_v4());
        let (first, second) = (town.place(case, 0), town.place(case, 1));
        for (capture, place, session, fault) in [
            (foreign, first, Some(SESSION), CodeFault::Unknown),
            (nobodys, first, Some(SESSION), CodeFault::Unknown),
            (replaced, first, Some(SESSION), CodeFault::Replaced),
            (own, second, Some(SESSION), CodeFault::OtherPlace),
            (own, first, Some(OTHER_SESSION), CodeFault::OtherLogin),
            // A program with a token acts in no login.
            (own, first, None, CodeFault::OtherLogin),
        ] {
            let bytes = jpeg();
            let file = town.send_live(&owner, town.live(place, capture, session, &bytes, true), &bytes, 0).await;
            assert_eq!((file.grade(), file.origin.unused), (CaptureGrade::D, Some(fault)), "{capture} {session:?}");
            // The line takes only so many.
            town.portal.evidences().remove(&owner, file.id).await.unwrap();
        }
        // None of that has spent it.
        let bytes = jpeg();
        let file = town.send_live(&owner, town.live(first, own, Some(SESSION), &bytes, true), &bytes, 0).await;
        assert_eq!(file.grade(), CaptureGrade::B);
        let bytes = jpeg();
        let again = town.send_form(&owner, Slot::Line(case, town.lines[0]), own, &bytes).await;
        assert_eq!(again.evidence.origin.unused, Some(CodeFault::Used));
        let late = town.code(&owner, case).await;
        town.clock.set(late.expires_at);
        let again = town.send_form(&owner, Slot::Line(case, town.lines[1]), late.id, &jpeg()).await;
        assert_eq!(again.evidence.origin.unused, Some(CodeFault::OtherPlace));
    })
    .await;
}

#[tokio::test]
async fn a_form_with_a_code_gives_grade_c_and_an_old_photo_gives_none() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let case = town.enrol(&owner).await;
        let slot = Slot::Line(case, town.lines[0]);
        let capture = town.code(&owner, case).await;
        let receipt = town.send_form(&owner, slot, capture.id, &jpeg()).await;
        assert_eq!((receipt.evidence.grade(), receipt.evidence.origin.place), (CaptureGrade::C, None));

        // A photo that was here before, now with a code: by announcement and by form.
        let old = jpeg();
        town.upload(&owner, Slot::Line(case, town.lines[1]), old.clone()).await.unwrap();
        town.clock.set(town.clock.now().plus_minutes(1));
        let capture = town.code(&owner, case).await;
        let new = town.live(town.place(case, 0), capture.id, Some(SESSION), &old, true);
        town.portal.uploads().create(&owner, new).await.unwrap();
        let files = town.portal.cases().get(&owner, case).await.unwrap().evidence;
        let unused: Vec<_> = files.iter().filter(|f| f.digest == sha256(&old)).map(|f| f.origin.unused).collect();
        assert_eq!(unused, [None, Some(CodeFault::OlderFile)]);
        let live = town.portal.captures().live(&owner, town.place(case, 0), SESSION).await.unwrap();
        assert_eq!(live.map(|live| live.id), Some(capture.id), "the code is not spent");
    })
    .await;
}

#[tokio::test]
async fn codes_are_given_to_who_may_send_photos_there_and_not_without_end() {
    on_each(async |db| {
        let rules = CaptureRules { minutes: 10, codes_per_hour: 3 };
        let town = Town::with(db, Pools::default(), Settings { capture: rules, ..Settings::default() }).await;
        let (owner, neighbour) = (town.restaurant(1).await, town.restaurant(2).await);
        let case = town.enrol(&owner).await;
        let captures = town.portal.captures();
        let place = town.place(case, 0);
        assert!(captures.issue(&neighbour, place, SESSION).await.is_err());
        assert!(captures.issue(&town.li_na, place, SESSION).await.is_err());
        for _ in 0..3 {
            captures.issue(&owner, place, SESSION).await.unwrap();
        }
        assert!(matches!(captures.issue(&owner, place, SESSION).await, Err(Error::TooManyCodes { limit: 3 })));
        town.clock.set(town.clock.now().plus_minutes(61));
        let capture = captures.issue(&owner, place, SESSION).await.unwrap();
        assert_eq!(captures.live(&owner, place, OTHER_SESSION).await.unwrap(), None);
        town.clock.set(capture.expires_at);
        assert_eq!(captures.live(&owner, place, SESSION).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn a_line_that_asks_for_grade_b_and_a_place_takes_nothing_less_or_a_reason() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let (owner, case, line) = town
            .demanding(1, |content| {
                content.lines[0].least_grade = Some(CaptureGrade::B);
                content.lines[0].needs_place = true;
            })
            .await;
        let cases = town.portal.cases();
        cases.answer(&owner, case, line, Some(Answer::Conforms), None).await.unwrap();
        town.upload(&owner, Slot::Line(case, line), jpeg()).await.unwrap();
        let not_captured = LineFault::NotCaptured { grade: CaptureGrade::B, have: 0, need: 1 };
        let lacking = vec![(line, not_captured), (line, LineFault::NoPlace { have: 0, need: 1 })];
        let refused = cases.submit(&owner, case, false).await;
        assert!(
            matches!(&refused, Err(Error::Case(CaseError::Incomplete(faults))) if *faults == lacking),
            "{refused:?}"
        );

        let place = Place::Line { case, line };
        let capture = town.portal.captures().issue(&owner, place, SESSION).await.unwrap();
        let bytes = jpeg();
        town.send_live(&owner, town.live(place, capture.id, Some(SESSION), &bytes, true), &bytes, 1).await;
        cases.submit(&owner, case, false).await.unwrap();

        // Who has no camera says so; the officer reads it once the round is sent, and not before.
        let (owner, case, line) =
            town.demanding(2, |content| content.lines[0].least_grade = Some(CaptureGrade::B)).await;
        town.upload(&owner, Slot::Line(case, line), jpeg()).await.unwrap();
        let said = (Some(Answer::Conforms), None);
        cases.answer_from(&owner, case, line, said, Some(Some(note("手机相机已坏。"))), None).await.unwrap();
        // A draft that does not have the field leaves it.
        cases.answer(&owner, case, line, Some(Answer::Conforms), None).await.unwrap();
        let seen = async || town.case(case).await.line(line).unwrap().capture_excuse.clone();
        assert_eq!(seen().await, None);
        cases.submit(&owner, case, false).await.unwrap();
        assert_eq!(seen().await, Some(note("手机相机已坏。")));
    })
    .await;
}

#[tokio::test]
async fn a_picture_of_the_page_without_the_place_that_its_line_asks_for_does_not_count() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let (cases, captures) = (town.portal.cases(), town.portal.captures());
        let (owner, case, line) = town.demanding(1, |content| content.lines[0].needs_place = true).await;
        let place = Place::Line { case, line };
        cases.answer(&owner, case, line, Some(Answer::Conforms), None).await.unwrap();
        let capture = captures.issue(&owner, place, SESSION).await.unwrap();
        for hashed in [true, false] {
            let bytes = jpeg();
            let new = town.placeless(place, capture.id, &bytes, hashed);
            let file = town.send_live(&owner, new, &bytes, 0).await;
            assert_eq!((file.grade(), file.origin.unused), (CaptureGrade::D, Some(CodeFault::NoPlace)), "{hashed}");
            // The very same file once more, which need not be sent again.
            town.portal.evidences().remove(&owner, file.id).await.unwrap();
            town.clock.set(town.clock.now().plus_minutes(1));
            town.portal.uploads().create(&owner, town.placeless(place, capture.id, &bytes, true)).await.unwrap();
            let files = cases.get(&owner, case).await.unwrap().evidence;
            let again = files.iter().find(|file| file.digest == sha256(&bytes)).unwrap();
            assert_eq!(again.origin.unused, Some(CodeFault::NoPlace), "{hashed}");
        }
        let refused = cases.submit(&owner, case, false).await;
        let lacking = vec![(line, LineFault::NoPlace { have: 0, need: 1 })];
        assert!(
            matches!(&refused, Err(Error::Case(CaseError::Incomplete(faults))) if *faults == lacking),
            "{refused:?}"
        );
        // None of that has spent the code: with the place it counts.
        let bytes = jpeg();
        let new = town.live(place, capture.id, Some(SESSION), &bytes, true);
        assert_eq!(town.send_live(&owner, new, &bytes, 0).await.grade(), CaptureGrade::B);
        cases.submit(&owner, case, false).await.unwrap();

        // Who has written why there is no place needs none.
        let (owner, case, line) = town.demanding(2, |content| content.lines[0].needs_place = true).await;
        let place = Place::Line { case, line };
        let capture = captures.issue(&owner, place, SESSION).await.unwrap();
        let said = (Some(Answer::Conforms), None);
        cases.answer_from(&owner, case, line, said, Some(Some(note("地下库房没有定位信号。"))), None).await.unwrap();
        let bytes = jpeg();
        let new = town.placeless(place, capture.id, &bytes, true);
        assert_eq!(town.send_live(&owner, new, &bytes, 0).await.grade(), CaptureGrade::B);
        cases.submit(&owner, case, false).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn that_a_code_does_not_count_is_told_while_the_photo_is_still_on_its_way() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let (owner, neighbour) = (town.restaurant(1).await, town.restaurant(2).await);
        let case = town.enrol(&owner).await;
        let captures = town.portal.captures();
        let (first, second) = (town.place(case, 0), town.place(case, 1));
        let replaced = town.code(&owner, case).await.id;
        let good = town.code(&owner, case).await.id;
        let (late, early) = (jpeg(), jpeg());
        for (capture, bytes) in [(good, &early), (replaced, &late)] {
            let new = town.live(first, capture, Some(SESSION), bytes, true);
            town.portal.uploads().create(&owner, new).await.unwrap();
        }
        let told = vec![(FileName::from_sender("现场拍摄.jpg"), CodeFault::Replaced)];
        assert_eq!(captures.uncounted(&owner, first).await.unwrap(), told);
        assert!(captures.uncounted(&owner, second).await.unwrap().is_empty());
        assert!(captures.uncounted(&neighbour, first).await.unwrap().is_empty());
        assert!(captures.uncounted(&town.li_na, first).await.unwrap().is_empty());
        // Once it is here, the file itself says so.
        let new = town.live(first, replaced, Some(SESSION), &late, true);
        let file = town.send_live(&owner, new, &late, 0).await;
        assert_eq!(file.origin.unused, Some(CodeFault::Replaced));
        assert!(captures.uncounted(&owner, first).await.unwrap().is_empty());
    })
    .await;
}

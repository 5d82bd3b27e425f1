//! Uploads: whatever order things happen in, bytes that were counted stay, and bytes
//! that were not never count.

use domain::{
    evidence::{EvidenceFault, FileName, Moment},
    examination::Unfit,
    ids::{AccountId, ByteCount, CaptureId, CaseId, Digest, EvidenceId, FindingId, LineId, UploadId},
    time::Timestamp,
    upload::{Offer, Place, Rejection, Segment, Shape, Upload, UploadFault, UploadStage, UploadState, one_more, quota},
};
use proptest::prelude::*;
use uuid::Uuid;

const NOW: Timestamp = Timestamp(1_000_000);
const LATER: Timestamp = Timestamp(9_000_000);
const LIMIT: ByteCount = ByteCount(1000);

fn upload(length: Option<u64>) -> Upload {
    Upload {
        id: UploadId(Uuid::from_u128(1)),
        owner: AccountId(Uuid::from_u128(2)),
        place: None,
        shape: Shape::Whole,
        name: FileName::from_sender("照片.jpg"),
        metadata: None,
        parts: Vec::new(),
        declared: None,
        length: length.map(ByteCount),
        limit: LIMIT,
        segments: Vec::new(),
        flowing: false,
        writer: 0,
        capability: Digest([0; 32]),
        capture: None,
        first_byte_at: None,
        created_at: NOW,
        expires_at: LATER,
        state: UploadState::Receiving,
    }
}

fn full(length: u64) -> Upload {
    let mut upload = upload(Some(length));
    let writer = upload.take_over();
    upload.appended(writer, ByteCount(length), LATER).unwrap();
    upload
}

/// What can happen to an upload that receives.
#[derive(Clone, Debug)]
enum Step {
    /// Somebody takes over.
    TakeOver,
    /// The writer of this number, counted back from the last, adds bytes.
    Append(u32, u64),
    /// The length is settled.
    Settle(u64),
    /// The disk has lost everything from this byte on.
    Lose(u64),
    /// The last writer's file says from now on what counts of it.
    Flow,
    /// Only the row says it.
    Still,
    /// Somebody says it is whole.
    Complete,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => Just(Step::TakeOver),
        6 => (0..3_u32, 0..400_u64).prop_map(|(back, more)| Step::Append(back, more)),
        1 => (0..1200_u64).prop_map(Step::Settle),
        1 => (0..1000_u64).prop_map(Step::Lose),
        1 => Just(Step::Flow),
        1 => Just(Step::Still),
        1 => Just(Step::Complete),
    ]
}

proptest! {
    #[test]
    fn only_the_last_writer_adds_and_nothing_goes_beyond_the_length(
        length in proptest::option::of(0..1000_u64),
        steps in proptest::collection::vec(step(), 0..40),
    ) {
        let mut upload = upload(length);
        for step in steps {
            let before = upload.clone();
            let offset = before.offset().0;
            match step {
                Step::TakeOver => {
                    let number = upload.take_over();
                    prop_assert_eq!(number, before.writer + 1);
                }
                Step::Append(back, more) => {
                    let writer = before.writer.saturating_sub(back);
                    let result = upload.appended(writer, ByteCount(more), LATER);
                    let room = before.length.unwrap_or(LIMIT).0 - offset;
                    let receives = before.state == UploadState::Receiving;
                    prop_assert_eq!(result.is_ok(), receives && writer == before.writer && more <= room);
                    if result.is_ok() {
                        prop_assert_eq!(upload.offset().0, offset + more);
                    } else {
                        prop_assert_eq!(&upload, &before);
                    }
                }
                Step::Settle(to) => {
                    let known = upload.length;
                    let result = upload.settle_length(ByteCount(to));
                    if known.is_some() {
                        prop_assert_eq!(result.is_ok(), known == Some(ByteCount(to)));
                        prop_assert_eq!(upload.length, known, "a length that is known never changes");
                    } else {
                        prop_assert_eq!(result.is_ok(), (offset..=LIMIT.0).contains(&to));
                    }
                }
                Step::Lose(from) => {
                    // Each segment's share of what is left.
                    let mut left = from;
                    let mut shares = std::collections::HashMap::new();
                    for segment in &before.segments {
                        shares.insert(segment.writer, ByteCount(segment.size.0.min(left)));
                        left = left.saturating_sub(segment.size.0);
                    }
                    let lost = upload.keep_what_is_there(|segment| shares[&segment.writer]);
                    let receives = before.state == UploadState::Receiving;
                    prop_assert_eq!(lost, receives && from < offset);
                    prop_assert_eq!(upload.offset().0, if receives { from.min(offset) } else { offset });
                }
                Step::Flow => {
                    upload.flow();
                    prop_assert_eq!(upload.offset(), before.offset());
                }
                Step::Still => {
                    upload.stand_still();
                    prop_assert_eq!(upload.offset(), before.offset());
                }
                Step::Complete => {
                    let result = upload.complete(Digest([7; 32]), NOW);
                    let receives = before.state == UploadState::Receiving;
                    prop_assert_eq!(result.is_ok(), receives && before.is_full());
                }
            }
            prop_assert!(upload.offset() <= upload.length.unwrap_or(LIMIT));
            prop_assert!(upload.offset() <= upload.reserved(), "there is room for all that has come");
            prop_assert!(upload.reserved() <= before.reserved(), "nobody is asked for more room later");
            prop_assert!(upload.segments.iter().all(|segment| segment.upload == upload.id));
            prop_assert!(upload.segments.is_sorted_by(|a, b| a.writer < b.writer), "a writer has one segment");
        }
    }
}

#[test]
fn bytes_go_on_where_they_stopped_and_nowhere_else() {
    let mut upload = upload(Some(100));
    let writer = upload.take_over();
    upload.appended(writer, ByteCount(40), LATER).unwrap();
    assert_eq!(upload.room_at(ByteCount(40), NOW), Ok(ByteCount(60)));
    for elsewhere in [0, 39, 41, u64::MAX] {
        let fault = UploadFault::Elsewhere { offset: ByteCount(40) };
        assert_eq!(upload.room_at(ByteCount(elsewhere), NOW), Err(fault));
    }
    assert_eq!(upload.room_at(ByteCount(40), LATER), Err(UploadFault::Gone), "its time has run out");
    upload.shape = Shape::Final;
    assert_eq!(upload.room_at(ByteCount(40), NOW), Err(UploadFault::Sealed));
}

#[test]
fn of_a_file_that_flows_all_counts_that_is_on_the_disk() {
    let there = |bytes| move |_: &Segment| ByteCount(bytes);
    let mut upload = upload(Some(100));
    upload.take_over();
    upload.flow();
    assert!(!upload.keep_what_is_there(there(40)));
    assert_eq!(upload.offset(), ByteCount(40));
    // Beyond the length nothing counts, and what the disk has lost does not either.
    assert!(!upload.clone().keep_what_is_there(there(1000)));
    assert!(upload.clone().keep_what_is_there(there(39)));
    // Somebody takes over: the file of the one before counts as far as it is read now.
    upload.stand_still();
    upload.take_over();
    upload.flow();
    upload.keep_what_is_there(|segment| if segment.writer == 1 { ByteCount(60) } else { ByteCount(7) });
    assert_eq!(upload.offset(), ByteCount(47), "what the first adds later counts no more");
    // After a gap nothing flows.
    assert!(upload.keep_what_is_there(|segment| if segment.writer == 1 { ByteCount(39) } else { ByteCount(50) }));
    assert_eq!((upload.offset(), upload.flowing), (ByteCount(39), false));
}

#[test]
fn bytes_that_are_not_those_announced_are_rejected() {
    let (announced, other) = (Digest([1; 32]), Digest([2; 32]));
    let mut right = Upload { declared: Some(announced), ..full(10) };
    let mut wrong = right.clone();
    right.complete(announced, NOW).unwrap();
    assert_eq!(right.stage(), UploadStage::Whole);
    wrong.complete(other, NOW).unwrap();
    let why = Rejection::OtherBytes { declared: announced, received: other };
    assert_eq!(wrong.state, UploadState::Rejected { at: NOW, why });
    assert_eq!(wrong.is_alive(NOW), Err(UploadFault::Gone));
}

#[test]
fn what_became_evidence_cannot_be_written_or_ended() {
    let mut upload = full(10);
    let evidence = EvidenceId(Uuid::from_u128(9));
    assert_eq!(upload.attach(evidence, NOW), Err(UploadFault::NotWhole));
    upload.complete(Digest([1; 32]), NOW).unwrap();
    upload.attach(evidence, NOW).unwrap();
    assert_eq!(upload.end(NOW), Err(UploadFault::Sealed));
    assert_eq!(upload.room_at(ByteCount(10), NOW), Err(UploadFault::Sealed));
    assert_eq!(upload.is_alive(Timestamp(LATER.0 + 1)), Ok(()), "evidence does not run out");
    assert_eq!(upload.reserved(), ByteCount(0));
    assert_eq!((upload.stage(), upload.keep(), upload.keep()), (UploadStage::Attached, true, false));
    assert_eq!((upload.stage(), upload.offset()), (UploadStage::Kept, ByteCount(10)));
}

#[test]
fn a_whole_upload_that_no_place_takes_is_rejected_and_can_be_ended() {
    let mut upload = full(10);
    upload.complete(Digest([1; 32]), NOW).unwrap();
    upload.reject(EvidenceFault::Unfit { why: Unfit::Html }, NOW).unwrap();
    assert_eq!(upload.stage(), UploadStage::Rejected);
    upload.end(NOW).unwrap();
    assert_eq!(upload.end(NOW), Err(UploadFault::Gone));
}

#[test]
fn what_its_sender_has_done_everything_for_does_not_run_out() {
    let place = Place::Line { case: CaseId(Uuid::from_u128(3)), line: LineId(Uuid::from_u128(4)) };
    let placed = |upload: Upload| Upload { place: Some(place), ..upload };
    let mut whole = placed(full(10));
    assert!(whole.has_run_out(LATER) && !whole.has_run_out(NOW), "nobody has said what its bytes are");
    whole.complete(Digest([1; 32]), NOW).unwrap();
    assert!(whole.waits_for_its_place() && !whole.has_run_out(LATER));
    assert_eq!(whole.is_alive(LATER), Ok(()));
    let nowhere = Upload { place: None, ..whole.clone() };
    assert!(nowhere.has_run_out(LATER), "nobody has said where it is to go");
    assert_eq!(nowhere.is_alive(LATER), Err(UploadFault::Gone));
    let part = Upload { shape: Shape::Partial, ..whole.clone() };
    assert!(part.has_run_out(LATER));
    let mut rejected = whole.clone();
    rejected.reject(EvidenceFault::Closed, NOW).unwrap();
    assert!(rejected.has_run_out(LATER), "its bytes need not be kept for ever");
    whole.attach(EvidenceId(Uuid::from_u128(9)), NOW).unwrap();
    assert!(!whole.has_run_out(LATER));
    rejected.end(NOW).unwrap();
    assert!(!rejected.has_run_out(LATER), "it has ended already");
}

#[test]
fn an_announcement_is_one_until_something_is_known_to_have_come() {
    let mut announced = upload(Some(10));
    assert!(announced.is_only_announced());
    announced.take_over();
    announced.flow();
    assert!(announced.is_only_announced(), "its file may say more");
    assert!(!Upload { first_byte_at: Some(NOW), ..announced.clone() }.is_only_announced());
    assert!(!full(10).is_only_announced());
    assert!(!upload(Some(0)).is_only_announced(), "there is nothing to wait for");
    announced.end(NOW).unwrap();
    assert!(!announced.is_only_announced());
}

#[test]
fn the_first_byte_decides_where_no_digest_has_claimed_the_code() {
    let offer = Offer { capture: CaptureId(Uuid::from_u128(5)), fault: None, place: None };
    let live = Upload { capture: Some(offer), ..upload(Some(10)) };
    assert!(live.counts_by_first_byte());
    assert!(!Upload { declared: Some(Digest([1; 32])), ..live }.counts_by_first_byte());
    assert!(!upload(Some(10)).counts_by_first_byte());
}

#[test]
fn a_place_waits_for_what_can_still_come_to_it() {
    let line = Place::Line { case: CaseId(Uuid::from_u128(6)), line: LineId(Uuid::from_u128(7)) };
    let proof = Place::Finding { finding: FindingId(Uuid::from_u128(8)), moment: Moment::After };
    for place in [line, proof] {
        let mut coming = Upload { place: Some(place), ..full(10) };
        assert_eq!(coming.on_its_way_to(NOW), Some(place));
        assert_eq!(coming.on_its_way_to(LATER), None, "its time is over");
        assert_eq!(Upload { shape: Shape::Partial, ..coming.clone() }.on_its_way_to(NOW), None);
        assert_eq!(Upload { place: None, ..coming.clone() }.on_its_way_to(NOW), None);
        coming.complete(Digest([1; 32]), NOW).unwrap();
        assert_eq!(coming.on_its_way_to(LATER), Some(place), "what waits for its place has no time");
        let mut ended = coming.clone();
        ended.end(NOW).unwrap();
        assert_eq!(ended.on_its_way_to(NOW), None);
        coming.attach(EvidenceId(Uuid::from_u128(9)), NOW).unwrap();
        assert_eq!(coming.on_its_way_to(NOW), None);
    }
}

#[test]
fn only_whole_parts_are_put_together() {
    let mut part = Upload { shape: Shape::Partial, ..full(10) };
    assert_eq!(Upload::joined(std::slice::from_ref(&part), NOW), Err(UploadFault::NotAPart), "not finished");
    part.complete(Digest([1; 32]), NOW).unwrap();
    assert_eq!(Upload::joined(&[part.clone(), part.clone()], NOW), Ok(ByteCount(20)));
    assert_eq!(Upload::joined(&[], NOW), Err(UploadFault::NotAPart));
    assert_eq!(Upload::joined(&[part.clone()], LATER), Err(UploadFault::Gone));
    let mut whole = full(10);
    whole.complete(Digest([1; 32]), NOW).unwrap();
    assert_eq!(Upload::joined(&[part.clone(), whole], NOW), Err(UploadFault::NotAPart));
    assert_eq!(part.attach(EvidenceId(Uuid::from_u128(9)), NOW), Err(UploadFault::NotAPart));
}

#[test]
fn what_is_held_already_need_not_come() {
    let evidence = EvidenceId(Uuid::from_u128(9));
    let mut upload = upload(Some(10));
    upload.take_over();
    upload.flow();
    upload.already_held(evidence, Digest([1; 32]), NOW).unwrap();
    assert_eq!((upload.offset(), upload.stage()), (ByteCount(10), UploadStage::Kept));
    assert_eq!(full(10).already_held(evidence, Digest([1; 32]), NOW), Err(UploadFault::Sealed));
}

#[test]
fn nobody_has_more_on_the_way_than_the_quota() {
    assert_eq!(quota(ByteCount(60), ByteCount(40), ByteCount(100)), Ok(()));
    assert_eq!(
        quota(ByteCount(61), ByteCount(40), ByteCount(100)),
        Err(UploadFault::QuotaFull { limit: ByteCount(100) })
    );
    assert!(quota(ByteCount(u64::MAX), ByteCount(1), ByteCount(u64::MAX - 1)).is_err());
}

#[test]
fn nobody_has_more_files_on_the_way_than_one_may() {
    assert_eq!(one_more(0, 1), Ok(()));
    assert_eq!(one_more(1, 1), Err(UploadFault::TooMany { limit: 1 }));
    assert_eq!(one_more(u64::MAX, u16::MAX), Err(UploadFault::TooMany { limit: u16::MAX }));
}

#[test]
fn room_is_set_aside_for_as_much_as_may_come() {
    let mut open = upload(None);
    assert_eq!(open.reserved(), LIMIT);
    let writer = open.take_over();
    open.appended(writer, ByteCount(30), LATER).unwrap();
    assert_eq!(open.reserved(), LIMIT, "nobody has said how long it will be");
    open.settle_length(ByteCount(100)).unwrap();
    assert_eq!(open.reserved(), ByteCount(100));
    assert_eq!(full(10).segments, [Segment { upload: UploadId(Uuid::from_u128(1)), writer: 1, size: ByteCount(10) }]);
}

#[test]
fn what_is_put_together_takes_room_of_its_own_until_it_is_evidence() {
    let mut joined = Upload { shape: Shape::Final, ..upload(Some(20)) };
    assert_eq!(joined.reserved(), ByteCount(20), "before it is copied");
    joined.segments = vec![Segment { upload: joined.id, writer: 0, size: ByteCount(20) }];
    assert_eq!(joined.reserved(), ByteCount(20));
    joined.complete(Digest([1; 32]), NOW).unwrap();
    assert_eq!(joined.reserved(), ByteCount(20));
    let mut rejected = joined.clone();
    rejected.reject(EvidenceFault::Closed, NOW).unwrap();
    joined.attach(EvidenceId(Uuid::from_u128(9)), NOW).unwrap();
    assert_eq!((joined.reserved(), rejected.reserved()), (ByteCount(0), ByteCount(0)));
}

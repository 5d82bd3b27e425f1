//! What keeps a case from an end, and what an outcome asks of whoever chooses it.

use domain::{
    case::{CaseError, CaseState, LineVerdict, Outcome},
    ids::LineId,
    item::{ItemContent, Regime, Remote, RemoteMethod},
};
use portal::{
    Clock, Error,
    services::{evidences::Slot, todos::Task},
    store::Page,
};

use crate::common::*;

#[tokio::test]
async fn what_is_not_supplemented_in_time_is_decided_on_what_there_is() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let case = town.enrol(&owner).await;
        town.send(&owner, case).await;
        town.review(case, LineVerdict::Unclear).await;
        let reviews = town.portal.reviews();
        reviews.ask_more(&town.li_na, case).await.unwrap();
        // Begun, and not sent: nobody else sees it, now or later.
        town.upload(&owner, Slot::Line(case, town.lines[0]), jpeg()).await.unwrap();
        let early = reviews.go_on_without(&town.li_na, case).await;
        assert!(matches!(early, Err(Error::Case(CaseError::NotNow { .. }))), "{early:?}");
        let denied = reviews.go_on_without(&owner, case).await;
        assert!(matches!(denied, Err(Error::Denied(_) | Error::NotFound)), "{denied:?}");
        town.clock.set(town.clock.now().plus_days(30));
        let waits = town.portal.todos().of(&town.li_na).await.unwrap();
        assert!(waits.iter().any(|todo| matches!(todo.task, Task::GoOnWithout(id, _) if id == case)), "{waits:?}");
        reviews.go_on_without(&town.wang_qiang, case).await.unwrap();
        let now = town.case(case).await;
        assert!(matches!(now.state, CaseState::InReview { officer, .. } if officer == town.li_na.account));
        // Only the second line is asked about again, and only what is sent for it is sent.
        let sent = town.portal.cases().get(&town.li_na, case).await.unwrap().evidence.len();
        let [first, second] = [town.lines[0], town.lines[1]];
        reviews.review_line(&town.li_na, case, first, LineVerdict::Accepted, None, None).await.unwrap();
        reviews.ask_more(&town.li_na, case).await.unwrap();
        town.upload(&owner, Slot::Line(case, second), jpeg()).await.unwrap();
        town.portal.cases().submit(&owner, case, false).await.unwrap();
        assert_eq!(town.portal.cases().get(&town.li_na, case).await.unwrap().evidence.len(), sent + 1);
        reviews.review_line(&town.li_na, case, second, LineVerdict::Accepted, None, None).await.unwrap();
        reviews.propose(&town.li_na, case, Outcome::NoIssue, None, None).await.unwrap();
        reviews.confirm(&town.wang_qiang, case).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn who_leaves_the_list_of_what_is_spared_aside_says_why() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let case = town.enrol(&owner).await;
        town.send(&owner, case).await;
        town.review(case, LineVerdict::ProblemFound).await;
        let reviews = town.portal.reviews();
        for heavier in [Outcome::OrderToCorrect, Outcome::FiledCase] {
            assert_eq!(reviews.left_aside(&town.li_na, case, heavier).await.unwrap().len(), 1);
            let refused = reviews.propose(&town.li_na, case, heavier, None, None).await;
            assert!(matches!(refused, Err(Error::Case(CaseError::DeviationUnexplained))), "{refused:?}");
        }
        for other in [Outcome::NoIssue, Outcome::Guidance, Outcome::FirstViolation] {
            assert!(reviews.left_aside(&town.li_na, case, other).await.unwrap().is_empty(), "{other:?}");
        }
        let why = Some(note("已造成危害后果"));
        reviews.propose(&town.li_na, case, Outcome::OrderToCorrect, why, None).await.unwrap();
        reviews.confirm(&town.wang_qiang, case).await.unwrap();
        // That was the first: the list offers nothing any more, and nothing is left aside.
        let later = town.covered(&owner).await;
        town.send(&owner, later).await;
        town.review(later, LineVerdict::ProblemFound).await;
        assert!(reviews.left_aside(&town.li_na, later, Outcome::OrderToCorrect).await.unwrap().is_empty());
        reviews.propose(&town.li_na, later, Outcome::OrderToCorrect, None, None).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn an_item_that_cannot_be_closed_from_the_desk_does_not_hold_up_the_others() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let lines = [LineId(uuid::Uuid::new_v4())];
        let key = ItemContent {
            regime: Regime::Key,
            remote: Remote::Suitable { methods: [RemoteMethod::Pictures].into(), closable_under_key: false },
            ..content(&lines)
        };
        let key = town.portal.catalogue().write_draft(&town.li_na, None, key).await.unwrap();
        town.portal.catalogue().publish(&town.head, key).await.unwrap();
        town.enrolled(&owner, &[town.item, key]).await;
        let cases = town.portal.cases().mine(&owner, Page::ALL).await.unwrap().rows;
        let mut items: Vec<_> = cases.iter().map(|row| row.case.items.iter().map(|item| item.item).collect()).collect();
        items.sort_by_key(|items: &Vec<_>| items[0] == key);
        assert_eq!(items, [vec![town.item], vec![key]]);
        let own = cases.iter().find(|row| row.case.items[0].item == town.item).unwrap().case.id;
        town.send(&owner, own).await;
        town.review(own, LineVerdict::Accepted).await;
        town.decide(own, Outcome::NoIssue).await;
    })
    .await;
}

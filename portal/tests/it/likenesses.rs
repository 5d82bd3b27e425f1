//! Pictures that look like others, on both databases: nobody hides one behind many, and what was not sent is nobody's
//! business.

use domain::{
    actor::Actor,
    case::Answer,
    evidence::Evidence,
    examination::Likeness,
    ids::{CaseId, LineId},
};
use portal::{
    Portal,
    evidence::{scan::Scanner, workshop::Workshop},
    services::{evidences::Slot, examinations::Lookalike},
    store::Page,
};
use uuid::Uuid;

use crate::common::*;

/// The town with somebody who draws pictures. All that [`jpeg`] makes look the same.
fn pictured(town: &Town) -> Portal {
    town.with_parts(town.portal.objects().clone(), Scanner::default(), Workshop::Here)
}

async fn examine(portal: &Portal) {
    while portal.examinations().next().await.unwrap() {}
}

/// The files of a case that was sent.
async fn files(town: &Town, case: CaseId) -> Vec<Evidence> {
    town.portal.cases().get(&town.li_na, case).await.unwrap().evidence
}

/// What Li Na is told about a file.
async fn told(town: &Town, portal: &Portal, file: &Evidence) -> Vec<Lookalike> {
    portal.examinations().lookalikes(&town.li_na, file).await.unwrap()
}

fn is_of(other: &Lookalike, case: CaseId) -> bool {
    other.shown.as_ref().is_some_and(|(file, _)| file.case == case)
}

/// A case of an item with so many lines, each with as many photos as it takes.
async fn full_case(town: &Town, owner: &Actor, lines: usize) -> CaseId {
    let lines: Vec<LineId> = (0..lines).map(|_| LineId(Uuid::new_v4())).collect();
    let item = town.portal.catalogue().write_draft(&town.li_na, None, content(&lines)).await.unwrap();
    town.portal.catalogue().publish(&town.head, item).await.unwrap();
    town.enrolled(owner, &[item]).await;
    let case = town.portal.cases().mine(owner, Page::ALL).await.unwrap().rows[0].case.id;
    for line in lines {
        town.portal.cases().answer(owner, case, line, Some(Answer::Conforms), None).await.unwrap();
        for _ in 0..5 {
            town.upload(owner, Slot::Line(case, line), jpeg()).await.unwrap();
        }
    }
    town.portal.cases().submit(owner, case, false).await.unwrap();
    case
}

#[tokio::test]
async fn variants_in_a_draft_and_those_taken_out_again_hide_nothing() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let portal = pictured(&town);
        let (one, two) = (town.restaurant(1).await, town.restaurant(2).await);
        let (first, second) = (town.enrol(&one).await, town.enrol(&two).await);
        town.send(&one, first).await;
        examine(&portal).await;
        // As many as were ever kept of one picture, each nearer in time than what they hide.
        for number in 0..36 {
            town.clock.pass_minutes(1);
            let slot = Slot::Line(second, town.lines[0]);
            let variant = town.upload(&two, slot, jpeg()).await.unwrap().evidence;
            examine(&portal).await;
            // Some stay in the draft.
            if number % 12 > 0 {
                town.portal.evidences().remove(&two, variant.id).await.unwrap();
            }
        }
        for file in files(&town, first).await {
            assert_eq!(told(&town, &portal, &file).await, [], "nothing of it was sent");
        }
        town.send(&two, second).await;
        examine(&portal).await;
        for file in files(&town, second).await {
            let found = told(&town, &portal, &file).await;
            assert!(found.iter().any(|other| is_of(other, first) && other.of_another), "{found:?}");
            assert!(found.iter().all(|other| is_of(other, first) && other.likeness == Likeness::Same), "{found:?}");
            assert_eq!(portal.examinations().lookalikes(&one, &file).await.unwrap(), [], "officers alone are told");
        }
        for file in files(&town, first).await {
            let found = told(&town, &portal, &file).await;
            assert!((1..=3).contains(&found.len()), "a few of each enterprise: {found:?}");
            assert!(found.iter().all(|other| is_of(other, second)), "{found:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn many_photos_of_the_same_kitchen_do_not_hide_those_of_another() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let portal = pictured(&town);
        let (one, two) = (town.restaurant(1).await, town.restaurant(2).await);
        let other = town.enrol(&two).await;
        town.send(&two, other).await;
        examine(&portal).await;
        town.clock.pass_minutes(1);
        let many = full_case(&town, &one, 8).await;
        examine(&portal).await;
        let own = files(&town, many).await;
        assert_eq!(own.len(), 40);
        for file in &own {
            let found = told(&town, &portal, file).await;
            assert!(!found.is_empty() && found.iter().all(|near| near.of_another && is_of(near, other)), "{found:?}");
        }
        // The other way round, forty are as many as a few.
        for file in files(&town, other).await {
            let found = told(&town, &portal, &file).await;
            assert!((1..=3).contains(&found.len()) && found.iter().all(|near| is_of(near, many)), "{found:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn of_what_everybody_has_the_nearest_few_are_shown() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let shared = jpeg();
        let mut first = None;
        for number in 1..=13 {
            let owner = town.restaurant(number).await;
            let case = town.enrol(&owner).await;
            let copy = town.upload(&owner, Slot::Line(case, town.lines[0]), shared.clone()).await.unwrap().evidence;
            town.send(&owner, case).await;
            first.get_or_insert(copy);
        }
        let found = told(&town, &town.portal, &first.unwrap()).await;
        assert_eq!(found.len(), 10);
        assert!(found.iter().all(|near| near.of_another && near.likeness == Likeness::Identical));
    })
    .await;
}

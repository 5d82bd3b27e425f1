//! Rounds of self-checks: how their cases begin, and which visits they stand in for.

use std::collections::{BTreeSet, HashMap, HashSet};

use domain::{
    case::{Case, CaseStage, NewCase},
    enrolment::Enrolment,
    ids::{AgencyId, CaseId, DueVisitId, EnrolmentId, EnterpriseId, ItemId},
    item::{Item, ItemVersion},
    text::Name,
    visit_ledger::{DueVisit, DueVisitState},
};
use serde_json::json;

use super::load;
use crate::{
    Portal,
    error::{Error, Result},
    store::{self, CaseFilter, Page, Tx},
};

/// Begins a round of self-checks of an enrolment: a case with the published versions of the
/// items that are due. Those that cannot be closed from the desk get one of their own, so that
/// they do not keep the others from being closed. How many cases there are: none where no item
/// can be checked without a visit any more.
pub(crate) async fn begin_round(portal: &Portal, tx: &mut Tx, enrolment: &mut Enrolment) -> Result<usize> {
    let now = portal.now();
    let rules = portal.settings().review;
    let wanted = enrolment.items_due(rules.together_days, now);
    let items = store::item::several(tx.db(), wanted.iter().copied()).await?;
    let current = items.iter().filter_map(Item::current);
    let versions: Vec<&ItemVersion> = current.filter(|version| version.content.is_remote()).collect();
    let months = |item: &ItemId| {
        let version = versions.iter().find(|version| version.item == *item);
        version.map_or(rules.look_again_months, |version| version.content.self_check_months.into())
    };
    let began: Vec<(ItemId, u16)> = wanted.iter().map(|item| (*item, months(item))).collect();
    enrolment.round_began(&began, now);
    if versions.is_empty() {
        tx.audit(portal.own_event("enrolment.no_round", "enrolment", enrolment.id).with(json!({ "items": wanted })));
    }
    let (closable, others): (Vec<_>, Vec<_>) =
        versions.into_iter().partition(|version| version.content.remotely_closable());
    let mut begun = 0;
    for versions in [closable, others].into_iter().filter(|versions| !versions.is_empty()) {
        begin_case(portal, tx, enrolment, &versions).await?;
        begun += 1;
    }
    Ok(begun)
}

/// Begins a case of an enrolment with these versions of items. Visits that are due for these
/// items are covered by it: they are what it may make unnecessary.
pub(crate) async fn begin_case(
    portal: &Portal,
    tx: &mut Tx,
    enrolment: &Enrolment,
    versions: &[&ItemVersion],
) -> Result<CaseId> {
    let now = portal.now();
    let id = CaseId(portal.new_id());
    let mut covered: HashMap<ItemId, DueVisitId> = HashMap::new();
    for due in may_be_spared(tx, enrolment.enterprise, enrolment.agency).await? {
        // A case stands in for a visit only if it looks at everything the visit would have.
        let looked_at = due.items.iter().all(|item| versions.iter().any(|version| version.item == *item));
        // An item stands in for one visit only; a second one stays due.
        if !looked_at || due.items.iter().any(|item| covered.contains_key(item)) {
            continue;
        }
        let mut due = load::<DueVisit>(tx, due.id.0).await?;
        due.state = DueVisitState::Covered { case: id };
        covered.extend(due.items.iter().map(|item| (*item, due.id)));
        tx.save(&due).await?;
    }
    let year = now.date().year();
    let serial = tx.next_number(&format!("case/{year}")).await?;
    let number = Name::parse(&format!("ZC{year}-{serial:06}")).map_err(|e| Error::Impossible(e.to_string()))?;
    let with_visits: Vec<(&ItemVersion, Option<DueVisitId>)> =
        versions.iter().map(|version| (*version, covered.get(&version.item).copied())).collect();
    let case = Case::begin(
        NewCase {
            id,
            number,
            enterprise: enrolment.enterprise,
            enrolment: enrolment.id,
            agency: enrolment.agency,
            due: portal.deadline(portal.settings().clocks.evidence_window),
        },
        &with_visits,
        now,
    );
    tx.insert(&case).await?;
    tx.audit(portal.own_event("case.begin", "case", id).with(json!({ "number": case.number })));
    Ok(id)
}

/// The open visits that a self-check may stand in for. What was claimed once and taken back, or
/// what an approver has sent to the site, is visited.
async fn may_be_spared(tx: &Tx, enterprise: EnterpriseId, agency: AgencyId) -> Result<Vec<DueVisit>> {
    let mut open = store::visit::open(tx.db(), enterprise, agency).await?;
    if open.is_empty() {
        return Ok(open);
    }
    let claimed = store::ledger::of_due_visits(tx.db(), open.iter().map(|due| due.id)).await?;
    let mut to_visit: HashSet<DueVisitId> = claimed.into_iter().map(|entry| entry.due_visit).collect();
    let converted = CaseFilter {
        agencies: Some(vec![agency]),
        enterprise: Some(enterprise),
        stages: vec![CaseStage::ConvertedOnSite],
        ..CaseFilter::default()
    };
    for case in store::case::latest(tx.db(), &converted, Page::ALL).await?.rows {
        to_visit.extend(case.items.iter().filter_map(|item| item.due_visit));
    }
    open.retain(|due| !to_visit.contains(&due.id));
    Ok(open)
}

/// Has the round of an enrolment that its enterprise has not sent yet stand in for a visit, where
/// it looks at everything that the visit would have.
pub(crate) async fn join_round(
    portal: &Portal,
    tx: &mut Tx,
    enrolment: EnrolmentId,
    due: &DueVisit,
) -> Result<Option<CaseId>> {
    let filter = CaseFilter {
        agencies: Some(vec![due.agency]),
        enterprise: Some(due.enterprise),
        stages: vec![CaseStage::Open],
        ..CaseFilter::default()
    };
    for known in store::case::queue(tx.db(), &filter, Page::ALL).await?.rows {
        if known.enrolment != enrolment {
            continue;
        }
        let mut case = load::<Case>(tx, known.id.0).await?;
        if !case.stand_in_for(due.id, &due.items) {
            continue;
        }
        tx.save(&case).await?;
        let mut due = load::<DueVisit>(tx, due.id.0).await?;
        due.state = DueVisitState::Covered { case: case.id };
        tx.save(&due).await?;
        tx.audit(portal.own_event("case.join", "case", case.id).with(json!({ "due_visit": due.id })));
        return Ok(Some(case.id));
    }
    Ok(None)
}

/// Visits that a case stood in for are due again.
pub(crate) async fn reopen_due_visits(tx: &Tx, case: &Case) -> Result<()> {
    let ids: BTreeSet<DueVisitId> = case.items.iter().filter_map(|item| item.due_visit).collect();
    for id in ids {
        let mut due = load::<DueVisit>(tx, id.0).await?;
        if due.state == (DueVisitState::Covered { case: case.id }) {
            due.state = DueVisitState::Open;
            tx.save(&due).await?;
        }
    }
    Ok(())
}

//! Rounds of self-checks: how their cases begin, and which visits they stand in for.

use std::collections::{BTreeSet, HashMap, HashSet};

use domain::{
    case::{Case, CaseStage, NewCase},
    enrolment::Enrolment,
    enterprise::Enterprise,
    ids::{AgencyId, CaseId, DueVisitId, EnterpriseId, ItemId},
    item::{Item, ItemVersion},
    text::Name,
    visit_ledger::{DueVisit, DueVisitState},
};
use serde_json::json;

use super::load;
use crate::{
    Portal,
    error::{Error, Result},
    store::{self, CaseFilter, Page, Stored, Tx},
};

/// Begins a round of self-checks: a case with the published versions of the items of an enrolment
/// that are due, and of those of the enterprise's other enrolments with the agency that would be
/// soon. Items that cannot be closed from the desk get one of their own, so that they do not keep
/// the others from being closed. How many cases there are: none where no item can be checked
/// without a visit any more. Asked under [`one_at_a_time`].
pub(crate) async fn begin_round(portal: &Portal, tx: &mut Tx, enrolment: &mut Enrolment) -> Result<usize> {
    let now = portal.now();
    let rules = portal.settings().review;
    let own = enrolment.items_due(rules.together_days, now);
    let mut others = Vec::new();
    for known in store::enrolment::of_enterprise(tx.db(), enrolment.enterprise).await? {
        if own.is_empty() || known.id == enrolment.id || known.agency != enrolment.agency {
            continue;
        }
        let other = load::<Enrolment>(tx, known.id.0).await?;
        let due = other.items_due_soon(rules.together_days, now);
        if !due.is_empty() {
            others.push((other, due));
        }
    }
    let wanted: Vec<ItemId> = own.iter().chain(others.iter().flat_map(|(_, due)| due)).copied().collect();
    let items = store::item::several(tx.db(), wanted.iter().copied()).await?;
    let current = items.iter().filter_map(Item::current);
    let versions: Vec<&ItemVersion> = current.filter(|version| version.content.is_remote()).collect();
    let months = |item: &ItemId| {
        let version = versions.iter().find(|version| version.item == *item);
        (*item, version.map_or(rules.look_again_months, |version| version.content.self_check_months.into()))
    };
    enrolment.round_began(&own.iter().map(months).collect::<Vec<_>>(), now);
    for (mut other, due) in others {
        other.round_began(&due.iter().map(months).collect::<Vec<_>>(), now);
        tx.save(&other).await?;
    }
    if versions.is_empty() {
        tx.audit(portal.own_event("enrolment.no_round", "enrolment", enrolment.id).with(json!({ "items": wanted })));
    }
    let (closable, others): (Vec<_>, Vec<_>) =
        versions.into_iter().partition(|version| version.content.remotely_closable());
    let mut begun = 0;
    for versions in [closable, others].into_iter().filter(|versions| !versions.is_empty()) {
        begin_case(portal, tx, enrolment, &versions, None).await?;
        begun += 1;
    }
    Ok(begun)
}

/// One of an enterprise's applications, rounds or planned visits at a time, or two could each find
/// the other not there yet. The enterprise is held before its enrolments, or two people would wait
/// for each other.
pub(crate) async fn one_at_a_time(tx: &Tx, enterprise: EnterpriseId) -> Result<Stored<Enterprise>> {
    load::<Enterprise>(tx, enterprise.0).await
}

/// Begins a case of an enrolment with these versions of items. Visits that are due for these
/// items are covered by it: they are what it may make unnecessary. It is begun for the sake of
/// `planned`, where there is one, which comes before the others.
pub(crate) async fn begin_case(
    portal: &Portal,
    tx: &mut Tx,
    enrolment: &Enrolment,
    versions: &[&ItemVersion],
    planned: Option<DueVisitId>,
) -> Result<CaseId> {
    let now = portal.now();
    let id = CaseId(portal.new_id());
    let mut covered: HashMap<ItemId, DueVisitId> = HashMap::new();
    let mut open = may_be_spared(tx, enrolment.enterprise, enrolment.agency).await?;
    open.sort_by_key(|due| Some(due.id) != planned);
    for due in open {
        // A case stands in for a visit only if it looks at everything the visit would have.
        let looked_at = due.items.iter().all(|item| versions.iter().any(|version| version.item == *item));
        // An item stands in for one visit only; a second one stays due.
        if !looked_at || due.items.iter().any(|item| covered.contains_key(item)) {
            continue;
        }
        let mut due = load::<DueVisit>(tx, due.id.0).await?;
        if due.state != DueVisitState::Open {
            continue;
        }
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

/// The open visits that a self-check may stand in for. Where one did and the visit is due again
/// all the same, because it was claimed and taken back, sent to the site by an approver, or not
/// avoided by what the case came to, it is visited.
async fn may_be_spared(tx: &Tx, enterprise: EnterpriseId, agency: AgencyId) -> Result<Vec<DueVisit>> {
    let mut open = store::visit::open(tx.db(), enterprise, agency).await?;
    if open.is_empty() {
        return Ok(open);
    }
    let settled = CaseFilter {
        agencies: Some(vec![agency]),
        enterprise: Some(enterprise),
        stages: vec![CaseStage::Decided, CaseStage::Closed, CaseStage::ConvertedOnSite],
        ..CaseFilter::default()
    };
    let settled = store::case::latest(tx.db(), &settled, Page::ALL).await?.rows;
    let tried: HashSet<DueVisitId> =
        settled.iter().flat_map(|case| case.items.iter().filter_map(|item| item.due_visit)).collect();
    open.retain(|due| !tried.contains(&due.id));
    Ok(open)
}

/// Has a round that its enterprise has not sent yet stand in for a visit, where it looks at
/// everything that the visit would have. Asked under [`one_at_a_time`].
pub(crate) async fn join_round(portal: &Portal, tx: &mut Tx, due: &DueVisit) -> Result<Option<CaseId>> {
    let term = portal.deadline(portal.settings().clocks.evidence_window);
    let filter = CaseFilter {
        agencies: Some(vec![due.agency]),
        enterprise: Some(due.enterprise),
        stages: vec![CaseStage::Open],
        ..CaseFilter::default()
    };
    for known in store::case::queue(tx.db(), &filter, Page::ALL).await?.rows {
        // What it began with counts: an item may have been published anew since.
        let versions = portal.versions(known.items.iter().map(|item| (item.item, item.version))).await?;
        if !versions.iter().all(|version| version.content.remotely_closable()) {
            continue;
        }
        let mut case = load::<Case>(tx, known.id.0).await?;
        if !case.stand_in_for(due.id, &due.items, term) {
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

//! The records behind the numbers of remote supervision: what a reader of a
//! number may open to count for himself. Of a case they show its number, whose it
//! is, where it stands and when things happened, and nothing of its content.

use std::collections::{BTreeSet, HashMap};

use domain::{
    actor::Actor,
    case::{Case, CaseStage},
    finding::{Finding, FindingStage},
    ids::{AgencyId, CaseId, EnterpriseId, FindingId},
    text::Name,
    time::Timestamp,
};

use super::ledgers::Ledgers;
use crate::{
    error::Result,
    site_visit::SiteVisit,
    store::{self, Base, Measure, Page, Paged},
};

/// What kind of record it is, and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordState {
    /// A case.
    Case(CaseId, CaseStage),
    /// A finding.
    Finding(FindingId, FindingStage),
    /// A site visit that took place.
    SiteVisit,
}

/// One record that a number counts.
#[derive(Clone, Debug)]
pub struct Record {
    /// The number of the case, if there was one.
    pub number: Option<Name>,
    /// Whose it is.
    pub enterprise: Name,
    /// The agency in charge.
    pub agency: Name,
    /// What it is and where it stands.
    pub state: RecordState,
    /// The instant by which it belongs to the period.
    pub at: Timestamp,
    /// When it was settled: the case decided or converted, the finding verified.
    pub settled: Option<Timestamp>,
}

impl Ledgers<'_> {
    /// The records that a figure counts, within the actor's reach, the latest first.
    ///
    /// # Errors
    /// [`crate::Error::Denied`].
    pub async fn records(&self, actor: &Actor, measure: Measure, base: &Base, page: Page) -> Result<Paged<Record>> {
        let base = self.base(actor, base).await?;
        let (db, now) = (self.0.store().read(), self.0.now());
        match measure {
            Measure::Sent | Measure::Decided | Measure::Converted | Measure::WithFindings => {
                let found = store::measured::list::<Case>(db, measure, &base, now, page).await?;
                let names = self.names(found.rows.iter().map(|case| (case.enterprise, case.agency))).await?;
                let rows = found.rows.into_iter().filter_map(|case| {
                    names.record(
                        case.enterprise,
                        case.agency,
                        Some(case.number.clone()),
                        RecordState::Case(case.id, case.stage()),
                        case.created_at,
                        settled_case(&case),
                    )
                });
                Ok(Paged { rows: rows.collect(), total: found.total })
            }
            Measure::RectificationDue | Measure::RectificationInTime => {
                let found = store::measured::list::<Finding>(db, measure, &base, now, page).await?;
                let names = self.names(found.rows.iter().map(|finding| (finding.enterprise, finding.agency))).await?;
                let cases: BTreeSet<CaseId> = found.rows.iter().map(|finding| finding.case).collect();
                let numbers: HashMap<CaseId, Name> =
                    store::case::several(db, cases).await?.into_iter().map(|case| (case.id, case.number)).collect();
                let rows = found.rows.into_iter().filter_map(|finding| {
                    let state = RecordState::Finding(finding.id, finding.stage());
                    let number = numbers.get(&finding.case).cloned();
                    names.record(
                        finding.enterprise,
                        finding.agency,
                        number,
                        state,
                        finding.found_at,
                        settled_finding(&finding),
                    )
                });
                Ok(Paged { rows: rows.collect(), total: found.total })
            }
            Measure::SiteVisits => {
                let found = store::measured::list::<SiteVisit>(db, measure, &base, now, page).await?;
                let names = self.names(found.rows.iter().map(|visit| (visit.enterprise, visit.agency))).await?;
                let cases: BTreeSet<CaseId> = found.rows.iter().filter_map(|visit| visit.case).collect();
                let numbers: HashMap<CaseId, Name> =
                    store::case::several(db, cases).await?.into_iter().map(|case| (case.id, case.number)).collect();
                let rows = found.rows.into_iter().filter_map(|visit| {
                    let number = visit.case.and_then(|case| numbers.get(&case).cloned());
                    names.record(visit.enterprise, visit.agency, number, RecordState::SiteVisit, visit.at, None)
                });
                Ok(Paged { rows: rows.collect(), total: found.total })
            }
        }
    }

    async fn names(&self, of: impl Iterator<Item = (EnterpriseId, AgencyId)>) -> Result<Names> {
        let enterprises = self.0.enterprise_names(of.map(|(enterprise, _)| enterprise)).await?;
        let agencies = store::agency::all(self.0.store().read()).await?.into_iter().map(|a| (a.id, a.name)).collect();
        Ok(Names { enterprises, agencies })
    }
}

struct Names {
    enterprises: HashMap<EnterpriseId, Name>,
    agencies: HashMap<AgencyId, Name>,
}

impl Names {
    fn record(
        &self,
        enterprise: EnterpriseId,
        agency: AgencyId,
        number: Option<Name>,
        state: RecordState,
        at: Timestamp,
        settled: Option<Timestamp>,
    ) -> Option<Record> {
        let (enterprise, agency) = (self.enterprises.get(&enterprise)?.clone(), self.agencies.get(&agency)?.clone());
        Some(Record { number, enterprise, agency, state, at, settled })
    }
}

fn settled_case(case: &Case) -> Option<Timestamp> {
    match &case.state {
        domain::case::CaseState::ConvertedOnSite { at, .. } => Some(*at),
        _ => case.decision().map(|decision| decision.at),
    }
}

fn settled_finding(finding: &Finding) -> Option<Timestamp> {
    use domain::finding::FindingState as S;
    match &finding.state {
        S::Verified { at, .. } | S::Transferred { at, .. } => Some(*at),
        _ => None,
    }
}

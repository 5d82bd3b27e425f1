//! Issued documents: numbering, freezing, verifying.

use std::collections::{HashMap, HashSet};

use domain::{
    actor::Actor,
    document::{Document, DocumentBody, DocumentKind, DocumentNumber, NamedOfficer, VerifyCode},
    dossier::Dossier,
    evidence::Evidence,
    ids::{AccountId, AgencyId, CaseId, Digest, DocumentId, EnterpriseId},
    policy::Action,
    text::Name,
    time::Timestamp,
};
use proof::{Hash, canonical, entry::Fact};
use serde::Serialize;
use serde_json::Value;

use super::evidences::shows;
use crate::{
    Portal,
    account::Account,
    error::{Error, Result},
    store::{self, LogEntry, Page, Paged, Tx},
};

/// The service.
pub struct Documents<'a>(pub(crate) &'a Portal);

/// What a document is to say; number, code and names are added at issue.
pub(crate) struct Draft {
    pub(crate) kind: DocumentKind,
    pub(crate) agency: AgencyId,
    pub(crate) enterprise: EnterpriseId,
    pub(crate) case: Option<(CaseId, Name)>,
    pub(crate) officers: Vec<AccountId>,
    pub(crate) body: DocumentBody,
}

/// A document with the files that show its findings.
#[derive(Clone, Debug)]
pub struct DocumentView {
    /// The document.
    pub document: Document,
    /// The files, as far as the reader may see them.
    pub evidence: Vec<Evidence>,
    /// What is known of their bytes.
    pub known: HashMap<Digest, Dossier>,
}

/// What anybody may know of a document: that it is authentic, what it is, who
/// issued it, and when. Nothing of the receiver but the beginning of the name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicDocument {
    /// What it is.
    pub kind: DocumentKind,
    /// Its number.
    pub number: DocumentNumber,
    /// Who issued it.
    pub agency: Name,
    /// The number to call.
    pub phone: Name,
    /// When.
    pub issued_at: Timestamp,
    /// The receiver, masked.
    pub receiver: String,
    /// The officers' certificate numbers, masked.
    pub certificates: Vec<String>,
    /// The number of the document that this one corrects.
    pub corrects: Option<DocumentNumber>,
}

/// The bytes of a document whose digest the log has (RFC 8785).
///
/// # Errors
/// [`Error::Impossible`] for what no document says.
fn canonical_bytes(document: &impl Serialize) -> Result<Vec<u8>> {
    canonical::write(document).map_err(|error| Error::Impossible(error.to_string()))
}

impl Documents<'_> {
    /// Issues a document inside a use case.
    pub(crate) async fn issue(&self, tx: &mut Tx, draft: Draft) -> Result<Document> {
        let portal = self.0;
        let now = portal.now();
        let agency = store::agency::get(tx.db(), draft.agency).await?.ok_or(Error::NotFound)?;
        let enterprise = store::enterprise::get(tx.db(), draft.enterprise).await?.ok_or(Error::NotFound)?;
        let year = now.date().year();
        let serial = tx.next_number(&format!("document/{}/{}/{year}", agency.id, draft.kind.mark())).await?;
        let accounts = store::account::several(tx.db(), draft.officers.iter().copied()).await?;
        // In the order given: the proposer first.
        let officers = draft.officers.iter().filter_map(|id| accounts.iter().find(|account| account.id == *id));
        let (case, case_number) = draft.case.unzip();
        let document = Document {
            id: DocumentId(portal.new_id()),
            kind: draft.kind,
            number: DocumentNumber::new(&agency.document_mark, draft.kind, year, serial),
            code: VerifyCode::from_random(rand::random()),
            agency: agency.id,
            agency_name: agency.name,
            agency_phone: agency.phone,
            enterprise: enterprise.id,
            enterprise_name: enterprise.name,
            credit_code: enterprise.credit_code,
            case,
            case_number,
            officers: officers.filter_map(named).collect(),
            issued_at: now,
            corrects: None,
            body: draft.body,
        };
        tx.insert(&document).await?;
        let fact = Fact::Issued { document: document.id.to_string(), sha256: Hash::of(canonical_bytes(&document)?) };
        tx.log(match case {
            Some(case) => LogEntry::of_case(now, case, fact),
            None => LogEntry::of_nothing(now, fact),
        });
        tx.audit(
            portal
                .own_event("document.issue", "document", document.id)
                .with(serde_json::json!({ "number": document.number, "kind": document.kind, "case": case })),
        );
        Ok(document)
    }

    /// One document, with the files that show its findings.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Denied`].
    pub async fn get(&self, actor: &Actor, id: DocumentId) -> Result<DocumentView> {
        let document = store::document::get(self.0.store().read(), id).await?.ok_or(Error::NotFound)?;
        self.0.permit(actor, Action::SeeDocument, &document).await?;
        let evidence = self.shown(actor, &document).await?;
        let known = self.0.examinations().of(&evidence).await?;
        Ok(DocumentView { document, evidence, known })
    }

    /// The files that show the findings of a document; none for whoever may read the
    /// document and not its case.
    async fn shown(&self, actor: &Actor, document: &Document) -> Result<Vec<Evidence>> {
        let db = self.0.store().read();
        let wanted: HashSet<Digest> =
            document.body.findings().iter().flat_map(|finding| finding.shown_by.iter().copied()).collect();
        let Some(id) = document.case.filter(|_| !wanted.is_empty()) else { return Ok(Vec::new()) };
        let case = store::case::get(db, id).await?.ok_or(Error::NotFound)?;
        match self.0.permit(actor, Action::SeeCase, &case).await {
            Ok(()) => {}
            Err(Error::Denied(_)) => return Ok(Vec::new()),
            Err(error) => return Err(error),
        }
        let mut files = store::evidence::of_case(db, id).await?;
        files.retain(|file| wanted.contains(&file.digest) && shows(actor, file));
        Ok(files)
    }

    /// What was issued in a case, the oldest first.
    ///
    /// # Errors
    /// [`Error::Denied`].
    pub async fn of_case(&self, actor: &Actor, case: CaseId) -> Result<Vec<Document>> {
        let documents = store::document::of_case(self.0.store().read(), case).await?;
        for document in &documents {
            self.0.permit(actor, Action::SeeDocument, document).await?;
        }
        Ok(documents)
    }

    /// The canonical bytes of a case's documents, as they were issued.
    pub(super) async fn issued(&self, case: CaseId) -> Result<HashMap<DocumentId, Vec<u8>>> {
        let bodies = store::document::bodies_of_case(self.0.store().read(), case).await?;
        let canonical = |(id, body): (DocumentId, String)| {
            let body: Value = serde_json::from_str(&body).map_err(|error| Error::Impossible(error.to_string()))?;
            Ok((id, canonical_bytes(&body)?))
        };
        bodies.into_iter().map(canonical).collect()
    }

    /// The documents within the actor's reach, the latest first.
    ///
    /// # Errors
    /// [`Error::Denied`].
    pub async fn list(&self, actor: &Actor, page: Page) -> Result<Paged<Document>> {
        let db = self.0.store().read();
        if let Some(enterprise) = actor.enterprise() {
            self.0.permit_any(actor, Action::SeeDocument)?;
            return Ok(store::document::of_enterprise(db, enterprise, page).await?);
        }
        let agencies = self.0.agencies_within_reach(actor, Action::SeeDocument).await?;
        Ok(store::document::of_agency(db, agencies, page).await?)
    }

    /// What anybody may know of the document with this code; `None` when there
    /// is none. Needs no account.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn verify(&self, code: &VerifyCode) -> Result<Option<PublicDocument>> {
        let document = store::document::by_code(self.0.store().read(), code).await?;
        Ok(document.map(|document| PublicDocument {
            kind: document.kind,
            number: document.number,
            agency: document.agency_name,
            phone: document.agency_phone,
            issued_at: document.issued_at,
            receiver: mask(document.enterprise_name.as_str(), 2, 2),
            certificates: document.officers.iter().map(|officer| mask(officer.certificate.as_str(), 4, 2)).collect(),
            corrects: document.corrects,
        }))
    }
}

fn named(account: &Account) -> Option<NamedOfficer> {
    let certificate = account.certificate.as_ref()?;
    Some(NamedOfficer { name: account.name.clone(), certificate: certificate.number.clone() })
}

/// Keeps some characters at both ends and hides the rest.
fn mask(text: &str, head: usize, tail: usize) -> String {
    let chars: Vec<char> = text.chars().collect();
    if chars.len() <= head + tail {
        return chars.iter().take(1).chain(std::iter::repeat_n(&'*', chars.len().saturating_sub(1))).collect();
    }
    let hidden = chars.len() - head - tail;
    let stars = std::iter::repeat_n('*', hidden.min(6));
    chars[..head].iter().copied().chain(stars).chain(chars[chars.len() - tail..].iter().copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::mask;

    #[test]
    fn a_masked_name_shows_only_its_ends() {
        assert_eq!(mask("长春市南关区老味道饺子馆", 2, 2), "长春******子馆");
        assert_eq!(mask("饺子馆", 2, 2), "饺**");
        assert_eq!(mask("", 2, 2), "");
    }
}

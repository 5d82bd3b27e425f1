//! Every address of the portal. Pages, forms, redirects and mails use these and
//! never write an address themselves.

use domain::ids::{
    AccountId, CaseId, DocumentId, EnrolmentId, EnterpriseId, EvidenceId, FindingId, ItemId, LedgerEntryId, LineId,
};

macro_rules! fixed {
    ($($(#[$doc:meta])* $name:ident = $path:literal;)+) => {$($(#[$doc])* pub const $name: &str = $path;)+};
}

macro_rules! with_id {
    ($($(#[$doc:meta])* $name:ident($($arg:ident: $ty:ty),+) = $path:literal;)+) => {
        $($(#[$doc])* pub fn $name($($arg: $ty),+) -> String { format!($path) })+
    };
}

fixed! {
    /// Home.
    HOME = "/";
    /// The published list of inspection items.
    ITEMS = "/items";
    /// Where anybody verifies a document by its code.
    VERIFY = "/verify";
    /// Where anybody checks a bundle or a receipt, in the browser.
    VERIFY_BUNDLE = "/verify/bundle";
    /// The log of evidence, for everybody.
    LOG = "/log";
    /// Help.
    HELP = "/help";
    /// The accessibility statement.
    ACCESSIBILITY = "/accessibility";
    /// Login.
    LOGIN = "/login";
    /// Logout (POST).
    LOGOUT = "/logout";
    /// Registration of an enterprise.
    REGISTER = "/register";
    /// The own account: sessions, password.
    ACCOUNT = "/account";
    /// A new password.
    ACCOUNT_PASSWORD = "/account/password";
    /// Language and 关怀版 (POST).
    PREFERENCES = "/preferences";
    /// 我的待办.
    TODO = "/todo";
    /// The own enterprise.
    ENTERPRISE = "/enterprise";
    /// Correcting the own registration.
    ENTERPRISE_EDIT = "/enterprise/edit";
    /// Adding an operator.
    ENTERPRISE_OPERATOR = "/enterprise/operator";
    /// The own applications.
    ENROLMENTS = "/enrolments";
    /// A new application.
    NEW_ENROLMENT = "/enrolments/new";
    /// The own cases.
    CASES = "/cases";
    /// The own findings.
    FINDINGS = "/findings";
    /// The own documents.
    DOCUMENTS = "/documents";
    /// The officers' queue.
    REVIEW = "/review";
    /// Applications to decide.
    REVIEW_ENROLMENTS = "/review/enrolments";
    /// Registrations to confirm.
    REVIEW_REGISTRATIONS = "/review/registrations";
    /// Rectifications to verify.
    REVIEW_FINDINGS = "/review/findings";
    /// 首违登记台账.
    FIRST_VIOLATIONS = "/first-violations";
    /// The agency's items, drafts included.
    AGENCY_ITEMS = "/agency/items";
    /// The draft of a new item.
    AGENCY_ITEM_NEW = "/agency/items/new";
    /// Visits that are due, and visits that took place.
    AGENCY_VISITS = "/agency/visits";
    /// Putting a visit on the plan.
    AGENCY_VISIT_PLAN = "/agency/visits/plan";
    /// Recording a visit that took place.
    AGENCY_VISIT_RECORD = "/agency/visits/record";
    /// The numbers.
    DASHBOARD = "/dashboard";
    /// The records behind a number of remote supervision.
    DASHBOARD_RECORDS = "/dashboard/records";
    /// The ledger of visits avoided.
    LEDGER = "/ledger";
    /// The ledger as CSV.
    LEDGER_CSV = "/ledger.csv";
    /// Every key that ever signed the log of evidence.
    LOG_KEYS = "/api/v1/log/keys";
    /// What of the log was signed last.
    LOG_CHECKPOINT = "/api/v1/log/checkpoint";
    /// That the log only grew.
    LOG_CONSISTENCY = "/api/v1/log/consistency";
    /// The ledger as a spreadsheet.
    LEDGER_XLSX = "/ledger.xlsx";
    /// Accounts.
    ADMIN_ACCOUNTS = "/admin/accounts";
    /// A new account.
    ADMIN_ACCOUNT_NEW = "/admin/accounts/new";
    /// Working days.
    ADMIN_CALENDAR = "/admin/calendar";
    /// The audit trail.
    AUDIT = "/audit";
    /// Whether the process lives.
    HEALTHZ = "/healthz";
    /// Whether the process can serve.
    READYZ = "/readyz";
    /// All components in all states (debug builds only).
    GALLERY = "/gallery";
}

with_id! {
    /// One item of the list.
    item(id: ItemId) = "/items/{id}";
    /// What a code stands for.
    verify(code: &str) = "/verify/{code}";
    /// One application.
    enrolment(id: EnrolmentId) = "/enrolments/{id}";
    /// One case, as its enterprise sees it: the task list.
    case(id: CaseId) = "/cases/{id}";
    /// One line of a case.
    case_line(id: CaseId, line: LineId) = "/cases/{id}/lines/{line}";
    /// The camera for a line of a case.
    case_camera(id: CaseId, line: LineId) = "/cases/{id}/lines/{line}/camera";
    /// Check your answers before sending.
    case_check(id: CaseId) = "/cases/{id}/check";
    /// Confirmation after sending.
    case_sent(id: CaseId) = "/cases/{id}/sent";
    /// One finding, as its enterprise sees it.
    finding(id: FindingId) = "/findings/{id}";
    /// The camera for what was put right.
    finding_camera(id: FindingId) = "/findings/{id}/camera";
    /// One document (print view).
    document(id: DocumentId) = "/documents/{id}";
    /// The original bytes of a file.
    evidence(id: EvidenceId) = "/evidence/{id}";
    /// A form that was made of a file: `view`, `thumbnail`, `poster`, `film`, `page-1`.
    derived(id: EvidenceId, form: &str) = "/evidence/{id}/{form}";
    /// Its receipt, to print.
    receipt(id: EvidenceId) = "/evidence/{id}/receipt";
    /// Its receipt as a file that programs check.
    receipt_file(id: &str) = "/api/v1/evidence/{id}/receipt.json";
    /// A whole case to take along.
    case_bundle(id: &str) = "/api/v1/cases/{id}/bundle.zip";
    /// Where files for a line are sent (POST).
    upload_case(case: CaseId, line: LineId) = "/upload/case/{case}/{line}";
    /// Where files that show the state before a rectification are sent (POST).
    upload_before(finding: FindingId) = "/upload/finding/{finding}/before";
    /// Where files that show the state after a rectification are sent (POST).
    upload_after(finding: FindingId) = "/upload/finding/{finding}/after";
    /// One case on the officer's desk.
    review_case(id: CaseId) = "/review/{id}";
    /// The same, with a line open.
    review_line(id: CaseId, line: LineId) = "/review/{id}?line={line}";
    /// Proposing and confirming the outcome.
    review_outcome(id: CaseId) = "/review/{id}/outcome";
    /// An application to decide.
    review_enrolment(id: EnrolmentId) = "/review/enrolments/{id}";
    /// A registration to confirm.
    review_registration(id: EnterpriseId) = "/review/registrations/{id}";
    /// A rectification to verify.
    review_finding(id: FindingId) = "/review/findings/{id}";
    /// One of the agency's items.
    agency_item(id: ItemId) = "/agency/items/{id}";
    /// The draft of its next version.
    agency_item_edit(id: ItemId) = "/agency/items/{id}/edit";
    /// One entry of the ledger.
    ledger_entry(id: LedgerEntryId) = "/ledger/{id}";
    /// One account.
    admin_account(id: AccountId) = "/admin/accounts/{id}";
}

/// An example picture of a checklist.
pub fn example(key: &str) -> String {
    format!("/examples/{}.svg", encode(key))
}

/// Login, and back to `next` afterwards.
pub fn login_then(next: &str) -> String {
    format!("{LOGIN}?next={}", encode(next))
}

/// `path` with a query of these pairs; empty values are left out.
pub fn with_query(path: &str, pairs: &[(&str, &str)]) -> String {
    let query: Vec<String> = pairs
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
        .collect();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) }
}

/// Percent-encodes everything but the unreserved characters of RFC 3986 and `/`.
fn encode(text: &str) -> String {
    use std::fmt::Write;
    text.bytes().fold(String::with_capacity(text.len()), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

/// Only a path of our own may be a `next`: no host, no scheme, no `//`.
pub fn safe_next(next: &str) -> &str {
    let own = next.starts_with('/') && !next.starts_with("//") && !next.contains('\\');
    // A Location header takes nothing but visible ASCII; our own addresses are encoded.
    let own = own && next.bytes().all(|byte| byte.is_ascii_graphic());
    if own { next } else { HOME }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_own_paths_are_followed() {
        assert_eq!(safe_next("/cases?a=1"), "/cases?a=1");
        for bad in ["https://x.example", "//x.example", "/\\x.example", "/a\nb", "/清单", "cases", ""] {
            assert_eq!(safe_next(bad), HOME);
        }
    }

    #[test]
    fn queries_are_encoded_and_empty_ones_left_out() {
        assert_eq!(with_query("/items", &[("q", "消防 a"), ("x", "")]), "/items?q=%E6%B6%88%E9%98%B2%20a");
        assert_eq!(with_query("/items", &[("q", "")]), "/items");
    }
}

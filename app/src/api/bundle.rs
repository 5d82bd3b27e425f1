//! The pages for people inside a bundle: plain HTML that needs nothing around it.

use domain::{document::Document, time::Timestamp};
use html_escape::{encode_double_quoted_attribute, encode_text};
use portal::services::bundles::{Contents, LEAVES, Pages, document_path, stamp_path};

use crate::{
    format,
    pages::documents::document_alone,
    routes,
    wording::{Lang, Wording},
};

const STYLE: &str = "body{max-width:60rem;margin:2rem auto;padding:0 1rem;font:16px/1.7 system-ui,sans-serif}\
    table{border-collapse:collapse;width:100%}th,td{padding:.4rem .6rem;border:1px solid #bbb;text-align:start;vertical-align:top}\
    .files td:last-child,.files th:last-child{white-space:nowrap}\
    code,pre{font-size:.85em;white-space:pre-wrap}h1,code,pre{overflow-wrap:anywhere}\
    @media(max-width:40rem){.files,.files tbody,.files tr,.files td{display:block}.files tr:first-child{display:none}\
    .files tr{margin-bottom:1rem;border:1px solid #bbb}.files td{border:0;overflow-wrap:anywhere}}";

/// A document looks as it does in the portal.
const SHEET: &str = concat!(
    include_str!("../../../style/tokens.css"),
    include_str!("../../../style/reset.css"),
    include_str!("../../../style/sheet.css"),
    "body{margin:1rem}"
);

/// All pages of a bundle; `portal` is the address of the portal.
pub fn pages(w: Wording, portal: &str, contents: &Contents) -> Pages {
    Pages {
        index: index(w, portal, contents),
        documents: contents.documents.iter().map(|document| sheet(portal, document)).collect(),
    }
}

/// A document as it stands on paper. It is Chinese, whatever the pages around it are.
fn sheet(portal: &str, document: &Document) -> String {
    let title = format!("{} {}", Wording(Lang::Zh).document_kind(document.kind), document.number);
    format!(
        "<!doctype html><html lang=\"{}\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>{}</title><style>{SHEET}</style>{}</html>\n",
        Lang::Zh.code(),
        encode_text(&title),
        document_alone(portal, document),
    )
}

/// `index.html` of a bundle; `portal` is the address of the portal.
fn index(w: Wording, portal: &str, contents: &Contents) -> String {
    let title = w.bundle_index_title(&contents.number);
    let files = contents.files.iter().zip(&contents.listed).map(|(file, listed)| {
        let (href, name) = (encode_double_quoted_attribute(&listed.path), encode_text(&listed.name));
        let (at, size) = (format::moment(w.0, file.received_at), format::size(file.size));
        let receipt = format!("proof/receipts/{}.json", listed.evidence);
        format!(
            "<tr><td><a href=\"{href}\">{name}</a><br>{size}</td><td>{at}</td><td><code>{}</code></td>\
             <td><a href=\"{receipt}\">{}</a></td></tr>",
            listed.sha256,
            w.receipt_link(),
        )
    });
    let files: String = files.collect();
    let documents = contents.documents.iter().map(|document| {
        let number = document.number.to_string();
        let address = format!("{portal}{}", routes::verify(&document.code.compact()));
        format!(
            "<li><a href=\"{}\">{} {}</a> <a href=\"{}\">{}</a></li>",
            document_path(document, "html"),
            encode_text(w.document_kind(document.kind)),
            encode_text(&number),
            encode_double_quoted_attribute(&address),
            w.document_verify(),
        )
    });
    let documents: String = documents.collect();
    let documents = if documents.is_empty() {
        format!("<p>{}</p>", w.bundle_index_none())
    } else {
        format!("<ul>{documents}</ul>")
    };
    let withheld = match contents.withheld {
        0 => String::new(),
        count => format!("<p>{}</p>", w.bundle_index_withheld(count)),
    };
    let stamps = contents.stamps.iter().map(|(held, _)| {
        let at = format::exact(Timestamp(held.stamp.at.saturating_mul(1000)));
        let says = w.receipt_stamp_says(&at, &held.authority, held.size);
        format!("<li><a href=\"{}\">{}</a></li>", stamp_path(held.size, "tsr"), encode_text(&says))
    });
    let stamps: String = stamps.collect();
    let stamps =
        if stamps.is_empty() { format!("<p>{}</p>", w.receipt_stamp_none()) } else { format!("<ul>{stamps}</ul>") };
    let record = record(w, portal, contents);
    let page = format!("{portal}{}", routes::VERIFY_BUNDLE);
    let keys = format!("{portal}{}", routes::LOG_KEYS);
    format!(
        "<!doctype html><html lang=\"{lang}\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>{title}</title><style>{STYLE}</style><h1>{title}</h1><p>{about}</p>\
         <h2>{files_title}</h2><table class=\"files\"><tr><th>{file}</th><th>{received}</th><th>SHA-256</th><th>{receipt}</th></tr>{files}</table>{withheld}\
         <h2>{documents_title}</h2>{documents}\
         <h2>{check}</h2><p>{check_all}</p><pre>wugan verify bundle.zip --keys keys.json</pre>\
         <p>{check_sums}</p><pre>sha256sum -c proof/SHA256SUMS</pre><p>{check_page}<code>{page}</code></p><p>{check_keys}<code>{keys}</code></p>\
         <h2>{stamps_title}</h2>{stamps}{record}</html>\n",
        lang = w.0.code(),
        about = w.bundle_index_about(),
        files_title = w.bundle_index_files(),
        file = w.receipt_file(),
        received = w.bundle_index_received(),
        receipt = w.receipt_link(),
        documents_title = w.bundle_index_documents(),
        check = w.bundle_index_check(),
        check_all = w.bundle_index_check_all(),
        check_sums = w.bundle_index_check_sums(),
        check_keys = w.bundle_index_check_keys(),
        check_page = w.bundle_index_page(),
        page = encode_text(&page),
        stamps_title = w.bundle_index_stamps(),
        keys = encode_text(&keys),
    )
}

/// What a court asks about the system that kept the files.
fn record(w: Wording, portal: &str, contents: &Contents) -> String {
    let row = |title: &str, text: &str| format!("<tr><th>{title}</th><td>{text}</td></tr>");
    let entries = format!("{} <code>{LEAVES}</code>", w.bundle_index_log_is(contents.leaves.len()));
    let rows = [
        row(w.bundle_index_system(), &w.bundle_index_system_is(env!("CARGO_PKG_VERSION"))),
        row(w.bundle_index_address(), &encode_text(portal)),
        row(w.bundle_index_log(), &entries),
        row(w.bundle_index_method(), w.bundle_index_method_is()),
    ];
    format!("<h2>{}</h2><table>{}</table><p>{}</p>", w.bundle_index_record(), rows.concat(), w.bundle_index_neutral())
}

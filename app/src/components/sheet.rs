//! A document as it stands on paper (A4).

use leptos::prelude::*;

use super::words::Maybe;
use crate::{
    context::wording,
    wording::{Lang, Wording},
};

/// The sheet: head, title, number, body, foot. Looks the same on screen and on
/// paper, and needs no colour.
#[component]
pub fn DocumentSheet(
    /// The issuer's full name.
    #[prop(into)]
    agency: String,
    /// "检查结果告知书".
    #[prop(into)]
    title: String,
    /// 长市监整指〔2026〕12号.
    #[prop(into)]
    number: String,
    /// Whom it is for, with their code.
    #[prop(into)]
    receiver: String,
    /// Name and certificate of each officer.
    #[prop(optional)]
    officers: Vec<String>,
    /// The day it was issued, in words.
    #[prop(into)]
    issued: String,
    /// The code by which anybody can verify it, in groups.
    #[prop(into)]
    code: String,
    /// The whole address that the QR code leads to.
    #[prop(into)]
    verify_address: String,
    /// The issuer's telephone number.
    #[prop(into)]
    phone: String,
    /// The document it corrects.
    #[prop(into, optional)]
    corrects: Maybe,
    /// Paragraphs and [`SheetSection`]s.
    children: Children,
) -> impl IntoView {
    // A document is Chinese, whatever the page around it is.
    let w = Wording(Lang::Zh);
    let officers = (!officers.is_empty()).then(|| view! { <p>{w.officers()}{w.list(&officers)}</p> });
    view! {
        <article class="sheet" lang="zh-Hans-CN">
            <header class="sheet-head">
                <p class="sheet-agency">{agency.clone()}</p>
                <h2 class="sheet-title">{title}</h2>
                <p class="sheet-number">{number}</p>
            </header>
            {corrects.0.map(|number| view! { <p class="sheet-corrects">{w.corrects(&number)}</p> })}
            <p class="sheet-receiver">{receiver}"："</p>
            <div class="sheet-body">{children()}</div>
            <div class="sheet-signature">
                {officers}
                <p>{agency}</p>
                <p>{issued}</p>
            </div>
            <footer class="sheet-foot">
                <QrCode text=verify_address.clone()/>
                <div>
                    <p>{w.verify_code_label()}<strong class="sheet-code">{code}</strong></p>
                    <p class="sheet-address">{verify_address}</p>
                    <p>{w.sheet_phone(&phone)}</p>
                    <p>{w.sheet_seal_note()}</p>
                </div>
            </footer>
        </article>
    }
}

/// A part of a document with a heading: 一、发现的问题.
#[component]
pub fn SheetSection(
    /// The heading.
    #[prop(into)]
    title: String,
    /// Paragraphs and lists.
    children: Children,
) -> impl IntoView {
    view! {
        <section class="sheet-section">
            <h3>{title}</h3>
            {children()}
        </section>
    }
}

/// A QR code of a text, black on white; nothing when the text is too long for one.
#[component]
pub fn QrCode(
    /// The text: an address.
    #[prop(into)]
    text: String,
) -> impl IntoView {
    use std::fmt::Write;
    let code = qrcode::QrCode::with_error_correction_level(text.as_bytes(), qrcode::EcLevel::M).ok()?;
    let width = code.width();
    let mut path = String::new();
    for (index, colour) in code.to_colors().into_iter().enumerate() {
        if colour == qrcode::Color::Dark {
            let _ = write!(path, "M{} {}h1v1h-1z", index % width + 4, index / width + 4);
        }
    }
    let box_ = format!("0 0 {0} {0}", width + 8);
    Some(view! {
        <svg class="qr" viewBox=box_ role="img" aria-label=wording().qr_label() shape-rendering="crispEdges">
            <path d=path></path>
        </svg>
    })
}

//! Uploaded files.

use domain::{
    ids::{ByteCount, Digest},
    item::EvidenceKind,
};
use leptos::prelude::*;

use super::{
    badge::{Kind, StateBadge},
    icon::{Icon, IconName},
    words::Maybe,
};
use crate::{context::wording, format};

/// A row of [`FileTile`]s.
#[component]
pub fn FileGrid(
    /// Tiles.
    children: Children,
) -> impl IntoView {
    view! { <ul class="files">{children()}</ul> }
}

/// One file: what one sees, its name, its size, its state.
#[component]
pub fn FileTile(
    /// What its sender called it.
    #[prop(into)]
    name: String,
    /// What it is.
    kind: EvidenceKind,
    /// How large it is.
    size: ByteCount,
    /// Where it can be seen whole.
    #[prop(into, optional)]
    href: Maybe,
    /// The address of a small picture of it.
    #[prop(into, optional)]
    thumb: Maybe,
    /// How far it is.
    #[prop(into, default = Kind::Done)]
    state: Kind,
    /// How far it is, as a word: "已收到".
    #[prop(into)]
    word: String,
    /// Its digest; the first characters are shown.
    #[prop(optional_no_strip)]
    digest: Option<Digest>,
    /// How it came about, and what else there is to say: a line each.
    #[prop(optional)]
    notes: Vec<String>,
    /// Where its receipt is.
    #[prop(into, optional)]
    receipt: Maybe,
    /// A [`super::PostButton`] that removes it.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let icon = match kind {
        EvidenceKind::Photo => IconName::Photo,
        EvidenceKind::Video => IconName::Video,
        EvidenceKind::Document => IconName::Document,
    };
    let picture = match thumb.0 {
        Some(thumb) => view! { <img src=thumb alt="" loading="lazy" decoding="async"/> }.into_any(),
        None => view! { <Icon name=icon/> }.into_any(),
    };
    let spoken_name = name.clone();
    let title = match href.0 {
        Some(href) => view! { <a class="file-name" href=href>{name}</a> }.into_any(),
        None => view! { <span class="file-name">{name}</span> }.into_any(),
    };
    let receipt = receipt.0.map(|receipt| {
        let spoken = wording().receipt_spoken(&spoken_name);
        view! { " "<a href=receipt aria-label=spoken>{wording().receipt_link()}</a> }
    });
    view! {
        <li class="file">
            <div class="file-picture">{picture}</div>
            <div class="file-text">
                {title}
                <p class="file-facts">{wording().evidence_kind(kind)}" · "{format::size(size)}</p>
                {digest.map(|digest| view! {
                    <p class="file-digest" title=digest.to_string()>
                        "SHA-256 "<code>{digest.to_string().chars().take(12).collect::<String>()}"…"</code>{receipt}
                    </p>
                })}
                <StateBadge kind=state word=word/>
                {notes.into_iter().map(|note| view! { <p class="file-note">{note}</p> }).collect_view()}
            </div>
            {children.map(|children| view! { <div class="file-actions">{children()}</div> })}
        </li>
    }
}

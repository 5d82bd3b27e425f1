//! Icons: drawn on a 20 by 20 grid in the colour of the text beside them.

use leptos::prelude::*;

macro_rules! icons {
    ($($(#[$doc:meta])* $name:ident = $paths:literal;)+) => {
        /// Which icon.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum IconName {$($(#[$doc])* $name),+}

        impl IconName {
            /// Every icon.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            const fn paths(self) -> &'static str {
                match self {$(Self::$name => $paths),+}
            }
        }
    };
}

icons! {
    /// A tick in a circle: done.
    Done = r#"<circle cx="10" cy="10" r="7.25"/><path d="m6.6 10.3 2.4 2.3 4.5-4.9"/>"#;
    /// A clock: waiting for somebody.
    Waiting = r#"<circle cx="10" cy="10" r="7.25"/><path d="M10 5.9V10l2.8 2"/>"#;
    /// A triangle: attention.
    Attention = r#"<path d="M10 3.1 17.6 16.4H2.4z"/><path d="M10 8.2v3.6M10 14v.1"/>"#;
    /// An octagon: a problem.
    Problem = r#"<path d="M6.9 2.8h6.2l4.1 4.1v6.2l-4.1 4.1H6.9l-4.1-4.1V6.9z"/><path d="M10 6.3v4.4M10 13.5v.1"/>"#;
    /// An open circle: nothing yet.
    Neutral = r#"<circle cx="10" cy="10" r="7.25" stroke-dasharray="2.6 2.2"/>"#;
    /// An i in a circle.
    Info = r#"<circle cx="10" cy="10" r="7.25"/><path d="M10 9.2v4.3M10 6.5v.1"/>"#;
    /// To the left.
    Back = r#"<path d="M12.2 4.8 7 10l5.2 5.2"/>"#;
    /// To the right.
    Next = r#"<path d="M7.8 4.8 13 10l-5.2 5.2"/>"#;
    /// Search.
    Search = r#"<circle cx="8.8" cy="8.8" r="5.3"/><path d="m12.8 12.8 4 4"/>"#;
    /// A menu.
    Menu = r#"<path d="M3 5.5h14M3 10h14M3 14.5h14"/>"#;
    /// A photo.
    Photo = r#"<rect x="2.5" y="4" width="15" height="12" rx="1.8"/><circle cx="7" cy="8.3" r="1.5"/><path d="m3 14.6 4.3-3.7 2.9 2.4 3-3.1 4.2 4"/>"#;
    /// A video.
    Video = r#"<rect x="2.5" y="4.5" width="11" height="11" rx="1.8"/><path d="m13.5 9.2 4-2.4v6.4l-4-2.4"/>"#;
    /// A document.
    Document = r#"<path d="M5 2.5h6.5L15.5 6.5v11H5z"/><path d="M11.3 2.8v4h4M7.6 10.5h5.2M7.6 13.6h5.2"/>"#;
    /// A camera: take a picture now.
    Camera = r#"<path d="M2.5 6.6h3.6l1.2-2h5.4l1.2 2h3.6v9.3h-15z"/><circle cx="10" cy="11" r="2.9"/>"#;
    /// Upload.
    Upload = r#"<path d="M10 13V3.6M6.3 7 10 3.4 13.7 7M3.2 12.6v3.9h13.6v-3.9"/>"#;
    /// Download.
    Download = r#"<path d="M10 3.4v9.4M6.3 9.4 10 13l3.7-3.6M3.2 12.6v3.9h13.6v-3.9"/>"#;
    /// A person.
    Person = r#"<circle cx="10" cy="6.8" r="3.3"/><path d="M3.6 17c.6-3.3 3.1-5 6.4-5s5.8 1.7 6.4 5"/>"#;
    /// An enterprise.
    Enterprise = r#"<path d="M3.5 17V5.2L11 2.8V17M11 7.6l5.5 1.6V17M2.3 17h15.4M6 7.6h2.3M6 10.6h2.3M6 13.6h2.3M13.5 11.5h.6M13.5 14.2h.6"/>"#;
    /// A checklist.
    List = r#"<path d="m2.9 5.3 1.2 1.2 2-2.3M2.9 11l1.2 1.2 2-2.3M3.6 15.8h2M9 5.6h8M9 10.8h8M9 15.8h8"/>"#;
    /// A code to scan.
    Code = r#"<path d="M3 3h5v5H3zM12 3h5v5h-5zM3 12h5v5H3zM12 12h2v2h-2zM15.2 15.2H17V17h-1.8zM5.4 5.4h.2M14.4 5.4h.2M5.4 14.4h.2"/>"#;
    /// A shield: protected, authentic.
    Shield = r#"<path d="M10 2.6 16 4.8v4.7c0 3.9-2.6 6.5-6 7.9-3.4-1.4-6-4-6-7.9V4.8z"/><path d="m7.2 9.9 2 1.9 3.6-3.9"/>"#;
    /// A telephone.
    Phone = r#"<path d="M4.2 3h3l1.2 3.6-1.8 1.3a9.8 9.8 0 0 0 5.5 5.5l1.3-1.8 3.6 1.2v3c0 .7-.5 1.2-1.2 1.2C9.200 17 3 10.800 3 4.200 3 3.500 3.500 3 4.200 3z"/>"#;
    /// A printer.
    Print = r#"<path d="M5.500 7V3h9v4M5.500 14H3V7.200h14V14h-2.500M5.500 11.500h9V17h-9z"/>"#;
    /// Remove.
    Remove = r#"<path d="M3.500 5.500h13M8 5.300V3.300h4v2M5.300 5.500l.8 11.200h7.800l.8-11.200M8.500 8.500v5M11.500 8.500v5"/>"#;
    /// A globe: language.
    Language = r#"<circle cx="10" cy="10" r="7.25"/><path d="M2.900 10h14.200M10 2.800c2.400 2.200 3.300 4.500 3.300 7.200s-.9 5-3.300 7.200c-2.400-2.200-3.300-4.500-3.300-7.200S7.600 5 10 2.800z"/>"#;
}

/// An icon that says nothing by itself: a word always stands beside it.
#[component]
pub fn Icon(
    /// Which.
    name: IconName,
) -> impl IntoView {
    view! { <svg class="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false" inner_html=name.paths()></svg> }
}

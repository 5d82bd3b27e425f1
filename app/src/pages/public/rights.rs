//! What enterprises may refuse and what inspectors must not do (十二条措施,
//! 国办发〔2024〕54号), for every page that speaks of a visit.

use leptos::prelude::*;

use crate::context::wording;

/// The four grounds for refusing, the five bans, and where to complain.
#[component]
pub fn Rights(
    /// The level of its headings: 2 or 3.
    #[prop(default = 3)]
    level: u8,
) -> impl IntoView {
    let w = wording();
    let heading = |text: &'static str| {
        if level == 2 { view! { <h2>{text}</h2> }.into_any() } else { view! { <h3>{text}</h3> }.into_any() }
    };
    let grounds = [w.rights_refuse_1(), w.rights_refuse_2(), w.rights_refuse_3(), w.rights_refuse_4()];
    let bans = [
        (w.rights_ban_1(), w.rights_ban_1_about()),
        (w.rights_ban_2(), w.rights_ban_2_about()),
        (w.rights_ban_3(), w.rights_ban_3_about()),
        (w.rights_ban_4(), w.rights_ban_4_about()),
        (w.rights_ban_5(), w.rights_ban_5_about()),
    ];
    view! {
        <div class="prose">
            {heading(w.rights_refuse())}
            <ol>{grounds.into_iter().map(|ground| view! { <li>{ground}</li> }).collect_view()}</ol>
            {heading(w.rights_bans())}
            <ol>
                {bans.into_iter().map(|(ban, about)| view! {
                    <li><strong>{ban}</strong><br/>{about}</li>
                }).collect_view()}
            </ol>
            <p>{w.rights_who()}</p>
            <p>{w.rights_complain()}</p>
            <p class="field-hint">{w.rights_source()}</p>
        </div>
    }
}

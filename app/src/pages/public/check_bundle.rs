//! Checking bundles and receipts where they are: the page around the module `verifier`.

use leptos::prelude::*;

use crate::{components::*, context::wording, routes};

/// The route's view.
#[component]
pub fn CheckBundle() -> impl IntoView {
    let w = wording();
    let command = |text: &'static str| view! { <pre class="command"><code>{text}</code></pre> };
    view! {
        <Page title=w.check_bundle_page() lead=w.check_bundle_lead() back=routes::VERIFY back_label=w.verify_page()>
            <div class="card verifier" id="verifier" hidden=true data-words=w.verifier_words()>
                <label class="field-label" for="verifier-files">{w.check_bundle_choose()}</label>
                <p class="field-hint" id="verifier-hint">{w.check_bundle_hint()}</p>
                <input type="file" class="input input-file" id="verifier-files" multiple=true aria-describedby="verifier-hint"/>
                <progress id="verifier-progress" max="1" value="0" hidden=true aria-label=w.check_bundle_progress()></progress>
                <div id="verifier-result" class="verifier-result" role="status"></div>
            </div>
            <noscript><Notice title=w.check_bundle_no_scripts()/></noscript>
            <Group title=w.check_bundle_means()>
                <ul>
                    <li>{w.check_bundle_means_1()}</li>
                    <li>{w.check_bundle_means_2()}</li>
                    <li>{w.check_bundle_means_3()}</li>
                </ul>
            </Group>
            <Group title=w.check_bundle_without()>
                <p>{w.check_bundle_without_all()}<a href=routes::LOG_KEYS download="keys.json">"keys.json"</a></p>
                {command("wugan verify bundle.zip --keys keys.json")}
                <p>{w.check_bundle_without_bag()}</p>
                {command("bagit.py --validate .")}
                <p>{w.check_bundle_without_sums()}</p>
                {command("sha256sum -c proof/SHA256SUMS")}
                <p>{w.check_bundle_without_stamp()}</p>
                {command("openssl ts -verify -data SIZE.txt -in SIZE.tsr -CAfile CA.pem -attime TIME")}
            </Group>
            <script src="/pkg/verifier.js" defer=true></script>
        </Page>
    }
}

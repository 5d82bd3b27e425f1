//! The side that shows.

use std::{cell::RefCell, collections::HashMap, rc::Rc};

use js_sys::{Array, Date};
use proof::bundle::{Absent, AbsentKind, Fault, Report, Trust};
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{
    Document, DragEvent, Element, File, FileList, HtmlInputElement, HtmlProgressElement, MessageEvent, Worker,
};

use crate::{
    listen,
    message::{Checked, Kept, News},
};

/// Where the page wants it, with its words.
const ROOT: &str = "verifier";
/// The module, which is its own worker too.
const WORKER: &str = "/pkg/verifier.js";
/// Beijing's clock is ahead by so many milliseconds.
const BEIJING_MS: f64 = 8.0 * 3_600_000.0;

/// What the page says, by name.
type Words = HashMap<String, String>;

struct Page {
    document: Document,
    root: Element,
    words: Words,
    progress: HtmlProgressElement,
    result: Element,
    worker: RefCell<Option<Worker>>,
    /// A receipt that was chosen alone; the file may follow.
    receipt: RefCell<Option<File>>,
}

/// Shows the form and waits for files. A page without a place for it stays as it is.
pub(crate) fn start() {
    let Some(page) = Page::find().map(Rc::new) else { return };
    let _ = page.root.remove_attribute("hidden");
    let Some(input) = page.part("verifier-files").and_then(|part| part.dyn_into::<HtmlInputElement>().ok()) else {
        return;
    };
    let (chosen, shown) = (input.clone(), page.clone());
    listen(&input, "change", move |_| {
        shown.take(chosen.files());
        // The same file may be chosen again after it was changed.
        chosen.set_value("");
    });
    listen(&page.root, "dragover", |event| event.prevent_default());
    let dropped = page.clone();
    listen(&page.root.clone(), "drop", move |event| {
        event.prevent_default();
        let files = event.dyn_into::<DragEvent>().ok().and_then(|event| event.data_transfer()?.files());
        dropped.take(files);
    });
}

impl Page {
    fn find() -> Option<Self> {
        let document = web_sys::window()?.document()?;
        let root = document.get_element_by_id(ROOT)?;
        let words = serde_json::from_str(&root.get_attribute("data-words")?).ok()?;
        let progress = document.get_element_by_id("verifier-progress")?.dyn_into().ok()?;
        let result = document.get_element_by_id("verifier-result")?;
        let (worker, receipt) = (RefCell::default(), RefCell::default());
        Some(Self { document, root, words, progress, result, worker, receipt })
    }

    fn part(&self, id: &str) -> Option<Element> {
        self.document.get_element_by_id(id)
    }

    fn word(&self, name: &str) -> String {
        self.words.get(name).cloned().unwrap_or_else(|| name.to_owned())
    }

    /// Has chosen files checked; what was being checked is given up.
    fn take(self: &Rc<Self>, files: Option<FileList>) {
        let Some(files) = files.filter(|files| files.length() > 0) else { return };
        let given = Array::new();
        for file in (0..files.length()).filter_map(|at| files.get(at)) {
            given.push(&file);
        }
        let one = (given.length() == 1).then(|| given.get(0).unchecked_into::<File>());
        let alone = [".json", ".zip", ".txt"];
        let is_file_of_receipt = one.as_ref().is_some_and(|file| !alone.iter().any(|ending| is_named(file, ending)));
        match self.receipt.take().filter(|_| is_file_of_receipt) {
            Some(receipt) => {
                given.push(&receipt);
            }
            None => *self.receipt.borrow_mut() = one.filter(|file| is_named(file, ".json")),
        }
        if let Some(before) = self.worker.take() {
            before.terminate();
        }
        self.result.set_text_content(Some(&self.word("reading")));
        self.progress.set_value(0.0);
        let _ = self.progress.remove_attribute("hidden");
        let Ok(worker) = Worker::new(WORKER) else { return self.failed() };
        let (page, to) = (self.clone(), worker.clone());
        listen(&worker, "message", move |event| {
            let text = event.dyn_into::<MessageEvent>().ok().and_then(|event| event.data().as_string());
            match text.and_then(|text| serde_json::from_str(&text).ok()) {
                Some(News::Ready) if to.post_message(&given).is_ok() => {}
                Some(News::Ready) | None => page.failed(),
                Some(news) => page.hear(news),
            }
        });
        let page = self.clone();
        listen(&worker, "error", move |_| page.failed());
        *self.worker.borrow_mut() = Some(worker);
    }

    fn failed(&self) {
        self.show(false, &self.word("failed"), Vec::new());
    }

    fn hear(&self, news: News) {
        match news {
            News::Ready => {}
            #[expect(clippy::cast_precision_loss, reason = "a bar on the screen")]
            News::Read { done, total } => self.progress.set_value(done as f64 / total.max(1) as f64),
            News::Bundle { report, grown } => self.bundle(&report, grown),
            News::Receipt(checked) => self.receipt(&checked),
            News::Kept(kept) => self.kept(&kept),
            News::Neither => self.show(false, &self.word("neither"), Vec::new()),
        }
    }

    fn bundle(&self, report: &Report, grown: Option<bool>) {
        let mut parts = vec![self.trust(report.trust)];
        parts.push(self.grown(grown, report.ok));
        parts.extend(report.case.iter().map(|case| self.list("case", std::iter::once(case.clone()))));
        if !report.problems.is_empty() {
            let told = report.problems.iter().map(|problem| {
                let fault = self.word(fault(problem.fault));
                if problem.file.is_empty() { fault } else { format!("{}: {fault}", problem.file) }
            });
            parts.push(self.list("problems", told));
        }
        let received = report.received.iter().map(|file| {
            let when = file.received_at.map_or_else(|| self.word("not_proved"), |at| self.moment(at));
            format!("{} · {when} · SHA-256 {}", file.name, file.sha256)
        });
        parts.push(self.list("files", received));
        if !report.absent.is_empty() {
            parts.push(self.list("absent", report.absent.iter().map(|absent| self.absent(absent))));
        }
        let stamps = report.stamps.iter().map(|stamp| {
            let at = self.moment(stamp.at.saturating_mul(1000));
            format!("{at} · {} · {}", stamp.policy, stamp.file)
        });
        if report.stamps.is_empty() {
            parts.push(self.line("no_stamps"));
        } else {
            parts.push(self.list("stamps", stamps));
            parts.extend(self.signatures(report));
        }
        let good = report.ok && grown != Some(false);
        let title = match (report.ok, grown, report.trust) {
            (false, ..) if report.is_unsealed_only() => "bundle_unsealed",
            (false, ..) => "bundle_bad",
            (true, Some(false), _) => "log_other",
            (true, _, Trust::Given) => "bundle_good",
            (true, _, Trust::Carried) => "bundle_itself",
        };
        self.show(good, &self.word(title), parts);
    }

    /// What is known of something that the log has and the bundle has not.
    fn absent(&self, absent: &Absent) -> String {
        let what = self.word(match absent.what {
            AbsentKind::File => "absent_file",
            AbsentKind::Quarantined => "absent_quarantined",
            AbsentKind::Document => "absent_document",
        });
        let size = absent.size.map(|size| format!(" · {size} {}", self.word("bytes"))).unwrap_or_default();
        let (at, number) = (self.moment(absent.at), self.word("absent_number"));
        format!("{what} {at}{size} · SHA-256 {} · {number} {}", absent.sha256, absent.id)
    }

    /// That the signatures of timestamps were not checked here, and what checks them.
    fn signatures(&self, report: &Report) -> Vec<Option<Element>> {
        let commands: Vec<String> = report.stamps.iter().filter_map(|stamp| report.signature_command(stamp)).collect();
        if commands.len() < report.stamps.len() {
            return vec![self.line("stamps_unsigned"), self.line("stamps_rename")];
        }
        let block = self.element("pre", &commands.join("\n"));
        if let Some(block) = &block {
            let _ = block.set_attribute("class", "command");
        }
        vec![self.line("stamps_unsigned"), self.line("stamps_command"), block]
    }

    fn kept(&self, kept: &Kept) {
        let title = match (kept.signed, kept.grown) {
            (None, _) => "kept_unknown",
            (Some(false), _) => "kept_bad",
            (Some(true), Some(false)) => "log_other",
            (Some(true), None) => "kept_signed",
            (Some(true), Some(true)) => "kept_good",
        };
        let signed = kept.signed == Some(true);
        let about = format!("{} · {} · {}", kept.origin, kept.size, self.moment(kept.at));
        let parts = vec![self.grown(kept.grown, signed), self.list("checkpoint", std::iter::once(about))];
        // It is compared or it shows nothing: only the signature holds until then.
        self.show(kept.grown == Some(true), &self.word(title), parts);
    }

    fn receipt(&self, checked: &Checked) {
        let holds = checked.fault.is_none() && checked.same != Some(false);
        let good = holds && checked.grown != Some(false);
        let title = match (checked.fault, checked.same, checked.grown, checked.trust) {
            (Some(_), ..) => "receipt_bad",
            (None, Some(false), ..) => "receipt_other",
            (None, _, Some(false), _) => "log_other",
            (None, Some(true), _, Trust::Given) => "receipt_file",
            (None, Some(true), _, Trust::Carried) => "receipt_file_itself",
            (None, None, _, Trust::Given) => "receipt_good",
            (None, None, _, Trust::Carried) => "receipt_itself",
        };
        let mut parts = vec![self.trust(checked.trust), self.grown(checked.grown, holds)];
        // What a receipt that does not hold says is not repeated as if it were so.
        if checked.fault.is_none() {
            let about = format!("{} · {} · SHA-256 {}", checked.name, self.moment(checked.received_at), checked.sha256);
            parts.push(self.list("files", std::iter::once(about)));
        }
        if good && checked.same.is_none() {
            parts.push(self.line("receipt_next"));
        }
        self.show(good, &self.word(title), parts);
    }

    fn show(&self, good: bool, title: &str, parts: Vec<Option<Element>>) {
        let _ = self.progress.set_attribute("hidden", "");
        self.result.set_text_content(None);
        let _ = self.result.set_attribute("data-good", if good { "yes" } else { "no" });
        let heading = self.element("h2", title);
        for part in heading.into_iter().chain(parts.into_iter().flatten()) {
            let _ = self.result.append_child(&part);
        }
    }

    fn trust(&self, trust: Trust) -> Option<Element> {
        self.line(match trust {
            Trust::Given => "trust_given",
            Trust::Carried => "trust_carried",
        })
    }

    /// Whether the portal's log still begins with the one that was checked. That it could not be
    /// compared is said of what holds otherwise.
    fn grown(&self, grown: Option<bool>, holds: bool) -> Option<Element> {
        match grown {
            Some(true) => self.line("grown"),
            Some(false) => self.line("not_grown"),
            None if holds => self.line("not_compared"),
            None => None,
        }
    }

    fn element(&self, tag: &str, text: &str) -> Option<Element> {
        let element = self.document.create_element(tag).ok()?;
        element.set_text_content(Some(text));
        Some(element)
    }

    fn line(&self, word: &str) -> Option<Element> {
        self.element("p", &self.word(word))
    }

    fn list(&self, word: &str, lines: impl Iterator<Item = String>) -> Option<Element> {
        let (block, list) = (self.element("div", "")?, self.element("ul", "")?);
        for line in lines.filter_map(|line| self.element("li", &line)) {
            let _ = list.append_child(&line);
        }
        for part in [self.element("h3", &self.word(word))?, list] {
            let _ = block.append_child(&part);
        }
        Some(block)
    }

    /// Beijing time, as everywhere in the portal.
    fn moment(&self, ms: i64) -> String {
        #[expect(clippy::cast_precision_loss, reason = "milliseconds of our days are exact")]
        let date = Date::new(&JsValue::from_f64(ms as f64 + BEIJING_MS));
        if date.get_time().is_nan() {
            return self.word("not_proved");
        }
        let text = String::from(date.to_iso_string());
        format!("{} (UTC+8)", text.replace('T', " ").trim_end_matches('Z'))
    }
}

fn is_named(file: &File, ending: &str) -> bool {
    file.name().to_ascii_lowercase().ends_with(ending)
}

const fn fault(fault: Fault) -> &'static str {
    match fault {
        Fault::NotABundle => "fault_not_a_bundle",
        Fault::Hidden | Fault::Name | Fault::Packed | Fault::TooMany | Fault::TooLarge => "fault_unusual",
        Fault::Unreadable => "fault_unreadable",
        Fault::Missing => "fault_missing",
        Fault::Unlisted => "fault_unlisted",
        Fault::Changed => "fault_changed",
        Fault::Form => "fault_form",
        Fault::Other => "fault_other",
        Fault::Receipt(_) => "fault_receipt",
        Fault::Inclusion | Fault::Consistency => "fault_log",
        Fault::Checkpoint => "fault_checkpoint",
        Fault::Seal => "fault_seal",
        Fault::Unsealed => "fault_unsealed",
        Fault::Stamp => "fault_stamp",
    }
}

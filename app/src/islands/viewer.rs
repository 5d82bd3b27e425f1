//! A picture that can be enlarged, moved and turned. Without scripts it is the
//! picture, and a link beside it opens the original.

use std::{cell::Cell, rc::Rc};

use courier::request::listen;
use leptos::{html, prelude::*};
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsCast;
use web_sys::{KeyboardEvent, PointerEvent, WheelEvent};

/// The strings of [`Viewer`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ViewerWords {
    /// What the whole is: "查看图片", for those who do not see it.
    pub name: String,
    /// Larger.
    pub larger: String,
    /// Smaller.
    pub smaller: String,
    /// A quarter to the right.
    pub turn: String,
    /// As it was.
    pub reset: String,
    /// Over the whole screen.
    pub full: String,
    /// Back to the page.
    pub close: String,
}

/// How the picture lies in its frame.
#[derive(Clone, Copy, PartialEq)]
struct Pose {
    zoom: f64,
    x: f64,
    y: f64,
    quarters: u8,
}

const STRAIGHT: Pose = Pose { zoom: 1.0, x: 0.0, y: 0.0, quarters: 0 };
const STEP: f64 = 1.4;
const MOST: f64 = 12.0;
/// Pixels that an arrow key moves the picture.
const NUDGE: f64 = 60.0;

impl Pose {
    fn zoomed(self, factor: f64) -> Self {
        let zoom = (self.zoom * factor).clamp(1.0, MOST);
        // What is small again lies in the middle again.
        if zoom <= 1.0 {
            return Self { quarters: self.quarters, ..STRAIGHT };
        }
        let by = zoom / self.zoom;
        Self { zoom, x: self.x * by, y: self.y * by, ..self }
    }

    fn moved(self, x: f64, y: f64) -> Self {
        if self.zoom <= 1.0 { self } else { Self { x: self.x + x, y: self.y + y, ..self } }
    }

    const fn turned(self) -> Self {
        Self { quarters: (self.quarters + 1) % 4, ..self }
    }

    /// As a transformation of a picture that is laid out `width` by `height`:
    /// turned on its side it must still fit its frame.
    fn css(self, width: i32, height: i32) -> String {
        let Self { zoom, x, y, quarters } = self;
        let sides = f64::from(width.min(height)) / f64::from(width.max(height).max(1));
        let scale = if quarters % 2 == 1 { zoom * sides } else { zoom };
        format!("translate({x:.0}px, {y:.0}px) scale({scale:.3}) rotate({}deg)", u32::from(quarters) * 90)
    }
}

/// Enlarges, moves and turns the picture at `src`.
#[island]
pub fn Viewer(
    /// The picture's address.
    src: String,
    /// What the picture is, for those who do not see it.
    alt: String,
    /// The strings.
    words: ViewerWords,
) -> impl IntoView {
    let (home, dialog, stage, picture) = (
        NodeRef::<html::Div>::new(),
        NodeRef::<html::Dialog>::new(),
        NodeRef::<html::Div>::new(),
        NodeRef::<html::Img>::new(),
    );
    let (awake, set_awake) = signal(false);
    let (full, set_full) = signal(false);
    let pose = RwSignal::new(STRAIGHT);

    Effect::new(move || {
        let (Some(stage), Some(dialog)) = (stage.get(), dialog.get()) else { return };
        pull(&stage, pose);
        // Escape closes a dialog by itself; the picture then goes back to the page.
        listen(&dialog, "close", move |_| {
            if let (Some(home), Some(stage)) = (home.get_untracked(), stage_of(&stage)) {
                let _ = home.append_child(&stage);
            }
            pose.set(STRAIGHT);
            set_full.set(false);
        });
        set_awake.set(true);
    });
    Effect::new(move || {
        if let Some(picture) = picture.get() {
            let css = pose.get().css(picture.client_width(), picture.client_height());
            // Set by script as a property, which the content security policy allows.
            let _ = web_sys::HtmlElement::style(&picture).set_property("transform", &css);
        }
    });
    let toggle = move |_| {
        let (Some(dialog), Some(stage)) = (dialog.get_untracked(), stage.get_untracked()) else { return };
        if dialog.open() {
            dialog.close();
        } else if dialog.append_child(&stage).is_ok() && dialog.show_modal().is_ok() {
            set_full.set(true);
            let _ = stage.focus();
        }
    };
    let (full_word, close_word) = (words.full, words.close);
    view! {
        <div class="viewer-home" node_ref=home>
            <div class="viewer-stage" node_ref=stage tabindex=move || if awake.get() { "0" } else { "-1" }
                role="group" aria-label=words.name.clone()
                on:keydown=move |event| steer(&event, pose) on:wheel=move |event| wheel(&event, pose)
                on:dblclick=move |_| pose.update(|pose| *pose = if pose.zoom > 1.0 { STRAIGHT } else { pose.zoomed(2.5) })>
                <div class="viewer-frame"><img node_ref=picture src=src alt=alt decoding="async" draggable="false"/></div>
                <div class="viewer-tools" hidden=move || !awake.get()>
                    <button type="button" data-shortcut="+" on:click=move |_| pose.update(|pose| *pose = pose.zoomed(STEP))>{words.larger}</button>
                    <button type="button" data-shortcut="-" on:click=move |_| pose.update(|pose| *pose = pose.zoomed(1.0 / STEP))>{words.smaller}</button>
                    <button type="button" data-shortcut="r" on:click=move |_| pose.update(|pose| *pose = pose.turned())>{words.turn}</button>
                    <button type="button" data-shortcut="0" on:click=move |_| pose.set(STRAIGHT)>{words.reset}</button>
                    <button type="button" class="viewer-full" data-shortcut="z" on:click=toggle>
                        {move || if full.get() { close_word.clone() } else { full_word.clone() }}
                        <kbd class="key">"Z"</kbd>
                    </button>
                </div>
            </div>
        </div>
        <dialog class="viewer-dialog" node_ref=dialog aria-label=words.name></dialog>
    }
}

/// The element behind a reference, wherever it stands now.
fn stage_of(stage: &web_sys::HtmlDivElement) -> Option<web_sys::Node> {
    stage.clone().dyn_into().ok()
}

/// Keys while the picture has the focus.
fn steer(event: &KeyboardEvent, pose: RwSignal<Pose>) {
    let (x, y) = match event.key().as_str() {
        "ArrowLeft" => (NUDGE, 0.0),
        "ArrowRight" => (-NUDGE, 0.0),
        "ArrowUp" => (0.0, NUDGE),
        "ArrowDown" => (0.0, -NUDGE),
        _ => return,
    };
    // A picture that fits leaves the arrows to the page.
    if pose.get_untracked().zoom > 1.0 {
        event.prevent_default();
        pose.update(|pose| *pose = pose.moved(x, y));
    }
}

/// The wheel scrolls the page, unless the picture is enlarged already or Ctrl is held.
fn wheel(event: &WheelEvent, pose: RwSignal<Pose>) {
    if event.ctrl_key()
        || pose.get_untracked().zoom > 1.0
        || document().query_selector(".viewer-dialog[open]").ok().flatten().is_some()
    {
        event.prevent_default();
        let factor = if event.delta_y() < 0.0 { 1.15 } else { 1.0 / 1.15 };
        pose.update(|pose| *pose = pose.zoomed(factor));
    }
}

/// Moves the picture with mouse, pen or finger while it is enlarged.
fn pull(stage: &web_sys::HtmlDivElement, pose: RwSignal<Pose>) {
    let held: Rc<Cell<Option<(i32, f64, f64)>>> = Rc::default();
    let at = |event: &PointerEvent| (f64::from(event.client_x()), f64::from(event.client_y()));
    let (start, go) = (Rc::clone(&held), Rc::clone(&held));
    listen(stage, "pointerdown", move |event| {
        let event: &PointerEvent = event.unchecked_ref();
        let button = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlButtonElement>().ok());
        if button.is_none() && event.is_primary() && pose.get_untracked().zoom > 1.0 {
            let (x, y) = at(event);
            start.set(Some((event.pointer_id(), x, y)));
            event.prevent_default();
        }
    });
    listen(stage, "pointermove", move |event| {
        let event: &PointerEvent = event.unchecked_ref();
        if let Some((id, from_x, from_y)) = go.get().filter(|(id, ..)| *id == event.pointer_id()) {
            let (x, y) = at(event);
            go.set(Some((id, x, y)));
            pose.update(|pose| *pose = pose.moved(x - from_x, y - from_y));
        }
    });
    for end in ["pointerup", "pointercancel", "pointerleave"] {
        let held = Rc::clone(&held);
        listen(stage, end, move |_| held.set(None));
    }
}

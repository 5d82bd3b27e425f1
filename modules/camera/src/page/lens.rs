//! Cameras: opening one, why that fails, and why an open one gives no picture.

use courier::request::listen;
use js_sys::{Array, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{MediaDevices, MediaStream, MediaStreamConstraints, MediaStreamTrack, MediaStreamTrackState};

use super::dom::window;

/// Which way a camera looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Facing {
    /// At what is before the person.
    Away,
    /// At the person.
    Towards,
}

impl Facing {
    pub(super) const fn other(self) -> Self {
        match self {
            Self::Away => Self::Towards,
            Self::Towards => Self::Away,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Away => "environment",
            Self::Towards => "user",
        }
    }
}

/// Why a camera does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// The person, the browser or the page does not allow it.
    Denied,
    /// There is none.
    None,
    /// Another program has it.
    Busy,
    /// The browser has no cameras for pages, or not for pages without https.
    Unsupported,
    /// Something else.
    Failed,
}

/// Why an open camera gives no picture, or a black one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Halt {
    /// For now: a call has come in, or another program uses it.
    Paused,
    /// For good: it was taken away, pulled out, or is allowed no more.
    Ended,
}

/// Opens a camera at the best it can do.
pub(super) async fn open(facing: Facing) -> Result<MediaStream, Trouble> {
    let devices = devices().ok_or(Trouble::Unsupported)?;
    let video = object(&[
        ("facingMode", ideal(facing.word().into())),
        // More than any has; each gives the most it can.
        ("width", ideal(4096.into())),
        ("height", ideal(3072.into())),
    ]);
    match ask(&devices, &video).await {
        // Old ones do not take wishes for wishes.
        Err(fault) if name_of(&fault) == "OverconstrainedError" => ask(&devices, &JsValue::TRUE).await,
        other => other,
    }
    .map_err(|fault| trouble(&fault))
}

/// Whether there is another one to turn to.
pub(super) async fn several() -> bool {
    let Some(all) = devices().and_then(|devices| devices.enumerate_devices().ok()) else { return false };
    let Ok(all) = JsFuture::from(all).await else { return false };
    let all: Array = all.unchecked_into();
    let is_camera = |device: &JsValue| {
        Reflect::get(device, &"kind".into()).ok().and_then(|kind| kind.as_string()).as_deref() == Some("videoinput")
    };
    all.iter().filter(is_camera).count() > 1
}

/// Why it gives no picture, as it says itself.
pub(super) fn halt(stream: &MediaStream) -> Option<Halt> {
    let track = track(stream)?;
    if track.ready_state() == MediaStreamTrackState::Ended {
        return Some(Halt::Ended);
    }
    track.muted().then_some(Halt::Paused)
}

/// Calls `tell` whenever it stops giving pictures, or gives them again.
pub(super) fn watch(stream: &MediaStream, tell: impl Fn(Option<Halt>) + Clone + 'static) {
    let Some(track) = track(stream) else { return };
    for (event, halt) in [("mute", Some(Halt::Paused)), ("unmute", None), ("ended", Some(Halt::Ended))] {
        let tell = tell.clone();
        listen(&track, event, move |_| tell(halt));
    }
}

fn track(stream: &MediaStream) -> Option<MediaStreamTrack> {
    stream.get_video_tracks().get(0).dyn_into().ok()
}

/// Lets go of a camera, so that its light goes out.
pub(super) fn close(stream: &MediaStream) {
    for track in stream.get_tracks().iter() {
        track.unchecked_into::<MediaStreamTrack>().stop();
    }
}

fn devices() -> Option<MediaDevices> {
    let devices = Reflect::get(&window().navigator(), &"mediaDevices".into()).ok()?;
    let asks = Reflect::get(&devices, &"getUserMedia".into()).ok()?;
    (devices.is_object() && asks.is_function()).then(|| devices.unchecked_into())
}

async fn ask(devices: &MediaDevices, video: &JsValue) -> Result<MediaStream, JsValue> {
    let constraints = MediaStreamConstraints::new();
    constraints.set_video(video);
    constraints.set_audio(&JsValue::FALSE);
    let stream = JsFuture::from(devices.get_user_media_with_constraints(&constraints)?).await?;
    stream.dyn_into()
}

fn name_of(fault: &JsValue) -> String {
    Reflect::get(fault, &"name".into()).ok().and_then(|name| name.as_string()).unwrap_or_default()
}

/// The names are those of the specification, and of browsers from before it.
fn trouble(fault: &JsValue) -> Trouble {
    match name_of(fault).as_str() {
        "NotAllowedError" | "SecurityError" | "PermissionDeniedError" | "PermissionDismissedError" => Trouble::Denied,
        "NotFoundError" | "OverconstrainedError" | "DevicesNotFoundError" => Trouble::None,
        "NotReadableError" | "TrackStartError" | "AbortError" => Trouble::Busy,
        "TypeError" | "NotSupportedError" => Trouble::Unsupported,
        _ => Trouble::Failed,
    }
}

fn ideal(value: JsValue) -> JsValue {
    object(&[("ideal", value)])
}

fn object(fields: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in fields {
        // Fails only for frozen objects.
        let _ = Reflect::set(&object, &(*name).into(), value);
    }
    object.into()
}

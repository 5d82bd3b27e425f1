//! The picture: what the camera gives at its full resolution, and below it a band with
//! the code and the time. The band covers nothing of the picture.

use js_sys::{Array, Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, CanvasRenderingContext2d, HtmlCanvasElement, HtmlMediaElement, HtmlVideoElement, ImageBitmap, MediaStream,
};

use super::{
    dom::{document, window},
    lens,
};

/// How long a camera may take for a picture of its own; some never answer.
const PATIENCE_MS: i32 = 5_000;
/// The quality of the JPEG: what phones use themselves.
const QUALITY: f64 = 0.92;
/// The longest side; larger canvases fail on older phones.
const LONGEST: f64 = 4096.0;
/// The band's height as a part of the shorter side.
const BAND: f64 = 0.14;
/// The side of the small copy by which a picture is seen to be black.
const SAMPLE: f64 = 16.0;
/// Up to here a part of a colour is none. Cameras see a little light in the dark too.
const BLACK: u8 = 2;
const FONT: &str = "\"PingFang SC\", \"HarmonyOS Sans SC\", \"Microsoft YaHei\", \"Noto Sans CJK SC\", sans-serif";

/// A JPEG of what the camera sees now; `None` where that is nothing.
pub(super) async fn take(video: &HtmlVideoElement, stream: &MediaStream, code: &str, band: &str) -> Option<Blob> {
    let still = still(stream).await;
    // A camera that something else has taken meanwhile shows black, or what it saw before; so
    // does a video that stands still.
    let plays = !video.paused() && video.ready_state() >= HtmlMediaElement::HAVE_CURRENT_DATA;
    let shows = plays && lens::halt(stream).is_none();
    if still.is_none() && !shows {
        return None;
    }
    let (width, height) = match &still {
        Some(still) => (f64::from(still.width()), f64::from(still.height())),
        None => (f64::from(video.video_width()), f64::from(video.video_height())),
    };
    if width < 1.0 || height < 1.0 {
        return None;
    }
    let scale = (LONGEST / width.max(height)).min(1.0);
    let (width, height) = ((width * scale).round(), (height * scale).round());
    let low = (width.min(height) * BAND).round();
    let (canvas, context) = canvas(width, height + low)?;
    let drawn = match &still {
        Some(still) => context.draw_image_with_image_bitmap_and_dw_and_dh(still, 0.0, 0.0, width, height),
        None => context.draw_image_with_html_video_element_and_dw_and_dh(video, 0.0, 0.0, width, height),
    };
    if let Some(still) = still {
        still.close();
    }
    drawn.ok()?;
    if is_black(&canvas) == Some(true) {
        return None;
    }
    write_band(&context, (height, width, low), code, band)?;
    let bytes = jpeg(&canvas).await;
    // Lets go of the memory at once; phones have little of it.
    canvas.set_width(0);
    bytes
}

fn canvas(width: f64, height: f64) -> Option<(HtmlCanvasElement, CanvasRenderingContext2d)> {
    let canvas: HtmlCanvasElement = document().create_element("canvas").ok()?.dyn_into().ok()?;
    canvas.set_width(whole(width));
    canvas.set_height(whole(height));
    let context = canvas.get_context("2d").ok()??.dyn_into().ok()?;
    Some((canvas, context))
}

/// Whether nothing at all is to be seen in what was drawn.
fn is_black(drawn: &HtmlCanvasElement) -> Option<bool> {
    let (_, context) = canvas(SAMPLE, SAMPLE)?;
    context.draw_image_with_html_canvas_element_and_dw_and_dh(drawn, 0.0, 0.0, SAMPLE, SAMPLE).ok()?;
    let pixels = context.get_image_data(0.0, 0.0, SAMPLE, SAMPLE).ok()?.data();
    // The fourth part of each is how opaque it is.
    Some(pixels.chunks_exact(4).all(|pixel| pixel.iter().take(3).all(|part| *part <= BLACK)))
}

fn write_band(context: &CanvasRenderingContext2d, at: (f64, f64, f64), code: &str, band: &str) -> Option<()> {
    let (top, width, low) = at;
    context.set_fill_style_str("#ffffff");
    context.fill_rect(0.0, top, width, low);
    context.set_fill_style_str("#16243a");
    context.set_text_baseline("middle");
    let margin = low * 0.25;
    context.set_font(&format!("700 {}px {FONT}", (low * 0.48).round()));
    context.fill_text_with_max_width(code, margin, top + low * 0.36, width - 2.0 * margin).ok()?;
    context.set_font(&format!("400 {}px {FONT}", (low * 0.25).round()));
    context.fill_text_with_max_width(band, margin, top + low * 0.78, width - 2.0 * margin).ok()
}

/// A picture by the camera itself, where the browser can ask for one: it is larger than
/// a frame of the video. `None` where it cannot, or the camera does not answer.
async fn still(stream: &MediaStream) -> Option<ImageBitmap> {
    let maker = Reflect::get(&window(), &"ImageCapture".into()).ok()?.dyn_into::<Function>().ok()?;
    let track = stream.get_video_tracks().get(0);
    let capture = Reflect::construct(&maker, &Array::of1(&track)).ok()?;
    let take = Reflect::get(&capture, &"takePhoto".into()).ok()?.dyn_into::<Function>().ok()?;
    let photo: Promise = take.call0(&capture).ok()?.dyn_into().ok()?;
    let photo: Blob = JsFuture::from(in_time(&photo)).await.ok()?.dyn_into().ok()?;
    let bitmap = window().create_image_bitmap_with_blob(&photo).ok()?;
    JsFuture::from(bitmap).await.ok()?.dyn_into().ok()
}

/// The promise, or nothing when it takes too long.
fn in_time(promise: &Promise) -> Promise {
    let alarm = Promise::new(&mut |resolve, _| {
        // Without an alarm the camera is waited for.
        let _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, PATIENCE_MS);
    });
    Promise::race(&Array::of2(promise, &alarm))
}

async fn jpeg(canvas: &HtmlCanvasElement) -> Option<Blob> {
    let canvas = canvas.clone();
    let promise = Promise::new(&mut |resolve, reject| {
        let done = Closure::once_into_js(move |bytes: JsValue| {
            let _ = resolve.call1(&JsValue::NULL, &bytes);
        });
        let begun = canvas.to_blob_with_type_and_encoder_options(done.unchecked_ref(), "image/jpeg", &QUALITY.into());
        if let Err(fault) = begun {
            let _ = reject.call1(&JsValue::NULL, &fault);
        }
    });
    JsFuture::from(promise).await.ok()?.dyn_into().ok()
}

fn whole(pixels: f64) -> u32 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and some thousands")]
    let pixels = pixels as u32;
    pixels
}

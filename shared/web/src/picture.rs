//! A picture that somebody sent, drawn anew: what a camera wrote into it (where it was taken, by which device, when, for whom)
//! stays behind, and so does whatever else hides in a file.
//!
//! Its type is told by its first bytes, not by what the sender says. Drawing takes memory and time, so it is done off the
//! async threads, one at a time, and never of more points than `MAX_POINTS`. What must never happen here: a [`Picture`] made
//! of bytes as they came.

use std::io::Cursor;
use std::sync::{Arc, LazyLock};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use belgrano_wire::texts::Message;
use image::codecs::jpeg::JpegEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};
use tokio::sync::Semaphore;

/// The largest picture, decoded from base64 but not drawn.
pub const MAX_PICTURE_BYTES: usize = 2 * 1024 * 1024;
/// The most points of a picture: twice what a telephone puts into [`MAX_PICTURE_BYTES`]. Three bytes each while it is drawn,
/// and six more where a JPEG came in several passes.
const MAX_POINTS: u64 = 25_000_000;
/// The longest side, before it is made small: of one point in height, too, a row is held several times over.
const MAX_SIDE: u32 = 20_000;
/// The longest side of what is kept: enough for every screen that shows one.
const KEPT_SIDE: u32 = 2048;
/// What a decoder may take beside the points.
const MAX_DECODER_BYTES: u64 = 128 * 1024 * 1024;
/// Of 100; nobody sees the difference to 100.
const JPEG_QUALITY: u8 = 85;
/// What draws in this process: one at a time bounds memory.
static DRAWING: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(1)));

/// A picture as it is kept: of the formats that browsers show, with nothing in it but its points.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    media_type: &'static str,
    content: Vec<u8>,
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Picture({}, {} bytes)", self.media_type, self.content.len())
    }
}

impl Picture {
    /// `image/jpeg` or `image/png`.
    #[must_use]
    pub fn media_type(&self) -> &'static str {
        self.media_type
    }

    /// The file.
    #[must_use]
    pub fn content(&self) -> &[u8] {
        &self.content
    }

    /// Draws what was sent: a JPEG, PNG or WebP of at most [`MAX_PICTURE_BYTES`], turned as its camera was held. The same bytes
    /// always give the same picture. The error says what is wrong.
    pub async fn draw(sent: Vec<u8>) -> Result<Self, Message> {
        if sent.len() > MAX_PICTURE_BYTES {
            return Err(Message::new("error-image-large"));
        }
        // Who is no picture at all does not wait.
        let format = sniff(&sent).ok_or(Message::new("error-image-kind"))?;
        let broken = || Message::new("error-image-broken");
        // Never closed, so this is only a wait.
        let drawing = Arc::clone(&DRAWING).acquire_owned().await.map_err(|_| broken())?;
        let drawn = tokio::task::spawn_blocking(move || {
            // Held by the thread: a client that goes away does not stop it.
            let _held = drawing;
            draw(&sent, format)
        });
        drawn.await.map_err(|_| broken())?
    }

    /// The same for `data:image/…;base64,…`.
    pub async fn draw_data_url(text: &str) -> Result<Self, Message> {
        let encoded = text.strip_prefix("data:image/").and_then(|rest| rest.split_once(";base64,"));
        let (_, encoded) = encoded.ok_or(Message::new("error-data-url"))?;
        // Four characters carry three bytes.
        if encoded.len() / 4 * 3 > MAX_PICTURE_BYTES {
            return Err(Message::new("error-image-large"));
        }
        Self::draw(STANDARD.decode(encoded).map_err(|_| Message::new("error-image-cut"))?).await
    }
}

fn sniff(content: &[u8]) -> Option<ImageFormat> {
    match content {
        [0xff, 0xd8, 0xff, ..] => Some(ImageFormat::Jpeg),
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(ImageFormat::Png),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(ImageFormat::WebP),
        _ => None,
    }
}

fn draw(sent: &[u8], format: ImageFormat) -> Result<Picture, Message> {
    let broken = |_| Message::new("error-image-broken");
    if format == ImageFormat::Jpeg && !jpeg_ends(sent) {
        return Err(Message::new("error-image-broken"));
    }
    let mut reader = ImageReader::with_format(Cursor::new(sent), format);
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MAX_DECODER_BYTES);
    (limits.max_image_width, limits.max_image_height) = (Some(MAX_SIDE), Some(MAX_SIDE));
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| match error {
        image::ImageError::Limits(_) => Message::new("error-image-points"),
        other => broken(other),
    })?;
    let (width, height) = decoder.dimensions();
    // Some have eight bytes a point.
    let too_many = u64::from(width) * u64::from(height) > MAX_POINTS || decoder.total_bytes() > MAX_DECODER_BYTES;
    if too_many || width > MAX_SIDE || height > MAX_SIDE {
        return Err(Message::new("error-image-points"));
    }
    let turned = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut drawn = DynamicImage::from_decoder(decoder).map_err(broken)?;
    if width > KEPT_SIDE || height > KEPT_SIDE {
        drawn = drawn.thumbnail(KEPT_SIDE, KEPT_SIDE);
    }
    drawn.apply_orientation(turned);
    encode(&drawn, format).map_err(broken)
}

/// Lines and areas stay PNG, as does what one can see through; the rest is a photo.
fn encode(drawn: &DynamicImage, format: ImageFormat) -> image::ImageResult<Picture> {
    let drawn = if drawn.color().has_alpha() {
        DynamicImage::ImageRgba8(drawn.to_rgba8())
    } else {
        DynamicImage::ImageRgb8(drawn.to_rgb8())
    };
    if format == ImageFormat::Png || drawn.color().has_alpha() {
        let mut content = Vec::new();
        drawn.write_to(&mut Cursor::new(&mut content), ImageFormat::Png)?;
        if content.len() <= MAX_PICTURE_BYTES {
            return Ok(Picture { media_type: "image/png", content });
        }
    }
    let mut content = Vec::new();
    drawn.to_rgb8().write_with_encoder(JpegEncoder::new_with_quality(&mut content, JPEG_QUALITY))?;
    Ok(Picture { media_type: "image/jpeg", content })
}

/// Whether a JPEG goes on to its end: a decoder fills what is missing with grey. A small picture within its head, which
/// cameras put there, has an end of its own, so that only what follows the head counts.
fn jpeg_ends(jpeg: &[u8]) -> bool {
    let mut rest = jpeg.get(2..).unwrap_or_default();
    loop {
        match rest {
            // Fill bytes are allowed before a marker.
            [0xff, 0xff, ..] => rest = &rest[1..],
            [0xff, 0xda, ..] => return rest.windows(2).any(|pair| pair == [0xff, 0xd9]),
            [0xff, _, high, low, ..] => {
                let length = usize::from(u16::from_be_bytes([*high, *low]));
                let Some(next) = rest.get(2 + length..) else { return false };
                rest = next;
            }
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use image::GenericImageView;

    use super::{KEPT_SIDE, MAX_PICTURE_BYTES, Picture};
    use crate::testing::pictures::{self, SECRET};

    fn shown(picture: &Picture) -> image::DynamicImage {
        image::load_from_memory(picture.content()).expect("a picture")
    }

    #[tokio::test]
    async fn nothing_but_its_points_is_kept_and_they_are_upright() {
        for (name, sent, kept) in [
            ("JPEG", pictures::jpeg_of_a_camera(), "image/jpeg"),
            ("PNG", pictures::png_with_texts(), "image/png"),
            ("WebP", pictures::webp_with_xmp(), "image/jpeg"),
        ] {
            assert!(sent.windows(SECRET.len()).any(|part| part == SECRET.as_bytes()), "{name} tells nothing");
            let picture = Picture::draw(sent.clone()).await.expect(name);
            assert_eq!(picture.media_type(), kept, "{name}");
            for word in [SECRET, "Exif", "GPS", "XMP", "xmpmeta", "tEXt", "iTXt", "ICC_PROFILE", "iCCP"] {
                let told = picture.content().windows(word.len()).any(|part| part == word.as_bytes());
                assert!(!told, "{name} still tells {word}");
            }
            let again = Picture::draw(sent).await.expect(name);
            assert_eq!(picture, again, "the same bytes give the same picture");
        }
        // Held sideways: what was its left half is its upper one now.
        let upright = shown(&Picture::draw(pictures::jpeg_of_a_camera()).await.expect("a picture"));
        assert_eq!(upright.dimensions(), (16, 32));
        let (above, below) = (upright.get_pixel(8, 4), upright.get_pixel(8, 28));
        assert!(above[0] > 200 && above[2] < 60 && below[0] < 60 && below[2] > 200, "{above:?} {below:?}");
    }

    #[tokio::test]
    async fn what_is_large_is_made_small_and_what_would_not_fit_is_refused() {
        let wide = Picture::draw(pictures::jpeg(5000, 100, 7)).await.expect("a picture");
        assert_eq!(shown(&wide).dimensions(), (KEPT_SIDE, 41));
        for (width, height) in [(60_000, 60_000), (30_000, 1), (1, 30_000), (6_000, 6_000)] {
            let refused = Picture::draw(pictures::png_that_claims(width, height)).await.expect_err("a bomb");
            assert!(refused.to_string().contains("demasiado"), "{refused}");
        }
    }

    #[tokio::test]
    async fn what_is_cut_off_or_no_picture_is_refused() {
        for whole in [pictures::jpeg_of_a_camera(), pictures::png_with_texts(), pictures::webp_with_xmp()] {
            for length in [whole.len() / 2, 40, 16] {
                Picture::draw(whole[..length].to_vec()).await.expect_err("cut off");
            }
        }
        let jpeg = pictures::jpeg_of_a_camera();
        Picture::draw(jpeg[..jpeg.len() - 2].to_vec())
            .await
            .expect_err("its end is missing, and not the small picture's");
        let url = |bytes: &[u8]| format!("data:image/png;base64,{}", STANDARD.encode(bytes));
        let jpeg = Picture::draw_data_url(&url(&pictures::jpeg(2, 2, 1))).await.expect("a picture");
        assert_eq!(jpeg.media_type(), "image/jpeg", "by its bytes, not by what the sender says");
        for wrong in [
            url(b"<svg onload=alert(1)>"),
            "data:image/png;base64,???".to_owned(),
            "https://example.com/x.png".to_owned(),
            url(&vec![0xff; 3 << 20]),
            url(&[0xff, 0xd8, 0xff, 0xe0]),
        ] {
            Picture::draw_data_url(&wrong).await.expect_err("no picture");
        }
        let padded = |length: usize| {
            let mut jpeg = pictures::jpeg(2, 2, 1);
            jpeg.resize(length, 0);
            jpeg
        };
        assert!(Picture::draw(padded(MAX_PICTURE_BYTES)).await.is_ok());
        assert!(Picture::draw(padded(MAX_PICTURE_BYTES + 1)).await.is_err());
    }
}

//! Pictures as cameras and editors write them, and some that nobody should draw.

use std::io::Cursor;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

/// What the files below tell beside their points.
pub const SECRET: &str = "SERIAL-4711 34.5614S 58.4563W";

/// Whether a file tells more than its points.
#[must_use]
pub fn tells(file: &[u8]) -> bool {
    file.windows(SECRET.len()).any(|part| part == SECRET.as_bytes())
}

/// A file as a page sends it.
#[must_use]
pub fn data_url(file: &[u8]) -> String {
    format!("data:image/jpeg;base64,{}", STANDARD.encode(file))
}

fn drawn(width: u32, height: u32, seed: u8) -> DynamicImage {
    let half = width.max(height) / 2;
    // Red on the left (or above), blue on the right.
    let point = |x: u32, y: u32| if x.max(y) < half { Rgb([255, seed, 0]) } else { Rgb([0, seed, 255]) };
    DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, point))
}

fn written(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut file = Vec::new();
    picture.write_to(&mut Cursor::new(&mut file), format).expect("written");
    file
}

/// A JPEG; each `seed` gives another.
#[must_use]
pub fn jpeg(width: u32, height: u32, seed: u8) -> Vec<u8> {
    let mut file = Vec::new();
    drawn(width, height, seed).write_with_encoder(JpegEncoder::new_with_quality(&mut file, 95)).expect("written");
    file
}

/// 32 by 16 points taken with the camera on its side, with who took them and where, a small picture of it in the head, an
/// ICC profile and a comment.
#[must_use]
pub fn jpeg_of_a_camera() -> Vec<u8> {
    let file = jpeg(32, 16, 0);
    let exif = exif(6);
    let xmp = [b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>", SECRET.as_bytes()].concat();
    let icc = [b"ICC_PROFILE\0\x01\x01", SECRET.as_bytes()].concat();
    let head =
        [segment(0xe1, &exif), segment(0xe1, &xmp), segment(0xe2, &icc), segment(0xfe, SECRET.as_bytes())].concat();
    [&file[..2], &head, &file[2..]].concat()
}

fn segment(marker: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len() + 2).expect("short").to_be_bytes();
    [&[0xff, marker], &length[..], content].concat()
}

/// TIFF in the order of Intel: how the camera was held, who made it, and a small picture that ends like one.
fn exif(orientation: u16) -> Vec<u8> {
    let text = [SECRET.as_bytes(), b"\0GPS", &[0xff, 0xd9]].concat();
    let entry = |tag: u16, kind: u16, count: u32, value: [u8; 4]| {
        [&tag.to_le_bytes()[..], &kind.to_le_bytes(), &count.to_le_bytes(), &value].concat()
    };
    let after = 8 + 2 + 2 * 12 + 4_u32;
    let [low, high] = orientation.to_le_bytes();
    let length = u32::try_from(text.len()).expect("short");
    [
        &b"Exif\0\0II*\0\x08\0\0\0\x02\0"[..],
        &entry(0x010f, 2, length, after.to_le_bytes()),
        &entry(0x0112, 3, 1, [low, high, 0, 0]),
        &[0; 4],
        &text,
    ]
    .concat()
}

/// A PNG with what an editor writes into one.
#[must_use]
pub fn png_with_texts() -> Vec<u8> {
    let file = written(&drawn(16, 16, 3), ImageFormat::Png);
    let text = chunk(*b"tEXt", &[b"Author\0", SECRET.as_bytes()].concat());
    let xmp = chunk(*b"iTXt", &[b"XML:com.adobe.xmp\0\0\0\0\0<x:xmpmeta>", SECRET.as_bytes()].concat());
    // Behind the signature and the head.
    [&file[..33], &text, &xmp, &file[33..]].concat()
}

/// A PNG of a few bytes that says it has so many points.
#[must_use]
pub fn png_that_claims(width: u32, height: u32) -> Vec<u8> {
    let head = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
    let mut deflated = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    std::io::Write::write_all(&mut deflated, &vec![0; 1 << 20]).expect("written");
    let points = chunk(*b"IDAT", &deflated.finish().expect("written"));
    [&b"\x89PNG\r\n\x1a\n"[..], &chunk(*b"IHDR", &head), &points, &chunk(*b"IEND", &[])].concat()
}

fn chunk(kind: [u8; 4], content: &[u8]) -> Vec<u8> {
    let mut sum = flate2::Crc::new();
    sum.update(&kind);
    sum.update(content);
    let length = u32::try_from(content.len()).expect("short").to_be_bytes();
    [&length[..], &kind, content, &sum.sum().to_be_bytes()].concat()
}

/// A WebP in the extended form, with what an editor wrote behind it.
#[must_use]
pub fn webp_with_xmp() -> Vec<u8> {
    const XMP: u8 = 0b100;
    let plain = written(&drawn(16, 16, 5), ImageFormat::WebP);
    // Less one, in three bytes each.
    let extended = riff_chunk(*b"VP8X", &[XMP, 0, 0, 0, 15, 0, 0, 15, 0, 0]);
    let xmp = riff_chunk(*b"XMP ", &[b"<x:xmpmeta>", SECRET.as_bytes()].concat());
    let content = [&b"WEBP"[..], &extended, &plain[12..], &xmp].concat();
    riff_chunk(*b"RIFF", &content)
}

fn riff_chunk(kind: [u8; 4], content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).expect("short").to_le_bytes();
    let padding = if content.len().is_multiple_of(2) { &[][..] } else { &[0] };
    [&kind[..], &length, content, padding].concat()
}

//! A picture that somebody sent: its type is told by its first bytes, not by what the sender says.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::texts::Message;

/// The largest picture, decoded.
pub const MAX_PICTURE_BYTES: usize = 2 * 1024 * 1024;

/// A picture as stored.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    /// By its first bytes.
    pub media_type: &'static str,
    /// As decoded.
    pub content: Vec<u8>,
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Picture({}, {} bytes)", self.media_type, self.content.len())
    }
}

impl Picture {
    /// What was sent as it is. The error says what is wrong.
    pub fn from_bytes(content: Vec<u8>) -> Result<Self, Message> {
        if content.len() > MAX_PICTURE_BYTES {
            return Err(Message::new("error-image-large"));
        }
        let media_type = sniff(&content).ok_or(Message::new("error-image-kind"))?;
        Ok(Self { media_type, content })
    }

    /// Reads `data:image/…;base64,…`. The error says what is wrong.
    pub fn from_data_url(text: &str) -> Result<Self, Message> {
        let encoded = text.strip_prefix("data:image/").and_then(|rest| rest.split_once(";base64,"));
        let (_, encoded) = encoded.ok_or(Message::new("error-data-url"))?;
        // Four characters carry three bytes.
        if encoded.len() / 4 * 3 > MAX_PICTURE_BYTES {
            return Err(Message::new("error-image-large"));
        }
        Self::from_bytes(STANDARD.decode(encoded).map_err(|_| Message::new("error-image-cut"))?)
    }
}

fn sniff(content: &[u8]) -> Option<&'static str> {
    match content {
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some("image/png"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    use super::{MAX_PICTURE_BYTES, Picture};

    #[test]
    fn a_picture_is_what_its_bytes_say() {
        let url = |bytes: &[u8]| format!("data:image/png;base64,{}", STANDARD.encode(bytes));
        let jpeg = Picture::from_data_url(&url(&[0xff, 0xd8, 0xff, 0xe0])).expect("a picture");
        assert_eq!(jpeg.media_type, "image/jpeg");
        assert!(Picture::from_data_url(&url(b"<svg onload=alert(1)>")).is_err());
        assert!(Picture::from_data_url("data:image/png;base64,???").is_err());
        assert!(Picture::from_data_url("https://example.com/x.png").is_err());
        assert!(Picture::from_data_url(&url(&vec![0xff; 3 << 20])).is_err());
        let jpeg = |length: usize| [&[0xff, 0xd8, 0xff][..], &vec![0; length - 3]].concat();
        assert!(Picture::from_bytes(jpeg(MAX_PICTURE_BYTES)).is_ok());
        assert!(Picture::from_bytes(jpeg(MAX_PICTURE_BYTES + 1)).is_err());
    }
}

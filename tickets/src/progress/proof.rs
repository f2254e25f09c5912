//! Proof of delivery: what is asked for, and whether what a driver sends is it.
//!
//! The PIN is derived from the order's number (see [`belgrano_shared::pin`]) and never stored. A photo and a signature come as data URLs
//! within the step; their type is told by their first bytes, not by what the sender says.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use belgrano_shared::texts::Message;

/// The largest photo or signature, decoded.
pub const MAX_PROOF_BYTES: usize = 2 * 1024 * 1024;

/// One kind of proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProofKind {
    /// The digits the customer knows.
    Pin,
    /// A picture of the parcel where it was left.
    Photo,
    /// The customer's signature, drawn.
    Signature,
}

impl ProofKind {
    /// The word in the configuration, and the field of the step that carries it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pin => "pin",
            Self::Photo => "foto",
            Self::Signature => "firma",
        }
    }
}

/// What a delivery has to be proved with; all of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proofs(Vec<ProofKind>);

impl Proofs {
    /// Reads `ninguna` or a list of `pin`, `foto`, `firma`; else gives back the word that is none of them.
    pub fn parse(words: &[String]) -> Result<Self, String> {
        let kinds = [ProofKind::Pin, ProofKind::Photo, ProofKind::Signature];
        let words = words.iter().filter(|word| *word != "ninguna");
        let find = |word: &String| kinds.into_iter().find(|kind| kind.as_str() == word).ok_or_else(|| word.clone());
        words.map(find).collect::<Result<_, _>>().map(Self)
    }

    /// Whether none is asked for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether this one is asked for.
    #[must_use]
    pub fn ask_for(&self, kind: ProofKind) -> bool {
        self.0.contains(&kind)
    }

    /// The first that is asked for and not among `given`.
    #[must_use]
    pub fn missing(&self, given: &GivenProofs) -> Option<ProofKind> {
        self.0.iter().copied().find(|kind| match kind {
            ProofKind::Pin => given.pin.is_none(),
            ProofKind::Photo => given.photo.is_none(),
            ProofKind::Signature => given.signature.is_none(),
        })
    }
}

/// What came with a step.
#[derive(Clone, Debug, Default)]
pub struct GivenProofs {
    /// Whether the PIN that was sent is right.
    pub pin: Option<bool>,
    /// The photo that was sent.
    pub photo: Option<Picture>,
    /// The signature that was sent.
    pub signature: Option<Picture>,
}

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
    /// Reads `data:image/…;base64,…`. The error says what is wrong.
    pub fn from_data_url(text: &str) -> Result<Self, Message> {
        let encoded = text.strip_prefix("data:image/").and_then(|rest| rest.split_once(";base64,"));
        let (_, encoded) = encoded.ok_or(Message::new("error-data-url"))?;
        // Four characters carry three bytes.
        if encoded.len() / 4 * 3 > MAX_PROOF_BYTES {
            return Err(Message::new("error-image-large"));
        }
        let content = STANDARD.decode(encoded).map_err(|_| Message::new("error-image-cut"))?;
        let media_type = sniff(&content).ok_or(Message::new("error-image-kind"))?;
        Ok(Self { media_type, content })
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

    use super::{GivenProofs, Picture, ProofKind, Proofs};

    #[test]
    fn a_picture_is_what_its_bytes_say() {
        let url = |bytes: &[u8]| format!("data:image/png;base64,{}", STANDARD.encode(bytes));
        let jpeg = Picture::from_data_url(&url(&[0xff, 0xd8, 0xff, 0xe0])).expect("a picture");
        assert_eq!(jpeg.media_type, "image/jpeg");
        assert!(Picture::from_data_url(&url(b"<svg onload=alert(1)>")).is_err());
        assert!(Picture::from_data_url("data:image/png;base64,???").is_err());
        assert!(Picture::from_data_url("https://example.com/x.png").is_err());
        assert!(Picture::from_data_url(&url(&vec![0xff; 3 << 20])).is_err());
    }

    #[test]
    fn all_that_is_asked_for_has_to_come() {
        let words = |text: &str| text.split(',').map(str::to_owned).collect::<Vec<_>>();
        assert!(Proofs::parse(&words("ninguna")).expect("known").is_empty());
        assert_eq!(Proofs::parse(&words("pin,sangre")), Err("sangre".to_owned()));
        let proofs = Proofs::parse(&words("pin,firma")).expect("known");
        let mut given = GivenProofs::default();
        assert_eq!(proofs.missing(&given), Some(ProofKind::Pin));
        given.pin = Some(false);
        assert_eq!(proofs.missing(&given), Some(ProofKind::Signature), "whether it is right is another question");
    }
}

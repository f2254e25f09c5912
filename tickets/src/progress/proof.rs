//! Proof of delivery: what is asked for, and whether what a driver sends is it.
//!
//! The PIN is derived from the order's number (see [`belgrano_wire::pin`]) and never stored. A photo and a signature come as data URLs
//! within the step (see [`belgrano_web::picture`]).

use belgrano_web::picture::Picture;

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

#[cfg(test)]
mod tests {
    use super::{GivenProofs, ProofKind, Proofs};

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

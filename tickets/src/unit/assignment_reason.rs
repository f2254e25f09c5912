//! Why a driver was chosen when nobody chose by hand: stored as what was decided, so that every reader reads it in a
//! language of theirs.

use std::fmt;

use belgrano_wire::texts::{Language, Message};
use serde::{Deserialize, Serialize, Serializer};

use super::as_json;

/// Why this driver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AssignmentReason {
    /// What was decided.
    Decided(Decision),
    /// A sentence in Spanish: all that older versions stored.
    Sentence(String),
}

/// What was decided, and on what grounds. Its JSON is in the database: a field may be added, none may change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// What told this driver from the others.
    #[serde(flatten)]
    pub grounds: Grounds,
    /// Tickets the driver carried then.
    pub load: i64,
    /// Tickets the driver carries at once.
    pub capacity: i64,
    /// Whether the driver had let it go before, and nobody else could.
    pub insisted: bool,
}

/// What told a driver from the others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "grounds", rename_all = "snake_case")]
pub enum Grounds {
    /// The nearest, by its last fix.
    Nearest {
        /// How far from the address, in metres.
        distance_m: i64,
    },
    /// From the neighbourhood of the address.
    SameNeighbourhood {
        /// Which.
        neighbourhood: String,
    },
    /// Carried least.
    LeastLoaded,
}

impl AssignmentReason {
    /// Reads what [`AssignmentReason::stored`] wrote, or what an older version did.
    #[must_use]
    pub fn parse(stored: String) -> Self {
        serde_json::from_str(&stored).map_or(Self::Sentence(stored), Self::Decided)
    }

    /// As it lies in the database.
    pub fn stored(&self) -> sqlx::Result<String> {
        match self {
            Self::Decided(decision) => as_json(decision),
            Self::Sentence(sentence) => Ok(sentence.clone()),
        }
    }

    /// As a person says it: `el más cercano, a 1,2 km, con 0 de 5 tickets`.
    #[must_use]
    pub fn to(&self, language: Language) -> String {
        match self {
            Self::Decided(decision) => decision.to(language),
            Self::Sentence(sentence) => sentence.clone(),
        }
    }
}

impl Decision {
    fn to(&self, language: Language) -> String {
        let why = match &self.grounds {
            Grounds::Nearest { distance_m } => {
                Message::new("why-nearest").with("distance", language.kilometres(*distance_m))
            }
            Grounds::SameNeighbourhood { neighbourhood } => {
                Message::new("why-neighbourhood").with("barrio", neighbourhood.trim())
            }
            Grounds::LeastLoaded => Message::new("why-least-loaded"),
        };
        let why = why.with("load", self.load).with("capacity", self.capacity).to(language);
        if self.insisted { language.t("why-insisted").with("why", why).to_string() } else { why }
    }
}

/// In Spanish, as it goes over the wire.
impl fmt::Display for AssignmentReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to(Language::Spanish))
    }
}

impl Serialize for AssignmentReason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use belgrano_wire::texts::Language::{English, Spanish};

    use super::{AssignmentReason, Decision, Grounds};

    fn decided(grounds: Grounds, insisted: bool) -> AssignmentReason {
        AssignmentReason::Decided(Decision { grounds, load: 0, capacity: 5, insisted })
    }

    #[test]
    fn is_said_in_the_language_of_whoever_reads() {
        let near = decided(Grounds::Nearest { distance_m: 1234 }, false);
        assert_eq!(near.to(Spanish), "el más cercano, a 1,2 km, con 0 de 5 tickets");
        assert_eq!(near.to(English), "the nearest, 1.2 km away, carrying 0 of 5 tickets");
        let neighbour = Grounds::SameNeighbourhood { neighbourhood: "Núñez ".to_owned() };
        assert_eq!(
            decided(neighbour, false).to(English),
            "from the same neighbourhood (Núñez), carrying 0 of 5 tickets"
        );
        let again = decided(Grounds::LeastLoaded, true);
        assert_eq!(
            again.to_string(),
            "el menos cargado, con 0 de 5 tickets; ya lo había dejado, pero no hay nadie más"
        );
    }

    #[test]
    fn survives_the_database_and_so_does_an_old_sentence() {
        for (reason, stored) in [
            (
                decided(Grounds::LeastLoaded, false),
                r#"{"grounds":"least_loaded","load":0,"capacity":5,"insisted":false}"#,
            ),
            (
                decided(Grounds::Nearest { distance_m: 80 }, true),
                r#"{"grounds":"nearest","distance_m":80,"load":0,"capacity":5,"insisted":true}"#,
            ),
        ] {
            assert_eq!(reason.stored().expect("JSON"), stored);
            assert_eq!(AssignmentReason::parse(stored.to_owned()), reason);
        }
        let old = AssignmentReason::parse("el más cercano, a 1.2 km, con 0 de 5 tickets".to_owned());
        assert_eq!(old.to(English), "el más cercano, a 1.2 km, con 0 de 5 tickets");
        assert_eq!(AssignmentReason::parse(old.stored().expect("as it was")), old);
    }
}

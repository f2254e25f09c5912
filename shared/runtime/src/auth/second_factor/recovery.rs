//! Recovery codes: what opens an account whose app is lost, each of them once.

use belgrano_wire::ambient::CROCKFORD;
use serde::Serialize;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use crate::auth::typed_code;

/// How many there are.
const COUNT: u8 = 10;
/// Characters of one. They are kept for years, and what is stored of them is a plain hash: 80 bits are not found in a stolen table.
const CHARS: usize = 16;
/// How many characters of a code stand between two hyphens.
const GROUP: usize = 4;
/// Bytes of what a list of them is made of.
pub(super) const SEED_BYTES: usize = 32;

/// A list of recovery codes, in the clear: shown once and kept nowhere.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RecoveryCodes {
    /// Each is used once in the place of a code of the app.
    #[serde(rename = "codigos_recuperacion")]
    pub codes: Vec<String>,
}

/// None of them is shown.
impl std::fmt::Debug for RecoveryCodes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RecoveryCodes").finish_non_exhaustive()
    }
}

impl RecoveryCodes {
    /// The list that is made of `seed`: the same seed, the same list.
    pub(super) fn of(seed: &[u8; SEED_BYTES]) -> Self {
        Self { codes: (0..COUNT).map(|number| code(seed, number)).collect() }
    }

    /// What is stored of them for an account.
    pub(super) fn hashes(&self, account_id: i64) -> Vec<[u8; 32]> {
        self.codes.iter().map(|code| typed_code::hash(account_id, code)).collect()
    }
}

fn code(seed: &[u8; SEED_BYTES], number: u8) -> String {
    let digest = Sha256::new().chain_update(seed).chain_update([number]).finalize();
    let chars: Vec<char> =
        digest.iter().take(CHARS).map(|byte| char::from(CROCKFORD[usize::from(byte & 31)])).collect();
    let groups: Vec<String> = chars.chunks(GROUP).map(|group| group.iter().collect()).collect();
    groups.join("-")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::RecoveryCodes;

    #[test]
    fn there_are_ten_and_each_is_another() {
        let list = RecoveryCodes::of(&[7; 32]);
        assert_eq!(list, RecoveryCodes::of(&[7; 32]), "a seed has one list");
        let mut all: HashSet<String> = list.codes.iter().cloned().collect();
        all.extend(RecoveryCodes::of(&[8; 32]).codes);
        assert_eq!((list.codes.len(), all.len()), (10, 20));
        for code in &list.codes {
            assert_eq!(code.split('-').map(str::len).collect::<Vec<_>>(), [4; 4], "{code}");
        }
        assert_ne!(list.hashes(1), list.hashes(2), "bound to an account");
        assert!(!format!("{list:?}").contains(&list.codes[0]));
    }
}

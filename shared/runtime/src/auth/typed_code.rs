//! Codes in Crockford's base32 that people type: what is stored of them.

use sha2::{Digest, Sha256};

use belgrano_wire::free_text;

/// What is stored of a code: bound to its account, and read as Crockford's base32 is meant to be, forgiving about case, hyphens and
/// look-alikes.
#[must_use]
pub fn hash(account_id: i64, code: &str) -> [u8; 32] {
    let code: String = free_text::plain(code)
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect();
    Sha256::digest(format!("{account_id}:{code}")).into()
}

#[cfg(test)]
mod tests {
    use super::hash;

    #[test]
    fn a_code_is_read_as_people_write_it() {
        for typed in [" olab0 9xyzi ", "０１ＡＢ０–９ＸＹＺ１", "01AB0\u{2011}\u{200b}9XYZ1\u{a0}"] {
            assert_eq!(hash(7, "01AB0-9XYZ1"), hash(7, typed), "{typed:?}");
        }
        assert_ne!(hash(7, "01AB09XYZ1"), hash(8, "01AB09XYZ1"), "a code opens its own account only");
    }
}

//! A file of text that somebody else's program saved: which of the ways to write letters it uses.

/// Why a file is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotText {
    /// Most likely an old encoding of one byte per letter; which one cannot be told from the file.
    #[error("line {line} is not UTF-8 (it may be Windows-1252 or Latin-1): save the file as UTF-8")]
    NotUtf8 {
        /// The first line with such a byte, counted from one.
        line: usize,
    },
    /// Half a character is missing, or a surrogate has no partner.
    #[error("it begins as UTF-16 and does not go on as UTF-16: save the file as UTF-8")]
    NotUtf16,
}

/// The text of a file: UTF-8 with or without a byte order mark, or UTF-16 in either order with one (what Windows' Notepad
/// calls "Unicode"), or without one when it begins with an ASCII character, as JSON does. The mark is no part of the text.
pub fn decode(bytes: &[u8]) -> Result<String, NotText> {
    match bytes {
        [0xff, 0xfe, text @ ..] => utf16(text, u16::from_le_bytes),
        [0xfe, 0xff, text @ ..] => utf16(text, u16::from_be_bytes),
        [1..=0x7f, 0, ..] => utf16(bytes, u16::from_le_bytes),
        [0, 1..=0x7f, ..] => utf16(bytes, u16::from_be_bytes),
        _ => {
            let text = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
            let wrong_from = |error: std::str::Utf8Error| NotText::NotUtf8 {
                line: 1 + text[..error.valid_up_to()].split(|byte| *byte == b'\n').skip(1).count(),
            };
            std::str::from_utf8(text).map(str::to_owned).map_err(wrong_from)
        }
    }
}

fn utf16(bytes: &[u8], unit: impl Fn([u8; 2]) -> u16) -> Result<String, NotText> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(NotText::NotUtf16);
    }
    char::decode_utf16(pairs.iter().map(|pair| unit(*pair))).collect::<Result<_, _>>().map_err(|_| NotText::NotUtf16)
}

#[cfg(test)]
mod tests {
    use super::{NotText, decode};

    #[test]
    fn reads_what_editors_save() {
        let text = "{\"nombre\": \"Ñandú 🔥\"}";
        let units: Vec<u16> = text.encode_utf16().collect();
        let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
        let with = |mark: &[u8], text: &[u8]| [mark, text].concat();
        for saved in [
            text.as_bytes().to_vec(),
            with(b"\xef\xbb\xbf", text.as_bytes()),
            with(b"\xff\xfe", &little),
            with(b"\xfe\xff", &big),
            little.clone(),
            big,
        ] {
            assert_eq!(decode(&saved).as_deref(), Ok(text), "{saved:?}");
        }
        assert_eq!(decode(b"{\n\"nombre\": \"\xd1and\xfa\"}"), Err(NotText::NotUtf8 { line: 2 }));
        assert_eq!(decode(&little[..little.len() - 1]), Err(NotText::NotUtf16));
        assert_eq!(decode(b""), Ok(String::new()));
    }
}

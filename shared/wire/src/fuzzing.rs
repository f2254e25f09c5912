//! What the fuzz targets of the wire do with an input, and what has to hold whatever it is.
#![expect(clippy::missing_panics_doc, reason = "a panic is what a target reports")]

use crate::free_text::{clean, clean_json, clean_query, decode_file};
use crate::signature::{DEFAULT_TOLERANCE, SignatureHeaders, SigningSecrets};
use crate::timestamp::UnixMillis;
use crate::{ClientFrame, OrderMessage};

/// The moment of every signature here, and the secret: the example of the specification.
const NOW: UnixMillis = UnixMillis(1_614_265_330_000);
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// An order as the old and the new shop send it: what was read reads back the same, and has the same fingerprint.
pub fn order(input: &[u8]) {
    let Ok(message) = OrderMessage::from_json(input) else { return };
    let json = message.to_json().expect("what was read can be written");
    let again = OrderMessage::from_json(json.as_bytes()).expect("what was written can be read");
    assert_eq!(again, message);
    assert_eq!(again.fingerprint(), message.fingerprint());
}

/// The three headers and the body of a signed message, a line each: only what the secret has signed passes.
pub fn signature(input: &[u8]) {
    let mut lines = input.splitn(4, |byte| *byte == b'\n');
    let mut line = || lines.next().unwrap_or_default();
    let texts = [line(), line(), line()].map(|text| std::str::from_utf8(text).unwrap_or_default());
    let (body, [id, timestamp, signature]) = (line(), texts);
    let secrets = SigningSecrets::parse(SECRET).expect("the example's secret");
    if secrets.verify(SignatureHeaders { id, timestamp, signature }, body, NOW, DEFAULT_TOLERANCE).is_ok() {
        let at: i64 = timestamp.parse().expect("a signed time is a number");
        let ours = secrets.sign(id, UnixMillis(at * 1000), body);
        assert!(signature.split(' ').any(|one| one == ours.signature), "nobody signed this");
    }
    if let Ok(secrets) = SigningSecrets::parse(&String::from_utf8_lossy(input)) {
        let signed = secrets.sign("msg_1", NOW, body);
        let headers = SignatureHeaders { id: "msg_1", timestamp: &signed.timestamp, signature: &signed.signature };
        let first_is_looked_at = secrets.verify(headers, body, NOW, DEFAULT_TOLERANCE);
        assert!(first_is_looked_at.is_ok(), "secrets do not know what they signed");
    }
}

/// What a client says on the live feed: what we write reads back the same. What came in may have had a time that nobody can
/// read, which is written as none.
pub fn frame(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let Ok(frame) = ClientFrame::parse(text) else { return };
    let ours = ClientFrame::parse(&frame.to_text()).expect("what was written can be read");
    assert_eq!(ClientFrame::parse(&ours.to_text()), Ok(ours));
}

/// Text of people, in a file, in JSON and in an address: cleaned once is clean, and JSON stays JSON.
pub fn text(input: &[u8]) {
    let Ok(text) = decode_file(input) else { return };
    let once = clean(&text);
    assert_eq!(clean(&once), once);
    let _ = clean_query(&text);
    if serde_json::from_str::<serde_json::Value>(&text).is_ok() {
        let json = clean_json(text.as_bytes());
        assert!(serde_json::from_slice::<serde_json::Value>(&json).is_ok(), "cleaning broke the JSON");
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::try_corpus;

    #[test]
    fn orders_of_the_corpus_and_near_it_read_back() {
        try_corpus("order", super::order);
    }

    #[test]
    fn signatures_of_the_corpus_and_near_it_pass_when_they_were_made() {
        try_corpus("signature", super::signature);
    }

    #[test]
    fn frames_of_the_corpus_and_near_it_read_back() {
        try_corpus("frame", super::frame);
    }

    #[test]
    fn texts_of_the_corpus_and_near_it_are_cleaned_once() {
        try_corpus("text", super::text);
    }
}

//! The client protocol of NATS, as bytes: <https://docs.nats.io/reference/reference-protocols/nats-protocol>.

use std::fmt::Write as _;
use std::io::{Error, ErrorKind, Result};

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufRead, AsyncBufReadExt as _, AsyncReadExt as _};

/// The longest line that a server may send: what it says of itself, with the addresses of its cluster.
const MAX_LINE: u64 = 64 << 10;
/// The longest body: answers to questions are far below it.
const MAX_BODY: usize = 8 << 20;

/// What a server says of itself when somebody connects.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Info {
    pub(super) server_id: String,
    /// Ours, on that server.
    pub(super) client_id: u64,
    /// Whether it knows headers: every server that has JetStream does.
    pub(super) headers: bool,
    /// Bytes of the largest message that it takes.
    pub(super) max_payload: usize,
    pub(super) tls_required: bool,
    pub(super) tls_available: bool,
}

/// What we say of ourselves.
#[expect(clippy::struct_excessive_bools, reason = "the protocol has them")]
#[derive(Debug, Serialize)]
pub(super) struct Connect<'a> {
    pub(super) verbose: bool,
    pub(super) pedantic: bool,
    pub(super) tls_required: bool,
    pub(super) name: &'a str,
    pub(super) lang: &'a str,
    pub(super) version: &'a str,
    pub(super) protocol: u8,
    pub(super) headers: bool,
    pub(super) no_responders: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) user: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) pass: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) auth_token: Option<&'a str>,
}

/// What a server sends.
#[derive(Debug)]
pub(super) enum Op {
    Info(Info),
    Ping,
    Pong,
    Fine,
    /// Something that it does not do, in its words.
    Refusal(String),
    Message(Message),
}

/// A message for us.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) subject: String,
    /// Whether the server itself says that nobody takes what we sent.
    pub(super) nobody: bool,
    pub(super) body: Vec<u8>,
}

/// Reads the next thing.
pub(super) async fn read<R: AsyncBufRead + Unpin>(reader: &mut R) -> Result<Op> {
    let mut line = Vec::new();
    (&mut *reader).take(MAX_LINE).read_until(b'\n', &mut line).await?;
    if line.is_empty() {
        return Err(Error::new(ErrorKind::UnexpectedEof, "the broker has ended the connection"));
    }
    let line = line.strip_suffix(b"\n").ok_or_else(foreign)?;
    let line = std::str::from_utf8(line).map_err(|_| foreign())?.trim_end();
    let (word, rest) = line.split_once([' ', '\t']).unwrap_or((line, ""));
    match word.to_ascii_uppercase().as_str() {
        "INFO" => serde_json::from_str(rest).map(Op::Info).map_err(|_| foreign()),
        "PING" => Ok(Op::Ping),
        "PONG" => Ok(Op::Pong),
        "+OK" => Ok(Op::Fine),
        "-ERR" => Ok(Op::Refusal(rest.trim().trim_matches('\'').to_owned())),
        "MSG" => message(reader, rest, false).await,
        "HMSG" => message(reader, rest, true).await,
        _ => Err(foreign()),
    }
}

/// `subject sid [reply] [bytes of headers] bytes`, and then those bytes.
async fn message<R: AsyncBufRead + Unpin>(reader: &mut R, line: &str, has_headers: bool) -> Result<Op> {
    let words: Vec<&str> = line.split_ascii_whitespace().collect();
    let number = |back: usize| words.len().checked_sub(back).and_then(|place| words[place].parse::<usize>().ok());
    let total = number(1).filter(|total| *total <= MAX_BODY).ok_or_else(foreign)?;
    let head = if has_headers { number(2).filter(|head| *head <= total).ok_or_else(foreign)? } else { 0 };
    let mut bytes = vec![0; total + 2];
    reader.read_exact(&mut bytes).await?;
    bytes.truncate(total);
    let body = bytes.split_off(head);
    let nobody = bytes.starts_with(b"NATS/1.0 503");
    let subject = words.first().copied().unwrap_or_default().to_owned();
    Ok(Op::Message(Message { subject, nobody, body }))
}

fn foreign() -> Error {
    Error::new(ErrorKind::InvalidData, "what answers there does not speak as NATS does")
}

/// Adds a message to what is sent. Headers are of visible letters alone, whatever they are made of.
pub(super) fn publish(out: &mut Vec<u8>, subject: &str, reply: &str, headers: &[(&str, &str)], body: &[u8]) {
    let mut head = String::new();
    if !headers.is_empty() {
        head.push_str("NATS/1.0\r\n");
        for (name, value) in headers {
            let value: String = value.chars().map(|c| if c.is_control() { '?' } else { c }).collect();
            // Writing into a String cannot fail.
            let _ = write!(head, "{name}: {value}\r\n");
        }
        head.push_str("\r\n");
    }
    let total = head.len() + body.len();
    let line = if head.is_empty() {
        format!("PUB {subject} {reply} {total}\r\n")
    } else {
        format!("HPUB {subject} {reply} {} {total}\r\n", head.len())
    };
    out.extend_from_slice(line.as_bytes());
    out.extend_from_slice(head.as_bytes());
    out.extend_from_slice(body);
    out.extend_from_slice(b"\r\n");
}

#[cfg(test)]
mod tests {
    use super::{Op, publish, read};

    #[tokio::test]
    async fn what_a_server_says_is_read_and_what_is_none_is_refused() {
        let said = b"INFO {\"client_id\":7,\"max_payload\":1048576,\"headers\":true}\r\nPING\r\n+OK\r\n-ERR 'Authorization Violation'\r\n\
            MSG a.1 1 4\r\nfine\r\nHMSG a.2 1 16 16\r\nNATS/1.0 503\r\n\r\n\r\nHMSG a.3 1 b 12 14\r\nNATS/1.0\r\n\r\nhi\r\n";
        let mut reader = &said[..];
        let mut heard = Vec::new();
        while let Ok(op) = read(&mut reader).await {
            heard.push(match op {
                Op::Info(info) => format!("info {} {}", info.client_id, info.max_payload),
                Op::Message(message) => {
                    format!("{} {} {}", message.subject, message.nobody, String::from_utf8_lossy(&message.body))
                }
                other => format!("{other:?}"),
            });
        }
        let expected = ["info 7 1048576", "Ping", "Fine", "Refusal(\"Authorization Violation\")", "a.1 false fine"];
        assert_eq!(heard[..5], expected);
        assert_eq!(heard[5..], ["a.2 true ", "a.3 false hi"]);
        for wrong in
            ["HTTP/1.1 400 Bad Request\r\n", "MSG a 1 99999999999\r\n", "MSG\r\n", "HMSG a 1 9 4\r\nabcd\r\n", "PING"]
        {
            assert!(read(&mut wrong.as_bytes()).await.is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_message_says_how_long_it_is_and_a_header_stays_one_line() {
        let mut out = Vec::new();
        publish(&mut out, "a.b", "r.1", &[], b"{}");
        publish(&mut out, "a.b", "r.2", &[("Nats-Msg-Id", "1\r\nX: 2")], b"{}");
        let expected = "PUB a.b r.1 2\r\n{}\r\nHPUB a.b r.2 34 36\r\nNATS/1.0\r\nNats-Msg-Id: 1??X: 2\r\n\r\n{}\r\n";
        assert_eq!(String::from_utf8(out).expect("text"), expected);
    }
}

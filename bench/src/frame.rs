//! WebSocket frames in a buffer (RFC 6455, section 5): pure functions, no sockets.

use std::ops::Range;

/// Text or binary, continued or not.
pub const TEXT: u8 = 1;
/// The peer closes; its payload starts with the code.
pub const CLOSE: u8 = 8;
/// To be answered with [`PONG`].
pub const PING: u8 = 9;
/// The answer to [`PING`].
pub const PONG: u8 = 10;
/// Another piece of the message before.
pub const CONTINUATION: u8 = 0;

/// Where a frame lies in the buffer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Frame {
    /// The message ends with this frame.
    pub fin: bool,
    /// Kind of frame.
    pub opcode: u8,
    /// The payload's place.
    pub payload: Range<usize>,
}

/// The frame at `start`, or `None` while it is not whole. A server's frames are never masked.
pub fn parse(buf: &[u8], start: usize) -> Option<Frame> {
    let b = buf.get(start..)?;
    let (first, second) = (*b.first()?, *b.get(1)?);
    let (skip, len) = match second & 0x7f {
        126 => (4, usize::from(u16::from_be_bytes(b.get(2..4)?.try_into().ok()?))),
        127 => {
            let len = u64::from_be_bytes(b.get(2..10)?.try_into().ok()?);
            (10, usize::try_from(len).ok()?)
        }
        short => (2, usize::from(short)),
    };
    let begin = start + skip;
    let end = begin.checked_add(len)?;
    (buf.len() >= end).then_some(Frame { fin: first & 0x80 != 0, opcode: first & 0x0f, payload: begin..end })
}

/// A client's frame. The mask is zero, which the protocol allows and which costs nothing; it is
/// there against proxies, and there is none between two ends of one machine.
pub fn build(opcode: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![0x80 | opcode];
    match (u8::try_from(payload.len()), u16::try_from(payload.len())) {
        (Ok(len), _) if len < 126 => frame.push(0x80 | len),
        (_, Ok(len)) => {
            frame.push(0x80 | 0x7e);
            frame.extend_from_slice(&len.to_be_bytes());
        }
        _ => {
            frame.push(0x80 | 0x7f);
            frame.extend_from_slice(&(payload.len() as u64).to_be_bytes());
        }
    }
    frame.extend_from_slice(&[0; 4]);
    frame.extend_from_slice(payload);
    frame
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server_frame(len: usize) -> Vec<u8> {
        let mut f = build(TEXT, &vec![b'x'; len]);
        let mask = f.len() - len - 4;
        f.drain(mask..mask + 4);
        f[1] &= 0x7f;
        f
    }

    #[test]
    fn lengths_of_every_form_are_read_when_whole() {
        for len in [0, 1, 125, 126, 65535, 65536] {
            let mut bytes = vec![0xee; 3];
            bytes.extend(server_frame(len));
            let frame = parse(&bytes, 3).unwrap();
            assert!(frame.fin);
            assert_eq!((frame.opcode, frame.payload.len(), frame.payload.end), (TEXT, len, bytes.len()));
            for cut in [4, bytes.len() - 1] {
                assert_eq!(parse(&bytes[..cut], 3), None, "{len} cut at {cut}");
            }
        }
    }
}

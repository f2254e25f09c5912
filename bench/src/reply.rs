//! Reading an HTTP/1.1 reply out of a buffer: pure functions, no sockets.

use memchr::memmem;
use serde_json::Value;

use crate::http::Failure;

/// What the head of a reply says about the rest.
#[derive(Clone, Copy, Debug)]
pub struct Head {
    /// Status code.
    pub status: u16,
    /// Bytes up to and with the empty line.
    pub len: usize,
    /// Bytes of the body; not known yet when it comes in chunks.
    pub body_len: usize,
    /// The body comes in chunks.
    pub chunked: bool,
    /// The server closes the connection after this reply.
    pub close: bool,
}

impl Head {
    /// The head at the start of `buf`, or `None` while it is not whole.
    pub fn parse(buf: &[u8]) -> Result<Option<Self>, Failure> {
        let Some(end) = memmem::find(buf, b"\r\n\r\n") else {
            return Ok(None);
        };
        let status = buf
            .strip_prefix(b"HTTP/1.1 ")
            .and_then(|rest| rest.get(..3))
            .and_then(|digits| str::from_utf8(digits).ok())
            .and_then(|digits| digits.parse().ok())
            .ok_or(Failure::Malformed)?;
        let mut head = Self { status, len: end + 4, body_len: 0, chunked: false, close: false };
        for (name, value) in headers(&buf[..end]) {
            if name.eq_ignore_ascii_case(b"content-length") {
                let length = str::from_utf8(value).ok().and_then(|v| v.parse().ok());
                head.body_len = length.ok_or(Failure::Malformed)?;
            } else if name.eq_ignore_ascii_case(b"transfer-encoding") {
                head.chunked = true;
            } else if name.eq_ignore_ascii_case(b"connection") {
                head.close = value.eq_ignore_ascii_case(b"close");
            }
        }
        Ok(Some(head))
    }
}

fn headers(head: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    head.split(|b| *b == b'\n').skip(1).filter_map(|line| {
        let colon = memchr::memchr(b':', line)?;
        Some((&line[..colon], line[colon + 1..].trim_ascii()))
    })
}

/// The body in chunks at the start of `buf`, or `None` while it is not whole.
pub fn dechunk(mut buf: &[u8]) -> Result<Option<Vec<u8>>, Failure> {
    let mut body = Vec::new();
    loop {
        let Some(end) = memmem::find(buf, b"\r\n") else {
            return Ok(None);
        };
        let size = str::from_utf8(&buf[..end])
            .ok()
            .and_then(|s| s.split(';').next())
            .and_then(|s| usize::from_str_radix(s.trim(), 16).ok())
            .ok_or(Failure::Malformed)?;
        let rest = &buf[end + 2..];
        let Some(chunk) = rest.get(..size) else {
            return Ok(None);
        };
        match rest.get(size..size + 2) {
            None => return Ok(None),
            Some(b"\r\n") if size == 0 => return Ok(Some(body)),
            Some(b"\r\n") => {}
            // Trailers are not sent to a client that did not ask for them.
            Some(_) => return Err(Failure::Malformed),
        }
        body.extend_from_slice(chunk);
        buf = &rest[size + 2..];
    }
}

/// A whole reply, borrowed from the client's buffer.
#[derive(Debug)]
pub struct Reply<'a> {
    head: Head,
    bytes: &'a [u8],
}

impl<'a> Reply<'a> {
    /// A reply with `head`, at the start of `bytes`.
    pub fn new(head: Head, bytes: &'a [u8]) -> Self {
        Self { head, bytes }
    }

    /// Status code.
    pub fn status(&self) -> u16 {
        self.head.status
    }

    /// 2xx.
    pub fn ok(&self) -> bool {
        (200..300).contains(&self.head.status)
    }

    /// The body.
    pub fn body(&self) -> &'a [u8] {
        &self.bytes[self.head.len..][..self.head.body_len]
    }

    /// The body as JSON; null when it is something else.
    pub fn json(&self) -> Value {
        serde_json::from_slice(self.body()).unwrap_or_default()
    }

    /// `Retry-After` in seconds; a date in it is not understood and reads as none.
    pub fn retry_after_s(&self) -> Option<u64> {
        self.header(b"retry-after").next()?.parse().ok()
    }

    /// The cookies that are set, as the `Cookie` header that sends them back; the expired are left out.
    pub fn cookies(&self) -> String {
        let pairs: Vec<&str> = self
            .header(b"set-cookie")
            .filter_map(|cookie| cookie.split(';').next())
            .filter(|pair| !pair.ends_with('='))
            .collect();
        pairs.join("; ")
    }

    fn header(&self, name: &'static [u8]) -> impl Iterator<Item = &'a str> {
        headers(&self.bytes[..self.head.len])
            .filter(move |(n, _)| n.eq_ignore_ascii_case(name))
            .filter_map(|(_, value)| str::from_utf8(value).ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_when_it_is_whole() {
        let text = b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nSet-Cookie: a=1; Path=/\r\nset-cookie: b=2\r\nContent-Length: 2\r\n\r\n{}";
        for cut in 0..text.len() - 2 {
            assert!(Head::parse(&text[..cut]).unwrap().is_none(), "{cut}");
        }
        let head = Head::parse(text).unwrap().unwrap();
        let reply = Reply::new(head, text);
        assert_eq!((reply.status(), reply.body()), (429, b"{}".as_slice()));
        assert_eq!(reply.retry_after_s(), Some(7));
        assert_eq!(reply.cookies(), "a=1; b=2");
        assert!(!reply.ok());
    }

    #[test]
    fn chunks_are_joined_when_the_last_one_is_there() {
        let text = b"4\r\nabcd\r\n1;x=y\r\ne\r\n0\r\n\r\n";
        for cut in 0..text.len() {
            assert_eq!(dechunk(&text[..cut]).unwrap(), None, "{cut}");
        }
        assert_eq!(dechunk(text).unwrap().unwrap(), b"abcde");
        assert!(dechunk(b"zz\r\n").is_err());
    }

    #[test]
    fn nonsense_is_refused() {
        assert!(Head::parse(b"SSH-2.0\r\n\r\n").is_err());
        assert!(Head::parse(b"HTTP/1.1 200 OK\r\ncontent-length: many\r\n\r\n").is_err());
    }
}

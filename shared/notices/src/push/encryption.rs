//! What the push service may not read: the content coding `aes128gcm` (RFC 8188) with keys agreed as RFC 8291 says.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use belgrano_wire::ambient::Ambient;
use hkdf::Hkdf;
use p256::elliptic_curve::sec1::ToSec1Point;
use p256::{PublicKey, SecretKey};
use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use sha2::Sha256;

/// The longest text: with what encryption adds, far below the 4096 bytes every push service takes (RFC 8030, 7.2).
pub const MAX_TEXT_BYTES: usize = 3 * 1024;

const POINT_BYTES: usize = 65;
const AUTH_BYTES: usize = 16;
const SALT_BYTES: usize = 16;
/// The whole message is one record, so its size only has to be larger than the message.
const RECORD_SIZE: u32 = 4096;
/// Ends the text of the last record (RFC 8188, 2).
const LAST_RECORD: u8 = 2;

/// The keys of one subscription, made by the browser (`p256dh` and `auth`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrowserKeys {
    public: PublicKey,
    auth: [u8; AUTH_BYTES],
}

impl BrowserKeys {
    /// Reads both from bytes: a point of P-256, uncompressed, and 16 bytes.
    #[must_use]
    pub fn new(public: &[u8], auth: &[u8]) -> Option<Self> {
        let public = (public.len() == POINT_BYTES).then(|| PublicKey::from_sec1_bytes(public).ok())??;
        Some(Self { public, auth: auth.try_into().ok()? })
    }

    /// Reads both from base64url, as `PushSubscription.toJSON()` writes them.
    #[must_use]
    pub fn parse(public: &str, auth: &str) -> Option<Self> {
        Self::new(&decode(public)?, &decode(auth)?)
    }

    /// The point, uncompressed.
    #[must_use]
    pub fn public_bytes(&self) -> [u8; POINT_BYTES] {
        point(&self.public)
    }

    /// The secret that proves who may write to the browser.
    #[must_use]
    pub fn auth_bytes(&self) -> &[u8] {
        &self.auth
    }
}

/// A public key as it travels: `04`, then both coordinates.
fn point(key: &PublicKey) -> [u8; POINT_BYTES] {
    let mut bytes = [0; POINT_BYTES];
    bytes.copy_from_slice(key.to_sec1_point(false).as_bytes());
    bytes
}

/// Base64url, with padding or without.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()
}

/// The body of one message: `text` for who has the private half of `to`. Every message has a key and a salt of its own.
///
/// `None` for a text beyond [`MAX_TEXT_BYTES`].
#[must_use]
pub fn encrypt(text: &[u8], to: &BrowserKeys, ambient: &Ambient) -> Option<Vec<u8>> {
    encrypt_with(text, to, &any_key(ambient), &ambient.bytes())
}

/// Nearly all of 32 random bytes are a key.
fn any_key(ambient: &Ambient) -> SecretKey {
    loop {
        if let Ok(key) = SecretKey::from_slice(&ambient.bytes::<32>()) {
            return key;
        }
    }
}

fn encrypt_with(text: &[u8], to: &BrowserKeys, own: &SecretKey, salt: &[u8; SALT_BYTES]) -> Option<Vec<u8>> {
    if text.len() > MAX_TEXT_BYTES {
        return None;
    }
    let own_public = point(&own.public_key());
    let secret = own.diffie_hellman(&to.public);
    let keys = Keys::derive(secret.raw_secret_bytes(), &to.auth, &to.public_bytes(), &own_public, salt)?;
    let mut body = Vec::with_capacity(SALT_BYTES + 5 + POINT_BYTES + text.len() + 1 + AES_128_GCM.tag_len());
    body.extend_from_slice(salt);
    body.extend_from_slice(&RECORD_SIZE.to_be_bytes());
    body.push(u8::try_from(own_public.len()).ok()?);
    body.extend_from_slice(&own_public);
    let mut record = text.to_vec();
    record.push(LAST_RECORD);
    let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &keys.key).ok()?);
    key.seal_in_place_append_tag(Nonce::assume_unique_for_key(keys.nonce), Aad::empty(), &mut record).ok()?;
    body.append(&mut record);
    Some(body)
}

/// The key and the nonce of the one record.
struct Keys {
    key: [u8; 16],
    nonce: [u8; 12],
}

impl Keys {
    /// RFC 8291, 3.4.
    fn derive(secret: &[u8], auth: &[u8], browser: &[u8], own: &[u8], salt: &[u8]) -> Option<Self> {
        let mut material = [0; 32];
        let info = [b"WebPush: info\0", browser, own];
        Hkdf::<Sha256>::new(Some(auth), secret).expand_multi_info(&info, &mut material).ok()?;
        let derived = Hkdf::<Sha256>::new(Some(salt), &material);
        let (mut key, mut nonce) = ([0; 16], [0; 12]);
        derived.expand(b"Content-Encoding: aes128gcm\0", &mut key).ok()?;
        derived.expand(b"Content-Encoding: nonce\0", &mut nonce).ok()?;
        Some(Self { key, nonce })
    }
}

/// A browser's side, for tests: it has the private halves and can read what it is sent.
#[cfg(any(test, feature = "testing"))]
#[derive(Debug)]
pub struct TestBrowser {
    key: SecretKey,
    auth: [u8; AUTH_BYTES],
}

#[cfg(any(test, feature = "testing"))]
impl TestBrowser {
    /// A browser with keys of its own.
    #[must_use]
    pub fn new(ambient: &Ambient) -> Self {
        Self { key: any_key(ambient), auth: ambient.bytes() }
    }

    /// `p256dh` and `auth` in base64url, as it tells the server.
    #[must_use]
    pub fn keys(&self) -> (String, String) {
        let public = point(&self.key.public_key());
        (URL_SAFE_NO_PAD.encode(public), URL_SAFE_NO_PAD.encode(self.auth))
    }

    /// Reads a message; `None` when it is not for this browser.
    #[must_use]
    pub fn decrypt(&self, body: &[u8]) -> Option<Vec<u8>> {
        let (salt, rest) = body.split_at_checked(SALT_BYTES)?;
        let (_, rest) = rest.split_at_checked(4)?;
        let (length, rest) = rest.split_first()?;
        let (sender, record) = rest.split_at_checked(usize::from(*length))?;
        let secret = self.key.diffie_hellman(&PublicKey::from_sec1_bytes(sender).ok()?);
        let own = point(&self.key.public_key());
        let keys = Keys::derive(secret.raw_secret_bytes(), &self.auth, &own, sender, salt)?;
        let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &keys.key).ok()?);
        let mut record = record.to_vec();
        let nonce = Nonce::assume_unique_for_key(keys.nonce);
        let text = key.open_in_place(nonce, Aad::empty(), &mut record).ok()?;
        let (last, text) = text.split_last()?;
        (*last == LAST_RECORD).then(|| text.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use belgrano_wire::testing::still_ambient;
    use p256::SecretKey;

    use super::{BrowserKeys, MAX_TEXT_BYTES, TestBrowser, decode, encrypt, encrypt_with};

    // RFC 8291, section 5 and appendix A.
    const TEXT: &str = "When I grow up, I want to be a watermelon";
    const SENDER: &str = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw";
    const BROWSER: &str = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94";
    const BROWSER_PUBLIC: &str =
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
    const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";
    const SALT: &str = "DGv6ra1nlYgDCS1FRnbzlw";
    const BODY: &str = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6Tlz\
         AC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";

    fn secret(text: &str) -> SecretKey {
        SecretKey::from_slice(&decode(text).expect("base64url")).expect("a key")
    }

    #[test]
    fn the_example_of_the_rfc_comes_out_byte_for_byte() {
        let keys = BrowserKeys::parse(BROWSER_PUBLIC, AUTH).expect("keys");
        let salt = decode(SALT).expect("base64url").try_into().expect("16 bytes");
        let body = encrypt_with(TEXT.as_bytes(), &keys, &secret(SENDER), &salt).expect("short enough");
        assert_eq!(URL_SAFE_NO_PAD.encode(body), BODY);
    }

    #[test]
    fn the_browser_of_the_rfc_reads_it() {
        let auth = decode(AUTH).expect("base64url").try_into().expect("16 bytes");
        let browser = TestBrowser { key: secret(BROWSER), auth };
        assert_eq!(browser.keys(), (BROWSER_PUBLIC.to_owned(), AUTH.to_owned()));
        assert_eq!(browser.decrypt(&decode(BODY).expect("base64url")).as_deref(), Some(TEXT.as_bytes()));
    }

    #[test]
    fn every_message_is_another_and_only_its_browser_reads_it() {
        let (ambient, _) = still_ambient(3);
        let (mine, other) = (TestBrowser::new(&ambient), TestBrowser::new(&ambient));
        let (public, auth) = mine.keys();
        let keys = BrowserKeys::parse(&public, &auth).expect("keys");
        let send = || encrypt(b"hola", &keys, &ambient).expect("short enough");
        let (one, two) = (send(), send());
        assert_ne!(one, two);
        assert_eq!(mine.decrypt(&one).as_deref(), Some(&b"hola"[..]));
        assert_eq!(other.decrypt(&one), None);
        let mut forged = two;
        *forged.last_mut().expect("bytes") ^= 1;
        assert_eq!(mine.decrypt(&forged), None);
    }

    #[test]
    fn the_longest_text_fits_every_push_service_and_a_longer_one_is_refused() {
        let (ambient, _) = still_ambient(4);
        let (public, auth) = TestBrowser::new(&ambient).keys();
        let keys = BrowserKeys::parse(&public, &auth).expect("keys");
        assert!(encrypt(&[b'x'; MAX_TEXT_BYTES], &keys, &ambient).expect("fits").len() <= 4096);
        assert_eq!(encrypt(&[b'x'; MAX_TEXT_BYTES + 1], &keys, &ambient), None);
    }

    #[test]
    fn keys_that_are_none_are_refused() {
        let point_off_the_curve = URL_SAFE_NO_PAD.encode([4; 65]);
        for (public, auth) in [
            ("", AUTH),
            (BROWSER_PUBLIC, ""),
            (BROWSER_PUBLIC, SENDER),
            (SENDER, AUTH),
            (point_off_the_curve.as_str(), AUTH),
            ("¡no!", AUTH),
        ] {
            assert_eq!(BrowserKeys::parse(public, auth), None, "{public} {auth}");
        }
        assert!(BrowserKeys::parse(&format!("{BROWSER_PUBLIC}="), &format!("{AUTH}==")).is_some(), "padding is fine");
    }
}

//! A QR code as a drawing within a page, so that what it says goes to nobody.

use std::fmt::Write;

use qrcodegen::{QrCode, QrCodeEcc};

/// Empty squares around a code, which a camera needs (ISO/IEC 18004).
const QUIET: i32 = 4;

/// A code as the path of a drawing whose unit is one square.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Qr {
    /// Squares on each side, with the empty ones around.
    pub(super) side: i32,
    /// The dark squares, those beside each other as one.
    pub(super) path: String,
}

/// What it says may be secret.
impl std::fmt::Debug for Qr {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Qr").field("side", &self.side).finish_non_exhaustive()
    }
}

impl Qr {
    /// The code of `text`; `None` when it is empty or longer than any code.
    pub(super) fn of(text: &str) -> Option<Self> {
        if text.is_empty() {
            return None;
        }
        let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
        let mut path = String::new();
        for y in 0..code.size() {
            let mut x = 0;
            while x < code.size() {
                let dark = (x..code.size()).take_while(|x| code.get_module(*x, y)).count();
                let Ok(run) = i32::try_from(dark) else { return None };
                if run > 0 {
                    let _ = write!(path, "M{} {}h{run}v1h-{run}z", x + QUIET, y + QUIET);
                }
                x += run.max(1);
            }
        }
        Some(Self { side: code.size() + 2 * QUIET, path })
    }
}

#[cfg(test)]
mod tests {
    use super::Qr;

    #[test]
    fn each_dark_square_is_drawn_once_within_the_quiet_zone() {
        let qr = Qr::of("otpauth://totp/x").expect("a code");
        let squares = (qr.side - 8) * (qr.side - 8);
        let runs: Vec<Vec<i32>> = qr
            .path
            .split('M')
            .skip(1)
            .map(|run| run.split(['h', 'v', ' ']).take(3).map(|number| number.parse().expect("a number")).collect())
            .collect();
        let dark: i32 = runs.iter().map(|run| run[2]).sum();
        assert!(squares / 3 < dark && dark < squares * 2 / 3, "{dark} of {squares}");
        assert!(runs.iter().all(|run| run[0] >= 4 && run[1] >= 4 && run[0] + run[2] <= qr.side - 4));
        // The finder patterns begin with seven dark squares, at two corners of the first row.
        assert_eq!(
            (&runs[0][..], runs.iter().filter(|run| run[1] == 4 && run[2] == 7).count() >= 2),
            (&[4, 4, 7][..], true)
        );
    }

    #[test]
    fn what_is_nothing_or_too_long_has_none() {
        assert_eq!((Qr::of(""), Qr::of(&"x".repeat(4000))), (None, None));
    }
}

//! The letters of the report: how wide a text is, and what it is made of.
//!
//! One glyph for each character, without kerning: digits stand under each other, and the text that is found in the file is the text
//! that was written.

use ttf_parser::Face as Parsed;

/// Noto Sans, and Bricolage Grotesque for what is large; subsets, both under the SIL Open Font License.
pub(super) const FILES: [&[u8]; 3] = [
    include_bytes!("../../../fonts/NotoSans-Regular.ttf"),
    include_bytes!("../../../fonts/NotoSans-Bold.ttf"),
    include_bytes!("../../../fonts/BricolageGrotesque-Bold.ttf"),
];

/// One of the embedded faces of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Face {
    Regular,
    Bold,
    /// For the brand, headings and figures.
    Display,
}

impl Face {
    pub(super) const ALL: [Self; 3] = [Self::Regular, Self::Bold, Self::Display];

    /// Its place among all.
    pub(super) const fn place(self) -> usize {
        match self {
            Self::Regular => 0,
            Self::Bold => 1,
            Self::Display => 2,
        }
    }
}

/// A letter of a text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Glyph {
    /// Its number in the font; 0 where the font has no such letter.
    pub(super) id: u16,
    /// In parts of the text's size.
    pub(super) width: f32,
    pub(super) letter: char,
    /// Where it ends in the text.
    end: usize,
}

/// All faces, read. Made once for each report.
pub(super) struct Letters([Parsed<'static>; 3]);

impl Letters {
    /// `None` if a file of ours is no font.
    pub(super) fn read() -> Option<Self> {
        let [regular, bold, display] = FILES.map(|bytes| Parsed::parse(bytes, 0).ok());
        Some(Self([regular?, bold?, display?]))
    }

    /// What a font says of itself.
    pub(super) fn parsed(&self, face: Face) -> &Parsed<'static> {
        let [regular, bold, display] = &self.0;
        match face {
            Face::Regular => regular,
            Face::Bold => bold,
            Face::Display => display,
        }
    }

    /// The letters of a text.
    pub(super) fn glyphs(&self, face: Face, text: &str) -> Vec<Glyph> {
        let parsed = self.parsed(face);
        let size = f32::from(parsed.units_per_em());
        let glyph = |(at, letter): (usize, char)| {
            let id = parsed.glyph_index(letter).unwrap_or_default();
            let width = f32::from(parsed.glyph_hor_advance(id).unwrap_or_default()) / size;
            Glyph { id: id.0, width, letter, end: at + letter.len_utf8() }
        };
        text.char_indices().map(glyph).collect()
    }

    /// The width of a text of so many points.
    pub(super) fn width(&self, face: Face, size: f32, text: &str) -> f32 {
        self.glyphs(face, text).iter().map(|glyph| glyph.width).sum::<f32>() * size
    }

    /// As much of a text as fits, with three dots when it is not all.
    pub(super) fn fit(&self, face: Face, size: f32, text: &str, room: f32) -> String {
        if self.width(face, size, text) <= room {
            return text.to_owned();
        }
        let room = room - self.width(face, size, "…");
        let mut width = 0.0;
        let fits = self.glyphs(face, text).into_iter().take_while(|glyph| {
            width += glyph.width * size;
            width <= room
        });
        let end = fits.last().map_or(0, |glyph| glyph.end);
        format!("{}…", text[..end].trim_end())
    }

    /// A text in lines that fit, broken at blanks.
    pub(super) fn wrap(&self, face: Face, size: f32, text: &str, room: f32) -> Vec<String> {
        let mut lines = vec![String::new()];
        for word in text.split_whitespace() {
            let word = self.fit(face, size, word, room);
            let line = lines.last().map_or("", String::as_str);
            let longer = if line.is_empty() { word.clone() } else { format!("{line} {word}") };
            match lines.last_mut() {
                Some(line) if self.width(face, size, &longer) <= room => *line = longer,
                _ => lines.push(word),
            }
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::{Face, Letters};

    #[test]
    fn text_is_cut_and_broken_where_there_is_no_more_room() {
        let letters = Letters::read().expect("fonts");
        let width = |text: &str| letters.width(Face::Regular, 10.0, text);
        assert!((width("1111111111") - width("0000000000")).abs() < 0.01, "digits stand under each other");
        let fitted = letters.fit(Face::Regular, 10.0, "Café molido de Bolivia", 60.0);
        assert!(fitted.starts_with("Café") && fitted.ends_with('…') && width(&fitted) <= 60.0, "{fitted}");
        let lines = letters.wrap(Face::Regular, 10.0, "una línea que no entra en el ancho que hay", 80.0);
        assert!(lines.len() > 2 && lines.iter().all(|line| width(line) <= 80.0), "{lines:?}");
        assert_eq!(lines.join(" "), "una línea que no entra en el ancho que hay");
    }
}

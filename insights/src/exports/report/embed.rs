//! The fonts of a document: of each face the letters that were used, and which letter each of them is, so that text can be found and
//! copied.

use std::collections::BTreeMap;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Filter, Finish as _, Name, Pdf, Rect, Ref, Str};
use subsetter::{GlyphRemapper, subset};

use super::letters::{FILES, Face, Letters};
use super::print::{Numbers, ReportError};

const SYSTEM: SystemInfo<'static> = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };
/// As six letters before its name say that a font is not whole.
const NAMES: [&str; 3] = ["BELGAA+NotoSans-Regular", "BELGAB+NotoSans-Bold", "BELGAC+BricolageGrotesque-Bold"];
/// By what a page calls them.
pub(super) const CALLED: [&[u8]; 3] = [b"F0", b"F1", b"F2"];

/// What a document uses of one face.
#[derive(Default)]
pub(super) struct Used {
    numbers: GlyphRemapper,
    /// By its number in the document: the letter and its width, in thousandths of its size.
    letters: BTreeMap<u16, (char, f32)>,
}

impl Used {
    /// A text as a page has it: two bytes for each letter.
    pub(super) fn text(&mut self, letters: &Letters, face: Face, text: &str) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(text.len() * 2);
        for glyph in letters.glyphs(face, text) {
            let number = self.numbers.remap(glyph.id);
            self.letters.entry(number).or_insert((glyph.letter, glyph.width * 1000.0));
            bytes.extend(number.to_be_bytes());
        }
        bytes
    }

    /// Writes the font under `font`.
    pub(super) fn write(
        &self,
        pdf: &mut Pdf,
        numbers: &mut Numbers,
        font: Ref,
        (letters, face): (&Letters, Face),
    ) -> Result<(), ReportError> {
        let [cid, descriptor, cmap, file] = [(); 4].map(|()| numbers.take());
        let name = Name(NAMES[face.place()].as_bytes());
        pdf.type0_font(font)
            .base_font(name)
            .encoding_predefined(Name(b"Identity-H"))
            .descendant_font(cid)
            .to_unicode(cmap);
        let mut of_letters = pdf.cid_font(cid);
        of_letters.subtype(CidFontType::Type2).base_font(name).system_info(SYSTEM).font_descriptor(descriptor);
        of_letters.default_width(0.0).cid_to_gid_map_predefined(Name(b"Identity"));
        let mut widths = of_letters.widths();
        for (number, (_, width)) in &self.letters {
            widths.consecutive(*number, [*width]);
        }
        widths.finish();
        of_letters.finish();
        describe(pdf, letters, face, (descriptor, file));
        let mut words = UnicodeCmap::new(Name(b"Custom"), SYSTEM);
        for (number, (letter, _)) in &self.letters {
            words.pair(*number, *letter);
        }
        let words = words.finish();
        pdf.cmap(cmap, &words);
        let subset = subset(FILES[face.place()], 0, &self.numbers).map_err(|_| ReportError::Font)?;
        let packed = packed(&subset);
        let mut stream = pdf.stream(file, &packed);
        stream.filter(Filter::FlateDecode);
        stream.pair(Name(b"Length1"), i32::try_from(subset.len()).unwrap_or(i32::MAX));
        Ok(())
    }
}

/// How tall a font is, and where its file stands.
fn describe(pdf: &mut Pdf, letters: &Letters, face: Face, (descriptor, file): (Ref, Ref)) {
    let parsed = letters.parsed(face);
    let scale = 1000.0 / f32::from(parsed.units_per_em());
    let (all, of) = (parsed.global_bounding_box(), |length: i16| f32::from(length) * scale);
    pdf.font_descriptor(descriptor)
        .name(Name(NAMES[face.place()].as_bytes()))
        .flags(FontFlags::NON_SYMBOLIC)
        .bbox(Rect::new(of(all.x_min), of(all.y_min), of(all.x_max), of(all.y_max)))
        .italic_angle(0.0)
        .ascent(of(parsed.ascender()))
        .descent(of(parsed.descender()))
        .cap_height(of(parsed.capital_height().unwrap_or_default()))
        .stem_v(if face == Face::Regular { 80.0 } else { 140.0 })
        .font_file2(file);
}

/// Bytes as a stream of a document has them.
pub(super) fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut packer = ZlibEncoder::new(Vec::new(), Compression::default());
    // Into memory: there is nothing that could fail.
    let _ = packer.write_all(bytes);
    packer.finish().unwrap_or_default()
}

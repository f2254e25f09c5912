//! Laid out pages as a PDF: letters as text of embedded fonts, everything else as vectors, and all of it tagged.

use belgrano_wire::timestamp::UnixMillis;
use pdf_writer::{Content, Date, Filter, Finish as _, Name, Pdf, Rect, Ref, Str, TextStr};

use super::embed::{CALLED, Used, packed};
use super::letters::Face;
use super::paper::{Area, Color, HEIGHT, Mark, Paper, WIDTH};
use super::tags::{Place, Tags};

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub(in crate::exports) enum ReportError {
    /// A font of ours cannot be read.
    #[error("a font of the report cannot be read")]
    Font,
}

/// Of what a reader of files says: its title, its language (BCP 47), when it was made.
pub(super) struct About<'a> {
    pub(super) title: &'a str,
    pub(super) language: &'a str,
    pub(super) made: UnixMillis,
}

/// Numbers of the objects of a document, one after the other.
pub(super) struct Numbers(Ref);

impl Numbers {
    pub(super) fn take(&mut self) -> Ref {
        self.0.bump()
    }
}

/// By what a page calls a thin fill.
const THIN: Name<'static> = Name(b"G0");

/// What all pages share.
struct Shared {
    pages: Ref,
    fonts: [Ref; 3],
    thin: Ref,
}

/// Writes the pages.
pub(super) fn print(paper: &Paper, about: &About<'_>) -> Result<Vec<u8>, ReportError> {
    let (mut pdf, mut numbers) = (Pdf::new(), Numbers(Ref::new(1)));
    let [catalog, info, root] = [(); 3].map(|()| numbers.take());
    let fonts = [(); 3].map(|()| numbers.take());
    let shared = Shared { pages: numbers.take(), fonts, thin: numbers.take() };
    let mut used = [Used::default(), Used::default(), Used::default()];
    let mut places = vec![None; paper.leaves];
    let mut pages = Vec::new();
    for (at, marks) in paper.pages.iter().enumerate() {
        let page = numbers.take();
        let content = draw(paper, marks, &mut used, &mut places, (at, page));
        write_page(&mut pdf, &mut numbers, &shared, (at, page), &content);
        pages.push(page);
    }
    let count = i32::try_from(pages.len()).unwrap_or(i32::MAX);
    pdf.pages(shared.pages).kids(pages.iter().copied()).count(count);
    pdf.ext_graphics(shared.thin).non_stroking_alpha(0.12);
    for (face, font) in Face::ALL.into_iter().zip(fonts) {
        used[face.place()].write(&mut pdf, &mut numbers, font, (&paper.letters, face))?;
    }
    let mut tags = Tags { places: &places, parents: vec![Vec::new(); pages.len()] };
    let document = tags.write(&mut pdf, &mut numbers, root, &paper.nodes);
    let parents: Vec<Ref> = tags.parents.iter().map(|_| numbers.take()).collect();
    for (of_page, id) in tags.parents.iter().zip(&parents) {
        pdf.indirect(*id).array().items(of_page.iter().copied());
    }
    let mut top = pdf.catalog(catalog);
    top.pages(shared.pages).lang(TextStr(about.language));
    top.mark_info().marked(true);
    top.viewer_preferences().display_doc_title(true);
    let mut tree = top.struct_tree_root();
    tree.child(document).parent_tree_next_key(count);
    let mut by_page = tree.parent_tree();
    let mut entries = by_page.nums();
    for (key, id) in (0..).zip(parents) {
        entries.insert(key, id);
    }
    entries.finish();
    by_page.finish();
    tree.finish();
    top.finish();
    describe(&mut pdf, info, about);
    Ok(pdf.finish())
}

fn describe(pdf: &mut Pdf, info: Ref, about: &About<'_>) {
    const HOUSE: TextStr<'static> = TextStr("Belgrano Insights");
    let mut info = pdf.document_info(info);
    info.title(TextStr(about.title)).author(HOUSE).creator(HOUSE);
    let Some(made) = about.made.local() else { return };
    let part = |number: i8| u8::try_from(number).unwrap_or_default();
    let date = Date::new(u16::try_from(made.year()).unwrap_or_default())
        .month(part(made.month()))
        .day(part(made.day()))
        .hour(part(made.hour()))
        .minute(part(made.minute()))
        .second(part(made.second()))
        .utc_offset_hour(i8::try_from(made.offset().seconds() / 3600).unwrap_or_default());
    info.creation_date(date);
}

fn write_page(pdf: &mut Pdf, numbers: &mut Numbers, shared: &Shared, (at, id): (usize, Ref), content: &[u8]) {
    let stream = numbers.take();
    let packed = packed(content);
    pdf.stream(stream, &packed).filter(Filter::FlateDecode);
    let mut page = pdf.page(id);
    page.media_box(Rect::new(0.0, 0.0, WIDTH, HEIGHT)).parent(shared.pages).contents(stream);
    page.struct_parents(i32::try_from(at).unwrap_or(i32::MAX));
    let mut resources = page.resources();
    resources.ext_g_states().pair(THIN, shared.thin);
    let mut fonts = resources.fonts();
    for (name, font) in CALLED.iter().zip(shared.fonts) {
        fonts.pair(Name(name), font);
    }
}

/// The content of a page; where its leaves stand is put into `places`.
fn draw(
    paper: &Paper,
    marks: &[Mark],
    used: &mut [Used; 3],
    places: &mut [Option<Place>],
    (page, of): (usize, Ref),
) -> Vec<u8> {
    let mut content = Content::new();
    let (mut leaves, mut within) = (0, false);
    for mark in marks {
        match mark {
            Mark::Leaf(leaf) => {
                within = true;
                content.begin_marked_content_with_properties(Name(b"Span")).properties().identify(leaves);
                if let Some(place) = places.get_mut(*leaf) {
                    *place = Some(Place { page, of, number: leaves });
                }
                leaves += 1;
            }
            Mark::End => {
                within = false;
                content.end_marked_content();
            }
            mark if within => put(&mut content, paper, used, mark),
            mark => {
                content.begin_marked_content(Name(b"Artifact"));
                put(&mut content, paper, used, mark);
                content.end_marked_content();
            }
        }
    }
    content.finish().into_vec()
}

fn put(content: &mut Content, paper: &Paper, used: &mut [Used; 3], mark: &Mark) {
    match mark {
        Mark::Filled(Area(x, y, width, height), color) => {
            fill(content, *color).rect(*x, HEIGHT - y - height, *width, *height).fill_nonzero();
        }
        Mark::Shade(points, color) => {
            content.save_state().set_parameters(THIN);
            fill(content, *color);
            line(content, points);
            content.close_path().fill_nonzero().restore_state();
        }
        Mark::Stroke(points, color, width) => {
            let [red, green, blue] = parts(*color);
            content.set_stroke_rgb(red, green, blue).set_line_width(*width);
            line(content, points);
            content.stroke();
        }
        Mark::Text((x, y), look, text) => {
            let face = look.0.place();
            let text = used[face].text(&paper.letters, look.0, text);
            fill(content, look.2).begin_text().set_font(Name(CALLED[face]), look.1);
            content.next_line(*x, HEIGHT - y).show(Str(&text)).end_text();
        }
        Mark::Leaf(_) | Mark::End => {}
    }
}

fn line(content: &mut Content, points: &[(f32, f32)]) {
    for (at, (x, y)) in points.iter().enumerate() {
        if at == 0 {
            content.move_to(*x, HEIGHT - y);
        } else {
            content.line_to(*x, HEIGHT - y);
        }
    }
}

fn fill(content: &mut Content, color: Color) -> &mut Content {
    let [red, green, blue] = parts(color);
    content.set_fill_rgb(red, green, blue)
}

fn parts(color: Color) -> [f32; 3] {
    let [_, red, green, blue] = color.to_be_bytes();
    [red, green, blue].map(|part| f32::from(part) / 255.0)
}

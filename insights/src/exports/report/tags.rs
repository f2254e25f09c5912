//! What of a document is a heading, a paragraph, a table or a figure: its tree of structure (ISO 32000-1, 14.7), by which it is read
//! aloud.

use pdf_writer::types::{StructRole, TableHeaderScope};
use pdf_writer::{Finish as _, Pdf, Ref, TextStr};

use super::paper::{Node, Part};
use super::print::Numbers;

/// Where a leaf stands: its page, by its place and its reference, and its number on that page.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) page: usize,
    pub(super) of: Ref,
    pub(super) number: i32,
}

/// Writes elements, and keeps for each page which element each of its leaves is of.
pub(super) struct Tags<'a> {
    pub(super) places: &'a [Option<Place>],
    pub(super) parents: Vec<Vec<Ref>>,
}

impl Tags<'_> {
    /// Writes the document's tree below `root`; the element that has all others.
    pub(super) fn write(&mut self, pdf: &mut Pdf, numbers: &mut Numbers, root: Ref, nodes: &[Node]) -> Ref {
        let document = numbers.take();
        let children: Vec<Ref> = nodes.iter().filter_map(|node| self.group(pdf, numbers, document, node)).collect();
        let mut element = pdf.struct_element(document);
        element.kind(StructRole::Document).parent(root);
        let mut all = element.children();
        for child in children {
            all.struct_element(child);
        }
        all.finish();
        document
    }

    /// Writes a group and all below it.
    fn group(&mut self, pdf: &mut Pdf, numbers: &mut Numbers, parent: Ref, node: &Node) -> Option<Ref> {
        let Node::Group(part, children) = node else { return None };
        let id = numbers.take();
        let mut below = Vec::new();
        for child in children {
            match child {
                Node::Leaf(leaf) => {
                    let place = (*self.places.get(*leaf)?)?;
                    let of_page = self.parents.get_mut(place.page)?;
                    let at = usize::try_from(place.number).ok()?;
                    // A leaf that comes later has the higher number, on its page.
                    of_page.resize((at + 1).max(of_page.len()), id);
                    *of_page.get_mut(at)? = id;
                    below.push(Below::Leaf(place));
                }
                group @ Node::Group(..) => below.extend(self.group(pdf, numbers, id, group).map(Below::Element)),
            }
        }
        let mut element = pdf.struct_element(id);
        element.kind(role(part)).parent(parent);
        match part {
            Part::Figure(words) => {
                element.alt(TextStr(words));
            }
            Part::Head => {
                element.attributes().push().table().scope(TableHeaderScope::Column);
            }
            _ => {}
        }
        let mut all = element.children();
        for child in below {
            match child {
                Below::Element(child) => {
                    all.struct_element(child);
                }
                Below::Leaf(place) => {
                    all.marked_content_ref().page(place.of).marked_content_id(place.number);
                }
            }
        }
        all.finish();
        Some(id)
    }
}

enum Below {
    Element(Ref),
    Leaf(Place),
}

fn role(part: &Part) -> StructRole {
    match part {
        Part::Title => StructRole::H1,
        Part::Heading => StructRole::H2,
        Part::Paragraph => StructRole::P,
        Part::Table => StructRole::Table,
        Part::Row => StructRole::TR,
        Part::Head => StructRole::TH,
        Part::Cell => StructRole::TD,
        Part::Figure(_) => StructRole::Figure,
    }
}

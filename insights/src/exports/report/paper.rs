//! Pages as they are laid out: what is drawn where, and what of it is a heading, a paragraph, a table or a figure for who does not
//! see it. How many pages there are is known only at the end, so nothing is written before.
//!
//! Lengths are points, from the upper left corner of a page of A4.

use super::letters::{Face, Letters};

pub(super) const WIDTH: f32 = 595.0;
pub(super) const HEIGHT: f32 = 842.0;
/// Left, right.
pub(super) const MARGIN: f32 = 42.0;
/// What a line, a card or a table may be as wide as.
pub(super) const ROOM: f32 = WIDTH - 2.0 * MARGIN;
/// Where a page that is not the first begins.
const TOP: f32 = 44.0;
/// Below this is the foot.
const BOTTOM: f32 = HEIGHT - 54.0;

/// Red, green and blue, as in `0x10604a`.
pub(super) type Color = u32;

pub(super) const BRAND: Color = 0x0010_604a;
pub(super) const WASH: Color = 0x00e2_f0e6;
pub(super) const SUN: Color = 0x00f4_b83f;
pub(super) const TEXT: Color = 0x002b_2019;
pub(super) const MUTED: Color = 0x0069_5b4d;
pub(super) const LINE: Color = 0x00e5_d9c5;
pub(super) const PAPER: Color = 0x00ff_fdf9;
pub(super) const SUNKEN: Color = 0x00fb_f5ea;
pub(super) const GOOD: Color = 0x0014_684a;
pub(super) const BAD: Color = 0x00a9_2a1c;
pub(super) const WHITE: Color = 0x00ff_ffff;

/// A stretch of the page: left, top, width, height.
#[derive(Clone, Copy, Debug)]
pub(super) struct Area(pub(super) f32, pub(super) f32, pub(super) f32, pub(super) f32);

/// How a text looks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look(pub(super) Face, pub(super) f32, pub(super) Color);

/// Something that is drawn.
#[derive(Clone, Debug)]
pub(super) enum Mark {
    Filled(Area, Color),
    /// Points one after the other, joined by a line of a width.
    Stroke(Vec<(f32, f32)>, Color, f32),
    /// What points surround, filled thinly.
    Shade(Vec<(f32, f32)>, Color),
    /// From a point on its base line.
    Text((f32, f32), Look, String),
    /// From here to [`Mark::End`] it is the leaf of this number; outside of leaves there is decoration.
    Leaf(usize),
    End,
}

/// What a part of the document is.
#[derive(Clone, Debug)]
pub(super) enum Part {
    Title,
    Heading,
    Paragraph,
    Table,
    Row,
    Head,
    Cell,
    /// In words, for who does not see it.
    Figure(String),
}

/// The document as it is read aloud.
#[derive(Clone, Debug)]
pub(super) enum Node {
    Leaf(usize),
    Group(Part, Vec<Node>),
}

/// Pages, being filled.
pub(super) struct Paper {
    pub(super) letters: Letters,
    pub(super) pages: Vec<Vec<Mark>>,
    pub(super) nodes: Vec<Node>,
    pub(super) leaves: usize,
    /// Down to where the page is full.
    pub(super) y: f32,
}

impl Paper {
    /// An empty page.
    pub(super) fn new(letters: Letters) -> Self {
        Self { letters, pages: vec![Vec::new()], nodes: Vec::new(), leaves: 0, y: TOP }
    }

    pub(super) fn draw(&mut self, mark: Mark) {
        if let Some(page) = self.pages.last_mut() {
            page.push(mark);
        }
    }

    /// Goes on with the next page unless there is so much room left; whether it did.
    pub(super) fn need(&mut self, height: f32) -> bool {
        let full = self.y + height > BOTTOM;
        if full {
            self.pages.push(Vec::new());
            self.y = TOP;
        }
        full
    }

    /// What is drawn by `draw` is one leaf.
    pub(super) fn leaf(&mut self, draw: impl FnOnce(&mut Self)) -> Node {
        let leaf = self.leaves;
        self.leaves += 1;
        self.draw(Mark::Leaf(leaf));
        draw(self);
        self.draw(Mark::End);
        Node::Leaf(leaf)
    }

    /// A text from a point on its base line, as a leaf.
    pub(super) fn text(&mut self, at: (f32, f32), look: Look, text: impl Into<String>) -> Node {
        let text = text.into();
        self.leaf(|paper| paper.draw(Mark::Text(at, look, text)))
    }

    /// A text that ends at a point on its base line, as a leaf.
    pub(super) fn text_to(&mut self, (x, y): (f32, f32), look: Look, text: impl Into<String>) -> Node {
        let text = text.into();
        let width = self.letters.width(look.0, look.1, &text);
        self.text((x - width, y), look, text)
    }

    /// A heading, on the same page as so much of what follows it.
    pub(super) fn heading(&mut self, text: &str, follows: f32) {
        self.need(34.0 + follows);
        self.y += 26.0;
        let node = self.text((MARGIN, self.y), Look(Face::Display, 14.0, TEXT), text);
        self.draw(Mark::Filled(Area(MARGIN, self.y + 5.0, 28.0, 2.0), SUN));
        self.y += 14.0;
        self.nodes.push(Node::Group(Part::Heading, vec![node]));
    }

    /// A paragraph of small letters.
    pub(super) fn paragraph(&mut self, text: &str) {
        const LOOK: Look = Look(Face::Regular, 9.0, MUTED);
        let mut leaves = Vec::new();
        for line in self.letters.wrap(LOOK.0, LOOK.1, text, ROOM) {
            self.need(13.0);
            self.y += 13.0;
            leaves.push(self.text((MARGIN, self.y), LOOK, line));
        }
        self.nodes.push(Node::Group(Part::Paragraph, leaves));
    }
}

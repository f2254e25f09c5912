//! The key figures as cards: what each is, which way it went, and what it was in the period before.

use belgrano_wire::texts::{Language, Message};

use super::letters::Face;
use super::paper::{Area, BAD, Color, GOOD, LINE, Look, MARGIN, MUTED, Mark, Node, PAPER, Paper, Part, ROOM, TEXT};
use crate::exports::columns::Kind;
use crate::exports::measures::Measure;
use crate::pages::number;

const COLUMNS: usize = 3;
const GAP: f32 = 10.0;
const WIDTH: f32 = (ROOM - 2.0 * GAP) / 3.0;
const HEIGHT: f32 = 58.0;

/// Draws a card for each figure, three beside each other.
pub(super) fn cards(paper: &mut Paper, measures: &[Measure], language: Language, currency: &str) {
    for row in measures.chunks(COLUMNS) {
        paper.need(HEIGHT);
        let top = paper.y;
        let mut x = MARGIN;
        for measure in row {
            let card = card(paper, (x, top), measure, language, currency);
            paper.nodes.push(Node::Group(Part::Paragraph, card));
            x += WIDTH + GAP;
        }
        paper.y = top + HEIGHT + GAP;
    }
}

fn card(paper: &mut Paper, (x, y): (f32, f32), measure: &Measure, language: Language, currency: &str) -> Vec<Node> {
    paper.draw(Mark::Filled(Area(x, y, WIDTH, HEIGHT), LINE));
    paper.draw(Mark::Filled(Area(x + 1.0, y + 1.0, WIDTH - 2.0, HEIGHT - 2.0), PAPER));
    let (left, room) = (x + 10.0, WIDTH - 20.0);
    let name = language.t(measure.key).to_string();
    let value = measure.now.map_or_else(|| "–".to_owned(), |now| super::written(measure.kind, now, language, currency));
    let value = paper.letters.fit(Face::Display, 15.0, &value, room);
    let mut leaves = vec![
        paper.text((left, y + 16.0), Look(Face::Regular, 8.5, MUTED), name),
        paper.text((left, y + 35.0), Look(Face::Display, 15.0, TEXT), value),
    ];
    let mut from = left;
    if let Some((text, color)) = change(measure, language) {
        let look = Look(Face::Bold, 8.0, color);
        leaves.push(paper.text((from, y + 49.0), look, &text));
        from += paper.letters.width(look.0, look.1, &text) + 5.0;
    }
    if let Some(before) = measure.before {
        let before = super::written(measure.kind, before, language, currency);
        let said = language.say(Message::new("insights-before").with("value", before)).to_string();
        let said = paper.letters.fit(Face::Regular, 8.0, &said, left + room - from);
        leaves.push(paper.text((from, y + 49.0), Look(Face::Regular, 8.0, MUTED), said));
    }
    leaves
}

/// Which way a figure went, and the colour that says whether that is good.
fn change(measure: &Measure, language: Language) -> Option<(String, Color)> {
    let change = measure.change()?;
    let sign = if change > 0.0 { "+" } else { "" };
    let shown = format!("{sign}{}", number(language, change, 1));
    let text = if measure.kind == Kind::Percent {
        language.say(Message::new("insights-points").with("by", shown)).to_string()
    } else {
        format!("{shown} %")
    };
    let color = match change {
        change if change.abs() < 0.05 => MUTED,
        change if (change > 0.0) != measure.less_is_better => GOOD,
        _ => BAD,
    };
    Some((text, color))
}

//! The printable report: brand, what it is of, key figures as cards, sales over time, and the places, articles, categories and
//! segments that make them up.

mod cards;
mod embed;
mod letters;
mod paper;
mod print;
mod series;
mod table;
mod tags;

use belgrano_wire::texts::{Language, Message};

use self::letters::{Face, Letters};
use self::paper::{
    Area, BRAND, HEIGHT, LINE, Look, MARGIN, MUTED, Mark, Node, Paper, Part, ROOM, SUN, TEXT, WASH, WIDTH,
};
pub(super) use self::print::ReportError;
use self::print::{About, print};
use self::table::{Table, kept_together};
use super::columns::{self, Column, Kind};
use super::content::{Content, Rows};
use super::words;
use crate::api::Place;
use crate::pages::{amount, number};

/// Rows of the tables of places and articles.
const MOST: usize = 10;

/// The report of `content` as a PDF, in `language`.
pub(super) fn report(content: &Content, language: Language) -> Result<Vec<u8>, ReportError> {
    let mut paper = Paper::new(Letters::read().ok_or(ReportError::Font)?);
    head(&mut paper, content, language);
    cards::cards(&mut paper, &content.measures, language, &content.currency);
    over_time(&mut paper, content, language);
    let (place, places) = (content.places.0, &content.places.1);
    let heading = match place {
        Place::Country => "export-top-countries",
        Place::Barrio => "export-top-barrios",
    };
    let tables: [(&str, &[Column], &Rows, &'static str); 4] = [
        (heading, columns::places(place), places, "revenue"),
        ("export-top-products", columns::PRODUCTS, &content.products, "revenue"),
        ("export-by-category", columns::CATEGORIES, &content.categories, "revenue"),
        ("export-by-segment", &columns::SEGMENTS[..5], &content.segments, "customers"),
    ];
    for (heading, columns, rows, bar) in tables {
        let most = if bar == "revenue" { MOST } else { rows.len() };
        let rows = &rows[..rows.len().min(most)];
        paper.heading(&language.t(heading).to_string(), kept_together(rows.len()));
        Table { columns, rows, bar, language, currency: &content.currency }.draw(&mut paper);
    }
    feet(&mut paper, content, language);
    let title = words::title(language);
    print(&paper, &About { title: &title, language: language.tag(), made: content.made })
}

/// The brand, and what the report is of.
fn head(paper: &mut Paper, content: &Content, language: Language) {
    awning(paper, 14.0);
    paper.y = 56.0;
    let brand = paper.text((MARGIN, paper.y), Look(Face::Display, 13.0, BRAND), "Belgrano Insights");
    paper.nodes.push(Node::Group(Part::Paragraph, vec![brand]));
    paper.y += 32.0;
    let title = paper.text((MARGIN, paper.y), Look(Face::Display, 26.0, TEXT), words::title(language));
    paper.nodes.push(Node::Group(Part::Title, vec![title]));
    paper.y += 4.0;
    for line in words::about(content, language) {
        paper.paragraph(&line);
    }
    paper.y += 12.0;
}

/// The strip of awning that every page of the house has at its top.
fn awning(paper: &mut Paper, height: f32) {
    const STRIPE: f32 = 17.5;
    paper.draw(Mark::Filled(Area(0.0, 0.0, WIDTH, height), BRAND));
    for at in (1_u8..34).step_by(2) {
        paper.draw(Mark::Filled(Area(f32::from(at) * STRIPE, 0.0, STRIPE, height), SUN));
    }
}

fn over_time(paper: &mut Paper, content: &Content, language: Language) {
    let (step, rows) = &content.whole;
    if rows.len() < 2 {
        return;
    }
    let key = match *step {
        "month" => "export-over-months",
        "week" => "export-over-weeks",
        _ => "export-over-days",
    };
    let heading = language.t(key).to_string();
    paper.heading(&heading, series::HEIGHT);
    series::series(paper, rows, language, format!("{heading}. {}", words::period(content, language)));
}

/// The foot of each page: what it is of, and its number.
fn feet(paper: &mut Paper, content: &Content, language: Language) {
    const LOOK: Look = Look(Face::Regular, 7.5, MUTED);
    let pages = paper.pages.len();
    let about =
        [content.source.as_str(), &words::period(content, language), &words::filters(content, language)].join(" · ");
    let about = paper.letters.fit(LOOK.0, LOOK.1, &about, ROOM - 90.0);
    let base = HEIGHT - 30.0;
    for (at, marks) in paper.pages.iter_mut().enumerate() {
        let said = Message::new("export-page").with("page", (at + 1).to_string()).with("pages", pages.to_string());
        let said = language.say(said).to_string();
        let end = MARGIN + ROOM - paper.letters.width(LOOK.0, LOOK.1, &said);
        marks.push(Mark::Stroke(vec![(MARGIN, base - 14.0), (MARGIN + ROOM, base - 14.0)], LINE, 0.5));
        marks.push(Mark::Text((MARGIN, base), LOOK, about.clone()));
        marks.push(Mark::Text((end, base), LOOK, said));
        if at > 0 {
            marks.push(Mark::Filled(Area(0.0, 0.0, WIDTH, 6.0), BRAND));
            marks.push(Mark::Filled(Area(0.0, 6.0, WIDTH, 1.5), WASH));
        }
    }
}

/// A number as its column holds it.
fn written(kind: Kind, value: f64, language: Language, currency: &str) -> String {
    match kind {
        Kind::Amount if currency.is_empty() => number(language, value, 2),
        Kind::Amount => amount(language, value, currency),
        Kind::Percent => format!("{} %", number(language, value, 1)),
        Kind::Decimal => number(language, value, 1),
        _ => number(language, value, 0),
    }
}

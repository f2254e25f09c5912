//! The API documents in Spanish: comments of the code are English, and what describes it to others is not.
//!
//! utoipa takes descriptions from the comments; here each of them is replaced by the text for its place. The texts of a service are in
//! its `texts/es-AR/api.txt`, those of what is shared in `shared/texts/es-AR/api.txt`:
//!
//! ```text
//! get /api/pedidos#5f0c = Pedidos de la cuenta.
//!   parameters.cursor#a210 = Dónde terminó la página anterior.
//! OrderView#77e1 = Un pedido, como lo ve quien lo hizo.
//!   barrio = Barrio al que va.
//! ```
//!
//! A line that is not indented begins an operation or a schema, the others are parts of it. Behind `#` is the mark of the English
//! sentence, absent where the code says nothing: `assert_described` of the crate `testing` fails when the sentence is another one now.
//! Under the heads `parameters` and `responses` are texts for every operation that has none of its own.

use std::collections::HashMap;

use utoipa::openapi::OpenApi;

use super::places::{Place, each_place};

/// The texts of what the services share.
pub const SHARED: &str = include_str!("../../../texts/es-AR/api.txt");

/// A text, and the mark of the English that it says.
#[derive(Clone, Copy, Debug)]
pub struct Said {
    /// The schema or the operation.
    pub head: &'static str,
    /// What of it; empty for the whole.
    pub part: &'static str,
    /// The mark of the English; empty where there is none.
    pub mark: &'static str,
    /// What is said there, in Spanish.
    pub text: &'static str,
}

/// The texts of a file, in its order.
pub fn said(file: &'static str) -> impl Iterator<Item = Said> {
    let mut head = "";
    file.lines().filter(|line| !line.starts_with('#')).filter_map(move |line| {
        let (key, text) = line.split_once(" = ").unwrap_or((line, ""));
        let (name, mark) = key.split_once('#').unwrap_or((key, ""));
        let indented = name.starts_with(' ');
        if !indented {
            head = name.trim();
        }
        let part = if indented { name.trim() } else { "" };
        (!text.is_empty()).then_some(Said { head, part, mark, text })
    })
}

/// The texts of a service and the shared ones, found by the place that each describes.
#[derive(Debug)]
pub struct Texts(HashMap<(&'static str, &'static str), Said>);

impl Texts {
    /// Those of a service's file, and the shared ones for what that does not name.
    #[must_use]
    pub fn new(own: &'static str) -> Self {
        Self(said(SHARED).chain(said(own)).map(|said| ((said.head, said.part), said)).collect())
    }

    /// The text for a place.
    #[must_use]
    pub fn of(&self, place: &Place<'_>) -> Option<Said> {
        place.names().find_map(|name| self.0.get(&name).copied())
    }
}

/// `api` with the texts of the file `own` in the place of what the code says.
#[must_use]
pub fn in_spanish(mut api: OpenApi, own: &'static str) -> OpenApi {
    let texts = Texts::new(own);
    each_place(&mut api, &mut |place, _| texts.of(place).map(|said| said.text.to_owned()));
    api
}

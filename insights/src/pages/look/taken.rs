//! What the address of a page may say beside what every page takes, and what it may not.

use std::collections::BTreeSet;

use axum::extract::{MatchedPath, Request};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;
use belgrano_runtime::problem::{FieldError, Problem};
use belgrano_wire::texts::{AnyOf, Message};

use super::asked::CARRIED;
use super::period::OFFERED;
use crate::api::Parameters;
use crate::pages::{detail, sales, views};

/// Filters that may have several values.
const SEVERAL: [&str; 11] = [
    "country",
    "region",
    "city",
    "barrio",
    "category",
    "negocio",
    "sucursal",
    "segment",
    "payment_method",
    "device",
    "source",
];

/// What a parameter of a page's own may say.
#[derive(Clone, Debug)]
pub(in crate::pages) enum Takes {
    /// One of these words.
    Word(Vec<&'static str>),
    /// Any of these words.
    Words(Vec<&'static str>),
    /// A whole number from 1 on.
    Number(i64),
}

/// The parameters of a page's own.
pub(in crate::pages) type Own = Vec<(&'static str, Takes)>;

/// Those of the page at `path`: one that takes more than all do is one more line.
fn own(path: &str) -> Own {
    match path {
        "/ventas" => sales::own(),
        "/detalle" => detail::own(),
        "/productos" => views::of_products(),
        _ => Own::new(),
    }
}

impl Takes {
    /// What is wrong with a value.
    fn refuse(&self, value: &str) -> Option<Message> {
        match self {
            Self::Word(words) | Self::Words(words) => (!words.contains(&value))
                .then(|| Message::new("error-unknown-word").with("known", AnyOf::new(words.iter().copied()))),
            Self::Number(most) => {
                let fits = value.parse::<i64>().is_ok_and(|number| (1..=*most).contains(&number));
                (!fits).then(|| Message::new("error-insights-range").with("from", 1).with("to", *most))
            }
        }
    }
}

/// What of the address of a page of figures is not understood, by the names of its parameters; filters are read elsewhere.
pub(super) fn refuse(path: &str, query: &str) -> Vec<FieldError> {
    let own = own(path);
    let lists = own.iter().filter(|(_, takes)| matches!(takes, Takes::Words(_))).map(|(name, _)| *name);
    let lists: BTreeSet<&str> = lists.chain(SEVERAL).collect();
    let all = own.iter().map(|(name, _)| *name).chain(CARRIED);
    let mut errors = Parameters::new(all.filter(|name| !lists.contains(name)), lists.iter().copied()).refuse(query);
    let periods = Takes::Word(OFFERED.iter().map(|(_, word, _)| *word).collect());
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()).filter(|(_, value)| !value.trim().is_empty()) {
        let takes = own.iter().find(|(own, _)| *own == name).map(|(_, takes)| takes);
        let takes = takes.or_else(|| (name == "periodo").then_some(&periods));
        let wrong = takes.and_then(|takes| takes.refuse(&value));
        errors.extend(wrong.map(|wrong| FieldError::new(name, wrong)));
    }
    errors
}

/// Pages without figures: what they take, and whether the filters of others come along.
const PLAIN: [(&str, &[&str], bool); 6] = [
    ("/consola", &["sql"], true),
    ("/linaje", &[], true),
    ("/fuentes", &[], true),
    ("/fuentes/rechazadas.csv", &["fuente"], false),
    ("/alertas", &[], false),
    ("/alertas/{id}", &[], false),
];

/// Lets a request for such a page through whose parameters it takes.
pub(in crate::pages) async fn check(request: Request, next: Next) -> Result<Response, Problem> {
    let path = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let plain = PLAIN.iter().find(|(own, ..)| *own == path && request.method() == Method::GET);
    let Some((_, own, carries)) = plain else { return Ok(next.run(request).await) };
    let along = CARRIED.into_iter().filter(|name| *carries && !SEVERAL.contains(name));
    let known = Parameters::new(own.iter().copied().chain(along), SEVERAL.into_iter().filter(|_| *carries));
    let errors = known.refuse(request.uri().query().unwrap_or_default());
    if errors.is_empty() { Ok(next.run(request).await) } else { Err(Problem::invalid(errors)) }
}

#[cfg(test)]
mod tests {
    use super::refuse;

    #[test]
    fn each_page_takes_its_own_and_what_all_take() {
        let refused = |path: &str, query: &str| -> Vec<String> {
            refuse(path, query).into_iter().map(|error| error.field).collect()
        };
        let all = "periodo=7&country=UK&country=France&min_price=1&sales=&fuente=x&utm_source=mail";
        for path in ["/", "/resumen", "/ventas", "/mapa", "/productos", "/clientes", "/entregas", "/detalle"] {
            assert!(refused(path, all).is_empty(), "{path}");
            assert_eq!(refused(path, "pais=UK&periodo=8"), ["pais", "periodo"], "{path}");
            assert_eq!(refused(path, "periodo=7&periodo=30&granularidad=x"), ["periodo", "granularidad"], "{path}");
        }
        assert!(refused("/ventas", "granularity=week").is_empty());
        assert_eq!(refused("/ventas", "granularity=hour"), ["granularity"]);
        assert!(refused("/productos", "nivel=99").is_empty());
        assert_eq!(refused("/productos", "nivel=98"), ["nivel"]);
        assert_eq!(refused("/resumen", "granularity=week"), ["granularity"]);
        assert!(refused("/detalle", "col=date&col=profit&limit=500&orden=date&sentido=asc&pagina=2").is_empty());
        let wrong = refused("/detalle", "col=x&limit=51&orden=x&sentido=up&pagina=0");
        assert_eq!(wrong, ["col", "limit", "orden", "sentido", "pagina"]);
        assert_eq!(refused("/detalle", "pagina=200000&pagina=3"), ["pagina"]);
    }
}

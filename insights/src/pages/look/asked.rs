//! What an address asks of a page: a period, filters, and whatever that page alone knows.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use belgrano_runtime::http::Query;
use belgrano_runtime::problem::{FieldError, Problem};

use super::period::Period;
use super::taken;
use crate::api::Filters;
use crate::app::App;

/// The parameters that every page takes, and that a link of the navigation carries on.
pub(super) const CARRIED: [&str; 18] = [
    "periodo",
    "start_date",
    "end_date",
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
    "min_price",
    "max_price",
    "sales",
    "fuente",
];

/// What is asked.
#[derive(Debug)]
pub(crate) struct Asked {
    /// As the API reads them.
    filters: Result<Filters, Problem>,
    /// As it stands in the address: names and values, none of them empty.
    given: Vec<(String, String)>,
    /// What of it this page does not understand.
    refused: Vec<FieldError>,
}

impl FromRequestParts<App> for Asked {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let query = parts.uri.query().unwrap_or_default();
        let given = url::form_urlencoded::parse(query.as_bytes()).filter(|(_, value)| !value.trim().is_empty());
        let given = given.map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
        let refused = taken::refuse(parts.uri.path(), query);
        let filters = Query::<Filters>::from_request_parts(parts, app).await.map(|Query(filters)| filters);
        Ok(Self { filters, given, refused })
    }
}

impl Asked {
    /// The filters as they were read, once.
    pub(super) fn take_filters(&mut self) -> Result<Filters, Problem> {
        std::mem::replace(&mut self.filters, Ok(Filters::default()))
    }

    /// What of the address is not understood, but for the filters.
    pub(super) fn refused(&self) -> &[FieldError] {
        &self.refused
    }

    /// What was given by a name.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.given.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// All that was given.
    pub(super) fn given(&self) -> &[(String, String)] {
        &self.given
    }

    /// All that was given by a name.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.given.iter().filter(move |(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// Which days: dates that somebody wrote win over a period that was chosen.
    pub(super) fn period(&self, usual: Period) -> Period {
        if self.get("start_date").is_some() || self.get("end_date").is_some() {
            return Period::Between;
        }
        self.get("periodo").and_then(Period::read).unwrap_or(usual)
    }

    /// The query of an address with some parameters changed; `None` leaves one out.
    pub(super) fn query(&self, changed: &[(&str, Option<&str>)]) -> String {
        let stays = |name: &str| changed.iter().all(|(other, _)| *other != name);
        let kept = self.given.iter().filter(|(name, _)| stays(name));
        let kept = kept.map(|(name, value)| (name.as_str(), value.as_str()));
        let added = changed.iter().filter_map(|(name, value)| Some((*name, (*value)?)));
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(kept.chain(added)).finish()
    }

    /// The query of the same address without one of the values of a filter; a price stands there as somebody wrote it.
    pub(super) fn without(&self, name: &str, value: &str) -> String {
        let one = ["min_price", "max_price"].contains(&name);
        let goes = |(own, given): &&(String, String)| own == name && (one || given == value) || own == "pagina";
        let kept = self.given.iter().filter(|pair| !goes(pair));
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).finish()
    }

    /// What of this page's own a form has to send along: what the form does not ask for itself.
    pub(super) fn own(&self) -> impl Iterator<Item = &(String, String)> {
        self.given.iter().filter(|(name, _)| !CARRIED.contains(&name.as_str()) && name != "pagina")
    }
}

/// The query that links of the navigation carry from one page to the next, with its question mark; empty for none.
pub(crate) fn carried(query: &str) -> String {
    let given = url::form_urlencoded::parse(query.as_bytes());
    let kept = given.filter(|(name, value)| CARRIED.contains(&name.as_ref()) && !value.trim().is_empty());
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).finish();
    if query.is_empty() { query } else { format!("?{query}") }
}

#[cfg(test)]
mod tests {
    use super::{Asked, carried};
    use crate::api::Filters;

    #[test]
    fn a_chip_takes_away_its_own_value_alone() {
        let pairs = [("country", "UK"), ("country", "France"), ("city", "UK"), ("min_price", "1,50"), ("pagina", "3")];
        let given = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let asked = Asked { filters: Ok(Filters::default()), given, refused: Vec::new() };
        assert_eq!(asked.without("country", "UK"), "country=France&city=UK&min_price=1%2C50");
        assert_eq!(asked.without("min_price", "1.5"), "country=UK&country=France&city=UK");
    }

    #[test]
    fn what_every_page_takes_goes_along() {
        assert_eq!(carried("periodo=7&pagina=3&country=&category=T%26C"), "?periodo=7&category=T%26C");
        assert_eq!(carried("pagina=3"), "");
    }
}

//! What an address takes is what its document says: a parameter that is not in it is refused by its name, and so is a source that is
//! not there.
//!
//! In: every request of the API, before its handler reads the query. What must never happen here: a word that somebody meant as a
//! filter is passed over, so that the answer is of more than they asked for.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use axum::extract::{FromRequestParts as _, MatchedPath, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;
use belgrano_runtime::problem::{FieldError, Problem};
use belgrano_wire::free_text::has_control;
use belgrano_wire::texts::{AnyOf, Message};
use utoipa::openapi::path::{Operation, ParameterIn, PathItem};
use utoipa::openapi::schema::Schema;
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{OpenApi, RefOr};

use super::state::sources_for;
use crate::access::Reader;
use crate::app::App;
use crate::ingest::OWN;

/// The most letters of an unknown name that are repeated.
const NAME_CHARS: usize = 60;

/// The parameters of an address, and whether one may be given several times.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parameters(BTreeMap<String, bool>);

impl Parameters {
    /// Those of these names; of `several` there may be more than one.
    pub(crate) fn new<'a>(once: impl IntoIterator<Item = &'a str>, several: impl IntoIterator<Item = &'a str>) -> Self {
        let once = once.into_iter().map(|name| (name.to_owned(), false));
        Self(once.chain(several.into_iter().map(|name| (name.to_owned(), true))).collect())
    }

    fn of(operation: &Operation) -> Self {
        let all = operation.parameters.iter().flatten();
        let all = all.filter_map(|one| if let RefOr::T(parameter) = one { Some(parameter) } else { None });
        let asked = all.filter(|parameter| parameter.parameter_in == ParameterIn::Query);
        Self(asked.map(|parameter| (parameter.name.clone(), is_list(parameter.schema.as_ref()))).collect())
    }

    /// What of a query is not among them, and what is given too often.
    pub(crate) fn refuse(&self, query: &str) -> Vec<FieldError> {
        let (mut seen, mut errors) = (BTreeSet::new(), Vec::new());
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            // What cannot be shown is not repeated.
            let shown: String =
                if has_control(&name) { "(pedido)".to_owned() } else { name.chars().take(NAME_CHARS).collect() };
            let error = match self.0.get(name.as_ref()) {
                None if is_of_others(&name) => continue,
                None if self.0.is_empty() => Message::new("error-insights-no-parameter").with("name", &shown),
                None => {
                    let known = AnyOf::new(self.0.keys());
                    Message::new("error-insights-parameter").with("name", &shown).with("known", known)
                }
                Some(true) => continue,
                // A form sends its empty fields too.
                Some(false) if value.trim().is_empty() => continue,
                Some(false) if seen.insert(name.clone()) => continue,
                Some(false) => Message::new("error-insights-once"),
            };
            if errors.iter().all(|error: &FieldError| error.field != shown) {
                errors.push(FieldError::new(shown, error));
            }
        }
        errors
    }
}

/// Whether a name is one that programs around a client add to addresses, and that nobody means as a filter: marks of campaigns, and the
/// number by which old scripts get past caches.
fn is_of_others(name: &str) -> bool {
    name.starts_with("utm_") || ["_", "gclid", "fbclid", "msclkid"].contains(&name)
}

fn is_list(schema: Option<&RefOr<Schema>>) -> bool {
    matches!(schema, Some(RefOr::T(Schema::Array(_))))
}

/// What a document says of an address.
#[derive(Debug)]
struct Address {
    parameters: Parameters,
    /// Whether it is for somebody who says who they are.
    asks_who: bool,
}

impl Address {
    fn of(operation: &Operation) -> Self {
        let security = operation.security.as_deref();
        let asks_who = security.is_some_and(|ways| !ways.contains(&SecurityRequirement::default()));
        Self { parameters: Parameters::of(operation), asks_who }
    }
}

/// What the document says of each address, by method and path as the router has it.
#[derive(Clone, Debug)]
pub(crate) struct Known(Arc<HashMap<(Method, String), Address>>);

impl Known {
    /// As a document says them.
    pub(crate) fn of(document: &OpenApi) -> Self {
        let methods = |item: &PathItem| {
            [
                (Method::GET, item.get.clone()),
                (Method::POST, item.post.clone()),
                (Method::PUT, item.put.clone()),
                (Method::PATCH, item.patch.clone()),
                (Method::DELETE, item.delete.clone()),
            ]
        };
        let paths = document.paths.paths.iter();
        // `/` is a page as well, which knows what it takes.
        let all = paths.filter(|(path, _)| *path != "/").flat_map(|(path, item)| {
            methods(item).into_iter().filter_map(move |(method, operation)| Some(((method, path.clone()), operation?)))
        });
        Self(Arc::new(all.map(|(at, operation)| (at, Address::of(&operation))).collect()))
    }

    fn at(&self, request: &Request) -> Option<&Address> {
        let path = request.extensions().get::<MatchedPath>()?;
        let method = if request.method() == Method::HEAD { Method::GET } else { request.method().clone() };
        self.0.get(&(method, path.as_str().to_owned()))
    }
}

/// Lets a request through whose parameters its address takes. Whoever has to say who they are is asked that first, by the handler.
pub(crate) async fn check(
    State((app, known)): State<(App, Known)>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let Some(address) = known.at(&request) else { return Ok(next.run(request).await) };
    let query = request.uri().query().unwrap_or_default();
    let errors = address.parameters.refuse(query);
    if !errors.is_empty() {
        let (mut parts, body) = request.into_parts();
        if address.asks_who && Reader::from_request_parts(&mut parts, &app).await.is_err() {
            return Ok(next.run(Request::from_parts(parts, body)).await);
        }
        return Err(Problem::invalid(errors));
    }
    let source = url::form_urlencoded::parse(query.as_bytes()).find(|(name, value)| name == "fuente" && value != OWN);
    let Some(source) = source.map(|(_, value)| value.into_owned()).filter(|value| !value.trim().is_empty()) else {
        return Ok(next.run(request).await);
    };
    let (mut parts, body) = request.into_parts();
    // Who nobody knows is told so by the handler.
    if let Ok(reader) = Reader::from_request_parts(&mut parts, &app).await {
        is_source(&app, &reader, &source).await?;
    }
    Ok(next.run(Request::from_parts(parts, body)).await)
}

/// Refuses a source that somebody cannot ask about, naming those that they can.
pub(crate) async fn is_source(app: &App, reader: &Reader, source: &str) -> Result<(), Problem> {
    if source == OWN {
        return Ok(());
    }
    // Where not even their names can be found out, the handler says what is the matter, or has an answer of before.
    let Ok(list) = Box::pin(sources_for(app, reader)).await else { return Ok(()) };
    let mut names: Vec<String> = list.fuentes.into_iter().map(|source| source.nombre).collect();
    if names.iter().any(|name| name == source) {
        return Ok(());
    }
    if !names.iter().any(|name| name == OWN) {
        names.insert(0, OWN.to_owned());
    }
    Err(Problem::invalid_field("fuente", Message::new("error-insights-source").with("known", AnyOf::new(names))))
}

#[cfg(test)]
mod tests {
    use super::Parameters;

    fn refused(query: &str) -> Vec<String> {
        let known = Parameters::new(["limit", "fuente"], ["country"]);
        known.refuse(query).into_iter().map(|error| error.field).collect()
    }

    #[test]
    fn what_nobody_knows_and_what_is_given_too_often_is_named_once() {
        assert!(refused("limit=1&country=UK&country=France&fuente=").is_empty());
        assert_eq!(refused("pais=UK&limit=1&pais=x&limite="), ["pais", "limite"]);
        assert_eq!(refused("limit=1&limit=1&limit="), ["limit"]);
        assert_eq!(refused("country[]=UK&Country=UK"), ["country[]", "Country"]);
        assert_eq!(refused("%1b=1"), ["(pedido)"]);
        assert_eq!(refused(&"x".repeat(500))[0].len(), 60);
    }

    #[test]
    fn marks_of_campaigns_and_of_caches_are_passed_over() {
        assert!(refused("utm_source=mail&utm_x=1&_=1764&gclid=a&fbclid=b&msclkid=c").is_empty());
        assert_eq!(refused("utm=1&__=2"), ["utm", "__"]);
    }
}

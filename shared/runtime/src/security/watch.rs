//! What is told of every request, whatever handler it goes to: refusals of people and of programs, and files that are taken out.
//!
//! Around all routes and within the edge, so that a room added later is watched too.

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use belgrano_wire::signature::SIGNATURE_HEADER;

use super::{Entry, Kind, SecurityLog, Source};
use crate::auth::api_key::X_API_KEY;
use crate::http::RequestContext;

/// What the watch asks of a service.
pub trait Watched: Clone + Send + Sync + 'static {
    /// Where it tells.
    fn security(&self) -> &SecurityLog;

    /// The account whose session a request came with, if it holds.
    fn account_of(&self, headers: &HeaderMap) -> impl Future<Output = Option<i64>> + Send;

    /// What the client is called whose key a request came with, if it is one of ours.
    fn client_of(&self, headers: &HeaderMap) -> Option<String>;
}

/// Passes a request on, and notes what came of it where that is worth an entry.
pub async fn watch<S: Watched>(State(service): State<S>, request: Request, next: Next) -> Response {
    let context = request.extensions().get::<RequestContext>().copied();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let method = request.method().clone();
    let (has_key, shown) = (comes_with_a_key(request.headers()), shown_by(request.headers()));
    let response = next.run(request).await;
    let Some(kind) = worth_telling(&response, has_key) else { return response };
    let account = if kind == Kind::KeyRefused { None } else { service.account_of(&shown).await };
    let client = if account.is_none() { service.client_of(&shown) } else { None };
    if kind == Kind::Refused && account.is_none() && client.is_none() {
        return response;
    }
    let log = service.security();
    let source = context.map_or_else(Source::default, |context| log.source(&context));
    // The template, not the path: it names nobody.
    let route = route.as_ref().map_or("-", MatchedPath::as_str);
    let entry = Entry::new(kind).with("metodo", method.as_str()).with("ruta", route);
    let entry = match client {
        Some(client) => entry.with("cliente", client),
        None => entry,
    };
    log.note(entry.by(Source { account, ..source }));
    response
}

fn comes_with_a_key(headers: &HeaderMap) -> bool {
    [X_API_KEY.as_str(), SIGNATURE_HEADER, header::AUTHORIZATION.as_str()]
        .iter()
        .any(|name| headers.contains_key(*name))
}

/// The headers by which somebody says who they are.
fn shown_by(headers: &HeaderMap) -> HeaderMap {
    let each = [header::COOKIE, X_API_KEY, header::AUTHORIZATION].into_iter();
    each.flat_map(|name| headers.get_all(&name).iter().map(move |value| (name.clone(), value.clone()))).collect()
}

fn worth_telling(response: &Response, has_key: bool) -> Option<Kind> {
    match response.status() {
        StatusCode::FORBIDDEN => Some(Kind::Refused),
        StatusCode::UNAUTHORIZED | StatusCode::TOO_MANY_REQUESTS if has_key => Some(Kind::KeyRefused),
        status if status.is_success() => {
            let disposition = response.headers().get(header::CONTENT_DISPOSITION);
            disposition.is_some_and(|value| value.as_bytes().starts_with(b"attachment")).then_some(Kind::Exported)
        }
        _ => None,
    }
}

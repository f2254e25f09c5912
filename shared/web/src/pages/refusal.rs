//! A refusal as a person meets it: a page instead of a document, and the log-in instead of a 401.
//!
//! Handlers of pages refuse with the same [`Problem`]s as the API. The edge is given [`for_people`] and calls it on what
//! leaves for a browser that navigates, so that no refusal, whoever made it, reaches a person as JSON.

use askama::Template;
use axum::body::Body;
use axum::http::{StatusCode, header};
use axum::response::Response;
use belgrano_runtime::http::Navigation;
use belgrano_runtime::problem::Refusal;

use super::layout::Layout;
use super::return_to::log_in_first;

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage<'a> {
    layout: &'a Layout,
    title: String,
    detail: String,
}

/// `response` as it is, unless it refuses: then a page that says the same.
#[must_use]
pub fn for_people(response: Response, navigation: &Navigation) -> Response {
    let Some(Refusal(problem)) = response.extensions().get::<Refusal>().cloned() else { return response };
    if response.status() == StatusCode::UNAUTHORIZED {
        return log_in_first(navigation.back_to());
    }
    let language = navigation.language();
    let layout = Layout { address: navigation.back_to().to_owned(), ..Layout::bare(language) };
    let page = ProblemPage { layout: &layout, title: problem.title(language), detail: problem.to(language) };
    let page = page.render().unwrap_or_default();
    let (mut head, _) = response.into_parts();
    layout.describe(&mut head.headers);
    head.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(head, Body::from(page))
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::extract::Request;
    use axum::response::IntoResponse;
    use belgrano_runtime::http::is_navigation;
    use belgrano_runtime::problem::Problem;
    use belgrano_wire::texts::{Language, Message};
    use http_body_util::BodyExt;

    use super::for_people;

    fn request(method: &str, path: &str, headers: &[(&str, &str)]) -> Request {
        let builder = Request::builder().method(method).uri(path);
        let builder = headers.iter().fold(builder, |builder, (name, value)| builder.header(*name, *value));
        builder.body(Body::empty()).expect("valid")
    }

    const HTML: (&str, &str) = ("accept", "text/html,application/xhtml+xml,*/*;q=0.8");

    #[tokio::test]
    async fn a_person_reads_a_page() {
        let navigation = is_navigation(&request("GET", "/pedidos/BA-1", &[HTML])).expect("a browser");
        let problem = Problem::not_found(Message::new("refusal-no-ticket").with("number", "<nada>")).into_response();
        let response = for_people(problem, &navigation);
        assert_eq!(
            (response.status().as_u16(), &response.headers()["content-type"]),
            (404, &"text/html; charset=utf-8".parse().unwrap())
        );
        let page = response.into_body().collect().await.unwrap().to_bytes();
        let page = String::from_utf8(page.to_vec()).unwrap();
        assert!(page.contains("No encontrado") && page.contains("No hay ningún ticket &#60;nada&#62;."), "{page}");
    }

    #[tokio::test]
    async fn a_person_reads_what_is_wrong_with_a_field_in_their_language() {
        let english = request("POST", "/perfil", &[HTML, ("accept-language", "en-GB")]);
        let navigation = is_navigation(&english).expect("a browser");
        let problem = Problem::invalid_field("nombre", Message::new("error-missing"));
        let page = for_people(problem.into_response(), &navigation).into_body().collect().await.unwrap().to_bytes();
        let page = String::from_utf8(page.to_vec()).unwrap();
        let (spanish, english) = (Language::Spanish.t("error-missing"), Language::English.t("error-missing"));
        assert!(page.contains(&english.to_string()) && !page.contains(&spanish.to_string()), "{page}");
    }

    #[tokio::test]
    async fn a_person_reads_it_in_their_language() {
        let english = request("GET", "/pedidos/BA-1", &[HTML, ("accept-language", "en-GB")]);
        let navigation = is_navigation(&english).expect("a browser");
        let response = for_people(Problem::method_not_allowed().into_response(), &navigation);
        assert_eq!(response.headers()["content-language"], "en");
        let page = response.into_body().collect().await.unwrap().to_bytes();
        let page = String::from_utf8(page.to_vec()).unwrap();
        assert!(page.contains("<html lang=\"en\">") && page.contains("Method not allowed"), "{page}");
        assert!(page.contains("name=\"volver\" value=\"/pedidos/BA-1\""), "{page}");
    }

    #[tokio::test]
    async fn who_is_unknown_logs_in_first() {
        let location = async |request: Request| {
            let navigation = is_navigation(&request).expect("a browser");
            let response =
                for_people(Problem::unauthenticated(Message::new("refusal-log-in")).into_response(), &navigation);
            (response.status().as_u16(), response.headers()["location"].to_str().unwrap().to_owned())
        };
        let seen = location(request("GET", "/pedidos?cursor=x", &[HTML])).await;
        assert_eq!(seen, (303, "/ingresar?volver=%2Fpedidos%3Fcursor%3Dx".to_owned()));
        let form = request("POST", "/carrito/7", &[HTML, ("referer", "http://shop.example/productos/7")]);
        assert_eq!(location(form).await.1, "/ingresar?volver=%2Fproductos%2F7");
        assert_eq!(location(request("POST", "/carrito/7", &[HTML])).await.1, "/ingresar");
    }
}

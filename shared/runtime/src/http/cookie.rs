//! The cookies of an answer.

use axum::http::{HeaderMap, HeaderValue, header};

/// Makes every cookie that is set one for https only, where the service is reached by it. A session says so itself; a notice or a
/// language is set where nobody knows.
pub(super) fn set_for_https_only(headers: &mut HeaderMap) {
    let set: Vec<HeaderValue> = headers.get_all(header::SET_COOKIE).iter().cloned().collect();
    headers.remove(header::SET_COOKIE);
    for cookie in set {
        let secure = cookie.to_str().ok().filter(|text| !text.split(';').any(|part| part.trim() == "Secure"));
        let secure = secure.and_then(|text| HeaderValue::try_from(format!("{text}; Secure")).ok());
        headers.append(header::SET_COOKIE, secure.unwrap_or(cookie));
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, header};

    use super::set_for_https_only;

    #[test]
    fn every_cookie_is_for_https_once() {
        let mut headers = HeaderMap::new();
        for cookie in ["a=1; Path=/; HttpOnly", "b=2; Path=/; Secure; SameSite=Lax", "c=Secure"] {
            headers.append(header::SET_COOKIE, HeaderValue::from_static(cookie));
        }
        set_for_https_only(&mut headers);
        let set: Vec<&str> = headers.get_all(header::SET_COOKIE).iter().filter_map(|it| it.to_str().ok()).collect();
        assert_eq!(set, ["a=1; Path=/; HttpOnly; Secure", "b=2; Path=/; Secure; SameSite=Lax", "c=Secure; Secure"]);
    }
}

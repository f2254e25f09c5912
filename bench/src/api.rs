//! Talking to the services as their users do: accounts, cookies, JSON.
//!
//! Used for everything around a measurement. It is patient: a 429 or 503 during preparation is
//! waited out as its `Retry-After` says, because limits on log-ins are part of the product and the
//! tool has no back door. What is being measured never goes through the patient calls.

use std::time::Duration;

use serde_json::{Value, json};

use crate::clock::{now_ns, seconds_ns};
use crate::endpoint::Endpoint;
use crate::error::{Context as _, Error, Result};
use crate::http::{Client, Failure, request};

/// What every account of a run has as its password.
const PASSWORD: &str = "Medir-con-regla-2026";
/// How long one request may take.
pub const TIMEOUT: Duration = Duration::from_secs(30);
/// How long preparation waits for a service that asks for patience.
const PATIENCE_S: f64 = 300.0;

/// Somebody at one service: a connection, and the cookie once logged in.
pub struct Session {
    /// The service.
    pub endpoint: Endpoint,
    /// E-mail address, empty for nobody.
    pub email: String,
    headers: String,
    client: Client,
}

/// An answer, with its body as JSON.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Status code.
    pub status: u16,
    /// The body; null when it was not JSON.
    pub body: Value,
    retry_after_s: Option<u64>,
    cookies: String,
}

impl Answer {
    /// 2xx.
    pub fn ok(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The status and what the problem document says, for tables of reasons.
    pub fn reason(&self) -> String {
        let text = ["error", "detail", "title"]
            .iter()
            .find_map(|name| self.body.get(name)?.as_str())
            .unwrap_or("no reason given");
        format!("{} {text}", self.status)
    }

    /// How long the service asks to wait before the next try.
    pub fn wait(&self) -> Duration {
        Duration::from_secs(self.retry_after_s.unwrap_or(1).clamp(1, 60))
    }

    /// The answer if it is 2xx, else an error that says `what` failed and why.
    pub fn accepted(self, what: &str) -> Result<Value> {
        if self.ok() { Ok(self.body) } else { Err(Error::new(format_args!("{what}: {}", self.reason()))) }
    }
}

impl Session {
    /// Nobody yet.
    pub fn anonymous(endpoint: &Endpoint) -> Self {
        Self {
            endpoint: endpoint.clone(),
            email: String::new(),
            headers: String::new(),
            client: Client::new(endpoint.clone(), TIMEOUT),
        }
    }

    /// Logs in.
    pub async fn login(endpoint: &Endpoint, email: &str, password: &str) -> Result<Self> {
        let mut session = Self::anonymous(endpoint);
        let body = json!({"email": email, "password": password});
        let answer = session.patiently("POST", "/api/login", Some(&body)).await?;
        let cookies = answer.cookies.clone();
        answer.accepted(&format!("log-in of {email} at {}", endpoint.origin))?;
        if cookies.is_empty() {
            return Err(Error::new(format_args!("log-in of {email} at {} set no cookie", endpoint.origin)));
        }
        session.headers = format!("Cookie: {cookies}\r\n");
        email.clone_into(&mut session.email);
        Ok(session)
    }

    /// Registers a customer at the shop and logs in. `name` is the local part of the e-mail address.
    pub async fn customer(shop: &Endpoint, name: &str, address: &str) -> Result<Self> {
        let email = format!("{name}@medicion.example");
        let body = json!({
            "nombre": "Clienta", "apellido": "Medida", "email": email, "password": PASSWORD,
            "telefono": "+54 11 5555 0101", "direccion": address,
        });
        let answer = Self::anonymous(shop).patiently("POST", "/api/register", Some(&body)).await?;
        answer.accepted(&format!("registering {email}"))?;
        Self::login(shop, &email, PASSWORD).await
    }

    /// Makes an account at tickets through `self`, an admin, and logs it in.
    pub async fn colleague(&mut self, path: &str, mut account: Value) -> Result<(Self, Value)> {
        let email = account["email"].as_str().context("an account without an address")?.to_owned();
        account["password"] = PASSWORD.into();
        let answer = self.patiently("POST", path, Some(&account)).await?;
        let made = answer.accepted(&format!("making {email}"))?;
        Ok((Self::login(&self.endpoint, &email, PASSWORD).await?, made))
    }

    /// The same person on another connection.
    pub fn another(&self) -> Self {
        let mut other = Self::anonymous(&self.endpoint);
        other.email.clone_from(&self.email);
        other.headers.clone_from(&self.headers);
        other
    }

    /// The lines that make a request this person's; each ends in CRLF.
    pub fn headers(&self) -> &str {
        &self.headers
    }

    /// The bytes of a request by this person.
    pub fn wire(&self, method: &str, path: &str, body: &Value) -> Vec<u8> {
        request(&self.endpoint, method, path, &self.headers, body.to_string().as_bytes())
    }

    /// One request, one answer.
    pub async fn call(&mut self, method: &str, path: &str, body: Option<&Value>) -> Result<Answer, Failure> {
        self.call_with(method, path, "", body).await
    }

    /// One request with more header lines, each ending in CRLF.
    pub async fn call_with(
        &mut self,
        method: &str,
        path: &str,
        headers: &str,
        body: Option<&Value>,
    ) -> Result<Answer, Failure> {
        let body = body.map(Value::to_string).unwrap_or_default();
        let headers = format!("{}{headers}", self.headers);
        let wire = request(&self.endpoint, method, path, &headers, body.as_bytes());
        let reply = self.client.send(&wire).await?;
        Ok(Answer {
            status: reply.status(),
            body: reply.json(),
            retry_after_s: reply.retry_after_s(),
            cookies: reply.cookies(),
        })
    }

    /// Like [`Self::call`], waiting while the service asks to and trying once more when a kept
    /// connection turns out to be closed.
    pub async fn patiently(&mut self, method: &str, path: &str, body: Option<&Value>) -> Result<Answer> {
        let deadline = now_ns() + seconds_ns(PATIENCE_S);
        let mut closed = 0;
        loop {
            let wait = match self.call(method, path, body).await {
                Ok(answer) if matches!(answer.status, 429 | 503) && now_ns() < deadline => answer.wait(),
                Ok(answer) => return Ok(answer),
                Err(Failure::Closed) if closed < 2 => {
                    closed += 1;
                    Duration::from_millis(10)
                }
                Err(failure) => {
                    let base = &self.endpoint.origin;
                    return Err(Error::new(format_args!("{method} {base}{path}: {failure}")));
                }
            };
            tokio::time::sleep(wait).await;
        }
    }

    /// `GET path`, which must be answered with 2xx.
    pub async fn get(&mut self, path: &str) -> Result<Value> {
        self.patiently("GET", path, None).await?.accepted(&format!("GET {path}"))
    }

    /// All items of the list `resource` at `path`, following its cursor.
    pub async fn list(&mut self, path: &str, resource: &str) -> Result<Vec<Value>> {
        let (mut items, mut next) = (Vec::new(), path.to_owned());
        loop {
            let mut page = self.get(&next).await?;
            match page[resource].take() {
                Value::Array(more) => items.extend(more),
                _ => return Err(Error::new(format_args!("{next}: no list {resource}"))),
            }
            match page["cursor"].as_str() {
                Some(cursor) => {
                    let sign = if path.contains('?') { '&' } else { '?' };
                    next = format!("{path}{sign}cursor={}", percent(cursor));
                }
                None => return Ok(items),
            }
        }
    }
}

fn percent(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::new(), |mut out, b| {
        if b.is_ascii_alphanumeric() || b"-._~".contains(&b) {
            out.push(char::from(b));
        } else {
            let _ = write!(out, "%{b:02X}");
        }
        out
    })
}

/// How many tickets there are, as `/health` counts them.
pub async fn total_tickets(tickets: &Endpoint) -> Result<u64> {
    let mut session = Session::anonymous(tickets);
    let health = session.call("GET", "/health", None).await.context("GET /health of tickets")?;
    health.body["total_tickets"].as_u64().context("/health of tickets has no total_tickets")
}

/// Waits until there are `wanted` tickets; how many there are at the end, and when that was.
pub async fn wait_for_tickets(tickets: &Endpoint, wanted: u64, within: Duration) -> (u64, u64) {
    let deadline = now_ns() + seconds_ns(within.as_secs_f64());
    let mut last = 0;
    loop {
        if let Ok(total) = total_tickets(tickets).await {
            last = total;
        }
        if last >= wanted || now_ns() >= deadline {
            return (last, now_ns());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_a_query_string() {
        assert_eq!(percent("aB-9+/="), "aB-9%2B%2F%3D");
    }

    #[test]
    fn the_reason_is_the_problem_s_own() {
        let answer = Answer {
            status: 409,
            body: json!({"title": "Conflict", "error": "sin stock"}),
            retry_after_s: None,
            cookies: String::new(),
        };
        assert_eq!(answer.reason(), "409 sin stock");
        assert!(answer.accepted("order").is_err());
    }
}

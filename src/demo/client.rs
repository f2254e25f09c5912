//! A client of one service, as any program outside would be one.

use std::error::Error;

use reqwest::header::{COOKIE, SET_COOKIE};
use reqwest::{Client, Method, Response};
use serde_json::Value;

pub type Failed = Box<dyn Error + Send + Sync>;

/// One service.
#[derive(Clone)]
pub struct Api {
    client: Client,
    base: String,
}

/// Someone logged in to it.
#[derive(Clone)]
pub struct Login {
    api: Api,
    cookie: String,
}

impl Api {
    pub fn new(client: Client, port: u16) -> Self {
        Self { client, base: format!("http://127.0.0.1:{port}") }
    }

    pub async fn post(&self, path: &str, body: &Value) -> Result<Response, Failed> {
        Ok(self.client.post(format!("{}{path}", self.base)).json(body).send().await?)
    }

    pub async fn log_in(&self, email: &str, password: &str) -> Result<Login, Failed> {
        let body = serde_json::json!({ "email": email, "password": password });
        let response = ok(self.post("/api/login", &body).await?)?;
        let cookies = response.headers().get_all(SET_COOKIE).iter().filter_map(|cookie| cookie.to_str().ok());
        let pairs: Vec<&str> = cookies.filter_map(|cookie| cookie.split(';').next()).collect();
        Ok(Login { api: self.clone(), cookie: pairs.join("; ") })
    }
}

impl Login {
    pub async fn get(&self, path: &str) -> Result<Value, Failed> {
        let response = ok(self.send(Method::GET, path, None).await?)?;
        Ok(response.json().await?)
    }

    pub async fn post(&self, path: &str, body: &Value) -> Result<Value, Failed> {
        Ok(ok(self.send(Method::POST, path, Some(body)).await?)?.json().await?)
    }

    /// A post that may be refused: someone else was faster, the shelf is empty. Whether it was done.
    pub async fn try_post(&self, path: &str, body: &Value) -> Result<bool, Failed> {
        self.attempt(Method::POST, path, body).await
    }

    /// The same for a change.
    pub async fn try_patch(&self, path: &str, body: &Value) -> Result<bool, Failed> {
        self.attempt(Method::PATCH, path, body).await
    }

    async fn attempt(&self, method: Method, path: &str, body: &Value) -> Result<bool, Failed> {
        let response = self.send(method, path, Some(body)).await?;
        let status = response.status();
        if status.is_success() || status.is_client_error() {
            return Ok(status.is_success());
        }
        ok(response).map(|_| true)
    }

    async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Response, Failed> {
        let request = self.api.client.request(method, format!("{}{path}", self.api.base)).header(COOKIE, &self.cookie);
        let request = match body {
            Some(body) => request.json(body),
            None => request,
        };
        Ok(request.send().await?)
    }
}

/// The response, unless it is a refusal.
pub fn ok(response: Response) -> Result<Response, Failed> {
    if response.status().is_success() {
        Ok(response)
    } else {
        Err(format!("{} answered {}", response.url().path(), response.status()).into())
    }
}

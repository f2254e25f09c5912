//! `bare`: distinct tickets posted straight to `POST /api/tickets`, as fast as a few connections can.
//! What a relay could reach if it had no books to keep.
//!
//! Signed as in Standard Webhooks or with the static key, whichever is given: the same checks at the
//! other end as for the shop's own deliveries.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::json;
use sha2::Sha256;

use crate::api::TIMEOUT;
use crate::checkout::Tally;
use crate::clock::{now_ns, run_tag, seconds_between, unix};
use crate::endpoint::Endpoint;
use crate::error::{Context as _, Error, Result};
use crate::http::{Client, request};
use crate::report::{Report, float, ratio};
use crate::target::TargetArgs;

/// Options of `bare`.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    #[command(flatten)]
    target: TargetArgs,
    #[command(flatten)]
    keys: Keys,
    /// Connections
    #[arg(short = 'n', long, default_value_t = 32)]
    connections: usize,
    /// Tickets
    #[arg(long, default_value_t = 20_000)]
    count: u64,
}

/// How the client shows that it may.
#[derive(clap::Args, Clone, Debug)]
pub struct Keys {
    /// `whsec_…` to sign with [default: environment `INTEGRATION_SECRET`]
    #[arg(long)]
    secret: Option<String>,
    /// Static key for X-API-Key [default: environment `API_KEY`]
    #[arg(long)]
    api_key: Option<String>,
}

impl Keys {
    /// The intake of `tickets` with these keys.
    pub fn intake(&self, tickets: &Endpoint) -> Result<Intake> {
        let or_env = |given: &Option<String>, name: &str| given.clone().or_else(|| std::env::var(name).ok());
        Intake::new(tickets, or_env(&self.secret, "INTEGRATION_SECRET").as_deref(), or_env(&self.api_key, "API_KEY"))
    }
}

/// Where tickets are posted, and with which keys.
#[derive(Clone)]
pub struct Intake {
    tickets: Endpoint,
    secret: Option<Vec<u8>>,
    api_key: Option<String>,
}

impl Intake {
    /// Takes a secret as `whsec_` and base64; of several (a rotation) the first.
    pub fn new(tickets: &Endpoint, secret: Option<&str>, api_key: Option<String>) -> Result<Self> {
        let decode = |text: &str| {
            let first = text.split([',', ' ']).next().unwrap_or_default();
            let encoded = first.strip_prefix("whsec_").context("a secret starts with whsec_")?;
            BASE64_STANDARD.decode(encoded).context("secret")
        };
        Ok(Self { tickets: tickets.clone(), secret: secret.map(decode).transpose()?, api_key })
    }

    /// The request that makes the ticket `number`, the `n`th of its kind.
    pub fn ticket(&self, number: &str, n: u64) -> Result<Vec<u8>> {
        self.wire(&format!("msg_{number}"), &body(number, n))
    }

    /// The same, with so many blanks before it.
    pub fn padded_ticket(&self, number: &str, blanks: usize) -> Result<Vec<u8>> {
        self.wire(&format!("msg_{number}"), &format!("{}{}", " ".repeat(blanks), body(number, 0)))
    }

    fn wire(&self, id: &str, body: &str) -> Result<Vec<u8>> {
        let mut headers = String::new();
        if let Some(secret) = &self.secret {
            let at = unix().as_secs();
            let signature = sign(secret, id, at, body)?;
            headers = format!("webhook-id: {id}\r\nwebhook-timestamp: {at}\r\nwebhook-signature: {signature}\r\n");
        }
        if let Some(key) = &self.api_key {
            headers = format!("{headers}X-API-Key: {key}\r\n");
        }
        Ok(request(&self.tickets, "POST", "/api/tickets", &headers, body.as_bytes()))
    }
}

/// `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body` (standardwebhooks.com, "Signature scheme").
pub fn sign(secret: &[u8], id: &str, at: u64, body: &str) -> Result<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).context("secret")?;
    mac.update(format!("{id}.{at}.{body}").as_bytes());
    Ok(format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes())))
}

/// The body the shop sends for an order of three lines.
fn body(number: &str, n: u64) -> String {
    let products: Vec<_> = [(7, 2), (42, 1), (11, 3)]
        .iter()
        .map(|(id, quantity)| {
            json!({
                "id": id, "nombre": format!("Producto {id}"), "precio": 950.0, "cantidad": quantity,
                "subtotal": 950.0 * f64::from(*quantity), "sucursal": "Sucursal Centro",
                "negocio": "Medición", "categoria": "Almacén",
            })
        })
        .collect();
    json!({
        "numero": number, "cliente_nombre": "Clienta Medida",
        "cliente_direccion": format!("Av. Cabildo {}, Belgrano", 2000 + n % 64),
        "cliente_telefono": "+54 11 5555 0101", "cliente_email": "c0@medicion.example",
        "productos": products, "total": 5700.0, "metodo_pago": "efectivo", "indicaciones": "Timbre 2B",
        "estado": "pendiente", "prioridad": "normal", "tipo_cliente": "cliente",
        "fecha_creacion": "2026-11-21T15:04:05-03:00", "origen": "belgrano_ahorro", "barrio": "Belgrano",
    })
    .to_string()
}

/// What the bare client reached.
#[derive(Default)]
pub struct Outcome {
    /// Accepted tickets a second.
    pub per_s: f64,
    /// What was refused, by status or failure.
    pub errors: BTreeMap<String, u64>,
    tally: Tally,
}

/// Posts `count` distinct tickets over `connections`.
pub async fn post(intake: &Intake, count: u64, connections: usize) -> Result<Outcome> {
    let (tag, next) = (run_tag(), Arc::new(AtomicU64::new(0)));
    let start_ns = now_ns();
    let tasks: Vec<_> = (0..connections)
        .map(|_| {
            let (intake, tag, next) = (intake.clone(), tag.clone(), next.clone());
            tokio::spawn(async move {
                let mut client = Client::new(intake.tickets.clone(), TIMEOUT);
                let mut tally = Tally::default();
                loop {
                    let n = next.fetch_add(1, Relaxed);
                    if n >= count {
                        return Ok::<_, Error>(tally);
                    }
                    let number = format!("BB-{tag}-{n}");
                    let wire = intake.wire(&format!("msg_{number}"), &body(&number, n))?;
                    let sent_ns = now_ns();
                    let outcome = client.send(&wire).await.map(|reply| reply.status());
                    tally.count(outcome, sent_ns, 0, u64::MAX).await;
                }
            })
        })
        .collect();
    let mut tally = Tally::default();
    for task in tasks {
        tally.add(&task.await??);
    }
    let per_s = ratio(float(tally.accepted), seconds_between(start_ns, now_ns()));
    Ok(Outcome { per_s, errors: tally.errors.clone(), tally })
}

/// Runs `bare` from the command line.
pub async fn run(args: Args) -> Result<Report> {
    let target = args.target.target()?;
    let intake = args.keys.intake(&target.tickets)?;
    let begin = target.watched.sample();
    let outcome = post(&intake, args.count, args.connections).await?;
    let end = target.watched.sample();
    let mut report = Report::new("bare");
    report
        .put("accepted_per_s", outcome.per_s)
        .put("accepted", outcome.tally.accepted)
        .put_hist("latency", &outcome.tally.latency)
        .put("errors_by", &outcome.errors);
    target.watched.put_cpu(&mut report, &begin, &end);
    Ok(report)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the Standard Webhooks specification's reference libraries.
    #[test]
    fn signs_as_the_reference_does() {
        let intake = Intake::new(&Endpoint::local(1), Some("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), None).unwrap();
        let signature =
            sign(&intake.secret.unwrap(), "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, r#"{"test": 2432232314}"#);
        assert_eq!(signature.unwrap(), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_secret_in_another_form_is_refused() {
        assert!(Intake::new(&Endpoint::local(1), Some("hunter2"), None).is_err());
    }
}

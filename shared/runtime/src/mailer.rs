//! Mail to people: recovery codes, mostly.
//!
//! Through `SMTP_URL`. Without it a developer finds the mail in the log; an installation with a database server, or with an
//! address that others can reach, is not a developer's, and there it is an error that says so. What must never happen here: a log line with an address or a
//! code outside development.

use std::sync::Arc;
use std::time::Duration;

use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

use crate::config::transport::{self, Transport};
use crate::config::{Env, Secret};

/// To reach the mail server.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);
/// All of one mail. lettre's own timeout ends with the connecting: a server that then says nothing would be waited for for
/// ever.
const SMTP_TIMEOUT: Duration = Duration::from_mins(1);
const DEFAULT_FROM: &str = "Belgrano <no-responder@localhost>";

/// A mail to one person, in plain text.
#[derive(Clone, Debug)]
pub struct Mail {
    /// The address.
    pub to: String,
    /// The subject.
    pub subject: String,
    /// The text.
    pub text: String,
}

/// Why a mail was not sent.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// There is no `SMTP_URL`.
    #[error("SMTP_URL is not set, no mail can be sent")]
    Unconfigured,
    /// No server could be sent to at this address.
    #[error("not an address to send mail to")]
    Address(#[from] lettre::address::AddressError),
    /// The mail cannot be written down.
    #[error("the mail cannot be built")]
    Message(#[from] lettre::error::Error),
    /// The server stopped half-way.
    #[error("the mail server did not answer in time")]
    Silent,
    /// The server refused, or is away.
    #[error("the mail server did not take the mail")]
    Smtp(#[from] lettre::transport::smtp::Error),
}

impl MailError {
    /// Whether the same mail would be refused again.
    #[must_use]
    pub fn is_permanent(&self) -> bool {
        match self {
            Self::Unconfigured | Self::Address(_) | Self::Message(_) => true,
            Self::Silent => false,
            Self::Smtp(error) => error.status().is_some_and(|code| {
                let said = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
                is_about_the_mail(u16::from(code), &said)
            }),
        }
    }

    /// The whole of it, for whoever looks why. A server may repeat the address in what it says.
    #[must_use]
    pub fn explained(&self) -> String {
        match self {
            Self::Smtp(error) => format!("{self}: {error}").chars().filter(|c| !c.is_control()).take(300).collect(),
            other => other.to_string(),
        }
    }
}

/// Whether a refusal with `code` is about this mail. RFC 5321 gives 550 to 553 to the mailbox; the enhanced status 5.7 (RFC 3463)
/// and every other code (no service here, log-in wrong, relaying denied) concern who sends, and pass once that is mended.
fn is_about_the_mail(code: u16, said: &str) -> bool {
    (550..=553).contains(&code) && !said.trim_start().starts_with("5.7.")
}

/// Sends mail, one way or the other. Cheap to clone.
#[derive(Clone)]
pub struct Mailer(Way);

#[derive(Clone)]
enum Way {
    Smtp(Arc<Smtp>),
    Log,
    Nowhere,
    #[cfg(any(test, feature = "testing"))]
    Channel(tokio::sync::mpsc::UnboundedSender<Mail>),
}

struct Smtp {
    protected: Transport,
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl std::fmt::Debug for Mailer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self.0 {
            Way::Smtp(_) => "Mailer(smtp)",
            Way::Log => "Mailer(log)",
            Way::Nowhere => "Mailer(unconfigured)",
            #[cfg(any(test, feature = "testing"))]
            Way::Channel(_) => "Mailer(channel)",
        })
    }
}

impl Mailer {
    /// Through the server at `url` (`smtp://`, `smtps://`, `smtp://…?tls=required`, with user and password in it), `protected` as that
    /// says.
    pub fn smtp(url: &Secret, from: Mailbox, protected: Transport) -> Result<Self, MailError> {
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.expose())?;
        let transport = transport.timeout(Some(CONNECT_TIMEOUT)).build();
        Ok(Self(Way::Smtp(Arc::new(Smtp { protected, transport, from }))))
    }

    /// Into the log, for development.
    #[must_use]
    pub fn log() -> Self {
        Self(Way::Log)
    }

    /// Nowhere: every mail is an error.
    #[must_use]
    pub fn unconfigured() -> Self {
        Self(Way::Nowhere)
    }

    /// To whoever holds the other end: a test.
    #[cfg(any(test, feature = "testing"))]
    #[must_use]
    pub fn channel() -> (Self, tokio::sync::mpsc::UnboundedReceiver<Mail>) {
        let (sender, receiver) = tokio::sync::mpsc::unbounded_channel();
        (Self(Way::Channel(sender)), receiver)
    }

    /// Reads `SMTP_URL` and `MAIL_FROM`. `development`: nobody but a developer uses this.
    pub fn from_env(env: &mut Env, development: bool) -> Self {
        let url = env.secret("SMTP_URL", "mail server, e.g. `smtps://user:password@host`; unset: no mail");
        let clear_allowed = transport::clear_smtp(env);
        let from = env.string("MAIL_FROM", DEFAULT_FROM, "sender of every mail");
        let without = if development { Self::log() } else { Self::unconfigured() };
        let Ok(from) = from.parse() else {
            env.mistake("MAIL_FROM", "has to be an address, for example `Belgrano <hello@example.com>`");
            return without;
        };
        let Some(url) = url else { return without };
        let Some((url, protected)) = transport::smtp(url.expose(), clear_allowed) else {
            env.mistake("SMTP_URL", "would let mail go in clear text: `tls=required`, `smtps://`, or SMTP_CLEAR=true");
            return without;
        };
        Self::smtp(&Secret::new(url), from, protected).unwrap_or_else(|_| {
            env.mistake("SMTP_URL", "has to be `smtp://…` or `smtps://…`");
            without
        })
    }

    /// How mail is protected on its way to the server, if there is one.
    #[must_use]
    pub fn protected(&self) -> Option<Transport> {
        match &self.0 {
            Way::Smtp(smtp) => Some(smtp.protected),
            _ => None,
        }
    }

    /// Whether a mail leaves at all.
    #[must_use]
    pub fn is_configured(&self) -> bool {
        !matches!(self.0, Way::Nowhere)
    }

    /// Whether a mail reaches whoever it is for: into a log it does not.
    #[must_use]
    pub fn delivers(&self) -> bool {
        !matches!(self.0, Way::Nowhere | Way::Log)
    }

    /// Sends one mail, or says why not. May take as long as the timeout: never call it while a client waits.
    pub async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        self.send_with(mail, None).await
    }

    /// The same with an id of its own, for a mail that may be sent twice: mail boxes that look show it once.
    pub async fn send_as(&self, mail: &Mail, id: &str) -> Result<(), MailError> {
        self.send_with(mail, Some(id)).await
    }

    async fn send_with(&self, mail: &Mail, id: Option<&str>) -> Result<(), MailError> {
        match &self.0 {
            Way::Smtp(smtp) => {
                let id = id.map(|id| format!("<{id}@{}>", smtp.from.email.domain()));
                let message = Message::builder()
                    .from(smtp.from.clone())
                    .to(Mailbox::new(None, mail.to.parse()?))
                    .message_id(id)
                    .subject(&mail.subject)
                    .header(ContentType::TEXT_PLAIN)
                    .body(mail.text.clone())?;
                let sent = tokio::time::timeout(SMTP_TIMEOUT, smtp.transport.send(message)).await;
                sent.map_err(|_| MailError::Silent)??;
                Ok(())
            }
            Way::Log => {
                let Mail { to, subject, text } = mail;
                tracing::warn!("NO SMTP_URL, this mail was not sent:\nto: {to}\nsubject: {subject}\n\n{text}\n");
                Ok(())
            }
            Way::Nowhere => Err(MailError::Unconfigured),
            #[cfg(any(test, feature = "testing"))]
            Way::Channel(reader) => {
                // A test that does not read its mail does not mind.
                let _ = reader.send(mail.clone());
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
    use tokio::net::TcpListener;

    use super::{Mail, MailError, Mailer, SMTP_TIMEOUT};
    use crate::config::transport::Transport;
    use crate::config::{Env, Secret};

    fn mail() -> Mail {
        Mail { to: "ana@example.com".into(), subject: "Tu código".into(), text: "Es 7F3K9Q".into() }
    }

    /// Speaks SMTP with one client, answers `RCPT` with `verdict`, and hands back what it was told.
    async fn serve_one(listener: TcpListener, verdict: &'static str) -> String {
        let (stream, _) = listener.accept().await.expect("a client");
        let (read, mut write) = stream.into_split();
        let (mut lines, mut heard, mut in_data) = (BufReader::new(read).lines(), String::new(), false);
        write.write_all(b"220 fake\r\n").await.expect("connected");
        while let Some(line) = lines.next_line().await.expect("text") {
            heard.push_str(&line);
            heard.push('\n');
            let answer = match line.split(' ').next().unwrap_or_default() {
                "." => "250 taken",
                _ if in_data => continue,
                "DATA" => "354 go on",
                "RCPT" => verdict,
                "QUIT" => "221 bye",
                _ => "250 fine",
            };
            in_data = answer.starts_with("354");
            write.write_all(format!("{answer}\r\n").as_bytes()).await.expect("connected");
        }
        heard
    }

    async fn send_to(verdict: &'static str) -> (Result<(), MailError>, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = Secret::new(format!("smtp://{}", listener.local_addr().expect("bound")));
        let server = tokio::spawn(serve_one(listener, verdict));
        let mailer = Mailer::smtp(&url, "Belgrano <hola@example.com>".parse().expect("valid"), Transport::Here)
            .expect("a valid URL");
        let sent = mailer.send(&mail()).await;
        drop(mailer);
        (sent, server.await.expect("no panic"))
    }

    #[tokio::test]
    async fn a_server_takes_it() {
        let (sent, heard) = send_to("250 fine").await;
        sent.expect("taken");
        assert!(heard.contains("RCPT TO:<ana@example.com>"), "{heard}");
        assert!(heard.contains("Es 7F3K9Q") && heard.contains("From: Belgrano <hola@example.com>"), "{heard}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_falls_silent_is_given_up() {
        for first in ["", "220 fake\r\n"] {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
            let url = Secret::new(format!("smtp://{}", listener.local_addr().expect("bound")));
            let server = tokio::spawn(async move {
                let (mut stream, _) = listener.accept().await.expect("a client");
                stream.write_all(first.as_bytes()).await.expect("connected");
                stream
            });
            let mailer = Mailer::smtp(&url, "Belgrano <hola@example.com>".parse().expect("valid"), Transport::Here)
                .expect("a valid URL");
            let sent = tokio::time::timeout(10 * SMTP_TIMEOUT, mailer.send(&mail())).await.expect("given up");
            assert!(matches!(sent, Err(MailError::Silent)), "{sent:?}");
            drop(server.await.expect("no panic"));
        }
    }

    #[tokio::test]
    async fn a_refusal_is_an_error() {
        let (sent, _) = send_to("550 nobody here").await;
        assert!(sent.is_err_and(|error| error.is_permanent()));
        let (sent, _) = send_to("550 5.7.1 relaying denied").await;
        assert!(sent.is_err_and(|error| !error.is_permanent()));
    }

    #[test]
    fn only_the_mailbox_is_a_reason_to_give_up() {
        for (code, said, right) in [
            (550, "5.1.1 nobody here", true),
            (553, "mailbox name not allowed", true),
            (550, "5.7.26 unauthenticated sender", false),
            (554, "no SMTP service here", false),
            (535, "5.7.8 wrong password", false),
            (530, "must issue STARTTLS first", false),
            (421, "closing", false),
        ] {
            assert_eq!(super::is_about_the_mail(code, said), right, "{code} {said}");
        }
    }

    #[tokio::test]
    async fn without_a_server_it_depends_on_who_runs_it() {
        let none = || Env::from_map([("OTHER", "x")]);
        assert!(Mailer::from_env(&mut none(), true).send(&mail()).await.is_ok());
        let sent = Mailer::from_env(&mut none(), false).send(&mail()).await;
        assert!(matches!(sent, Err(MailError::Unconfigured)));
        let mut wrong = Env::from_map([("SMTP_URL", "http://user:hunter2@x"), ("MAIL_FROM", "@")]);
        Mailer::from_env(&mut wrong, true);
        assert_eq!(wrong.finish().expect_err("a mistake").0[0].name, "MAIL_FROM");
    }
}

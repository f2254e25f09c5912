//! Log lines: JSON for machines, text for a person at a terminal.
//!
//! `LOG` (or `RUST_LOG`) is a filter like `info,sqlx=warn`. A success is DEBUG: at ten thousand requests a second the
//! log would cost more than the work.

use std::io::IsTerminal;

use tracing::Subscriber;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};
use tracing_subscriber::{EnvFilter, Layer};

use crate::config::Env;

const DEFAULT_FILTER: &str = "info,sqlx=warn,hyper=warn";

/// How a line looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object a line.
    Json,
    /// Coloured text.
    Text,
    /// Text on a terminal, else JSON.
    Auto,
}

/// Why logging could not start.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// `LOG` is not a filter.
    #[error("LOG: not a filter like `info,sqlx=warn`")]
    Filter(#[from] tracing_subscriber::filter::ParseError),
    /// Logging was started twice in this process.
    #[error("the log is already set up")]
    Again(#[from] TryInitError),
}

/// [`init`] as `LOG` (or `RUST_LOG`) and `LOG_FORMAT` say.
///
/// `quiet` is a filter of libraries that tell of everything they do; it holds until one of them is asked for by name.
pub fn init_from_env(env: &mut Env, quiet: Option<&str>) -> Result<(), LogError> {
    let log = env.optional("LOG", "what to log, e.g. `info,sqlx=debug`");
    let filter = log.or_else(|| env.optional("RUST_LOG", "the same, when `LOG` is unset"));
    let filter = match quiet {
        Some(quiet) => Some(format!("{quiet},{}", filter.as_deref().unwrap_or(DEFAULT_FILTER))),
        None => filter,
    };
    let format = match env.string("LOG_FORMAT", "auto", "`json`, `text`, or `auto`: text on a terminal").as_str() {
        "json" => LogFormat::Json,
        "text" => LogFormat::Text,
        "auto" => LogFormat::Auto,
        other => {
            env.mistake("LOG_FORMAT", format!("has to be `json`, `text` or `auto`, not `{other}`"));
            LogFormat::Auto
        }
    };
    init(filter.as_deref(), format)
}

/// Starts logging for the whole process, to standard error. `filter` is the value of `LOG`, if set.
pub fn init(filter: Option<&str>, format: LogFormat) -> Result<(), LogError> {
    let filter = EnvFilter::try_new(filter.filter(|text| !text.trim().is_empty()).unwrap_or(DEFAULT_FILTER))?;
    let terminal = std::io::stderr().is_terminal();
    let json = match format {
        LogFormat::Json => true,
        LogFormat::Text => false,
        LogFormat::Auto => !terminal,
    };
    let registry = tracing_subscriber::registry().with(filter);
    if json {
        registry.with(json_lines(std::io::stderr)).try_init()?;
    } else {
        let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(terminal);
        registry.with(lines.with_target(false)).try_init()?;
    }
    Ok(())
}

/// One JSON object a line, whatever is in the values.
fn json_lines<S, W>(writer: W) -> impl Layer<S>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
    W: for<'writer> MakeWriter<'writer> + Send + Sync + 'static,
{
    let lines = tracing_subscriber::fmt::layer().with_writer(writer).json();
    // The span's fields (request id, trace id, route) once, under `span`; the list of parents says no more.
    lines.flatten_event(true).with_current_span(true).with_span_list(false)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use tracing_subscriber::layer::SubscriberExt;

    use super::{LogError, init_from_env, json_lines};
    use crate::config::Env;
    use crate::testing::Lines;

    #[test]
    fn what_somebody_sent_is_no_line_of_its_own() {
        const SENT: &str = "ana\n{\"level\":\"ERROR\",\"message\":\"forged\"}\r\n\u{2028}\u{1b}[2J";
        let written = Lines::default();
        let to = written.clone();
        let subscriber = tracing_subscriber::registry().with(json_lines(move || to.clone()));
        tracing::subscriber::with_default(subscriber, || {
            tracing::warn!(as_text = SENT, as_shown = %SENT, as_debugged = ?SENT, "said {SENT}");
        });
        let text = written.text();
        assert_eq!((text.matches('\n').count(), text.matches('\r').count()), (1, 0), "{text}");
        assert!(!text.contains('\u{1b}'), "{text}");
        let line: Value = serde_json::from_str(&text).expect("one object");
        assert_eq!((&line["level"], &line["as_text"], &line["as_shown"]), (&"WARN".into(), &SENT.into(), &SENT.into()));
    }

    #[test]
    fn a_filter_that_is_none_is_a_mistake() {
        let mut env = Env::from_map([("RUST_LOG", "info,sqlx=loudly"), ("LOG_FORMAT", "xml")]);
        assert!(matches!(init_from_env(&mut env, None), Err(LogError::Filter(_))));
        assert_eq!(env.finish().expect_err("a mistake").0[0].name, "LOG_FORMAT");
    }
}

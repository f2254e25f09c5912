//! Log lines: JSON for machines, text for a person at a terminal.
//!
//! `LOG` (or `RUST_LOG`) is a filter like `info,sqlx=warn`. A success is DEBUG: at ten thousand requests a second the
//! log would cost more than the work.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};

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
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(terminal);
    if json {
        // The span's fields (request id, trace id, route) once, under `span`; the list of parents says no more.
        registry.with(lines.json().flatten_event(true).with_current_span(true).with_span_list(false)).try_init()?;
    } else {
        registry.with(lines.with_target(false)).try_init()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{LogError, init_from_env};
    use crate::config::Env;

    #[test]
    fn a_filter_that_is_none_is_a_mistake() {
        let mut env = Env::from_map([("RUST_LOG", "info,sqlx=loudly"), ("LOG_FORMAT", "xml")]);
        assert!(matches!(init_from_env(&mut env, None), Err(LogError::Filter(_))));
        assert_eq!(env.finish().expect_err("a mistake").0[0].name, "LOG_FORMAT");
    }
}

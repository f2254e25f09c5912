//! One entry, before it is stored.

use belgrano_wire::timestamp::UnixMillis;
use serde_json::{Map, Value};

use super::{Kind, Source};

/// One entry, before it is stored: a code with what varies in it. Nothing secret and nobody's data belong into it.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub(super) kind: Kind,
    pub(super) particulars: Map<String, Value>,
    pub(super) source: Source,
    /// The account it was done to.
    pub(super) on: Option<i64>,
    /// When it happened, where that is not when it is written.
    pub(super) at: Option<UnixMillis>,
    /// How many times, where several are told of as one.
    pub(super) times: i64,
}

impl Entry {
    /// What happened. By whom says the command that it is logged in, unless [`Entry::by`] does.
    #[must_use]
    pub fn new(kind: Kind) -> Self {
        Self { kind, particulars: Map::new(), source: Source::default(), on: None, at: None, times: 1 }
    }

    /// By whom and from where.
    #[must_use]
    pub fn by(self, source: Source) -> Self {
        Self { source, ..self }
    }

    /// To which account.
    #[must_use]
    pub fn on(self, account: i64) -> Self {
        Self { on: Some(account), ..self }
    }

    /// The same with a particular: a word, a number, yes and no, or a name that the operator set; never what a person wrote.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.particulars.insert(name.to_owned(), value.into());
        self
    }

    /// The same, by `source` where the entry does not say by whom: what a unit of work makes of it.
    #[must_use]
    pub fn or_by(self, source: Source) -> Self {
        if self.source == Source::default() { self.by(source) } else { self }
    }

    /// Says it in the log of the process, once it is committed: one line, for whoever collects such lines.
    pub fn tell(&self) {
        let particulars = Value::Object(self.particulars.clone());
        macro_rules! line {
            ($level:ident) => {
                tracing::$level!(
                    target: "security",
                    kind = self.kind.as_str(),
                    account = self.source.account,
                    on = self.on,
                    address = self.source.address.map(tracing::field::display),
                    request_id = self.source.request.map(tracing::field::display),
                    times = self.times,
                    particulars = %particulars,
                    "security log"
                )
            };
        }
        match self.kind {
            Kind::Alarm => line!(error),
            kind if kind.is_failure() => line!(warn),
            _ => line!(info),
        }
    }
}

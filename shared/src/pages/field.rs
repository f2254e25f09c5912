//! One labelled field of a form, with what was typed and what is wrong with it.

use askama::Template;
use askama::filters::HtmlSafe;

/// One choice of a select.
#[derive(Clone, Debug)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is shown.
    pub text: String,
}

impl Choice {
    /// A choice.
    pub fn new(value: impl Into<String>, text: impl Into<String>) -> Self {
        Self { value: value.into(), text: text.into() }
    }
}

/// A field: write it into a template as it is, it escapes what it holds.
#[derive(Clone, Debug, Template)]
#[template(path = "field.html")]
pub struct Field<'a> {
    kind: &'static str,
    name: &'static str,
    label: &'static str,
    value: &'a str,
    error: Option<&'a str>,
    hint: Option<&'static str>,
    optional: bool,
    autocomplete: Option<&'static str>,
    choices: Vec<Choice>,
    limits: Vec<(&'static str, String)>,
}

impl HtmlSafe for Field<'_> {}

impl<'a> Field<'a> {
    pub(super) fn new(
        kind: &'static str,
        name: &'static str,
        label: &'static str,
        value: &'a str,
        error: Option<&'a str>,
    ) -> Self {
        let (hint, autocomplete) = (None, None);
        let (choices, limits) = (Vec::new(), Vec::new());
        Self { kind, name, label, value, error, hint, optional: false, autocomplete, choices, limits }
    }

    /// It may stay blank.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// What helps to fill it in.
    #[must_use]
    pub fn hint(mut self, hint: &'static str) -> Self {
        self.hint = Some(hint);
        self
    }

    /// What the browser may fill in (the tokens of the HTML standard).
    #[must_use]
    pub fn autocomplete(mut self, token: &'static str) -> Self {
        self.autocomplete = Some(token);
        self
    }

    /// The most characters.
    #[must_use]
    pub fn max_length(mut self, characters: u32) -> Self {
        self.limits.push(("maxlength", characters.to_string()));
        self
    }

    /// The fewest characters.
    #[must_use]
    pub fn min_length(mut self, characters: u32) -> Self {
        self.limits.push(("minlength", characters.to_string()));
        self
    }

    /// Whole numbers in a range.
    #[must_use]
    pub fn range(mut self, from: i64, to: i64) -> Self {
        self.limits.push(("min", from.to_string()));
        self.limits.push(("max", to.to_string()));
        self
    }

    pub(super) fn choices(mut self, choices: Vec<Choice>) -> Self {
        self.choices = choices;
        self
    }

    fn described_by(&self) -> Option<String> {
        let error = self.error.map(|_| format!("{}-error", self.name));
        let hint = self.hint.map(|_| format!("{}-ayuda", self.name));
        let ids: Vec<String> = error.into_iter().chain(hint).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }
}

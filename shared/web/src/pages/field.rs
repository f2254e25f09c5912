//! One labelled field of a form, with what was typed and what is wrong with it.

use askama::Template;
use askama::filters::HtmlSafe;

use belgrano_runtime::problem::FieldError;
use belgrano_wire::texts::{Language, Text};

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

/// What a field is called, and so the language it speaks.
#[derive(Clone, Debug)]
pub struct Label {
    text: String,
    language: Language,
}

impl From<Text> for Label {
    fn from(text: Text) -> Self {
        Self { language: text.language(), text: text.into() }
    }
}

/// In Spanish.
impl From<&str> for Label {
    fn from(text: &str) -> Self {
        Self { text: text.to_owned(), language: Language::Spanish }
    }
}

/// A field: write it into a template as it is, it escapes what it holds.
#[derive(Clone, Debug, Template)]
#[template(path = "field.html")]
pub struct Field<'a> {
    kind: &'static str,
    name: &'static str,
    label: Label,
    value: &'a str,
    error: Option<String>,
    /// Where else to go when it is wrong: an address, and what is there.
    ways_out: Vec<(String, Text)>,
    focused: bool,
    hint: Option<String>,
    optional: bool,
    autocomplete: Option<&'static str>,
    suggestions: Option<&'static str>,
    choices: Vec<Choice>,
    limits: Vec<(&'static str, String)>,
}

impl HtmlSafe for Field<'_> {}

impl<'a> Field<'a> {
    pub(super) fn new(
        kind: &'static str,
        name: &'static str,
        label: impl Into<Label>,
        value: &'a str,
        error: Option<&FieldError>,
    ) -> Self {
        let label = label.into();
        let error = error.map(|error| error.to(label.language));
        let (hint, autocomplete, suggestions) = (None, None, None);
        let (ways_out, choices, limits) = (Vec::new(), Vec::new(), Vec::new());
        let (focused, optional) = (false, false);
        Self {
            kind,
            name,
            label,
            value,
            error,
            ways_out,
            focused,
            hint,
            optional,
            autocomplete,
            suggestions,
            choices,
            limits,
        }
    }

    /// It may stay blank.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// Where one begins to type.
    #[must_use]
    pub fn focused(mut self, focused: bool) -> Self {
        self.focused = focused;
        self
    }

    /// A link beside its error, for who will not mend it here.
    #[must_use]
    pub fn way_out(mut self, href: impl Into<String>, text: Text) -> Self {
        self.ways_out.push((href.into(), text));
        self
    }

    /// What helps to fill it in.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// What the browser may fill in (the tokens of the HTML standard).
    #[must_use]
    pub fn autocomplete(mut self, token: &'static str) -> Self {
        self.autocomplete = Some(token);
        self
    }

    /// The id of the `datalist` with what is likely.
    #[must_use]
    pub fn suggestions(mut self, id: &'static str) -> Self {
        self.suggestions = Some(id);
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
    pub fn min_length(mut self, characters: usize) -> Self {
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

    fn optional_word(&self) -> Text {
        self.label.language.t("optional")
    }

    fn described_by(&self) -> Option<String> {
        let error = self.error.as_ref().map(|_| format!("{}-error", self.name));
        let hint = self.hint.as_ref().map(|_| format!("{}-ayuda", self.name));
        let ids: Vec<String> = error.into_iter().chain(hint).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }
}

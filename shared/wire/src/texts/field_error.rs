//! What is wrong with one field of what came in.

use std::borrow::Borrow;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Language, Message, Said};

/// One invalid field of a request: where, and how to mend it. Spanish on the wire; a page says it in its language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldError {
    /// Path of the field in the request, as on the wire: `productos[2].cantidad`.
    pub field: String,
    /// What is wrong and how to mend it.
    pub message: String,
    /// The same, where a page can say it in another language.
    #[serde(skip)]
    #[schema(ignore)]
    said: Option<Said>,
}

impl FieldError {
    /// An error at `field`.
    pub fn new(field: impl Into<String>, message: impl Into<Said>) -> Self {
        let said = message.into();
        Self { field: field.into(), message: said.spanish().to_owned(), said: Some(said) }
    }

    /// The text called `key`, about this field.
    #[must_use]
    pub fn named(&self, key: &'static str) -> Message {
        Message::new(key).with("field", &self.field).with("wrong", self.said())
    }

    /// What is wrong, for a page in any language.
    #[must_use]
    pub fn said(&self) -> Said {
        self.said.clone().unwrap_or_else(|| Said::recognized(self.message.as_str(), "error-"))
    }

    /// The same error with its message in `language`.
    #[must_use]
    pub fn in_language(&self, language: Language) -> Self {
        Self { message: self.to(language), ..self.clone() }
    }

    /// What is wrong, in the language of a page.
    pub fn to(&self, language: impl Borrow<Language>) -> String {
        let language = *language.borrow();
        self.said().to(language)
    }
}

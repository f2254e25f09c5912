//! The places of an API document that describe something: operations, parameters, answers, schemas and their properties.
//!
//! In: a document as utoipa makes it. Out: each place with what stands there, to be replaced. What must never happen here: a
//! description that is shown and is no place, because then nobody translates it.

use utoipa::openapi::path::{Operation, Parameter, ParameterIn};
use utoipa::openapi::response::Response;
use utoipa::openapi::schema::{AdditionalProperties, ArrayItems, SchemaType, Type};
use utoipa::openapi::security::{ApiKey, SecurityScheme};
use utoipa::openapi::{OpenApi, RefOr, Schema};

/// Where a description stands.
#[derive(Clone, Debug)]
pub struct Place<'a> {
    /// The operation (`get /api/pedidos`), the schema (`OrderView`), `info` or `security`.
    pub head: &'a str,
    /// What of it: `parameters.cursor`, `parameters.{id}` for a part of the address, `responses.409`, `direccion`; empty for the head
    /// itself.
    pub part: String,
    /// The schema of the body of a good answer, which says what the answer is.
    pub body: Option<String>,
    /// Whether something has to stand there.
    pub needed: bool,
}

impl<'a> Place<'a> {
    fn of(head: &'a str) -> Self {
        Self { head, part: String::new(), body: None, needed: true }
    }

    fn part(&self, part: &str) -> Self {
        let part = if self.part.is_empty() { part.to_owned() } else { format!("{}.{part}", self.part) };
        Self { head: self.head, part, body: None, needed: true }
    }

    /// The same place, where nothing has to stand.
    fn optional(self) -> Self {
        Self { needed: false, ..self }
    }

    /// Under which heads and parts its text may be, the nearest first: its own; of a good answer, that of its body; of a parameter
    /// or an answer, the one for all of that name or status.
    pub fn names(&self) -> impl Iterator<Item = (&str, &str)> {
        let body = self.body.as_deref().map(|schema| (schema, ""));
        let everywhere = self.part.split_once('.').filter(|(group, _)| ["parameters", "responses"].contains(group));
        let everywhere = everywhere.filter(|_| self.head.contains(' '));
        [Some((self.head, self.part.as_str())), body, everywhere].into_iter().flatten()
    }
}

/// Sees a place with what stands there, and says what is to stand there instead.
pub type See<'a> = dyn FnMut(&Place<'_>, &str) -> Option<String> + 'a;

/// Shows every place of `api` to `see`.
pub fn each_place(api: &mut OpenApi, see: &mut See<'_>) {
    maybe(&mut api.info.description, &Place::of("info"), see);
    for (path, item) in &mut api.paths.paths {
        let methods = [
            ("get", &mut item.get),
            ("put", &mut item.put),
            ("post", &mut item.post),
            ("delete", &mut item.delete),
            ("patch", &mut item.patch),
        ];
        for (method, operation) in methods {
            if let Some(operation) = operation {
                each_of_operation(operation, &Place::of(&format!("{method} {path}")), see);
            }
        }
    }
    let Some(components) = &mut api.components else { return };
    for (name, schema) in &mut components.schemas {
        each_of_schema(schema, &Place::of(name), see);
    }
    for (name, scheme) in &mut components.security_schemes {
        if let RefOr::T(SecurityScheme::ApiKey(ApiKey::Header(key) | ApiKey::Query(key) | ApiKey::Cookie(key))) = scheme
        {
            maybe(&mut key.description, &Place::of("security").part(name), see);
        }
    }
}

fn each_of_operation(operation: &mut Operation, at: &Place<'_>, see: &mut See<'_>) {
    maybe(&mut operation.summary, at, see);
    maybe(&mut operation.description, &at.part("description").optional(), see);
    for parameter in operation.parameters.iter_mut().flatten() {
        let RefOr::T(Parameter { name, parameter_in, description, schema, .. }) = parameter else { continue };
        // An address may have a part and a filter of one name.
        let name = if *parameter_in == ParameterIn::Path { format!("{{{name}}}") } else { name.clone() };
        let at = at.part("parameters").part(&name);
        maybe(description, &at, see);
        if let Some(schema) = schema {
            each_of_schema(schema, &at.part("schema").optional(), see);
        }
    }
    if let Some(RefOr::T(body)) = &mut operation.request_body {
        let at = at.part("body").optional();
        maybe(&mut body.description, &at, see);
        for content in body.content.values_mut() {
            if let RefOr::T(content) = content
                && let Some(schema) = &mut content.schema
            {
                each_of_schema(schema, &at.part("schema").optional(), see);
            }
        }
    }
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response) = response {
            each_of_response(response, status, at.part("responses").part(status), see);
        }
    }
}

fn each_of_response(response: &mut Response, status: &str, mut at: Place<'_>, see: &mut See<'_>) {
    if status.starts_with('2') {
        let mut schemas = response.content.values().filter_map(|content| match content {
            RefOr::T(content) => content.schema.as_ref(),
            RefOr::Ref(_) => None,
        });
        at.body = schemas.find_map(|schema| match schema {
            RefOr::Ref(named) => named.ref_location.rsplit('/').next().map(str::to_owned),
            RefOr::T(_) => None,
        });
    }
    always(&mut response.description, &at, see);
    for (name, header) in &mut response.headers {
        if let RefOr::T(header) = header {
            maybe(&mut header.description, &at.part(name), see);
        }
    }
    for content in response.content.values_mut() {
        if let RefOr::T(content) = content
            && let Some(schema) = &mut content.schema
        {
            each_of_schema(schema, &at.part("schema").optional(), see);
        }
    }
}

fn each_of_schema(schema: &mut RefOr<Schema>, at: &Place<'_>, see: &mut See<'_>) {
    let schema = match schema {
        RefOr::Ref(named) => return always(&mut named.description, at, see),
        RefOr::T(schema) => schema,
    };
    match schema {
        Schema::Array(array) => {
            maybe(&mut array.description, at, see);
            if let ArrayItems::RefOrSchema(items) = &mut array.items {
                each_of_schema(items, &at.part("[]").optional(), see);
            }
        }
        Schema::Object(object) => {
            maybe(&mut object.description, at, see);
            for (name, property) in &mut object.properties {
                each_of_schema(property, &at.part(name), see);
            }
            if let Some(AdditionalProperties::RefOr(values)) = object.additional_properties.as_deref_mut() {
                each_of_schema(values, &at.part("{}").optional(), see);
            }
        }
        Schema::OneOf(one) => each_of_choice(&mut one.items, &mut one.description, at, see),
        Schema::AnyOf(any) => each_of_choice(&mut any.items, &mut any.description, at, see),
        Schema::AllOf(all) => {
            maybe(&mut all.description, at, see);
            each_of_all(&mut all.items, at, see);
        }
        _ => {}
    }
}

/// What may be null is a choice of two to utoipa, which describes the one that is not null: that is what the whole is.
fn each_of_choice(items: &mut [RefOr<Schema>], description: &mut Option<String>, at: &Place<'_>, see: &mut See<'_>) {
    let mut others: Vec<_> = items.iter_mut().filter(|item| !is_null(item)).collect();
    if let [only] = others.as_mut_slice() {
        if let Some(moved) = taken(only) {
            description.get_or_insert(moved);
        }
        maybe(description, at, see);
        return each_of_schema(only, &at.part("value").optional(), see);
    }
    maybe(description, at, see);
    for (place, item) in others.into_iter().enumerate() {
        each_of_schema(item, &at.part(&place.to_string()).optional(), see);
    }
}

/// The parts of a schema that is several at once. What one of them has of its own is the whole's.
fn each_of_all(items: &mut [RefOr<Schema>], at: &Place<'_>, see: &mut See<'_>) {
    for (place, item) in items.iter_mut().enumerate() {
        match item {
            RefOr::T(Schema::Object(object)) => {
                maybe(&mut object.description, &at.part(&place.to_string()).optional(), see);
                for (name, property) in &mut object.properties {
                    each_of_schema(property, &at.part(name), see);
                }
            }
            other => each_of_schema(other, &at.part(&place.to_string()).optional(), see),
        }
    }
}

fn is_null(schema: &RefOr<Schema>) -> bool {
    matches!(schema, RefOr::T(Schema::Object(object)) if object.schema_type == SchemaType::Type(Type::Null))
}

/// The description of a schema, which has none afterwards.
fn taken(schema: &mut RefOr<Schema>) -> Option<String> {
    match schema {
        RefOr::Ref(named) => Some(std::mem::take(&mut named.description)).filter(|text| !text.is_empty()),
        RefOr::T(Schema::Array(array)) => array.description.take(),
        RefOr::T(Schema::Object(object)) => object.description.take(),
        RefOr::T(_) => None,
    }
}

fn maybe(text: &mut Option<String>, at: &Place<'_>, see: &mut See<'_>) {
    if let Some(other) = see(at, text.as_deref().unwrap_or_default()) {
        *text = Some(other);
    }
}

fn always(text: &mut String, at: &Place<'_>, see: &mut See<'_>) {
    if let Some(other) = see(at, text) {
        *text = other;
    }
}

//! What the API's description says of every route alike.

use std::collections::BTreeMap;

use utoipa::openapi::{Content, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{IntoParams, IntoResponses, ToSchema};

use crate::problem::{FieldError, ProblemDocument};

/// What every command carries.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
pub struct Idempotent {
    /// Names the command; the same again is done once.
    #[param(
        rename = "Idempotency-Key",
        pattern = r#"^([!#-+\--:<-\[\]-~]{1,255}|"([ !#-\[\]-~]|\\["\\]){1,255}")$"#
    )]
    pub key: String,
}

/// What every edit carries.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
pub struct OnVersion {
    /// The ETag that was read.
    #[param(rename = "If-Match", pattern = r#"^"(0|[1-9][0-9]{0,18})"$"#)]
    pub version: String,
}

/// A refusal, or that something cannot be reached now.
#[derive(Debug)]
pub struct Refused;

impl IntoResponses for Refused {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let answer = |description: &str| {
            let content = Content::new(Some(Ref::from_schema_name(ProblemDocument::name())));
            ResponseBuilder::new()
                .description(description)
                .content("application/problem+json", content)
                .build()
                .into()
        };
        BTreeMap::from([
            ("4XX".to_owned(), answer("Refused: nothing was done.")),
            ("503".to_owned(), answer("Not available right now: send the same request again.")),
        ])
    }
}

/// The schemas that [`Refused`] refers to.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(components(schemas(ProblemDocument, FieldError)))]
pub struct Schemas;

//! The description of the API, made from the code of every function.

use utoipa::{
    OpenApi,
    openapi::{
        ContactBuilder, InfoBuilder, OpenApiBuilder, SecurityRequirement, ServerBuilder,
        security::{Http, HttpAuthScheme, SecurityScheme},
    },
};

/// The committed description.
pub const COMMITTED: &str = include_str!("../../shared/openapi.json");

/// The description as the code has it now: OpenAPI 3.1.
pub fn document() -> utoipa::openapi::OpenApi {
    let info = InfoBuilder::new()
        .title("Paywell")
        .version("1")
        .description(Some(
            "Patient payments of a medical practice. Amounts are decimal strings beside their currency. Every command \
             carries `Idempotency-Key`: the same key and body are done once and answered alike. Edits carry `If-Match` \
             with the ETag that was read. Whatever is refused is an RFC 9457 problem that names the field and what \
             would be accepted.",
        ))
        .contact(Some(ContactBuilder::new().name(Some("The practice's engineer")).build()))
        .build();
    let mut api =
        OpenApiBuilder::new().info(info).servers(Some([ServerBuilder::new().url("/").build()])).build();
    for part in [
        tracker::Description::openapi(),
        documents::Description::openapi(),
        exports::Description::openapi(),
        payments::Description::openapi(),
        links::Description::openapi(),
        paywell_http::described::Schemas::openapi(),
    ] {
        api.merge(part);
    }
    let token = Http::builder().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
    api.components.get_or_insert_default().add_security_scheme("staff", SecurityScheme::Http(token));
    api.security = Some(vec![SecurityRequirement::new("staff", Vec::<String>::new())]);
    api
}

/// The text that is committed.
///
/// # Errors
/// None in practice: the description is plain data.
pub fn text() -> Result<String, serde_json::Error> {
    document().to_pretty_json().map(|json| json + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reference_leads_somewhere() {
        let document: serde_json::Value = serde_json::from_str(COMMITTED).unwrap();
        for part in COMMITTED.split("\"$ref\": \"#").skip(1) {
            let pointer = part.split('"').next().unwrap();
            assert!(document.pointer(pointer).is_some(), "{pointer}");
        }
    }

    #[test]
    fn the_committed_description_is_current() {
        assert!(
            text().unwrap() == COMMITTED,
            "run `cargo run -p paywell-tests --example openapi` and commit"
        );
    }
}

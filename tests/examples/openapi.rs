//! Writes the API's description to `shared/openapi.json`.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/openapi.json");
    Ok(std::fs::write(path, paywell_tests::openapi::text()?)?)
}

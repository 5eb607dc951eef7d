//! Links: staff give out, withdraw and renew payment links. Holds no processor secret.

use paywell_app::{clock, config};
use paywell_http::{api::StaffApi, serve, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::init();
    let aws = config::aws()?;
    let app = config::app(&aws)?.with_links(&aws).await?;
    serve(StaffApi::new(app).await?, links::routes(), clock::now).await
}

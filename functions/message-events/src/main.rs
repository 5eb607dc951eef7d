//! Message events: what the providers of mail and texts tell, brought by SNS.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use message_events::{Notifications, apply_all};
use paywell_app::{App, clock, config};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    paywell_http::telemetry::init();
    let aws = config::aws()?;
    let app: &'static App = Box::leak(Box::new(config::app(&aws)?.with_texts(&aws)?));
    lambda_runtime::run(service_fn(|event: LambdaEvent<Notifications>| run(app, event))).await
}

async fn run(app: &App, event: LambdaEvent<Notifications>) -> Result<(), Error> {
    apply_all(app, &event.payload, &event.context.request_id, clock::now).await.map_err(Error::from)
}

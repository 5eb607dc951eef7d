//! A function that answers HTTP and is started by a schedule as well.

use chrono::{DateTime, Utc};
use lambda_http::request::LambdaRequest;
use lambda_http::{Adapter, Error, LambdaEvent, Service, lambda_runtime, service_fn};
use send_wrapper::SendWrapper;
use serde_json::Value;

use super::{Route, Router};

/// Runs a function: as [`super::serve`], and whatever is no request goes to `run`.
///
/// # Errors
/// Where the routes contradict each other, or the Lambda runtime ends.
pub async fn serve_and_run<S>(
    state: S,
    routes: Vec<Route<S>>,
    clock: fn() -> DateTime<Utc>,
    run: impl AsyncFn(&'static S, LambdaEvent<Value>) -> Result<Value, Error> + 'static,
) -> Result<(), Error> {
    let state: &'static S = Box::leak(Box::new(state));
    let router: &'static Router<S> = Box::leak(Box::new(Router::new(routes)?));
    let run: &'static _ = Box::leak(Box::new(run));
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| async move {
        if is_request(&event.payload) {
            answer(state, router, clock, event).await
        } else {
            run(state, event).await
        }
    }))
    .await
}

/// Whether API Gateway sends an event: a schedule's has no context of a request.
fn is_request(event: &Value) -> bool {
    event.get("requestContext").is_some()
}

async fn answer<S>(
    state: &'static S,
    router: &'static Router<S>,
    clock: fn() -> DateTime<Utc>,
    event: LambdaEvent<Value>,
) -> Result<Value, Error> {
    // The runtime is made of one thread, and it polls where it creates.
    let handle = move |request| SendWrapper::new(router.handle(state, request, clock()));
    // Bodies are read raw, which a value in memory has not.
    let request: LambdaRequest = serde_json::from_str(&event.payload.to_string())?;
    let response = Adapter::from(service_fn(handle)).call(LambdaEvent::new(request, event.context)).await?;
    Ok(serde_json::to_value(response)?)
}

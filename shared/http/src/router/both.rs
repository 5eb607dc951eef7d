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

#[cfg(test)]
mod tests {
    use lambda_http::Context;
    use serde_json::json;

    use super::*;
    use crate::{Call, Method, Problem, Response, StatusCode, respond};

    async fn echo(_: &(), call: Call) -> Result<Response, Problem> {
        respond::json(StatusCode::OK, &call.path::<String>("word")?)
    }

    fn noon() -> DateTime<Utc> {
        DateTime::UNIX_EPOCH
    }

    #[tokio::test]
    async fn a_request_is_answered_as_the_gateway_reads_it() {
        let router: &'static Router<()> =
            Box::leak(Box::new(Router::new(vec![Route::public(Method::GET, "/echo/{word}", echo)]).unwrap()));
        let event = json!({
            "version": "2.0", "routeKey": "GET /echo/{word}", "rawPath": "/echo/yes", "rawQueryString": "",
            "headers": {}, "isBase64Encoded": false,
            "requestContext": {
                "accountId": "1", "apiId": "a", "domainName": "api.example.com", "requestId": "r-1",
                "http": { "method": "GET", "path": "/echo/yes", "protocol": "HTTP/1.1", "sourceIp": "203.0.113.9",
                    "userAgent": "tests" },
                "routeKey": "GET /echo/{word}", "stage": "$default", "timeEpoch": 0,
            },
        });
        assert!(is_request(&event));
        let answer = answer(&(), router, noon, LambdaEvent::new(event, Context::default())).await.unwrap();
        assert_eq!((&answer["statusCode"], &answer["body"]), (&json!(200), &json!("\"yes\"")));
        assert_eq!(answer["headers"]["request-id"], "r-1");
    }

    #[test]
    fn what_a_schedule_sends_is_no_request() {
        assert!(!is_request(&json!({})));
    }
}

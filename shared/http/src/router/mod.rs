//! A function's routes: one visible table.

mod both;
mod call;
mod route;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::time::Instant;

use chrono::{DateTime, Utc};
use lambda_http::http::header::{CACHE_CONTROL, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use lambda_http::http::{HeaderName, HeaderValue, Method};
use lambda_http::{Body, Error, Request, service_fn};
use send_wrapper::SendWrapper;

use crate::{Problem, Response, headers};
pub use both::serve_and_run;
pub use call::Call;
pub use route::Route;

const REQUEST_ID: HeaderName = HeaderName::from_static("request-id");

/// What every response carries, unless the handler said otherwise.
const STANDARD_HEADERS: [(HeaderName, HeaderValue); 3] = [
    (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    // The address of a pay page holds its token; no other site may see it.
    (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
];

/// Runs a function: its state, which lives as long as the process, its routes, and the one reading of the clock.
///
/// # Errors
/// Where the routes contradict each other, or the Lambda runtime ends.
pub async fn serve<S>(state: S, routes: Vec<Route<S>>, clock: fn() -> DateTime<Utc>) -> Result<(), Error> {
    let state: &'static S = Box::leak(Box::new(state));
    let router = Router::new(routes)?;
    // The runtime is made of one thread, and it polls where it creates.
    lambda_http::run(service_fn(|request| SendWrapper::new(router.handle(state, request, clock())))).await
}

/// The routes, ready to be matched.
pub struct Router<S: 'static> {
    routes: Vec<Route<S>>,
    /// Places in `routes` by path pattern.
    patterns: matchit::Router<Vec<usize>>,
}

/// What a request asks for: the pattern it matched, and the route with its path parameters or why there is none.
type Found<'a, S> = (&'static str, Result<(&'a Route<S>, Vec<(String, String)>), Problem>);

impl<S> Router<S> {
    /// # Errors
    /// Where two routes have the same method and pattern, or two patterns match the same paths.
    pub fn new(routes: Vec<Route<S>>) -> Result<Self, Error> {
        let mut by_pattern: BTreeMap<&'static str, Vec<usize>> = BTreeMap::new();
        for (place, route) in routes.iter().enumerate() {
            let places = by_pattern.entry(route.pattern).or_default();
            if places.iter().filter_map(|place| routes.get(*place)).any(|other| other.method == route.method)
            {
                return Err(format!("{} {} is there twice", route.method, route.pattern).into());
            }
            places.push(place);
        }
        let mut patterns = matchit::Router::new();
        for (pattern, places) in by_pattern {
            patterns.insert(pattern, places)?;
        }
        Ok(Self { routes, patterns })
    }

    /// The table, to be compared with the template, the API description and the local stack.
    pub fn routes(&self) -> &[Route<S>] {
        &self.routes
    }

    /// Answers one request; `now` is when it came. Whatever is refused is answered with its [`Problem`].
    ///
    /// # Errors
    /// Never: the type is the runtime's.
    pub async fn handle(
        &self,
        state: &'static S,
        request: Request,
        now: DateTime<Utc>,
    ) -> Result<Response, Error> {
        let started = Instant::now();
        let method = request.method().clone();
        let request_id = headers::request_id(&request).to_owned();
        let (pattern, found) = self.find(&method, request.uri().path());
        let outcome = match found {
            Ok((route, parameters)) => (route.run)(state, Call::new(request, parameters, now)).await,
            Err(problem) => Err(problem),
        };
        log(&request_id, &method, pattern, &outcome, started);
        let mut response = outcome.unwrap_or_else(|problem| problem.into_response(&request_id));
        finish(&mut response, &method, &request_id);
        Ok(response)
    }

    fn find(&self, method: &Method, path: &str) -> Found<'_, S> {
        let nothing = || Problem::not_found("There is nothing at this address.");
        let Ok(matched) = self.patterns.at(path) else {
            return ("none", Err(nothing()));
        };
        let routes: Vec<&Route<S>> =
            matched.value.iter().filter_map(|place| self.routes.get(*place)).collect();
        let pattern = routes.first().map_or("none", |route| route.pattern);
        let Some(route) = choose(&routes, method) else {
            return (pattern, Err(Problem::method_not_allowed(&allowed(&routes))));
        };
        // What is no UTF-8 is in no id and no token: the handler finds nothing by it, and answers as it does for others.
        let decoded = |(name, value): (&str, &str)| {
            (name.to_owned(), percent_encoding::percent_decode_str(value).decode_utf8_lossy().into_owned())
        };
        (pattern, Ok((route, matched.params.iter().map(decoded).collect())))
    }
}

/// The route for the method. HEAD is GET without the body (RFC 9110, section 9.3.2).
fn choose<'a, S>(routes: &[&'a Route<S>], method: &Method) -> Option<&'a Route<S>> {
    let wanted = if method == Method::HEAD { &Method::GET } else { method };
    routes.iter().find(|route| route.method == *wanted).copied()
}

fn allowed<S>(routes: &[&Route<S>]) -> Vec<Method> {
    let mut methods: Vec<Method> = routes.iter().map(|route| route.method.clone()).collect();
    if methods.contains(&Method::GET) {
        methods.push(Method::HEAD);
    }
    methods
}

fn finish(response: &mut Response, method: &Method, request_id: &str) {
    for (name, value) in STANDARD_HEADERS {
        response.headers_mut().entry(name).or_insert(value);
    }
    if let Ok(id) = HeaderValue::from_str(request_id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    if method == Method::HEAD {
        *response.body_mut() = Body::Empty;
    }
}

/// One line a request, of ids only. The pattern stands for the path, which may hold a token.
fn log(
    request_id: &str,
    method: &Method,
    route: &str,
    outcome: &Result<Response, Problem>,
    started: Instant,
) {
    let ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    match outcome {
        Ok(response) => {
            tracing::info!(request_id, %method, route, status = response.status().as_u16(), ms, "request");
        }
        Err(problem) => {
            let (status, kind, why) =
                (problem.status().as_u16(), problem.kind().path, problem.internal_message());
            if problem.status().is_server_error() {
                tracing::error!(request_id, %method, route, status, ms, problem = kind, why, "request");
            } else {
                tracing::info!(request_id, %method, route, status, ms, problem = kind, why, "request");
            }
        }
    }
}

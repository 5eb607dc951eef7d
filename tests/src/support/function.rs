//! A function as the gateway sees it: its routes, and something that answers requests.

use std::{future::Future, pin::Pin};

use chrono::{DateTime, Utc};
use lambda_http::http::Method;
use paywell_http::{Response, Route, Router, auth::Permission};

/// A row of a function's route table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteInfo {
    /// The function.
    pub function: &'static str,
    /// The method.
    pub method: Method,
    /// The path, with `{parameters}`.
    pub pattern: &'static str,
    /// What a caller's role must allow; none for a public route.
    pub permission: Option<Permission>,
}

impl RouteInfo {
    /// Whether a path is one of the pattern's.
    pub fn covers(&self, path: &str) -> bool {
        let (pattern, path): (Vec<&str>, Vec<&str>) =
            (self.pattern.split('/').collect(), path.split('/').collect());
        let same = |(wanted, part): (&&str, &&str)| wanted.starts_with('{') || wanted == part;
        pattern.len() == path.len() && pattern.iter().zip(&path).all(same)
    }
}

type Answering = Pin<Box<dyn Future<Output = Response>>>;

/// A function, running in this process.
pub struct Function {
    /// Its routes.
    pub routes: Vec<RouteInfo>,
    handle: Box<dyn Fn(lambda_http::Request, DateTime<Utc>) -> Answering>,
}

impl Function {
    /// The state lives as long as the process, as it does in Lambda.
    pub(super) fn start<S>(name: &'static str, state: S, routes: Vec<Route<S>>) -> Self {
        let state: &'static S = Box::leak(Box::new(state));
        let router: &'static Router<S> = Box::leak(Box::new(Router::new(routes).unwrap()));
        let info = |route: &Route<S>| RouteInfo {
            function: name,
            method: route.method.clone(),
            pattern: route.pattern,
            permission: route.permission,
        };
        let routes = router.routes().iter().map(info).collect();
        let handle = Box::new(move |request, now| -> Answering {
            Box::pin(async move { router.handle(state, request, now).await.unwrap() })
        });
        Self { routes, handle }
    }

    /// Answers a request.
    pub async fn answer(&self, request: lambda_http::Request, now: DateTime<Utc>) -> Response {
        (self.handle)(request, now).await
    }
}

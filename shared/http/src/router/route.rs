//! One row of a function's route table.

use std::future::Future;
use std::pin::Pin;

use lambda_http::http::Method;

use super::Call;
use crate::auth::{Authorised, Permission, Required, Verifier};
use crate::{Problem, Response};

/// Not `Send`: a function answers one request at a time on one thread, and async closures over borrowed state cannot
/// prove that they are.
type Answer = Pin<Box<dyn Future<Output = Result<Response, Problem>>>>;

/// A method, a path pattern, who may come, and the handler.
pub struct Route<S: 'static> {
    /// The method.
    pub method: Method,
    /// The path, as API Gateway writes it: `/v1/invoices/{id}`.
    pub pattern: &'static str,
    /// What a caller's role must allow; none for a public route.
    pub permission: Option<Permission>,
    pub(super) run: Box<dyn Fn(&'static S, Call) -> Answer + Send + Sync>,
}

impl<S> Route<S> {
    /// A route that anyone may call; the handler checks what its token or signature is good for.
    pub fn public<F, Fut>(method: Method, pattern: &'static str, handler: F) -> Self
    where
        F: Fn(&'static S, Call) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Response, Problem>> + 'static,
    {
        let run = Box::new(move |state, call| -> Answer { Box::pin(handler(state, call)) });
        Self { method, pattern, permission: None, run }
    }

    /// A route for staff whose role has the permission `P`, which the handler's signature names: it is reached only
    /// with an [`Authorised`] caller.
    pub fn staff<P, F, Fut>(method: Method, pattern: &'static str, handler: F) -> Self
    where
        S: AsRef<Verifier>,
        P: Required,
        F: Fn(&'static S, Authorised<P>, Call) -> Fut + Copy + Send + Sync + 'static,
        Fut: Future<Output = Result<Response, Problem>> + 'static,
    {
        let run = Box::new(move |state: &'static S, call: Call| -> Answer {
            Box::pin(async move {
                let staff = state.as_ref().verify(call.headers(), call.now).await?;
                handler(state, Authorised::check(staff)?, call).await
            })
        });
        Self { method, pattern, permission: Some(P::PERMISSION), run }
    }
}

//! What the tests share, and what compares the code with its descriptions.

pub mod openapi;
pub mod routes;
pub mod support;
pub mod template;

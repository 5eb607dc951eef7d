//! The whole of Paywell on one machine: `cargo dev`.
//!
//! The functions are the ones that ship, served by `cargo lambda watch`; what AWS and Stripe do in production is done
//! by servers on the loopback interface, inside this process:
//!
//! | port | what |
//! |---|---|
//! | N | the gateway: start page, API reference, and one origin for API, pay pages and webhooks |
//! | N+1 | DynamoDB: embedded, or the official DynamoDB Local |
//! | N+2 | the Stripe simulator |
//! | N+3 | the mailbox |
//! | N+4 | the issuer of staff tokens |
//! | N+5 | `cargo lambda watch` |
//! | N+6 | object storage |
//!
//! Data, keys and logs are in `target/dev`; while the stack runs, `stack.json` there says where everything is.
//!
//! Every child process runs under a [`guard`], so that nothing stays behind when this process ends, however it does.
//! The clock of the whole stack can be moved (see [`clock`]).

pub mod backfilling;
pub mod clock;
pub mod commands;
mod data;
pub mod demo;
mod dynamodb;
mod functions;
mod gateway;
pub mod guard;
mod http;
mod import;
mod issuing;
mod loading;
mod options;
mod pages;
mod ports;
pub mod proving;
pub mod scratch;
mod secrets;
mod servers;
mod stack;
mod stack_file;
pub mod staff;
pub mod synthea;
mod tools;

pub use options::Options;
pub use ports::Addresses;
pub use stack::{Running, Stack};
pub use stack_file::StackFile;

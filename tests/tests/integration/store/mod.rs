//! The store over the engine: its access patterns and its table.

mod bounds;
mod committing;
mod patterns;
mod reading;
mod table;

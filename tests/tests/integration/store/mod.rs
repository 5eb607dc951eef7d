//! The store over the engine: its access patterns and its table.

mod patterns;
mod reading;
mod table;

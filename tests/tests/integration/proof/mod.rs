//! The proof of the books finds what anybody changes past the program, and what the processor knows alone.

mod anchors;
mod processor;
mod tampering;

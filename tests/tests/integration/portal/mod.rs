//! The portal: who comes in, what they see, and what they may do there.

mod choosing;
mod looking;
mod paying;
mod signing_in;

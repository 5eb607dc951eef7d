//! Payments: asked for, received at the desk, refused.

mod moves;
mod recording;
mod refusals;

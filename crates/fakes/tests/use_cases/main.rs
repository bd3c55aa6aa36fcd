//! The use cases on fakes that behave, path by path: what is refused, what happens, what is repaired.
#![allow(unreachable_pub, clippy::unwrap_used, reason = "the modules of one test")]

mod ends;
mod lab;
mod money;
mod nodes;
mod output;
mod queue;
mod submit;
mod sweep;

//! The use cases on fakes that behave, path by path: what is refused, what happens, what is repaired.
#![allow(unreachable_pub, clippy::unwrap_used, reason = "the modules of one test")]

mod choice;
mod ends;
mod lab;
mod ladder;
mod money;
mod nodes;
mod output;
mod policies;
mod queue;
mod submit;
mod sweep;

//! Replays a trace under a scheduling policy, and says how long jobs waited.
//!
//! Pure: no clock, no chance, and no input but the bytes of a log. [`swf`] reads a log, [`trace`] cleans it.

pub mod job;
pub mod swf;
pub mod trace;

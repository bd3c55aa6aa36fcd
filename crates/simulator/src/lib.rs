//! Replays a trace under a scheduling policy, and says how long jobs waited.
//!
//! Pure: no clock, no chance, and no input but the bytes of a log. [`swf`] reads a log, [`trace`] cleans it,
//! [`machine`] takes it through time event by event, and [`policy`] decides who starts.

pub mod job;
pub mod machine;
pub mod policy;
pub mod running;
pub mod swf;
pub mod trace;

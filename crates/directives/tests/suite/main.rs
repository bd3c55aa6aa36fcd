//! Suites over whole scripts: what they mean, what is wrong with bad ones, and that nothing at all makes them panic.

#![allow(clippy::unwrap_used, reason = "this is all tests; clippy sees only the #[test] functions as such")]

mod arbitrary;
mod bad_scripts;
mod command_line;
mod corpus;
mod meanings;
mod places;
mod presets;
mod render;
mod round_trip;
mod warnings;

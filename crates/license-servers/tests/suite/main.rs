//! Suites over whole status texts: servers that are down, what each kind says, and that nothing makes a reader panic;
//! and over the rule by which licenses are given out.

#![allow(clippy::unwrap_used, reason = "this is all tests; clippy sees only the #[test] functions as such")]

mod arbitrary;
mod down;
mod giving;
mod kinds;
mod leases;
mod real;
mod samples;

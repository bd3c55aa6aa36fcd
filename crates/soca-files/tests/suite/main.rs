//! Suites over whole files: bad ones and their places first, then what good ones mean, then anything at all.

#![allow(clippy::unwrap_used, reason = "this is all tests; clippy sees only the #[test] functions as such")]

mod arbitrary;
mod bad_licenses;
mod bad_queues;
mod bad_yaml;
mod licenses;
mod queues;
mod samples;

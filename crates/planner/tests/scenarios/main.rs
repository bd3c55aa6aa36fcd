//! What the planner decides, scenario by scenario, and what holds for any.

#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up should stop")]

mod backfill;
mod case;
mod fairness;
mod limits;
mod properties;

//! Typed values: one small reader each, from text to value or fault. None of them guesses.

mod begin;
mod choice;
mod cloud;
mod environment;
mod mail;
mod number;
mod place;
mod policy;
mod price;
mod words;

pub(crate) use begin::begin;
pub(crate) use choice::{architecture, selection};
pub(crate) use cloud::{
    ami, capacity_reservation, instance_profile, instance_types, security_groups, subnets,
};
pub(crate) use environment::environment;
pub(crate) use mail::{addresses, mail_events};
pub(crate) use number::{count, out_of_range, priority, size};
pub(crate) use place::place;
pub(crate) use policy::{grace, max_cost, warning};
pub(crate) use price::spot_price;
pub(crate) use words::{base_os, join, path, shell, spot_strategy, yes_no};

use soca_domain::{Code, Fault, id::shorten};

/// That a value is wrong: `name` cannot be `"text"`, because `why`.
fn bad(name: &str, text: &str, remedy: impl Into<String>) -> Fault {
    Fault::new(Code::BadValue, format!("{} cannot be \"{}\".", shorten(name), shorten(text)), remedy)
}

//! Queues as administrators write them: settings by key, what changed between two, and files to import.

pub mod changes;
pub mod document;
pub mod import;
pub mod keys;
mod reservations;
mod section;
pub mod settle;
mod slots;

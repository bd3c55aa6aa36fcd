//! The local twin: emulators, machine room, deployment of the real template.
//!
//! [`up`] starts the machine room ([`room`]) as a process of its own and deploys ([`deploy`]). The machine room starts
//! the two emulated planes ([`planes`]), follows the compute plane's feed, and plays each instance with a real agent
//! under an `init` of ours ([`init`], [`kept`]). [`down`] leaves nothing behind.

pub mod call;
pub mod cli;
pub mod deploy;
pub mod down;
pub mod fault;
pub mod files;
pub mod init;
pub mod kept;
pub mod layout;
pub mod log;
pub mod logs;
pub mod planes;
pub mod ports;
pub mod progress;
pub mod room;
pub mod status;
pub mod twin_file;
pub mod up;

//! The network: requests and replies, Cognito, and the API's client on top.

pub mod api;
pub mod client;
pub mod cognito;
pub mod logs;
pub mod retry;
pub mod transport;
pub mod ureq;

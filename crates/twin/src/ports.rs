//! The twin's ports, all on loopback.

use crate::fault::{Fault, Kind, Outcome};
use clap::Args;
use serde::{Deserialize, Serialize};
use std::net::{Ipv4Addr, TcpListener};

/// Which ports to use.
#[derive(Clone, Debug, Default, Args)]
pub struct PortOptions {
    /// Three ports from this one on: serverless plane, compute plane, machine room.
    #[arg(long, value_name = "PORT")]
    pub port_base: Option<u16>,
    /// The three ports, comma separated [default: 4566,5005,5006].
    #[arg(long, value_name = "A,B,C", env = "SOCA_TWIN_PORTS", value_parser = parse)]
    pub ports: Option<Ports>,
}

impl PortOptions {
    /// The ports that were asked for; `None` if the default will do.
    pub fn wanted(&self) -> Option<Ports> {
        let from = |base: u16| Ports {
            serverless: base,
            compute: base.saturating_add(1),
            room: base.saturating_add(2),
        };
        self.port_base.map(from).or(self.ports)
    }
}

/// One port each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ports {
    /// MiniStack.
    pub serverless: u16,
    /// Moto.
    pub compute: u16,
    /// The machine room's orders.
    pub room: u16,
}

impl Default for Ports {
    fn default() -> Ports {
        Ports { serverless: 4566, compute: 5005, room: 5006 }
    }
}

impl Ports {
    /// The address of a port.
    pub fn url(port: u16) -> String {
        format!("http://127.0.0.1:{port}")
    }

    /// Listens on a port, to see whether it is free.
    pub fn listen(port: u16) -> Outcome<TcpListener> {
        TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(|error| {
            Fault::new(
                Kind::PortTaken,
                format!("Port {port} on 127.0.0.1 cannot be used ({error})."),
                "End what uses it, or choose others: --port-base 14566, or SOCA_TWIN_PORTS=A,B,C",
            )
        })
    }

    /// Whether all are free.
    pub fn check(self) -> Outcome<()> {
        [self.serverless, self.compute, self.room]
            .into_iter()
            .try_for_each(|port| Ports::listen(port).map(drop))
    }
}

fn parse(text: &str) -> Result<Ports, String> {
    let numbers: Result<Vec<u16>, _> = text.split(',').map(|word| word.trim().parse::<u16>()).collect();
    match numbers.as_deref() {
        Ok([serverless, compute, room]) => {
            Ok(Ports { serverless: *serverless, compute: *compute, room: *room })
        }
        _ => Err("three port numbers with commas between them".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_ports_or_none() {
        assert_eq!(parse("1, 2,3").unwrap(), Ports { serverless: 1, compute: 2, room: 3 });
        assert!(parse("1,2").is_err() && parse("a,b,c").is_err() && parse("1,2,70000").is_err());
    }

    #[test]
    fn a_taken_port_is_named() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        let fault = Ports::listen(port).unwrap_err();
        assert_eq!(fault.kind, Kind::PortTaken);
        assert!(fault.message.contains(&port.to_string()));
    }
}

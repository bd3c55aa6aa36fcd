//! The `soca` program: hands the process's own streams, clock and network to the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    let system = soca_cli::world::System::default();
    let mut streams = soca_cli::world::Streams::of_process();
    let mut world = system.world(&mut streams);
    let status = soca_cli::run(std::env::args_os().collect(), &mut world);
    // A reader that went away is no failure of ours.
    let _ = world.out.flush();
    ExitCode::from(status)
}

//! Job scripts: `#PBS` and `#SOCA` directives to one typed request; pure.
//!
//! [`read_job`] reads a script and the command line's options over it; [`read_script`] and [`read_options`] read one
//! of the two alone; [`read_presets`] reads what a queue presets. All faults are found, not just the first, and each says where it is. The stages, in order:
//! `text` (is it a script at all), `header` (which lines are directives), `words` (quotes and comments), `grammar`
//! (options and their values), `reader` (one meaning per option), `values` (typed values), `finish` (what only the
//! whole request can tell). `table` lists every option and resource there is.

mod assign;
mod attributes;
mod chunks;
mod finish;
mod grammar;
mod header;
mod piece;
mod placeholder;
mod places;
mod presets;
mod reader;
mod report;
mod resources;
mod table;
mod text;
mod values;
mod words;

pub use places::Places;
pub use presets::{Preset, Presets, check_parameter, preset_name, read_presets, write_presets};
pub use report::Warning;
pub use text::MAX_SCRIPT_BYTES;

use reader::Reader;
use soca_domain::{Fault, request::JobRequest};

/// A script that was read, with what its owner should know about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed {
    /// What the job asks for.
    pub request: JobRequest,
    /// The script with Unix line ends and without a byte order mark: what will be run.
    pub text: String,
    /// What was read otherwise than its writer may think, in order of place.
    pub warnings: Vec<Warning>,
    /// Where each parameter was given.
    pub places: Places,
}

/// Command-line options that were read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// What the options ask for.
    pub request: JobRequest,
    /// What was read otherwise than its writer may think; line 0, and as column the argument's number from 1.
    pub warnings: Vec<Warning>,
    /// Where each parameter was given: line 0, and as column the argument's number from 1.
    pub places: Places,
    /// The arguments from the first one that is neither an option nor an option's value: the script and its own.
    pub operands: Vec<String>,
}

/// Reads a job script.
///
/// # Errors
/// Everything that is wrong with it, in order of place; each fault has a place. At most a hundred are reported.
pub fn read_script(bytes: &[u8]) -> Result<Parsed, Vec<Fault>> {
    read_job(bytes, &[])
}

/// Reads a job script and the command-line options given with it; where both say something, the options win.
///
/// Rules between parameters are checked once, on the result, so an option may mend what the script alone gets wrong.
///
/// # Errors
/// Everything that is wrong, the script first and in order of place. Faults of the script have a place; those of the
/// options have none, and name the option in their message.
pub fn read_job(bytes: &[u8], args: &[String]) -> Result<Parsed, Vec<Fault>> {
    let mut reader = Reader::default();
    let Some(text) = text::normalise(bytes, &mut reader.report) else {
        return Err(reader.report.into_faults());
    };
    reader.script(&text);
    let operands = reader.arguments(args);
    if let Some(operand) = operands.first() {
        reader.report.stray_argument(args.len() - operands.len() + 1, operand);
    }
    reader.finish();
    let (request, places, report) = reader.into_parts();
    report.into_result().map(|warnings| Parsed { request, text, warnings, places })
}

/// Reads command-line options of `qsub` or `soca submit`: short as in `#PBS` lines, long as in `#SOCA` lines.
///
/// Rules between parameters are not checked, since the script may hold the other half; [`read_job`] does.
///
/// # Errors
/// Everything that is wrong, in the order of the arguments; these faults have no place in a script.
pub fn read_options(args: &[String]) -> Result<Options, Vec<Fault>> {
    let mut reader = Reader::default();
    let operands = reader.arguments(args).to_vec();
    reader.derive();
    let (request, places, report) = reader.into_parts();
    report.into_result().map(|warnings| Options { request, warnings, places, operands })
}

//! From a command line and a script to what is sent: for `soca submit` and for `qsub`.

use crate::{
    context::Context,
    failure::Failure,
    net::client::{Answered, Client},
    world::World,
};
use soca_directives::{Parsed, read_job, read_options};
use soca_domain::request::EnvironmentRequest;
use soca_wire::api::{EnvironmentVariable, SubmitReply, SubmitRequest};
use std::{
    fs,
    io::{self, Read},
    path::Path,
};

/// The name of a job whose script came from standard input, as in PBS.
pub const STDIN: &str = "STDIN";

/// qsub's options, and the script among them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The options without the script.
    pub options: Vec<String>,
    /// The script; `-` is standard input.
    pub file: Option<String>,
}

impl Line {
    /// Finds the script among the options.
    ///
    /// # Errors
    /// The options cannot be read, or there is more than one script.
    pub fn read(rest: &[String]) -> Result<Line, Failure> {
        let operands = read_options(rest).map_err(Failure::of_faults)?.operands;
        let mut options = rest[..rest.len() - operands.len()].to_vec();
        if options.last().is_some_and(|word| word == "--") {
            options.pop();
        }
        let Some((file, after)) = operands.split_first() else { return Ok(Line { options, file: None }) };
        if let Some(second) = read_options(after).map_err(Failure::of_faults)?.operands.first() {
            return Err(Failure::usage(
                format!("\"{}\" is too much: {file} is the script.", soca_domain::id::shorten(second)),
                "Submit one script at a time, and pass values to it with -v NAME=value.",
            ));
        }
        options.extend(after.iter().cloned());
        Ok(Line { options, file: Some(file.clone()) })
    }
}

/// What is sent, with the key that makes sending it twice safe.
#[derive(Clone, Debug)]
pub struct Submission {
    /// The body.
    pub request: SubmitRequest,
    /// The script's name in messages.
    pub file: String,
    /// What was read from script and options.
    pub parsed: Parsed,
    key: String,
}

impl Submission {
    /// Reads the script and what it asks of this machine.
    ///
    /// # Errors
    /// The script cannot be read, or something in it is wrong.
    pub fn prepare(
        file: &str,
        options: Vec<String>,
        client: &Client<'_>,
        ctx: &mut Context<'_, '_>,
    ) -> Result<Submission, Failure> {
        let (bytes, name) = read_file(file, ctx.world)?;
        let shown = if file == "-" { STDIN } else { file };
        let parsed = read_job(&bytes, &options).map_err(|faults| Failure::of_faults(faults).about(shown))?;
        let request = SubmitRequest {
            script: String::from_utf8_lossy(&bytes).into_owned(),
            options,
            workdir: workdir(client, ctx.world)?,
            default_name: Some(name),
            submit_host: ctx.world.host.clone(),
            environment: environment(&parsed.request.environment, ctx.world),
        };
        let key = format!("{:032x}", rand::random::<u128>());
        Ok(Submission { request, file: shown.to_owned(), parsed, key })
    }

    /// Sends it.
    ///
    /// # Errors
    /// The API refuses, or cannot be reached.
    pub fn send(&self, client: &Client<'_>, dry_run: bool) -> Result<Answered<SubmitReply>, Failure> {
        client.submit(&self.request, &self.key, dry_run).map_err(|failure| failure.about(&self.file))
    }
}

/// A script's bytes, and the name of a job that has no other.
///
/// # Errors
/// It cannot be read.
pub fn read_file(file: &str, world: &mut World<'_>) -> Result<(Vec<u8>, String), Failure> {
    let most = soca_directives::MAX_SCRIPT_BYTES as u64 + 1;
    let mut bytes = Vec::new();
    if file == "-" {
        let read = (&mut *world.input).take(most).read_to_end(&mut bytes);
        return read.map(|_| (bytes, STDIN.to_owned())).map_err(|error| unreadable("Standard input", &error));
    }
    let read = fs::File::open(file).and_then(|opened| opened.take(most).read_to_end(&mut bytes));
    read.map_err(|error| unreadable(file, &error))?;
    let name = Path::new(file)
        .file_name()
        .map_or_else(|| file.to_owned(), |name| name.to_string_lossy().into_owned());
    Ok((bytes, name))
}

/// A file that cannot be read.
pub fn unreadable(what: &str, error: &io::Error) -> Failure {
    Failure::new(
        "FILE_UNREADABLE",
        format!("{what} cannot be read: {error}."),
        "Check the name and whether you may read it.",
    )
}

/// Writes a file, in the place of one that may be there.
///
/// # Errors
/// It cannot be written.
pub fn write_file(file: &str, text: &str) -> Result<(), Failure> {
    fs::write(file, text).map_err(|error| {
        Failure::new(
            "FILE_UNWRITABLE",
            format!("{file} cannot be written: {error}."),
            "Check the name and whether you may write there.",
        )
    })
}

/// The current directory, if the nodes have it too.
fn workdir(client: &Client<'_>, world: &World<'_>) -> Result<Option<String>, Failure> {
    let Some(here) = &world.directory else { return Ok(None) };
    let root = client.shared_root()?;
    let shared = !root.is_empty() && here.starts_with(&root);
    Ok(shared.then(|| here.to_str().map(str::to_owned)).flatten())
}

/// The variables that are asked for, and no others.
fn environment(asked: &EnvironmentRequest, world: &World<'_>) -> Vec<EnvironmentVariable> {
    let named = |name: &str| asked.variables.iter().any(|(n, value)| n == name && value.is_none());
    // A token that lies in the environment is for this program, not for the job, unless it is asked for by name.
    let whole = |name: &str| asked.all && !name.starts_with("SOCA_TOKEN") && is_name(name);
    let chosen = world.variables.iter().filter(|(name, _)| named(name) || whole(name));
    chosen.map(|(name, value)| EnvironmentVariable { name: name.clone(), value: value.clone() }).collect()
}

/// Shells also export functions, under names that no job could use.
fn is_name(name: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && name.chars().all(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> Result<Line, Failure> {
        Line::read(&text.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn the_script_is_found_among_the_options() {
        for (text, options, file) in [
            ("-l walltime=1:0:0 -N x job.sh", "-l walltime=1:0:0 -N x", Some("job.sh")),
            ("job.sh -l walltime=1:0:0 -h", "-l walltime=1:0:0 -h", Some("job.sh")),
            ("-hV -N x job.sh -q long", "-hV -N x -q long", Some("job.sh")),
            ("-N x -- -odd", "-N x", Some("-odd")),
            ("-N x -", "-N x", Some("-")),
            ("-N x", "-N x", None),
        ] {
            let found = line(text).unwrap();
            assert_eq!((found.options.join(" ").as_str(), found.file.as_deref()), (options, file), "{text}");
        }
    }

    #[test]
    fn a_second_script_is_too_much() {
        assert_eq!(line("a.sh b.sh").unwrap_err().code(), "USAGE");
        assert_eq!(line("a.sh -N x b.sh").unwrap_err().code(), "USAGE");
        assert_eq!(line("-Y").unwrap_err().code(), "UNKNOWN_DIRECTIVE");
    }
}

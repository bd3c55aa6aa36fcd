//! Finds the directives of a script: the `#PBS` and `#SOCA` lines before its first command.

use crate::report::{Report, Spot};
use soca_domain::{Code, Fault};

/// The longest directive, in characters; a longer one is an accident.
const MAX_LINE: usize = 16_384;

/// Whose way of writing options it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// `#PBS`: letters only.
    Pbs,
    /// `#SOCA`: letters and long names.
    Soca,
    /// The command line: letters, long names, and operands after them.
    Arguments,
}

/// One directive line after its marker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Directive<'t> {
    pub(crate) style: Style,
    /// From 1.
    pub(crate) line: u32,
    /// Of the first character of `options`, from 1.
    pub(crate) column: u32,
    pub(crate) options: &'t str,
}

/// What stands before the first command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Header<'t> {
    pub(crate) directives: Vec<Directive<'t>>,
    /// The interpreter of the `#!` line.
    pub(crate) interpreter: Option<&'t str>,
}

/// What a line is to PBS.
enum Line<'t> {
    Directive(Style, &'t str),
    Slurm,
    /// A comment that looks as if it should have been a directive.
    NearMiss,
    Comment,
    /// `:` runs, but does not end the directives.
    Colon,
    Command,
}

/// Finds the directives, and says what is wrong with the script as a whole.
pub(crate) fn scan<'t>(text: &'t str, report: &mut Report) -> Header<'t> {
    let mut header = Header { interpreter: interpreter(text), ..Header::default() };
    let (mut slurm, mut command, mut anything) = (None, None, false);
    for (number, whole) in (1u32..).zip(text.split('\n')) {
        let trimmed = whole.trim_start();
        let indent = whole.chars().count() - trimmed.chars().count();
        let column = u32::try_from(indent).unwrap_or(u32::MAX).saturating_add(1);
        match (classify(trimmed), command) {
            (Line::Command, _) => (command, anything) = (command.or(Some(number)), true),
            (Line::Colon, _) => anything = true,
            (Line::Directive(style, _), Some(first)) => {
                late(Spot::new(number, column, marker(style)), first, report)
            }
            (Line::Directive(style, options), None) => {
                let column = column + if style == Style::Pbs { 4 } else { 5 };
                keep(Directive { style, line: number, column, options }, &mut header, report);
            }
            (Line::Slurm, None) => slurm = slurm.or(Some(Spot::new(number, column, "#SBATCH"))),
            (Line::NearMiss, None) => {
                let message = "This is only a comment: a directive begins with #PBS or #SOCA, in capitals and without a blank.";
                report.warn(Spot::new(number, column, "#"), message);
            }
            _ => {}
        }
    }
    foreign(slurm, &header, report);
    if !anything {
        let remedy = "Put the commands to run below the directives.";
        report.fault_at(
            Spot::new(1, 1, "script"),
            Fault::new(Code::EmptyScript, "The script has no commands.", remedy),
        );
    }
    header
}

fn classify(trimmed: &str) -> Line<'_> {
    let after = |marker: &str| {
        trimmed
            .strip_prefix(marker)
            .filter(|rest| rest.is_empty() || rest.starts_with(|c: char| c.is_whitespace() || c == '-'))
    };
    if let Some(options) = after("#PBS") {
        return Line::Directive(Style::Pbs, options);
    }
    if let Some(options) = after("#SOCA") {
        return Line::Directive(Style::Soca, options);
    }
    if after("#SBATCH").is_some() {
        return Line::Slurm;
    }
    let Some(comment) = trimmed.strip_prefix('#') else {
        return match trimmed.chars().next() {
            None => Line::Comment,
            Some(':') => Line::Colon,
            Some(_) => Line::Command,
        };
    };
    let mut words = comment.split_whitespace().take(2);
    let meant = words.next().is_some_and(|w| w.eq_ignore_ascii_case("pbs") || w.eq_ignore_ascii_case("soca"));
    if meant && words.next().is_some_and(|w| w.starts_with('-')) { Line::NearMiss } else { Line::Comment }
}

fn marker(style: Style) -> &'static str {
    if style == Style::Pbs { "#PBS" } else { "#SOCA" }
}

fn late(spot: Spot, first: u32, report: &mut Report) {
    report.warn(
        spot,
        format!("This directive is not read: it comes after the first command, on line {first}."),
    );
}

fn keep<'t>(directive: Directive<'t>, header: &mut Header<'t>, report: &mut Report) {
    if directive.options.chars().nth(MAX_LINE).is_none() {
        header.directives.push(directive);
        return;
    }
    let fault = Fault::new(
        Code::BadValue,
        format!("The directive is longer than {MAX_LINE} characters."),
        "Spread its options over several lines, each with its own marker.",
    );
    report.fault_at(Spot::new(directive.line, 1, marker(directive.style)), fault);
}

/// What to say about `#SBATCH` lines.
fn foreign(slurm: Option<Spot>, header: &Header<'_>, report: &mut Report) {
    let Some(spot) = slurm else { return };
    if header.directives.is_empty() {
        let what = "#SBATCH directives are not read yet.";
        report.fault_at(
            spot,
            Fault::new(Code::UnsupportedDirective, what, "Write the same as #PBS or #SOCA directives."),
        );
    } else {
        report.warn(spot, "The #SBATCH directives are not read; the #PBS and #SOCA ones are.");
    }
}

/// What follows `#!` on the first line.
fn interpreter(text: &str) -> Option<&str> {
    text.split('\n').next()?.strip_prefix("#!")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Vec<(u32, u32, &str)>, Report) {
        let mut report = Report::default();
        let header = scan(text, &mut report);
        (header.directives.iter().map(|d| (d.line, d.column, d.options)).collect(), report)
    }

    #[test]
    fn directives_end_at_the_first_command() {
        let (found, report) =
            read("#!/bin/sh\n#PBS -h\n\n# x\n:\n  #SOCA --hold\n##PBS -I\n#PBSX -h\ndate\n#PBS -q late\n");
        assert_eq!(found, [(2, 5, " -h"), (6, 8, " --hold")]);
        let warnings = report.into_result().unwrap();
        assert_eq!((warnings[0].line, warnings.len()), (10, 1));
        assert!(warnings[0].message.contains("line 9"));
    }

    #[test]
    fn a_script_without_commands_is_refused_p11() {
        for empty in ["", "\n\n", "#!/bin/sh\n#PBS -h\n  # x\n"] {
            assert_eq!(read(empty).1.into_faults()[0].code, Code::EmptyScript, "{empty:?}");
        }
        assert!(read(":").1.into_result().is_ok());
    }

    #[test]
    fn slurm_directives_alone_are_refused_and_beside_others_left_out() {
        let fault = read("#!/bin/sh\n#SBATCH -n 4\ndate").1.into_faults().remove(0);
        assert_eq!((fault.code, fault.place.unwrap().line), (Code::UnsupportedDirective, 2));
        assert_eq!(read("#SBATCH -n 4\n#PBS -h\ndate").1.into_result().unwrap().len(), 1);
        assert!(read("date\n#SBATCH -n 4\n").1.into_result().unwrap().is_empty());
    }

    #[test]
    fn near_misses_are_warned_about() {
        for text in ["# PBS -l x\ndate", "#pbs -h\ndate", "#Soca --hold\ndate"] {
            assert_eq!(read(text).1.into_result().unwrap().len(), 1, "{text}");
        }
        assert!(read("# PBS is fine\ndate").1.into_result().unwrap().is_empty());
    }
}

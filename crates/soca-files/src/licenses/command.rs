//! An old entry's command line, taken apart: what it asks which server. No shell ever sees it.

use super::server::{LicenseServer, is_feature, is_host};
use crate::{report::Report, yaml::Entry};

/// SOCA's own script, which asks FlexLM.
const SCRIPT: &str = "license_check.py";

/// The server and feature that a command asks, if it is `[python3] script -s server -p port -f feature [-m minus]`.
pub(super) fn take_over(command: &str, entry: &Entry, report: &mut Report) -> Option<LicenseServer> {
    let server = words(command).and_then(|words| read(&words));
    match &server {
        None => report.warn(
            entry.value.spot(&entry.key),
            "soca cannot tell what this command asks; make a license pool for the resource by hand.",
        ),
        Some(server) if server.provider.is_none() => report.warn(
            entry.value.spot(&entry.key),
            format!("The script is not {SCRIPT}, so the kind of license server must be said by hand."),
        ),
        Some(_) => {}
    }
    server
}

fn read(words: &[String]) -> Option<LicenseServer> {
    let mut words = words.iter().map(String::as_str).peekable();
    if words.peek().is_some_and(|word| name_of(word) == "env") {
        words.next();
    }
    if words.peek().is_some_and(|word| is_python(name_of(word))) {
        words.next();
    }
    let program = words.next().filter(|word| !word.starts_with('-'))?;
    let (mut host, mut port, mut feature, mut minus) = (None, None, None, 0);
    while let Some(word) = words.next() {
        let (option, value) = option(word)?;
        let value = match value {
            Some(value) => value,
            None => words.next()?,
        };
        match option {
            's' => host = Some(value).filter(|host| is_host(host)),
            'p' => port = value.parse::<u16>().ok().filter(|port| *port > 0),
            'f' => feature = Some(value).filter(|feature| is_feature(feature)),
            _ => minus = value.parse().ok()?,
        }
    }
    Some(LicenseServer {
        provider: (name_of(program) == SCRIPT).then(|| "flexlm".to_owned()),
        program: Some(program.to_owned()),
        host: host?.to_owned(),
        port: port?,
        feature: feature?.to_owned(),
        minus,
    })
}

/// An option and the value that stands in the same word, in the ways of Python's argparse: `-s x`, `-sx`, `-s=x`,
/// `--server x`, `--server=x`.
fn option(word: &str) -> Option<(char, Option<&str>)> {
    if let Some(long) = word.strip_prefix("--") {
        let (name, value) = long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value)));
        let short = match name {
            "server" => 's',
            "port" => 'p',
            "feature" => 'f',
            "minus" => 'm',
            _ => return None,
        };
        return Some((short, value));
    }
    let mut rest = word.strip_prefix('-')?.chars();
    let short = rest.next().filter(|c| "spfm".contains(*c))?;
    let value = rest.as_str();
    let value = value.strip_prefix('=').unwrap_or(value);
    Some((short, (!value.is_empty()).then_some(value)))
}

fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

fn is_python(name: &str) -> bool {
    name.strip_prefix("python").is_some_and(|v| v.bytes().all(|b| b.is_ascii_digit() || b == b'.'))
}

/// The words of a command line with quotes and backslashes as a shell reads them; none if a shell would do more with
/// it: variables, pipes, patterns, several commands.
fn words(command: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = command.trim().chars();
    while let Some(c) = chars.next() {
        match c {
            ' ' | '\t' => words.extend(word.take()),
            '\'' => quoted(&mut chars, '\'', word.get_or_insert_default())?,
            '"' => quoted(&mut chars, '"', word.get_or_insert_default())?,
            '\\' => word.get_or_insert_default().push(chars.next()?),
            c if c.is_control() || "$`|&;<>()*?[]{}~#!".contains(c) => return None,
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    Some(words)
}

/// Reads to the closing quote.
fn quoted(chars: &mut std::str::Chars<'_>, quote: char, word: &mut String) -> Option<()> {
    loop {
        match chars.next()? {
            c if c == quote => return Some(()),
            c if c.is_control() || quote == '"' && "$`\\!".contains(c) => return None,
            c => word.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(command: &str) -> Option<LicenseServer> {
        words(command).and_then(|words| read(&words))
    }

    #[test]
    fn commands_that_a_shell_would_do_more_with_are_not_taken_over() {
        let whole = "/a/license_check.py -s h -p 1 -f x";
        for bad in [
            "",
            "/a/license_check.py",
            "-s h -p 1 -f x",
            "/a/license_check.py -s h -p 1",
            "/a/license_check.py -s h -p 0 -f x",
            "/a/license_check.py -s h -p 1 -f x -m -1",
            "/a/license_check.py -s h -p 1 -f x -m",
            "/a/license_check.py -s h -p 1 -f x -q",
            "/a/license_check.py -s h -p 1 -f x y",
            "/a/license_check.py -s h;reboot -p 1 -f x",
            "/a/license_check.py -s -x -p 1 -f x",
            "/a/license_check.py -s 'h x' -p 1 -f x",
            "/a/license_check.py -s 'h -p 1 -f x",
            "echo 5",
        ] {
            assert_eq!(server(bad), None, "{bad}");
        }
        for more in ["$(x)", "`x`", "|wc", "&", ";x", ">f", "$X", "*", "~", "#x", "\nls", "\\"] {
            assert_eq!(server(&format!("{whole} {more}")), None, "{more:?}");
        }
    }

    #[test]
    fn every_way_to_write_the_options_is_the_same() {
        let wanted = server("/a/license_check.py -s h.x.org -p 27718 -f ACDC -m 2").unwrap();
        assert_eq!((wanted.host.as_str(), wanted.port, wanted.minus), ("h.x.org", 27_718, 2));
        assert_eq!(wanted.provider.as_deref(), Some("flexlm"));
        for same in [
            "/usr/bin/python3.9 /a/license_check.py -f ACDC -m 2 -s h.x.org -p 27718",
            "/usr/bin/env python3 /a/license_check.py -sh.x.org -p27718 -fACDC -m=2",
            "  /a/license_check.py --server=h.x.org --port 27718 --feature 'ACDC' --minus \"2\" ",
        ] {
            assert_eq!(server(same), Some(wanted.clone()), "{same}");
        }
        let other = server("/a/rlm_check.py -s h -p 1 -f x").unwrap();
        assert_eq!((other.provider, other.minus), (None, 0));
    }
}

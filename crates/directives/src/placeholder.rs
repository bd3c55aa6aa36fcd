//! Finds what a shell or a template engine should have replaced: neither runs on directives.

use soca_domain::{Code, Fault, id::shorten};

/// The first `$VAR`, `${VAR}`, `$(command)`, `{{ name }}`, `{% … %}`, `{name}`, `%name%` or `<name>` of a value.
pub(crate) fn find(text: &str) -> Option<&str> {
    text.char_indices().find_map(|(at, c)| {
        let rest = &text[at..];
        let length = match c {
            '$' => variable(rest),
            '{' if rest.starts_with("{{") => closed(rest, "{{", "}}", |_| true),
            '{' if rest.starts_with("{%") => closed(rest, "{%", "%}", |_| true),
            '{' => closed(rest, "{", "}", is_name),
            '%' => closed(rest, "%", "%", is_name),
            '<' => closed(rest, "<", ">", is_name),
            _ => None,
        };
        length.map(|n| &rest[..n])
    })
}

/// The longest placeholder, in characters: a bound on looking for its end, for the sake of hostile input.
const LONGEST: usize = 200;

fn is_name(text: &str) -> bool {
    let inner = |c: char| c.is_ascii_alphanumeric() || "_-. ".contains(c);
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && text.chars().all(inner)
}

/// The length of a stretch between two marks, if what is between them is right.
fn closed(text: &str, open: &str, close: &str, right: impl Fn(&str) -> bool) -> Option<usize> {
    let inner = &text[open.len()..];
    let near = inner.char_indices().nth(LONGEST).map_or(inner, |(at, _)| &inner[..at]);
    let end = near.find(close)?;
    right(&inner[..end]).then_some(open.len() + end + close.len())
}

fn variable(text: &str) -> Option<usize> {
    let inner = &text[1..];
    match inner.chars().next()? {
        '{' => closed(text, "${", "}", |_| true),
        '(' => closed(text, "$(", ")", |_| true),
        c if c.is_ascii_alphabetic() || c == '_' => {
            Some(1 + inner.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(inner.len()))
        }
        _ => None,
    }
}

/// Refuses a value that still has a placeholder in it.
pub(crate) fn refuse(text: &str, name: &str) -> Result<(), Fault> {
    let Some(found) = find(text) else { return Ok(()) };
    let found = shorten(found);
    Err(Fault::new(
        Code::BadValue,
        format!("{name} has the placeholder {found}, and nothing replaces it in a directive."),
        "Write the value itself, or leave it out here and give it on the command line.",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_found_and_lookalikes_are_not() {
        let cases = [
            ("$walltime", Some("$walltime")),
            ("a/${X-1}/b", Some("${X-1}")),
            ("$(date +%s)", Some("$(date +%s)")),
            ("{{ job_name }}", Some("{{ job_name }}")),
            ("{% if x %}", Some("{% if x %}")),
            ("<NODES>", Some("<NODES>")),
            ("%wall_time%", Some("%wall_time%")),
            ("{nodes}", Some("{nodes}")),
            ("1-50%8", None),
            ("$5", None),
            ("out.^array_index^", None),
            ("{}", None),
            ("a{{", None),
            ("é$", None),
        ];
        for (text, expected) in cases {
            assert_eq!(find(text), expected, "{text}");
        }
    }
}

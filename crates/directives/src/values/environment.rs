//! `-v`: variables, `NAME,NAME=value,NAME="a,b"`.

use super::bad;
use soca_domain::{Code, Fault, id::shorten};

const REMEDY: &str =
    "Write NAME or NAME=value with commas between; put quotes around a value that has a comma.";

/// Reads the list; a name without a value takes it from the submitting shell.
pub(crate) fn environment(text: &str, name: &str) -> Result<Vec<(String, Option<String>)>, Fault> {
    if text.contains('\0') {
        return Err(bad(name, text, REMEDY));
    }
    let mut found: Vec<(String, Option<String>)> = Vec::new();
    for item in items(text).ok_or_else(|| bad(name, text, REMEDY))? {
        let (variable, value) = item.split_once('=').map_or((item.as_str(), None), |(n, v)| (n, Some(v)));
        let variable = variable.trim();
        if !is_variable(variable) {
            let what = format!("\"{}\" is not the name of a variable.", shorten(variable));
            return Err(Fault::new(Code::BadValue, what, REMEDY));
        }
        found.retain(|(known, _)| known != variable);
        found.push((variable.to_owned(), value.map(str::to_owned)));
    }
    Ok(found)
}

fn is_variable(name: &str) -> bool {
    let first = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    first && name.len() <= 255 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// Splits at commas outside of quotes and takes quotes and backslashes away; `None` when a quote never closes.
fn items(text: &str) -> Option<Vec<String>> {
    let (mut items, mut item, mut quote) = (Vec::new(), String::new(), None);
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (c, quote) {
            ('\\', _) => item.push(chars.next()?),
            ('"' | '\'', None) => quote = Some(c),
            (c, Some(open)) if c == open => quote = None,
            (',', None) => items.push(std::mem::take(&mut item)),
            _ => item.push(c),
        }
    }
    items.push(item);
    quote.is_none().then_some(items)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, Option<String>)> {
        environment(text, "-v").unwrap()
    }

    #[test]
    fn variables_are_read_in_order_with_and_without_values() {
        let pair = |name: &str, value: Option<&str>| (name.to_owned(), value.map(str::to_owned));
        assert_eq!(read("A,B=1,C="), [pair("A", None), pair("B", Some("1")), pair("C", Some(""))]);
        assert_eq!(read("A='x,y',B=a\\,b\\\\=c"), [pair("A", Some("x,y")), pair("B", Some("a,b\\=c"))]);
        assert_eq!(read("A=1,B,A=2"), [pair("B", None), pair("A", Some("2"))]);
    }

    #[test]
    fn what_is_no_variable_is_refused_p11() {
        for bad in ["", "1A=2", "A,,B", "A B=1", "A='x", "A=x\\", "$A=1", "A-B=1", "A=\0"] {
            assert!(environment(bad, "-v").is_err(), "{bad}");
        }
    }
}

//! getopt(3): letters, some with a value, in any order among the operands.

use crate::failure::Failure;

/// What a command line says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Given {
    /// Each letter, with its value if it takes one.
    pub(super) options: Vec<(char, String)>,
    /// Everything else.
    pub(super) operands: Vec<String>,
}

impl Given {
    /// Whether a letter was given.
    pub(super) fn has(&self, letter: char) -> bool {
        self.options.iter().any(|(l, _)| *l == letter)
    }

    /// A letter's last value.
    pub(super) fn value(&self, letter: char) -> Option<&str> {
        self.options.iter().rev().find(|(l, _)| *l == letter).map(|(_, value)| value.as_str())
    }
}

/// Reads a command line; in `known`, a colon after a letter says that it takes a value.
///
/// # Errors
/// A letter is unknown, or its value is missing; `usage` is the remedy.
pub(super) fn read(args: &[String], known: &str, usage: &str) -> Result<Given, Failure> {
    let mut given = Given::default();
    let mut words = args.iter();
    while let Some(word) = words.next() {
        match word.strip_prefix('-') {
            Some("-") => given.operands.extend(words.by_ref().cloned()),
            Some(letters) if !letters.is_empty() => read_word(letters, known, usage, &mut words, &mut given)?,
            _ => given.operands.push(word.clone()),
        }
    }
    Ok(given)
}

fn read_word<'a>(
    letters: &str,
    known: &str,
    usage: &str,
    words: &mut impl Iterator<Item = &'a String>,
    given: &mut Given,
) -> Result<(), Failure> {
    for (at, letter) in letters.char_indices() {
        let found = known.find(letter).filter(|_| letter != ':');
        let Some(found) = found else {
            return Err(Failure::usage(format!("There is no option -{}.", letter.escape_default()), usage));
        };
        let after = found + letter.len_utf8();
        if !known[after..].starts_with(':') {
            given.options.push((letter, String::new()));
            continue;
        }
        let rest = &letters[at + letter.len_utf8()..];
        let value = if rest.is_empty() { words.next().cloned() } else { Some(rest.to_owned()) };
        let value = value.ok_or_else(|| Failure::usage(format!("-{letter} has no value."), usage))?;
        given.options.push((letter, value));
        break;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(line: &str) -> Result<Given, Failure> {
        read(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>(), "fxF:u:", "usage")
    }

    #[test]
    fn letters_may_be_joined_and_stand_anywhere() {
        let it = given("12 -fxFjson -u alice 13 -- -x").unwrap();
        assert_eq!(
            (it.value('F'), it.value('u'), it.has('f'), it.has('x')),
            (Some("json"), Some("alice"), true, true)
        );
        assert_eq!(it.operands, ["12", "13", "-x"]);
        assert!(given("-y").is_err() && given("-u").is_err() && given("-:").is_err());
    }
}

//! Splits a directive line into words as `qsub` does: blanks part them, quotes hold them together.

use crate::{
    piece::Word,
    report::{Report, Spot},
};
use soca_domain::{Code, Fault};

/// The words of a directive, `first` being the column of its first character.
///
/// A trailing comment is left out with a warning; a quote that never closes is a fault.
pub(crate) fn split(text: &str, line: u32, first: u32, report: &mut Report) -> Vec<Word> {
    let mut splitter = Splitter { line, words: Vec::new(), word: Word::new(line, first) };
    let chars: Vec<(char, u32)> = text.chars().zip(first..).collect();
    let mut at = 0;
    while let Some(&(c, column)) = chars.get(at) {
        match c {
            '#' if splitter.word.is_nothing() => {
                let spot = Spot::new(line, column, "#");
                report.warn(spot, "The comment after the options is left out; PBS does not allow one there.");
                break;
            }
            '"' | '\'' => at = splitter.quoted(&chars, at, report),
            '{' if matches!(chars.get(at + 1), Some(('{' | '%', _))) => at = splitter.template(&chars, at),
            _ if c.is_whitespace() => splitter.end_word(column + 1),
            _ => splitter.word.push(c, column),
        }
        at += 1;
    }
    splitter.end_word(0);
    splitter.words
}

/// How far to look for a placeholder's end, in characters: a bound for the sake of hostile input.
const LONGEST: usize = 200;

struct Splitter {
    line: u32,
    words: Vec<Word>,
    word: Word,
}

impl Splitter {
    fn end_word(&mut self, next: u32) {
        let word = std::mem::replace(&mut self.word, Word::new(self.line, next));
        if !word.is_nothing() {
            self.words.push(word);
        }
    }

    /// Reads a quoted stretch from its opening quote; the index of its closing quote.
    fn quoted(&mut self, chars: &[(char, u32)], open: usize, report: &mut Report) -> usize {
        let (quote, column) = chars[open];
        let Some(length) = chars[open + 1..].iter().position(|(c, _)| *c == quote) else {
            report.fault_at(
                Spot::new(self.line, column, quote),
                Fault::new(
                    Code::BadValue,
                    format!("The quote {quote} is never closed."),
                    "Close it on the same line, or remove it.",
                ),
            );
            chars[open + 1..].iter().for_each(|(c, column)| self.word.push(*c, *column));
            self.word.quote();
            return chars.len();
        };
        let close = open + 1 + length;
        chars[open + 1..close].iter().for_each(|(c, column)| self.word.push(*c, *column));
        self.word.quote();
        close
    }

    /// Keeps `{{ name }}` together, so that the fault can show the whole placeholder; the index of its last brace.
    fn template(&mut self, chars: &[(char, u32)], open: usize) -> usize {
        let before_brace = if chars[open + 1].0 == '%' { '%' } else { '}' };
        let close = chars[open..]
            .windows(2)
            .take(LONGEST)
            .position(|pair| pair[0].0 == before_brace && pair[1].0 == '}');
        // `{%}` must not count the opening's own percent sign as the closing's.
        let last = close.filter(|n| *n > 1).map_or(open + 1, |n| open + n + 1);
        chars[open..=last].iter().for_each(|(c, column)| self.word.push(*c, *column));
        last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> (Vec<(String, u32)>, Report) {
        let mut report = Report::default();
        let words = split(text, 1, 5, &mut report);
        (words.iter().map(|w| (w.piece().text().to_owned(), w.piece().column())).collect(), report)
    }

    #[test]
    fn quotes_hold_words_together_and_columns_count_them() {
        let (found, report) = words(" -N 'my job' -v A=\"x y\",B  ''");
        let expected = [("-N", 6), ("my job", 10), ("-v", 18), ("A=x y,B", 21), ("", 32)];
        assert_eq!(found, expected.map(|(t, c)| (t.to_owned(), c)));
        assert!(report.into_result().is_ok());
    }

    #[test]
    fn comments_end_the_line_with_a_warning() {
        let (found, report) = words("-q a#b # note -l x");
        assert_eq!(found.len(), 2);
        assert_eq!(report.into_result().unwrap()[0].column, 12);
    }

    #[test]
    fn placeholders_stay_one_word_and_open_quotes_are_faults() {
        assert_eq!(words("-N {{ job name }}x {%").0.len(), 3);
        let (found, report) = words("-N 'abc");
        assert_eq!(found.len(), 2);
        assert_eq!(report.into_faults()[0].place.as_ref().unwrap().column, 8);
    }
}

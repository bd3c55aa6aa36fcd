//! A stretch of a directive that remembers which column each of its bytes came from.
//!
//! Quotes disappear and options may be attached to their letter, so an offset into a value says nothing about the
//! line; the columns are carried along instead.

/// A word of a directive after its quotes were removed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Word {
    text: String,
    columns: Vec<u32>,
    line: u32,
    end: u32,
    quoted: bool,
}

impl Word {
    /// An empty word at a place; `line` 0 is the command line.
    pub(crate) fn new(line: u32, column: u32) -> Self {
        Self { line, end: column, ..Self::default() }
    }

    /// A whole command-line argument: its column is its number.
    pub(crate) fn argument(number: u32, text: &str) -> Self {
        let mut word = Self::new(0, number);
        text.chars().for_each(|c| word.push(c, number));
        word.end = number;
        word
    }

    /// Adds a character that stands at `column`.
    pub(crate) fn push(&mut self, c: char, column: u32) {
        self.text.push(c);
        self.columns.extend(std::iter::repeat_n(column, c.len_utf8()));
        self.end = column + 1;
    }

    /// Notes that part of it was quoted, so that it is a word even when it is empty.
    pub(crate) fn quote(&mut self) {
        self.quoted = true;
    }

    /// Whether part of it was quoted.
    pub(crate) fn is_quoted(&self) -> bool {
        self.quoted
    }

    /// Whether there is no word here at all.
    pub(crate) fn is_nothing(&self) -> bool {
        self.text.is_empty() && !self.quoted
    }

    /// The whole word.
    pub(crate) fn piece(&self) -> Piece<'_> {
        Piece { text: &self.text, columns: &self.columns, line: self.line, end: self.end }
    }
}

/// A borrowed part of a word.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piece<'a> {
    text: &'a str,
    columns: &'a [u32],
    line: u32,
    end: u32,
}

impl<'a> Piece<'a> {
    /// The text.
    pub(crate) fn text(&self) -> &'a str {
        self.text
    }

    /// The line, from 1; 0 on the command line.
    pub(crate) fn line(&self) -> u32 {
        self.line
    }

    /// The column of the first character, or where it would be, from 1.
    pub(crate) fn column(&self) -> u32 {
        self.columns.first().copied().unwrap_or(self.end)
    }

    /// The two parts around a byte offset, which must be a character boundary.
    pub(crate) fn split_at(&self, at: usize) -> (Piece<'a>, Piece<'a>) {
        let (head, tail) = self.text.split_at(at);
        let (before, after) = self.columns.split_at(at);
        let end = after.first().copied().unwrap_or(self.end);
        (Piece { text: head, columns: before, end, ..*self }, Piece { text: tail, columns: after, ..*self })
    }

    /// The parts before and after the first `separator`.
    pub(crate) fn split_once(&self, separator: char) -> Option<(Piece<'a>, Piece<'a>)> {
        let (head, tail) = self.split_at(self.text.find(separator)?);
        Some((head, tail.split_at(separator.len_utf8()).1))
    }

    /// All parts between `separator`s; one part when there is none.
    pub(crate) fn split(&self, separator: char) -> Vec<Piece<'a>> {
        let (mut parts, mut rest) = (Vec::new(), *self);
        while let Some((head, tail)) = rest.split_once(separator) {
            parts.push(head);
            rest = tail;
        }
        parts.push(rest);
        parts
    }

    /// The same without blanks around it.
    pub(crate) fn trim(&self) -> Piece<'a> {
        let (_, tail) = self.split_at(self.text.len() - self.text.trim_start().len());
        tail.split_at(tail.text.trim_end().len()).0
    }

    /// From the start of this one to the end of a later one of the same word, with what lies between.
    pub(crate) fn up_to(&self, whole: &Piece<'a>, later: &Piece<'a>) -> Piece<'a> {
        let offset = |p: &Piece<'a>| p.text.as_ptr() as usize - whole.text.as_ptr() as usize;
        let (_, tail) = whole.split_at(offset(self));
        tail.split_at(offset(later) + later.text.len() - offset(self)).0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str, from: u32) -> Word {
        let mut word = Word::new(3, from);
        text.chars().zip(from..).for_each(|(c, column)| word.push(c, column));
        word
    }

    #[test]
    fn parts_know_their_columns_in_characters() {
        let word = word("é=b,c=", 7);
        let parts = word.piece().split(',');
        assert_eq!(
            parts.iter().map(|p| (p.text(), p.column())).collect::<Vec<_>>(),
            [("é=b", 7), ("c=", 11)]
        );
        let (name, value) = parts[1].split_once('=').unwrap();
        assert_eq!((name.column(), value.text(), value.column(), value.line()), (11, "", 13, 3));
        assert_eq!(parts[0].up_to(&word.piece(), &parts[1]).text(), "é=b,c=");
    }
}

//! Options and their values: `-N name`, `-Nname`, `-hV`, `--name=value`, `--name value`.

use crate::{
    header::Style,
    piece::{Piece, Word},
    reader::{Given, Reader, Scope},
    report::Spot,
    table::{self, Kind, Param},
};
use soca_domain::{Code, Fault, id::shorten, instance_type::nearest};

/// The words still to be read.
struct Cursor<'a> {
    words: &'a [Word],
    at: usize,
}

impl<'a> Cursor<'a> {
    /// The next word, if `accept` says that it fits.
    fn next_if(&mut self, accept: impl Fn(&str) -> bool) -> Option<Piece<'a>> {
        let piece = self.words.get(self.at)?.piece();
        accept(piece.text()).then(|| {
            self.at += 1;
            piece
        })
    }

    /// The next word if it can be a value: an option cannot, unless quotes say that it is none.
    fn value(&mut self) -> Option<Piece<'a>> {
        let quoted = self.words.get(self.at)?.is_quoted();
        self.next_if(|text| quoted || !looks_like_option(text))
    }

    /// Goes on to the next option, so that one slip is told once.
    fn skip_operands(&mut self) {
        while self.next_if(|text| !looks_like_option(text)).is_some() {}
    }
}

fn looks_like_option(text: &str) -> bool {
    let body = text.strip_prefix('-').map(|rest| rest.strip_prefix('-').unwrap_or(rest));
    body.is_some_and(|b| b.starts_with(|c: char| c.is_ascii_alphabetic()))
}

impl Reader {
    /// Reads all options; the number of words read, which on the command line is where the operands begin.
    pub(crate) fn options(&mut self, words: &[Word], style: Style) -> usize {
        let mut cursor = Cursor { words, at: 0 };
        while let Some(piece) = cursor.next_if(|_| true) {
            match piece.text() {
                "--" if style == Style::Arguments => return cursor.at,
                text if looks_like_option(text) && text.starts_with("--") => {
                    self.long(piece, &mut cursor, style)
                }
                text if looks_like_option(text) => self.letters(piece, &mut cursor),
                _ if style == Style::Arguments => return cursor.at - 1,
                _ => self.stray(piece, &mut cursor),
            }
        }
        cursor.at
    }

    fn stray(&mut self, piece: Piece<'_>, cursor: &mut Cursor<'_>) {
        let found = shorten(piece.text());
        let fault = Fault::new(
            Code::UnknownDirective,
            format!("\"{found}\" is neither an option nor the value of one."),
            "Put a # before a comment, and quotes around a value that has blanks.",
        );
        self.report.fault_at(Spot::of(&piece, &found), fault);
        cursor.skip_operands();
    }

    /// Reads `-N value`, `-Nvalue` or several letters without values.
    fn letters(&mut self, word: Piece<'_>, cursor: &mut Cursor<'_>) {
        let (dash, mut rest) = word.split_at(1);
        let mut at = dash;
        while let Some(letter) = rest.text().chars().next() {
            let name = format!("-{letter}");
            let spot = Spot::of(&at, &name);
            let after = rest.split_at(letter.len_utf8()).1;
            let Some(param) = table::letter(letter) else {
                self.unknown_letter(&name, spot);
                return cursor.skip_operands();
            };
            if param.kind == Kind::Flag {
                self.give(Given { param, name: &name, at: spot, value: None, scope: Scope::Job });
                (at, rest) = (after, after);
                continue;
            }
            let value = if after.text().is_empty() { cursor.value() } else { Some(after) };
            return self.give_valued(param, &name, spot, value);
        }
    }

    /// Reads `--name=value` or `--name value`.
    fn long(&mut self, word: Piece<'_>, cursor: &mut Cursor<'_>, style: Style) {
        let (name, value) = word.split_once('=').map_or((word, None), |(name, value)| (name, Some(value)));
        let spot = Spot::of(&word, name.text());
        if style == Style::Pbs {
            let fault = Fault::new(
                Code::UnknownDirective,
                format!("A #PBS line cannot have the long option {}.", shorten(name.text())),
                "Begin the line with #SOCA instead.",
            );
            self.report.fault_at(spot, fault);
            return cursor.skip_operands();
        }
        let Some(param) = table::long(&name.text()[2..]) else {
            self.unknown_long(name.text(), spot);
            return cursor.skip_operands();
        };
        let value = value.or_else(|| match param.kind {
            Kind::Flag => None,
            Kind::YesNo => cursor.next_if(|t| !t.starts_with('-')),
            _ => cursor.value(),
        });
        match (param.kind, value) {
            (Kind::Flag | Kind::YesNo, value) => {
                self.give(Given { param, name: name.text(), at: spot, value, scope: Scope::Job });
            }
            _ => self.give_valued(param, name.text(), spot, value),
        }
    }

    /// Passes on an option that needs a value, or says that there is none.
    fn give_valued(&mut self, param: &'static Param, name: &str, at: Spot, value: Option<Piece<'_>>) {
        // What is not executed is told as such, with or without a value.
        if !param.is_executed() || value.is_some_and(|v| !v.text().is_empty()) {
            return self.give(Given { param, name, at, value, scope: Scope::Job });
        }
        self.report.fault_at(at, missing(param, name));
    }

    fn unknown_letter(&mut self, name: &str, spot: Spot) {
        let fault = Fault::new(
            Code::UnknownDirective,
            format!("There is no option {}.", shorten(name)),
            "Remove it; the options are qsub's, and SOCA's parameters are given with -l name=value.",
        );
        self.report.fault_at(spot, fault);
    }

    fn unknown_long(&mut self, name: &str, spot: Spot) {
        if self.report.is_full() {
            return;
        }
        let wanted = name[2..].replace('-', "_");
        let near = if wanted.len() > 64 { Vec::new() } else { nearest(&wanted, table::long_names(), 2) };
        let near: Vec<String> = near.iter().map(|n| format!("--{}", n.replace('_', "-"))).collect();
        let remedy = match &near[..] {
            [] => "Remove it; the long options are --name, --queue, --nodes, --instance-type and so on."
                .to_owned(),
            near => format!("Did you mean {}?", near.join(" or ")),
        };
        let what = format!("There is no option {}.", shorten(name));
        self.report.fault_at(spot, Fault::new(Code::UnknownDirective, what, remedy));
    }
}

/// That a parameter has no value.
pub(crate) fn missing(param: &Param, name: &str) -> Fault {
    let example = match param.kind {
        Kind::Flag | Kind::YesNo => "yes or no",
        Kind::Number => "a number",
        Kind::Size => "a size such as 16gb",
        Kind::Time => "a time",
        Kind::Text => "a value",
    };
    Fault::new(
        Code::BadValue,
        format!("{} has no value.", shorten(name)),
        format!("Write {example} after it, or remove it."),
    )
}

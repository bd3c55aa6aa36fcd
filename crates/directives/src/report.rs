//! Collects faults and warnings with their places.

use crate::piece::Piece;
use soca_domain::{Code, Fault, fault::Place, id::shorten};

/// The most faults, and the most warnings, that one script is told about; more help nobody.
const MAX_MESSAGES: usize = 100;

/// Something that was read otherwise than its writer may think.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// Line, from 1; 0 for a command-line option.
    pub line: u32,
    /// Column in characters, from 1; for a command-line option the argument's number, from 1.
    pub column: u32,
    /// The directive or parameter concerned, as written.
    pub name: String,
    /// One sentence in the user's words.
    pub message: String,
}

/// A place and the name of what stands there; line 0 is the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Spot(pub(crate) Place);

impl Spot {
    pub(crate) fn new(line: u32, column: u32, name: impl ToString) -> Self {
        Self(Place { line, column, name: shorten(&name.to_string()) })
    }

    /// Where a piece stands, about the parameter `name`.
    pub(crate) fn of(piece: &Piece<'_>, name: impl ToString) -> Self {
        Self::new(piece.line(), piece.column(), name)
    }
}

/// What there is to say about a script so far.
#[derive(Debug, Default)]
pub(crate) struct Report {
    faults: Vec<((u32, u32), Fault)>,
    warnings: Vec<Warning>,
}

impl Report {
    /// Notes that the command line has an argument, the `number`th, where only options may be.
    pub(crate) fn stray_argument(&mut self, number: usize, argument: &str) {
        let fault = Fault::new(
            Code::UnknownDirective,
            format!("\"{}\" is not an option.", shorten(argument)),
            "Options begin with a dash; give the script itself separately.",
        );
        self.fault_at(Spot::new(0, u32::try_from(number).unwrap_or(u32::MAX), argument), fault);
    }

    /// Notes a fault at a place; on the command line the place only orders it.
    pub(crate) fn fault_at(&mut self, spot: Spot, fault: Fault) {
        let Place { line, column, name } = spot.0;
        if self.is_full() {
            return;
        }
        let (order, fault) = match line {
            // The command line comes after every line of the script.
            0 => ((u32::MAX, column), fault),
            _ => ((line, column), fault.at(line, column, name)),
        };
        self.faults.push((order, fault));
    }

    /// Whether more faults would not be told anyway, so that nothing need be spent on their wording.
    pub(crate) fn is_full(&self) -> bool {
        self.faults.len() >= MAX_MESSAGES
    }

    /// Notes a warning.
    pub(crate) fn warn(&mut self, spot: Spot, message: impl Into<String>) {
        let Place { line, column, name } = spot.0;
        if self.warnings.len() < MAX_MESSAGES {
            self.warnings.push(Warning { line, column, name, message: message.into() });
        }
    }

    /// The warnings in order of place, or the faults if there are any.
    pub(crate) fn into_result(mut self) -> Result<Vec<Warning>, Vec<Fault>> {
        if !self.faults.is_empty() {
            return Err(self.into_faults());
        }
        self.warnings.sort_by_key(|w| (w.line == 0, w.line, w.column));
        Ok(self.warnings)
    }

    /// The faults in order of place.
    pub(crate) fn into_faults(mut self) -> Vec<Fault> {
        self.faults.sort_by_key(|(order, _)| *order);
        self.faults.into_iter().map(|(_, fault)| fault).collect()
    }
}

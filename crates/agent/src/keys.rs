//! What the agent calls its work: a run is one attempt of a job, a unit is one script of a run.

use serde::{Deserialize, Serialize};
use std::fmt;

/// One attempt of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RunKey {
    /// The job's number.
    pub job: u64,
    /// Which attempt, from 1.
    pub attempt: u32,
}

impl RunKey {
    /// Reads back what `Display` wrote: the name of the run's directory.
    pub fn parse(name: &str) -> Option<RunKey> {
        let (job, attempt) = name.split_once('.')?;
        let key = RunKey { job: job.parse().ok()?, attempt: attempt.parse().ok()? };
        (key.to_string() == name).then_some(key)
    }
}

impl fmt::Display for RunKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.job, self.attempt)
    }
}

/// One script of a run: the job's own, or an element's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct UnitKey {
    /// The run it is of.
    pub run: RunKey,
    /// The element, of an array.
    pub element: Option<u32>,
}

/// The directory name of the one unit of a plain job.
const PLAIN: &str = "job";

impl UnitKey {
    /// The unit's directory within the run's.
    pub fn directory(&self) -> String {
        self.element.map_or_else(|| PLAIN.to_owned(), |index| index.to_string())
    }

    /// Reads back what [`UnitKey::directory`] wrote.
    pub fn parse(run: RunKey, directory: &str) -> Option<UnitKey> {
        if directory == PLAIN {
            return Some(UnitKey { run, element: None });
        }
        let key = UnitKey { run, element: Some(directory.parse().ok()?) };
        (key.directory() == directory).then_some(key)
    }
}

impl fmt::Display for UnitKey {
    /// As people write it: `1042` or `1042[17]`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.element {
            None => write!(f, "{}", self.run.job),
            Some(index) => write!(f, "{}[{index}]", self.run.job),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        let run = RunKey { job: 1042, attempt: 2 };
        assert_eq!(RunKey::parse(&run.to_string()), Some(run));
        for element in [None, Some(0), Some(17)] {
            let unit = UnitKey { run, element };
            assert_eq!(UnitKey::parse(run, &unit.directory()), Some(unit));
        }
        for other in ["", "1", "1.", "01.2", "1.2.tmp", "../1.2"] {
            assert_eq!(RunKey::parse(other), None, "{other}");
        }
        assert_eq!(UnitKey::parse(run, "run.json"), None);
    }
}

//! Job arrays: `-J first-last[:step][%limit]`.

use crate::{
    fault::{Code, Fault},
    id::ElementIndex,
};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// The most elements one array may have.
pub const MAX_ELEMENTS: u32 = 10_000;
/// The largest index an element may have.
const MAX_INDEX: u32 = 9_999_999;

/// Which elements an array has and how many of them may run at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArraySpec {
    first: u32,
    last: u32,
    step: u32,
    /// At most so many elements run at once, when given.
    pub limit: Option<u32>,
}

impl ArraySpec {
    /// An array over `first..=last` by `step`; refused when it is empty or too large.
    pub fn new(first: u32, last: u32, step: u32, limit: Option<u32>) -> Result<Self, Fault> {
        let spec = Self { first, last, step, limit };
        let bad = |what: String| Err(Fault::new(Code::BadArray, what, REMEDY));
        if first > last {
            return bad(format!("The array {first}-{last} ends before it begins."));
        }
        if step == 0 || limit == Some(0) {
            return bad("An array's step and running limit cannot be zero.".into());
        }
        if last > MAX_INDEX || spec.len() > MAX_ELEMENTS {
            return bad(format!(
                "The array {first}-{last} is too large: at most {MAX_ELEMENTS} elements, indices up to {MAX_INDEX}."
            ));
        }
        Ok(spec)
    }

    /// How many elements there are; at least 1.
    pub fn len(&self) -> u32 {
        (self.last - self.first) / self.step + 1
    }

    /// Never true: an empty array cannot be made.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// The elements in order.
    pub fn elements(&self) -> impl Iterator<Item = ElementIndex> + use<> {
        (self.first..=self.last).step_by(self.step as usize).map(ElementIndex)
    }

    /// The element's position in the array, from 0, if it belongs to it.
    pub fn position(&self, element: ElementIndex) -> Option<u32> {
        let inside = (self.first..=self.last).contains(&element.0)
            && (element.0 - self.first).is_multiple_of(self.step);
        inside.then(|| (element.0 - self.first) / self.step)
    }
}

const REMEDY: &str =
    "Write first-last, for example -J 1-50, with an optional :step and a running limit as in 1-50%8.";

impl FromStr for ArraySpec {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        let bad = || {
            Fault::new(
                Code::BadArray,
                format!("The array \"{}\" cannot be read.", crate::id::shorten(text)),
                REMEDY,
            )
        };
        let number = |part: &str| -> Result<u32, Fault> {
            if part.is_empty() || !part.bytes().all(|b| b.is_ascii_digit()) {
                return Err(bad());
            }
            part.parse().map_err(|_| bad())
        };
        let (range, limit) = match text.split_once('%') {
            Some((range, limit)) => (range, Some(number(limit)?)),
            None => (text, None),
        };
        let (range, step) = match range.split_once(':') {
            Some((range, step)) => (range, number(step)?),
            None => (range, 1),
        };
        let (first, last) = range.split_once('-').ok_or_else(bad)?;
        Self::new(number(first)?, number(last)?, step, limit)
    }
}

impl fmt::Display for ArraySpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.first, self.last)?;
        if self.step != 1 {
            write!(f, ":{}", self.step)?;
        }
        self.limit.map_or(Ok(()), |limit| write!(f, "%{limit}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn arrays_are_read_with_step_and_limit() {
        let spec: ArraySpec = "1-50%8".parse().unwrap();
        assert_eq!((spec.len(), spec.limit), (50, Some(8)));
        let odd: ArraySpec = "1-9:4".parse().unwrap();
        assert_eq!(odd.elements().map(|e| e.0).collect::<Vec<_>>(), [1, 5, 9]);
        assert_eq!((odd.position(ElementIndex(5)), odd.position(ElementIndex(6))), (Some(1), None));
    }

    #[test]
    fn bad_arrays_are_refused_p11() {
        for bad in
            ["5-1", "", "7", "1-", "-1-5", "1-5:0", "1-5%0", "0-10000", "1-99999999", "1-2-3", "a-b", "1-4%x"]
        {
            assert_eq!(bad.parse::<ArraySpec>().unwrap_err().code, Code::BadArray, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn displayed_arrays_read_back(first in 0u32..1000, extra in 0u32..5000, step in 1u32..9, limit in proptest::option::of(1u32..100)) {
            let spec = ArraySpec::new(first, first + extra, step, limit).unwrap();
            prop_assert_eq!(spec.to_string().parse::<ArraySpec>().unwrap(), spec);
            prop_assert_eq!(spec.elements().count() as u32, spec.len());
        }
    }
}

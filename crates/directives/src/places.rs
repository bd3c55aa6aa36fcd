//! Where each parameter was given, so that a later stage can point at it.

use crate::table;
use soca_domain::fault::Place;
use std::collections::BTreeMap;

/// The place of each parameter's value, by the parameter's name.
///
/// Names are SOCA's (`instance_type`, `walltime`) or the long options' (`name`, `queue`, `project`, `output`); either
/// of a parameter's spellings finds it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places(BTreeMap<&'static str, Place>);

impl Places {
    /// Where a parameter was given, if it was; the last place when it was given twice.
    ///
    /// Line and column are from 1; on the command line the line is 0 and the column is the argument's number.
    pub fn get(&self, name: &str) -> Option<&Place> {
        let param = table::resource_named(name).or_else(|| table::long(name))?;
        self.0.get(param.id())
    }

    /// Every parameter that was given, by its long name.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Place)> {
        self.0.iter().map(|(name, place)| (*name, place))
    }

    /// Notes a place; the one that it replaces.
    pub(crate) fn set(&mut self, id: &'static str, place: Place) -> Option<Place> {
        self.0.insert(id, place)
    }

    /// Forgets a parameter that a later one has undone.
    pub(crate) fn remove(&mut self, id: &str) {
        self.0.remove(id);
    }
}

//! A small memory of answers that do not change while a function lives.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Mutex, PoisonError},
};

/// Remembers values by key.
#[derive(Debug)]
pub(crate) struct Memo<K, V>(Mutex<HashMap<K, V>>);

impl<K, V> Default for Memo<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Eq + Hash + Clone, V: Clone> Memo<K, V> {
    /// What is remembered under a key.
    pub(crate) fn get(&self, key: &K) -> Option<V> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    /// Remembers a value.
    pub(crate) fn put(&self, key: &K, value: &V) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key.clone(), value.clone());
    }
}

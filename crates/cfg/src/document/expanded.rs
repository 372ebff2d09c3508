//! The values that Isso sees where the file names a variable.
//!
//! Isso replaces `$NAME` in a value by that variable. [`ExpandedValues`] does so once for each document. Checks, typed
//! reading, the gate, forms and the environment of Isso's process all ask it what Isso sees.

use std::collections::BTreeMap;
use std::fmt;

use configparser::ini::Ini;

use super::Document;
use crate::environment::{Environment, Variable};
use crate::expand::{self, Reference};
use crate::keys::{self, Key};

impl Document {
    /// The value of a key as it is written in the file: `None` if the key is absent, `Some(None)` if it has no value.
    pub(crate) fn written(&self, key: &Key) -> Option<Option<&str>> {
        written(self.ini(), key)
    }

    /// The value of a key in the file as Isso sees it, with variables replaced; `None` and `Some(None)` as in
    /// [`written`](Document::written).
    pub(crate) fn own(&self, key: &Key) -> Option<Option<&str>> {
        match self.expanded().value(key) {
            Some(seen) => Some(Some(seen)),
            None => self.written(key),
        }
    }

    /// The references to variables in the value of a key, and what Isso makes of each.
    pub(crate) fn references(&self, key: &Key) -> Vec<(Reference<'_>, Variable<'_>)> {
        let written = self.written(key).flatten().unwrap_or_default();
        expand::references(written)
            .map(|found| (found, self.environment().variable(found.name)))
            .collect()
    }

    /// Whether it is unknown what Isso sees of a value: the value names a variable that Isso always has, or any
    /// variable while its environment is not known.
    pub(crate) fn is_undecided(&self, key: &Key) -> bool {
        self.references(key)
            .iter()
            .any(|(_, variable)| *variable == Variable::Internal || !self.environment().is_complete())
    }

    /// Whether Isso sees another value than the file says, because the value names a variable that is set.
    pub fn is_expanded(&self, key: &Key) -> bool {
        self.expanded().value(key).is_some()
    }

    /// The variables that Isso must be given: those that its settings name, and no others.
    pub fn variables(&self) -> BTreeMap<String, String> {
        let references = keys::ALL.iter().flat_map(|key| self.references(key));
        references
            .filter_map(|(found, variable)| match variable {
                Variable::Set(value) => Some((found.name.to_owned(), value.to_owned())),
                _ => None,
            })
            .collect()
    }
}

/// The values that differ for Isso from what the file says, because they name a variable that is set.
#[derive(Clone)]
pub(crate) struct ExpandedValues {
    environment: Environment,
    /// By section and name.
    values: BTreeMap<(&'static str, &'static str), String>,
}

impl ExpandedValues {
    pub fn of(ini: &Ini, environment: &Environment) -> ExpandedValues {
        let mut values = BTreeMap::new();
        for key in keys::ALL {
            let value = written(ini, key).flatten().unwrap_or_default();
            if !value.contains('$') {
                continue;
            }
            let seen = expand::replace(value, |found| match environment.variable(found.name) {
                Variable::Set(value) => Some(value),
                _ => None,
            });
            if seen != value {
                values.insert((key.section, key.name), seen);
            }
        }
        ExpandedValues {
            environment: environment.clone(),
            values,
        }
    }

    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// The value that Isso sees; `None` if it is the one in the file.
    pub fn value(&self, key: &Key) -> Option<&str> {
        self.values.get(&(key.section, key.name)).map(String::as_str)
    }
}

/// Shows no value, because values are secrets.
impl fmt::Debug for ExpandedValues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExpandedValues")
            .field("environment", &self.environment)
            .finish_non_exhaustive()
    }
}

fn written<'i>(ini: &'i Ini, key: &Key) -> Option<Option<&'i str>> {
    ini.get_map_ref().get(key.section)?.get(key.name).map(Option::as_deref)
}

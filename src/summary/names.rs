//! Names with numbers, in the order in which they came.

use std::collections::HashMap;

use crate::numeric::ranks::sort_by;

/// Names, each with a number from 0 up; one of them may be that of what has no name.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    names: Vec<Option<Box<str>>>,
    numbers: HashMap<Box<str>, u32>,
    nameless: Option<u32>,
}

impl Names {
    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    pub(super) fn name(&self, number: usize) -> Option<&str> {
        self.names[number].as_deref()
    }

    /// The number of a name, which may be the one that is guessed.
    pub(super) fn number(&self, name: Option<&str>, guess: usize) -> Option<u32> {
        match name {
            _ if self.names.get(guess).is_some_and(|guessed| guessed.as_deref() == name) => u32::try_from(guess).ok(),
            Some(name) => self.numbers.get(name).copied(),
            None => self.nameless,
        }
    }

    /// The number of a name that has one or gets the next.
    pub(super) fn numbered(&mut self, name: Option<&str>) -> u32 {
        let next = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        let known = match name {
            Some(name) => self.numbers.get(name).copied(),
            None => self.nameless,
        };
        if let Some(number) = known {
            return number;
        }
        self.names.push(name.map(Into::into));
        match name {
            Some(name) => _ = self.numbers.insert(name.into(), next),
            None => self.nameless = Some(next),
        }
        next
    }

    /// All numbers, in the order of their names; what has no name is first.
    pub(super) fn sorted(&self) -> Vec<u32> {
        let mut numbers: Vec<u32> = (0..self.names.len() as u32).collect();
        sort_by(&mut numbers, &|&a, &b| self.names[a as usize].cmp(&self.names[b as usize]));
        numbers
    }

    pub(super) fn memory_bytes(&self) -> usize {
        let texts: usize = self.names.iter().flatten().map(|name| 2 * name.len()).sum();
        let slot = size_of::<(Box<str>, u32)>() + 1;
        texts + self.names.capacity() * size_of::<Option<Box<str>>>() + self.numbers.capacity() * slot * 8 / 7
    }
}

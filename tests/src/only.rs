//! The parts of a measurement that `ONLY` selects.

use std::process;

/// The parts of `make bench`, which runs two programs with the same words: the first four are those of the program
/// `issoctl`, the others those of `backup`.
pub const BENCH: [&str; 8] = ["start", "idle", "action", "cfg", "load", "others", "cp", "restore"];

/// The parts that `make bench ONLY=…` and `make torture ONLY=…` name, each by a piece of its name; all of them without
/// `ONLY`.
#[derive(Debug)]
pub struct Only(Vec<String>);

impl Only {
    /// Reads the arguments of the program. If one of them names none of these parts, says so and ends the program.
    pub fn of(parts: &[&str]) -> Only {
        Only::read(std::env::args().skip(1), parts).unwrap_or_else(|error| {
            eprintln!("error: {error}");
            process::exit(2)
        })
    }

    fn read(arguments: impl Iterator<Item = String>, parts: &[&str]) -> Result<Only, String> {
        // cargo passes `--bench`.
        let only: Vec<String> = arguments.filter(|it| !it.starts_with('-')).collect();
        let unknown = |name: &&String| !parts.iter().any(|part| part.contains(name.as_str()));
        match only.iter().find(unknown) {
            Some(name) => Err(format!("there is no part {name}; there are {}", parts.join(", "))),
            None => Ok(Only(only)),
        }
    }

    /// Whether this part is to be run.
    pub fn wants(&self, part: &str) -> bool {
        self.0.is_empty() || self.0.iter().any(|name| part.contains(name.as_str()))
    }

    /// Whether this part was asked for by its whole name.
    pub fn names(&self, part: &str) -> bool {
        self.0.iter().any(|name| name == part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_that_is_not_there_is_refused_and_the_others_are_named() {
        let read = |words: &[&str]| {
            let words = words.iter().map(|word| (*word).to_owned());
            Only::read(words, &["reload", "kill", "soak"])
        };
        let error = read(&["--bench", "kill", "reboot"]).expect_err("there is no such part");
        assert_eq!(error, "there is no part reboot; there are reload, kill, soak");
        let only = read(&["--bench", "load"]).expect("it is a piece of a name");
        assert!(only.wants("reload") && !only.wants("kill") && !only.names("reload"));
        let all = read(&["--bench"]).expect("nothing is named");
        assert!(all.wants("kill") && !all.names("soak"));
    }
}

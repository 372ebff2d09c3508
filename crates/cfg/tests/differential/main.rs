//! CPython is the specification of `isso.cfg`: these tests compare with it, on a corpus and on thousands of generated
//! files.
//!
//! The generated files are the same in each run. `ISSO_CFG_SEED=N` makes others.

mod crate_differences;
mod edits;
mod generate;
mod oracle;
mod random_bytes;
mod variables;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

const GENERATED: usize = 20_000;
const MUTATED: usize = 8_000;

#[test]
fn python_reads_the_same() {
    let corpus = corpus();
    assert!(corpus.len() >= 60, "the corpus is at its place");
    let mut runner = runner();
    let mut files: Vec<Vec<u8>> = corpus.values().cloned().collect();
    files.extend([huge(), white_space()]);
    files.extend(sample(&mut runner, generate::file(), GENERATED).map(String::into_bytes));
    files.extend(sample(
        &mut runner,
        generate::mutation(corpus.into_values().collect()),
        MUTATED,
    ));
    let accepted = compare(&files);
    report(&format!(
        "compared {} files with CPython, which accepts {accepted} of them",
        files.len()
    ));
    assert!(files.len() >= 20_000);
    // Neither answer may become so rare that the comparison says nothing.
    assert!(accepted > files.len() / 4 && accepted < files.len() * 3 / 4);
}

/// Compares what is read of each file and returns how many are accepted.
#[track_caller]
pub fn compare(files: &[Vec<u8>]) -> usize {
    let answers = oracle::ask(files.iter().map(Vec::as_slice));
    assert_eq!(answers.len(), files.len(), "CPython answered for each file");
    let differing = files
        .iter()
        .zip(&answers)
        .filter(|(file, answer)| oracle::read(file) != **answer);
    if let Some((file, answer)) = differing.min_by_key(|(file, _)| file.len()) {
        panic!(
            "seed {}\nfile b\"{}\"\nCPython:  {answer:?}\nDocument: {:?}",
            seed(),
            file.escape_ascii(),
            oracle::read(file),
        );
    }
    answers.iter().flatten().count()
}

/// Prints a figure even if the test passes, when output is captured.
pub fn report(figure: &str) {
    writeln!(std::io::stderr(), "{figure}").expect("stderr is open");
}

/// Reads the checked-in files by name.
pub fn corpus() -> BTreeMap<String, Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    std::fs::read_dir(folder)
        .expect("the corpus is checked in")
        .map(|entry| entry.expect("the folder can be listed").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "cfg"))
        .map(|path| {
            (
                path.display().to_string(),
                std::fs::read(&path).expect("the file can be read"),
            )
        })
        .collect()
}

/// Draws values from a strategy.
pub fn sample<S: Strategy>(runner: &mut TestRunner, strategy: S, count: usize) -> impl Iterator<Item = S::Value> {
    (0..count).map(move |_| strategy.new_tree(runner).expect("no strategy here filters").current())
}

/// Makes a source of chance that is the same in each run.
pub fn runner() -> TestRunner {
    // Xorshift, because ChaCha is slow in a debug build; a state of few bits would take long to
    // spread.
    let bytes = u128::from(seed())
        .wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)
        .to_le_bytes();
    TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::XorShift, &bytes))
}

fn seed() -> u64 {
    std::env::var("ISSO_CFG_SEED").map_or(1, |seed| seed.parse().expect("ISSO_CFG_SEED is a number"))
}

fn huge() -> Vec<u8> {
    let hosts = (0..10_000).map(|number| format!("\n    https://blog-{number}.example"));
    format!("[general]\nhost ={}\n", hosts.collect::<String>()).into_bytes()
}

/// A file that shows for each character, as far up as any white space lies, whether it is trimmed.
fn white_space() -> Vec<u8> {
    let characters = ('\0'..='\u{3100}').filter(|c| !matches!(c, '\n' | '\r'));
    let lines = characters.map(|c| format!("{} = {c}{c}v{c}\n", u32::from(c)));
    format!("[a]\n{}", lines.collect::<String>()).into_bytes()
}

//! A bounded run of a fuzz target in the ordinary suite: everything in its committed corpus, and what is near it.
//!
//! `scripts/fuzz` runs the same targets led by what they reach; what that finds is added to the corpus, and stays here.

use std::fs;
use std::path::Path;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng};

/// Inputs made of the corpus in one run of the suite.
const ROUNDS: u32 = 3_000;
/// Changes made to one input at most.
const MOST_CHANGES: usize = 6;
/// Longest input, in bytes; the targets' own limits are above or are tried by their tests.
const LONGEST: usize = 8 << 10;
/// Pieces that readers of text treat in a way of their own.
const PIECES: [&[u8]; 18] = [
    b"\0",
    b"\xff",
    b"\xc3\x28",
    b"\xf0\x9f\x98\x80",
    b"\xe2\x80\xae",
    b"\"",
    b"\\",
    b"\\ud800",
    b"{",
    b"[[[[",
    b",",
    b"\r\n",
    b"-0",
    b"1e999",
    b"9223372036854775808",
    b"null",
    b"=cmd()",
    b"..",
];
/// Other inputs of the same kind: `BELGRANO_SEED=… cargo nextest run corpus`.
const VARIABLE: &str = "BELGRANO_SEED";

/// What is tried right now; tells it when it fails.
struct Tried<'a> {
    target: &'a str,
    seed: u64,
    input: Vec<u8>,
}

impl Drop for Tried<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}: {VARIABLE}={}, input \"{}\"", self.target, self.seed, self.input.escape_ascii());
        }
    }
}

/// Calls `run` with each file of `fuzz/corpus/TARGET`, and with inputs that are made of them by chance; the same ones each time.
///
/// # Panics
///
/// When there is no corpus, or `run` panics: then the input is printed.
pub fn try_corpus(target: &str, run: impl Fn(&[u8])) {
    let seed = std::env::var(VARIABLE).ok().and_then(|text| text.parse().ok()).unwrap_or(20_261_201);
    let mut tried = Tried { target, seed, input: Vec::new() };
    let corpus = corpus(target);
    for input in &corpus {
        tried.input.clone_from(input);
        run(&tried.input);
    }
    let mut random = StdRng::seed_from_u64(seed);
    for _ in 0..ROUNDS {
        tried.input = changed(&corpus, &mut random);
        run(&tried.input);
    }
}

/// The files of a corpus, in the order of their names.
fn corpus(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
    let files = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<_> = files.map(|file| file.expect("an entry of the corpus").path()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "{} is empty", folder.display());
    paths.iter().map(|path| fs::read(path).expect("a file of the corpus")).collect()
}

/// One of the inputs, changed here and there.
fn changed(corpus: &[Vec<u8>], random: &mut StdRng) -> Vec<u8> {
    let mut input = corpus[random.random_range(0..corpus.len())].clone();
    for _ in 0..random.random_range(1..=MOST_CHANGES) {
        let from = random.random_range(0..=input.len());
        let to = random.random_range(from..=input.len().min(from + 64));
        match random.random_range(0..6) {
            0 if from < input.len() => input[from] ^= 1 << random.random_range(0..8),
            1 => drop(input.drain(from..to)),
            2 => {
                let again = input[from..to].to_vec();
                input.splice(to..to, again);
            }
            3 => {
                let other = &corpus[random.random_range(0..corpus.len())];
                let start = random.random_range(0..=other.len());
                let end = random.random_range(start..=other.len());
                input.splice(from..to, other[start..end].iter().copied());
            }
            4 => input.truncate(from),
            _ => drop(input.splice(from..to, PIECES[random.random_range(0..PIECES.len())].iter().copied())),
        }
    }
    input.truncate(LONGEST);
    input
}

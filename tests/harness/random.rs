//! How many random cases are tried, and which.

use proptest::test_runner::{Config, RngSeed};

/// So many cases, the same ones in every run: a run tells of the change, not of its luck.
///
/// `PROPTEST_CASES` tries more, and `PROPTEST_RNG_SEED` others: CONTRIBUTING.md, "Hunt".
pub fn config(cases: u32) -> Config {
    let mut config = Config { failure_persistence: None, ..Config::default() };
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = cases;
    }
    if matches!(config.rng_seed, RngSeed::Random) {
        config.rng_seed = RngSeed::Fixed(3);
    }
    config
}

//! The `plinth` binary: the command line, and nothing else.

use std::process::ExitCode;

use clap::Parser;
use plinth::command::{Cli, run};

fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(&cli, &mut std::io::stdout().lock(), &mut std::io::stderr().lock()) {
        Ok(status) => ExitCode::from(status),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

//! The `plinth` binary: the command line, and nothing else.

use std::io::{Error, ErrorKind};
use std::process::ExitCode;

use clap::Parser;
use plinth::command::{Cli, run};

fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(&cli, &mut std::io::stdout().lock(), &mut std::io::stderr().lock()) {
        Ok(status) => ExitCode::from(status),
        // `plinth check | head`: the reader has seen enough.
        Err(error) if error.downcast_ref().is_some_and(|e: &Error| e.kind() == ErrorKind::BrokenPipe) => {
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

//! `issoctl completions` and `issoctl man`, for packages of issoctl.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use clap::CommandFactory;
use clap_complete::Shell;

use crate::cli::Cli;
use crate::failure::Failure;
use crate::output::Output;

/// Prints a completion script.
pub fn completions(shell: Shell) -> Result<ExitCode, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "issoctl", &mut script);
    print(&script)
}

/// Prints the manual page, or writes the pages of all commands into a folder.
pub fn man(output: Output, out: Option<&Path>) -> Result<ExitCode, Failure> {
    let Some(dir) = out else {
        let mut page = Vec::new();
        clap_mangen::Man::new(Cli::command())
            .render(&mut page)
            .map_err(|source| Failure::new("cannot make the manual page", source))?;
        return print(&page);
    };
    std::fs::create_dir_all(dir)
        .and_then(|()| clap_mangen::generate_to(Cli::command(), dir))
        .map_err(|source| Failure::new(format!("cannot write manual pages into {}", dir.display()), source))?;
    output.note(&format!(
        "manual pages written; read one with: man {}/issoctl.1",
        dir.display()
    ));
    Ok(ExitCode::SUCCESS)
}

fn print(text: &[u8]) -> Result<ExitCode, Failure> {
    // The reader may have closed the pipe, as a pager does; that is no error.
    let _ = std::io::stdout().write_all(text);
    Ok(ExitCode::SUCCESS)
}

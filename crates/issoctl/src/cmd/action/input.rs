//! `--input`: a whole form as JSON.

use std::io::{self, IsTerminal, Read};
use std::path::Path;

use isso_host::actions::Form;
use serde_json::Value;

use crate::failure::Failure;
use crate::files;
use crate::output::Output;

/// Reads the form from a file, from stdin with `-`, or takes it as it stands when it is JSON itself.
pub fn read(id: &str, form: &Form, given: &Path) -> Result<Value, Failure> {
    let inline = given.to_str().filter(|text| text.trim_start().starts_with('{'));
    let (text, name) = match inline {
        Some(text) => (text.to_owned(), "--input".to_owned()),
        None => (text(given)?, given.display().to_string()),
    };
    let input: Value = serde_json::from_str(&text).map_err(|source| {
        // serde_json names line and column, and quotes nothing of what might be a password.
        Failure::new(format!("{name} does not hold JSON"), source)
            .exit(Failure::USAGE)
            .hint(format!(
                "start from what stands there now: `issoctl action show {id} --reveal --json` has it as `prefill`"
            ))
    })?;
    if inline.is_some() && form.holds_secret(&input) {
        return Err(Failure::usage(
            "a password does not belong on the command line, where other users of the machine can read it",
        )
        .hint(
            "put the JSON into a file that only you can read, and name that: --input FILE; or pipe it to --input -",
        ));
    }
    form.check_names(&input)?;
    Ok(input)
}

fn text(path: &Path) -> Result<String, Failure> {
    let stdin = path == Path::new("-");
    if stdin && io::stdin().is_terminal() {
        Output { json: false }.note("Type the form as JSON, then Ctrl-D:");
    }
    let bytes = if stdin {
        let mut bytes = Vec::new();
        let read = io::stdin().read_to_end(&mut bytes);
        read.map_err(|source| Failure::new("cannot read stdin", source))?;
        bytes
    } else {
        files::read(path)
            .map_err(|failure| failure.hint("--input takes a file, `-` for stdin, or the JSON itself: --input '{…}'"))?
    };
    String::from_utf8(bytes).map_err(|_| Failure::usage(format!("{} is not text in UTF-8", path.display())))
}

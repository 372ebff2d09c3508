//! Makes the Python environment that `issoctl` runs Isso in: `runtime FOLDER [misaka]`.

use std::env::args;
use std::error::Error;

use isso_daemon::Runtime;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = args().nth(1).ok_or("which folder?")?;
    let misaka = args().nth(2).is_some_and(|word| word == "misaka");
    let runtime = Runtime::new(folder).misaka(misaka);
    runtime.ensure(|progress| println!("{progress:?}"))?;
    println!("{}", runtime.gunicorn().display());
    Ok(())
}

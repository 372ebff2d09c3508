//! `database-writable`: whether comments can be saved.

use isso_actions::Language;
use isso_database::{ROOM_FOR_A_COMMENT, Unwritable, check_writing};

use crate::checks::Check;
use crate::looks::Looks;
use crate::report::Finding;
use crate::tr;

pub const CHECK: Check = Check {
    id: "database-writable",
    run: |looks| Box::pin(async { vec![look(looks).await] }),
};

async fn look(looks: &Looks) -> Finding {
    let database = looks.patient.database.clone();
    let asked = tokio::task::spawn_blocking(move || check_writing(&database, ROOM_FOR_A_COMMENT));
    // A network disk may never answer.
    match tokio::time::timeout(looks.options.limit, asked).await {
        Ok(Ok(written)) => judge(written, looks.language()),
        _ => CHECK.unknown(tr!(looks.language(), "disk.slow")),
    }
}

/// The obstacle and its cure are the words of `isso-database`, in English.
fn judge(written: Result<(), Unwritable>, language: Language) -> Finding {
    match written {
        Ok(()) => CHECK.pass(tr!(language, "database-writable.can")),
        Err(Unwritable { reason, fix }) => CHECK.fail(
            tr!(language, "database-writable.cannot", reason = reason),
            tr!(language, "database-writable.fix", fix = fix),
        ),
    }
}

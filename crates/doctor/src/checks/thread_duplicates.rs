//! `thread-duplicates`: pages whose comments are spread over several threads, because they are linked by several
//! addresses.

use isso_actions::Language;
use isso_database::{ReadError, same_pages};

use crate::checks::Check;
use crate::looks::Looks;
use crate::looks::comments::Comments;
use crate::report::{Evidence, Finding};
use crate::tr;

pub const CHECK: Check = Check {
    id: "thread-duplicates",
    run: |looks| Box::pin(async { vec![look(looks).await] }),
};

/// So many pages are shown as evidence.
const SHOWN: usize = 10;

async fn look(looks: &Looks) -> Finding {
    let (database, limit) = (looks.patient.database.clone(), looks.options.limit);
    let read = tokio::task::spawn_blocking(move || match database.exists() {
        true => same_pages(&database, limit).map(Some),
        false => Ok(None),
    });
    let absent = match tokio::time::timeout(limit, read).await {
        Ok(Ok(Ok(Some(pages)))) => return judge(&pages, looks.language()),
        Ok(Ok(Ok(None))) => Comments::New,
        Ok(Ok(Err(ReadError::Sqlite(_, error)))) => Comments::Unread(error.to_string()),
        _ => Comments::Slow,
    };
    absent.finding(&CHECK, looks.language())
}

fn judge(pages: &[Vec<String>], language: Language) -> Finding {
    let Some(first) = pages.first() else {
        return CHECK.pass(tr!(language, "thread-duplicates.none"));
    };
    let threads = first.join(", ");
    let cause = tr!(
        language,
        "thread-duplicates.found",
        count = pages.len(),
        threads = threads
    );
    let shown = pages.iter().take(SHOWN).map(|threads| threads.join(", "));
    CHECK
        .warn(cause, tr!(language, "thread-duplicates.fix"))
        .evidence([Evidence {
            asked: "SELECT uri FROM threads".to_owned(),
            answered: shown.collect(),
        }])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Status;

    #[test]
    fn pages_with_several_threads_are_shown() {
        assert_eq!(judge(&[], Language::English).status, Status::Pass);
        let found = judge(&vec![vec!["/a".to_owned(), "/a/".to_owned()]; 12], Language::English);
        assert_eq!(found.status, Status::Warn);
        assert!(
            found.cause.contains("12") && found.cause.contains("/a, /a/"),
            "{}",
            found.cause
        );
        assert_eq!(found.evidence[0].answered.len(), SHOWN);
    }
}

//! The hook `init`: it prepares the volume, and announces actions and interfaces.

use std::path::Path;

use isso_host::Commands;
use isso_host::actions::{Interface as Shown, NoticeTitle, database_error_text, interface_text};
use isso_host::database::{Depth, check_database};
use isso_host::lifecycle::{Event, RestoreRequest};

use crate::PORT;
use crate::hook::HookRun;
use crate::protocol::{Init, InitKind, Interface, InterfaceKind, Level, Request};

/// Where StartOS mounts the backup of the service.
const BACKUP_FOLDER: &str = "/media/startos/backup";

/// Prepares the volume; after a restore, checks the database too.
pub async fn run(data: &Path, commands: Commands, request: &Request) -> Init {
    let mut hook = HookRun::start(data, request, commands).await;
    hook.refuse_if_unprepared();
    if request.kind == Some(InitKind::Restore) {
        check_restored(&mut hook).await;
    }
    Init {
        port: PORT,
        interfaces: interfaces(&hook),
        orders: hook.into_orders(),
    }
}

/// Checks the database that StartOS has restored already. A damaged one does not refuse the hook, because there is no
/// better one here and Isso is not started on it. Instead the person is notified, and can restore an older backup.
async fn check_restored(hook: &mut HookRun) {
    let from = BACKUP_FOLDER.into();
    hook.send(Event::Restore(RestoreRequest { from })).await;
    let checked = check_database(&hook.service.volume.db_path(), Depth::Indexes);
    if let Err(error) = &checked {
        let message = database_error_text(error, hook.language);
        hook.notify(Level::Error, NoticeTitle::Damaged, message);
    }
    hook.send(Event::RestoreFinished(Ok(()))).await;
}

fn interfaces(hook: &HookRun) -> Vec<Interface> {
    let of = |id, shown, kind, path| {
        let (name, description) = interface_text(shown, hook.language);
        Interface {
            id,
            name,
            description,
            kind,
            path,
        }
    };
    vec![
        of("comments", Shown::Comments, InterfaceKind::Api, ""),
        of("admin", Shown::Admin, InterfaceKind::Ui, "/admin/"),
    ]
}

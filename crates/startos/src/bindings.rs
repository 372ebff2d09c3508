//! Generates the TypeScript of the protocol, and checks that the package has the current one.

use std::path::Path;

use ts_rs::{Config, TS};

use crate::protocol::{
    Address, Announced, Daemon, Health, HealthResult, Image, Init, InitKind, Input, Interface, InterfaceKind, Level,
    Main, Mounts, Notice, Orders, Request, Run, Severity, Task,
};

const HEADER: &str = "// Made from crates/startos/src/protocol.rs; `UPDATE_BINDINGS=1 cargo test -p isso-startos bindings` makes it anew.\n";

fn typescript() -> String {
    let mut text = HEADER.to_owned();
    macro_rules! declare {
        ($($name:ident),*) => {
            $({
                let config = Config::default();
                let docs = $name::docs().unwrap_or_default();
                text.push_str(&format!("\n{docs}export {}\n", $name::decl(&config)));
            })*
        };
    }
    declare!(
        Request,
        InitKind,
        Address,
        Image,
        Orders,
        Task,
        Severity,
        Announced,
        Notice,
        Level,
        Init,
        Interface,
        InterfaceKind,
        Input,
        Run,
        Main,
        Daemon,
        Mounts,
        Health,
        HealthResult
    );
    text
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "a file of the repository, which no other process reads meanwhile"
)]
fn bindings_are_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../package/s9pk/startos/bindings.ts");
    let made = typescript();
    if std::env::var_os("UPDATE_BINDINGS").is_some() {
        std::fs::write(&path, &made).expect("the file can be written");
    }
    let kept = std::fs::read_to_string(&path).expect("the file is there");
    assert_eq!(kept, made, "UPDATE_BINDINGS=1 makes {} anew", path.display());
}

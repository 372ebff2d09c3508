//! Tests of the actions through their public API, on real files.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod embed_code;
mod environment;
mod feed;
mod fields;
mod form_json;
mod formatting;
mod golden;
mod mail_server;
mod public_address;
mod reverse_proxies;
mod send_test_email;
mod server;
mod smtp;
mod smtp_follow;
mod smtp_trial;
mod start_sdk;
mod texts;
mod validation;
mod websites;

use isso_actions::{Action, ActionError, Done, HostInfo, Language, Security, SystemSmtp};
use isso_cfg::{Contents, Volume};
use serde_json::Value;
use tempfile::TempDir;

/// A prepared volume of its own for each test.
struct Fixture {
    _folder: TempDir,
    volume: Volume,
    host_info: HostInfo,
}

impl Fixture {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let volume = Volume::new(folder.path(), "/db/comments.db");
        volume.prepare().unwrap();
        Self {
            _folder: folder,
            volume,
            host_info: HostInfo::default(),
        }
    }

    /// A volume whose `isso.cfg` a person has written.
    fn with_cfg(text: &str) -> Self {
        let fixture = Self::new();
        fixture.write_cfg(text);
        fixture.volume.prepare().unwrap();
        fixture
    }

    #[expect(clippy::disallowed_methods, reason = "a test stands for a person with an editor")]
    fn write_cfg(&self, text: &str) {
        std::fs::write(self.volume.config_path(), text).unwrap();
    }

    /// A database with as many of Isso's tables and columns as make it one of Isso's.
    fn make_database(&self) {
        let database = rusqlite::Connection::open(self.volume.db_path()).unwrap();
        let tables = "CREATE TABLE preferences (key VARCHAR PRIMARY KEY, value VARCHAR);
            CREATE TABLE threads (id INTEGER PRIMARY KEY, uri VARCHAR);
            CREATE TABLE comments (tid, id INTEGER PRIMARY KEY, created, mode, text);";
        database.execute_batch(tables).unwrap();
    }

    fn cfg(&self) -> String {
        std::fs::read_to_string(self.volume.config_path()).unwrap()
    }

    fn contents(&self) -> Contents {
        self.volume.read().unwrap()
    }

    fn get(&self, section: &str, key: &str) -> Option<String> {
        self.contents().cfg.get(section, key).map(str::to_owned)
    }

    fn prefill(&self, action: Action) -> Value {
        action.prefill(&self.contents())
    }

    fn run(&self, action: Action, input: &Value) -> Result<Done, ActionError> {
        action.run(&self.volume, &self.host_info, Language::English, input)
    }

    /// Runs an action that is refused, shows that nothing has changed, and gives back what the person reads.
    fn refused(&self, action: Action, input: &Value) -> String {
        let before = (self.cfg(), self.contents());
        let error = self.run(action, input).expect_err("it should be refused");
        assert_eq!(
            (self.cfg(), self.contents()),
            before,
            "a refused action changes nothing"
        );
        error.to_string()
    }
}

fn system_smtp() -> SystemSmtp {
    SystemSmtp {
        host: "mail.example.net".into(),
        port: 465,
        from: "Server <server@example.net>".into(),
        username: "server".into(),
        password: Some("s3cret#;%".into()),
        security: Security::Tls,
    }
}

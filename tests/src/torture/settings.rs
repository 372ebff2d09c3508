//! The `isso.cfg` of a deployment, and the ways in which an editor saves it.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

/// An `isso.cfg` as a person would write it.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The database.
    pub database: PathBuf,
    /// The websites that Isso tries when it starts, until one answers.
    pub websites: Vec<String>,
    /// A website whose origin shows from outside which settings are in force.
    pub origin: String,
    /// Whether comments wait for approval.
    pub moderated: bool,
    /// A mail server.
    pub mail: Option<Mail>,
}

/// A mail server that takes mail from the user `isso`.
#[derive(Debug, Clone)]
pub struct Mail {
    /// Its port on 127.0.0.1.
    pub port: u16,
    /// The password it wants.
    pub password: String,
    /// How many seconds Isso waits for it.
    pub timeout: u32,
}

impl Settings {
    /// Settings with one website, which answers.
    pub fn new(database: PathBuf) -> Self {
        Self {
            database,
            websites: vec![format!("http://127.0.0.1:{}", super::silent::website())],
            origin: "http://r0.example".into(),
            moderated: false,
            mail: None,
        }
    }

    /// The same with another origin.
    pub fn with_origin(&self, name: impl fmt::Display) -> Self {
        Self {
            origin: format!("http://{name}.example"),
            ..self.clone()
        }
    }
}

impl fmt::Display for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let notify = if self.mail.is_some() { "smtp" } else { "stdout" };
        let database = self.database.display();
        writeln!(f, "# Written by hand.\n\n[general]\ndbpath = {database}\nhost =")?;
        for website in self.websites.iter().chain([&self.origin]) {
            writeln!(f, "    {website}")?;
        }
        writeln!(f, "    localhost\nmax-age = 15m\nnotify = {notify}\n")?;
        writeln!(f, "[admin]\nenabled = true\npassword = correct-horse-battery-staple\n")?;
        writeln!(f, "[moderation]\nenabled = {}\npurge-after = 30d\n", self.moderated)?;
        writeln!(f, "[guard]\nenabled = false\n")?;
        if let Some(Mail {
            port,
            password,
            timeout,
        }) = &self.mail
        {
            writeln!(f, "[server]\npublic-endpoint = https://comments.example\n")?;
            writeln!(f, "[smtp]\nhost = 127.0.0.1\nport = {port}\nsecurity = none")?;
            writeln!(f, "username = isso\npassword = {password}\ntimeout = {timeout}")?;
            writeln!(f, "to = admin@blog.example\nfrom = Comments <isso@blog.example>")?;
        }
        Ok(())
    }
}

/// The file as issoctl makes it, with every key that a person may break.
pub fn template(database: &Path) -> String {
    let settings = Settings::new(database.to_owned());
    let hosts = format!(
        "host =\n    {}\n    {}\n    localhost\n",
        settings.websites[0], settings.origin
    );
    include_str!("../../../crates/cfg/src/seed.cfg")
        .replacen(
            "dbpath = /db/comments.db",
            &format!("dbpath = {}", database.display()),
            1,
        )
        .replacen("host = localhost\n", &hosts, 1)
        .replacen("password =\n", "password = correct-horse-battery-staple\n", 1)
}

/// How a person's editor saves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Save {
    /// A new file takes the place of the old one.
    Rename,
    /// The old file is emptied and written again.
    InPlace,
}

impl Save {
    /// Both ways in turn.
    pub fn alternate(number: usize) -> Self {
        if number.is_multiple_of(2) {
            Self::Rename
        } else {
            Self::InPlace
        }
    }

    /// Saves a file.
    #[expect(clippy::disallowed_methods, reason = "an editor is not atomic either")]
    pub fn save(self, path: &Path, text: impl AsRef<[u8]>) {
        match self {
            Self::InPlace => fs::write(path, text).expect("the file can be written"),
            Self::Rename => {
                let new = path.with_extension("cfg.new~");
                fs::write(&new, text).expect("the folder can be written");
                fs::rename(&new, path).expect("files can be renamed");
            }
        }
    }
}

//! Every key Isso 0.14 knows, in one table.
//!
//! For each key, the table holds how Isso reads it, its default, the value of a fresh volume, when Isso notices a bad
//! value, and who may write it. Reading, writing, diagnosing and repairing all use the table, so a key is described
//! once. A test compares it with the `isso.cfg` inside a real Isso.
//!
//! Upstream describes the keys at <https://isso-comments.de/docs/reference/server-config/>.

/// One key of `isso.cfg`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// The section, spelled as Isso spells it; section names are case sensitive.
    pub section: &'static str,
    /// The key's name, in lower case.
    pub name: &'static str,
    /// How Isso reads the value.
    pub kind: Kind,
    /// When Isso reads the value, and so when it fails on a bad one.
    pub read: Read,
    /// Who writes the key.
    pub owner: Owner,
    /// What Isso's bundled `isso.cfg` says.
    pub default: &'static str,
    seed: Option<&'static str>,
}

impl Key {
    /// The value of a fresh volume, which a repair uses as well: the one of the template if it has one, else Isso's
    /// default.
    pub fn seed(&self) -> &'static str {
        self.seed.unwrap_or(self.default)
    }
}

/// How Isso reads a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `1`, `yes`, `true`, `on` or `0`, `no`, `false`, `off`, in any case.
    Bool,
    /// A whole number. Isso tries a span of time first, so `2m` is 120.
    Int,
    /// A span of time such as `1h30m`. A bare number counts seconds.
    Timedelta,
    /// One line of text.
    Text,
    /// One of a few words.
    Word,
    /// A text that no log, error or form may show.
    Secret,
    /// Items separated by commas.
    List,
    /// Items on a line each.
    Lines,
}

/// When Isso reads a key.
///
/// This decides what a bad value does: Isso does not start, or it answers every comment with an error, or nothing
/// happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Read {
    /// At every start.
    Start,
    /// At start, when moderation is on.
    Moderation,
    /// At start, when mail goes out: `notify` names `smtp`, or replies are notified.
    Mail,
    /// At start, when Markdown is rendered by mistune.
    Mistune,
    /// At start, when Markdown is rendered by misaka.
    Misaka,
    /// With every new comment.
    Comment,
    /// With every new comment, when the guard is on.
    Guard,
    /// With every comment shown or posted, when gravatars are on.
    Gravatar,
    /// With every request of the admin pages.
    Admin,
    /// With every request of the latest comments.
    Latest,
    /// With every request of an Atom feed.
    Feed,
    /// Not at all, as Isso is run here (under gunicorn).
    Never,
}

/// Who writes a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// [`Volume`](crate::Volume), which writes the required value at every update, preparation and review.
    Enforced,
    /// The action of this id, and nothing else.
    Action(&'static str),
    /// The person who edits the file.
    Person,
}

/// Finds the key of a section and name, if Isso knows it.
pub fn find(section: &str, name: &str) -> Option<&'static Key> {
    ALL.iter().find(|key| key.section == section && key.name == name)
}

/// The section of a key that stands above all headers: the only one that has a key of this name, or `[general]`, whose
/// header is the one that people forget.
pub(crate) fn section_of(name: &str) -> Option<&'static str> {
    let mut sections = ALL.iter().filter(|key| key.name == name).map(|key| key.section);
    // `[general]` comes first in the table.
    let first = sections.next()?;
    (first == "general" || sections.next().is_none()).then_some(first)
}

const WEBSITES: Owner = Owner::Action("set-websites");
const ADDRESS: Owner = Owner::Action("set-public-address");
const SERVER: Owner = Owner::Action("configure-server");
const SMTP: Owner = Owner::Action("configure-smtp");
const FEED: Owner = Owner::Action("configure-feed");
const FORMATTING: Owner = Owner::Action("configure-formatting");
const PROXIES: Owner = Owner::Action("set-reverse-proxies");
const PASSWORD: Owner = Owner::Action("set-admin-password");
use Owner::{Enforced, Person};

/// Declares the constants and lists each of them in [`ALL`], so none can be forgotten.
macro_rules! keys {
    ($($(#[$doc:meta])* $id:ident = $section:literal $name:literal $kind:ident $read:ident $owner:ident
        $default:literal $(seed $seed:literal)?;)*) => {
        $(
            $(#[$doc])*
            pub const $id: Key = Key {
                section: $section,
                name: $name,
                kind: Kind::$kind,
                read: Read::$read,
                owner: $owner,
                default: $default,
                seed: keys!(@seed $($seed)?),
            };
        )*
        /// Every key, in the order of Isso's own file.
        pub const ALL: &[Key] = &[$($id),*];
    };
    (@seed) => { None };
    (@seed $seed:literal) => { Some($seed) };
}

keys! {
    /// The SQLite file.
    DBPATH = "general" "dbpath" Text Start Enforced "/tmp/comments.db";
    /// A name for one of several sites; unused by Isso 0.14.
    NAME = "general" "name" Text Never Person "";
    /// The websites that may embed comments, one origin a line. The first is the fallback.
    HOST = "general" "host" Lines Start WEBSITES "" seed "localhost";
    /// How long an author may edit or delete a comment.
    MAX_AGE = "general" "max-age" Timedelta Start SERVER "15m";
    /// Where new comments are reported: `stdout`, `smtp`.
    NOTIFY = "general" "notify" List Start SMTP "stdout";
    /// Whether commenters may ask for mail about replies.
    REPLY_NOTIFICATIONS = "general" "reply-notifications" Bool Start SMTP "false";
    /// A log file, for Isso's own server only.
    LOG_FILE = "general" "log-file" Text Never Person "";
    /// Whether comments carry a picture from Gravatar.
    GRAVATAR = "general" "gravatar" Bool Start SERVER "false";
    /// The picture's address, `{}` standing for the hash.
    GRAVATAR_URL = "general" "gravatar-url" Text Gravatar Person "https://www.gravatar.com/avatar/{}?d=identicon&s=55";
    /// Whether the latest comments of all threads can be asked for.
    LATEST_ENABLED = "general" "latest-enabled" Bool Latest SERVER "false";

    /// Whether the admin pages exist.
    ADMIN_ENABLED = "admin" "enabled" Bool Admin Enforced "false" seed "true";
    /// The admin password. Isso's default is public, so an absent key is as bad as no password.
    ADMIN_PASSWORD = "admin" "password" Secret Admin PASSWORD "please_choose_a_strong_password" seed "";

    /// Whether new comments wait for approval.
    MODERATION_ENABLED = "moderation" "enabled" Bool Start SERVER "false" seed "true";
    /// Whether a known e-mail address skips the wait.
    APPROVE_IF_EMAIL_PREVIOUSLY_APPROVED = "moderation" "approve-if-email-previously-approved" Bool Start SERVER "false";
    /// When a comment that was not approved is deleted.
    PURGE_AFTER = "moderation" "purge-after" Timedelta Moderation SERVER "30d";

    /// The address of Isso's own server.
    LISTEN = "server" "listen" Text Never Person "http://localhost:8080";
    /// The address at which browsers reach Isso.
    PUBLIC_ENDPOINT = "server" "public-endpoint" Text Start ADDRESS "";
    /// Whether Isso's own server watches its source.
    RELOAD = "server" "reload" Bool Never Person "false";
    /// Whether every request is profiled.
    PROFILE = "server" "profile" Bool Start Person "false";
    /// The reverse proxies whose `X-Forwarded-For` Isso believes, one address on each line.
    TRUSTED_PROXIES = "server" "trusted-proxies" Lines Start PROXIES "";
    /// The SameSite attribute of cookies.
    SAMESITE = "server" "samesite" Word Comment Person "";

    /// The mail server's user.
    SMTP_USERNAME = "smtp" "username" Text Mail SMTP "";
    /// The mail server's password.
    SMTP_PASSWORD = "smtp" "password" Secret Mail SMTP "";
    /// The mail server.
    SMTP_HOST = "smtp" "host" Text Mail SMTP "localhost";
    /// The mail server's port.
    SMTP_PORT = "smtp" "port" Int Mail SMTP "587";
    /// `none`, `starttls` or `ssl`; anything else means none.
    SMTP_SECURITY = "smtp" "security" Word Mail SMTP "starttls";
    /// The recipient of mail about new comments.
    SMTP_TO = "smtp" "to" Text Mail SMTP "";
    /// The sender.
    SMTP_FROM = "smtp" "from" Text Start SMTP "";
    /// How long Isso waits for the mail server.
    SMTP_TIMEOUT = "smtp" "timeout" Timedelta Mail Person "10";

    /// Whether the spam protection is on.
    GUARD_ENABLED = "guard" "enabled" Bool Comment SERVER "true";
    /// New comments a minute from one address.
    RATELIMIT = "guard" "ratelimit" Int Guard SERVER "2";
    /// Comments directly to a thread from one address.
    DIRECT_REPLY = "guard" "direct-reply" Int Guard SERVER "3";
    /// Whether an author may reply to a comment that they can still edit.
    REPLY_TO_SELF = "guard" "reply-to-self" Bool Start SERVER "false";
    /// Whether a name is demanded.
    REQUIRE_AUTHOR = "guard" "require-author" Bool Start SERVER "false";
    /// Whether an e-mail address is demanded.
    REQUIRE_EMAIL = "guard" "require-email" Bool Start SERVER "false";

    /// `mistune` or `misaka`.
    RENDERER = "markup" "renderer" Word Start Person "mistune";
    /// HTML elements allowed beside Isso's own.
    ALLOWED_ELEMENTS = "markup" "allowed-elements" List Start FORMATTING "";
    /// HTML attributes allowed beside Isso's own.
    ALLOWED_ATTRIBUTES = "markup" "allowed-attributes" List Start FORMATTING "";
    /// Extensions of misaka.
    MISAKA_OPTIONS = "markup.misaka" "options" List Misaka Person
        "autolink, fenced-code, no-intra-emphasis, strikethrough, superscript";
    /// Rendering flags of misaka.
    MISAKA_FLAGS = "markup.misaka" "flags" List Misaka Person "";
    /// Plugins of mistune.
    MISTUNE_PLUGINS = "markup.mistune" "plugins" List Mistune FORMATTING "strikethrough, subscript, superscript";
    /// Parameters of mistune.
    MISTUNE_PARAMETERS = "markup.mistune" "parameters" List Mistune FORMATTING "escape, hard_wrap";

    /// The salt of the hash that stands for a commenter's address.
    SALT = "hash" "salt" Text Start Person "Eech7co8Ohloopo9Ol6baimi";
    /// The algorithm of that hash.
    ALGORITHM = "hash" "algorithm" Word Start Person "pbkdf2";

    /// The site's address in Atom feeds; empty turns feeds off.
    RSS_BASE = "rss" "base" Text Start FEED "";
    /// Comments in a feed.
    RSS_LIMIT = "rss" "limit" Int Feed FEED "100";
}

//! Files, what is diagnosed in them, and what a real Isso does with them.

use isso_cfg::Code::{self, *};
use isso_cfg::Severity::{self, Info as I, Misread as M, Refused as R, Warning as W};

/// A file and what becomes of it.
pub struct Case {
    pub name: &'static str,
    pub text: &'static str,
    /// Severity, code, line and column of everything that is found.
    pub found: &'static [(Severity, Code, usize, usize)],
    pub isso: Isso,
}

/// What a real Isso does with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Isso {
    /// It does not start.
    Stops,
    /// It starts, and a new comment is answered with status 500.
    FailsToPost,
    /// It starts, and this page is answered with status 500.
    FailsAt(&'static str),
    /// It starts and serves.
    Serves,
}

type Found = &'static [(Severity, Code, usize, usize)];

const fn stops(name: &'static str, text: &'static str, found: Found) -> Case {
    Case {
        name,
        text,
        found,
        isso: Isso::Stops,
    }
}

const fn fails(name: &'static str, text: &'static str, found: Found) -> Case {
    Case {
        name,
        text,
        found,
        isso: Isso::FailsToPost,
    }
}

const fn fails_at(page: &'static str, name: &'static str, text: &'static str, found: Found) -> Case {
    Case {
        name,
        text,
        found,
        isso: Isso::FailsAt(page),
    }
}

const fn serves(name: &'static str, text: &'static str, found: Found) -> Case {
    Case {
        name,
        text,
        found,
        isso: Isso::Serves,
    }
}

/// A file that names a website.
macro_rules! general {
    ($rest:literal) => {
        concat!("[general]\nhost = localhost\n", $rest)
    };
}

/// A file that turns mail on; the rest begins on line 9, in `[smtp]`.
macro_rules! mail {
    ($rest:literal) => {
        concat!(
            "[general]\nhost = localhost\nnotify = smtp\n[server]\npublic-endpoint = https://c.example.org\n",
            "[smtp]\nto = a@isso.test\nfrom = Comments <c@isso.test>\n",
            $rest
        )
    };
}

/// A file that names a mail server which answers; the rest begins on line 12, in `[smtp]`.
macro_rules! server {
    ($rest:literal) => {
        concat!(mail!("host = 127.0.0.1\nport = 1025\nsecurity = none\n"), $rest)
    };
}

#[rustfmt::skip]
pub const CASES: &[Case] = &[
    // Nothing wrong, however it is spelled.
    serves("smallest", "[general]\nhost = localhost\n", &[]),
    serves("hand-set", "[general]\nhost: localhost\nnotify = stdout , SMTP\nmax-age = 900\ngravatar = YES\n[server]\npublic-endpoint = http://c.example.org\n[smtp]\nto = a@isso.test\nfrom = \"C\" <c@isso.test>\nsecurity = none\ntimeout = 1s\nport = 1\n[admin]\nenabled = on\npassword = a#b;c%d=e:f $HOME $$\n", &[(I, UnsetVariable, 16, 24)]),
    serves("several websites", "[general]\nhost =\n  https://blog.example.org\n  # a comment\n  http://127.0.0.1:1313/\n\n  localhost\n", &[]),
    serves("spelled-out spans", general!("max-age = 15min\n[moderation]\nenabled = 1\npurge-after = 30days\n"), &[]),
    serves("other digits", general!("[guard]\nratelimit = ٥\n"), &[]),
    serves("an algorithm of hashlib", general!("[hash]\nalgorithm = sha256\n"), &[]),
    serves("no hash", general!("[hash]\nalgorithm = none\nsalt =\n"), &[(W, AddressShown, 4, 13)]),
    serves("pbkdf2 with arguments", general!("[hash]\nalgorithm = pbkdf2:10:6:sha256\n"), &[]),
    serves("every plugin", general!("[markup.mistune]\nplugins = abbr, def_list, footnotes, insert, mark, math, ruby, speedup, spoiler, strikethrough, subscript, superscript, table, task_lists, url\n"), &[(M, NoEffect, 4, 11)]),
    serves("no plugins", general!("[markup.mistune]\nplugins =\nparameters =\n"), &[]),
    serves("mail that is not turned on", general!("[smtp]\nto = a@isso.test\n"), &[(W, Contradiction, 4, 6)]),
    serves("mail that works", server!("username = me\npassword = secret\n"), &[]),

    // Syntax, of which the parser's own tests know more.
    stops("duplicate key", general!("host = localhost\n"), &[(R, DuplicateKey, 3, 1)]),
    stops("duplicate section", general!("[general]\nmax-age = 15m\n"), &[(R, DuplicateSection, 3, 1)]),
    stops("no section header", "host = localhost\n", &[(R, MissingSectionHeader, 1, 1)]),
    stops("byte order mark", "\u{feff}[general]\nhost = localhost\n", &[(R, ByteOrderMark, 1, 1)]),
    stops("no key", general!("= 15m\n"), &[(R, MissingKey, 3, 1)]),
    stops("a value without a delimiter", general!("notify\n  stdout\n"), &[(R, ContinuedWithoutValue, 4, 3)]),

    // Keys without a value.
    stops("host without a value", "[general]\nhost\n", &[(R, NoValue, 2, 1)]),
    stops("max-age without a value", general!("max-age\n"), &[(R, NoValue, 3, 1)]),
    stops("dbpath without a value", general!("dbpath\n"), &[(R, NoValue, 3, 1)]),
    stops("sender without a value", general!("[smtp]\nfrom\n"), &[(R, NoValue, 4, 1)]),
    stops("mail password without a value", server!("username = me\npassword\n"), &[(R, NoValue, 13, 1)]),
    fails("ratelimit without a value", general!("[guard]\nratelimit\n"), &[(R, NoValue, 4, 1)]),
    fails("samesite without a value", general!("[server]\nsamesite\n"), &[(R, NoValue, 4, 1)]),
    fails_at("login", "admin password without a value", general!("[admin]\nenabled = true\npassword\n"), &[(M, NoValue, 5, 1)]),
    fails_at("latest", "latest-enabled without a value", general!("latest-enabled\n"), &[(M, NoValue, 3, 1)]),
    serves("purge-after without a value, moderation off", general!("[moderation]\npurge-after\n"), &[(W, NoValue, 4, 1)]),
    serves("mail settings without values, mail off", general!("[smtp]\nhost\nport\n"), &[(W, NoValue, 4, 1), (W, NoValue, 5, 1)]),
    serves("listen without a value", general!("[server]\nlisten\n"), &[(W, NoValue, 4, 1)]),

    // Booleans.
    stops("moderation typo", general!("[moderation]\nenabled = yess\n"), &[(R, NotABoolean, 4, 11)]),
    stops("moderation empty", general!("[moderation]\nenabled =\n"), &[(R, NotABoolean, 4, 1)]),
    stops("gravatar with a comment", general!("gravatar = true # pictures\n"), &[(R, NotABoolean, 3, 12)]),
    stops("reply-to-self typo", general!("[guard]\nreply-to-self = 2\n"), &[(R, NotABoolean, 4, 17)]),
    stops("profile typo", general!("[server]\nprofile = nope\n"), &[(R, NotABoolean, 4, 11)]),
    fails("guard typo", general!("[guard]\nenabled = maybe\n"), &[(R, NotABoolean, 4, 11)]),
    fails_at("latest", "latest-enabled typo", general!("latest-enabled = tru\n"), &[(M, NotABoolean, 3, 18)]),
    fails_at("login", "admin typo", general!("[admin]\nenabled = tru\n"), &[(M, NotABoolean, 4, 11)]),
    serves("reload typo", general!("[server]\nreload = maybe\n"), &[(W, NotABoolean, 4, 10)]),

    // Numbers.
    fails("ratelimit is a word", general!("[guard]\nratelimit = abc\n"), &[(R, NotANumber, 4, 13)]),
    fails("ratelimit with a comment", general!("[guard]\nratelimit = 2 ; a minute\n"), &[(R, NotANumber, 4, 13)]),
    fails("direct-reply empty", general!("[guard]\ndirect-reply =\n"), &[(R, NotANumber, 4, 1)]),
    serves("ratelimit is a word, guard off", general!("[guard]\nenabled = no\nratelimit = abc\n"), &[(W, NotANumber, 5, 13)]),
    serves("ratelimit is a span", general!("[guard]\nratelimit = 2m\n"), &[(M, TimedeltaMisread, 4, 13)]),
    serves("ratelimit zero", general!("[guard]\nratelimit = 0\n"), &[(M, OutOfRange, 4, 13)]),
    serves("direct-reply negative", general!("[guard]\ndirect-reply = -1\n"), &[(M, OutOfRange, 4, 16)]),
    fails_at("feed", "feed limit is a word", general!("[rss]\nbase = https://example.org\nlimit = ten\n"), &[(M, NotANumber, 5, 9)]),
    fails_at("feed", "feed limit beyond 64 bits", general!("[rss]\nbase = https://blog.example.org\nlimit = 9223372036854775808\n"), &[(M, OutOfRange, 5, 9)]),
    fails_at("feed", "feed with a lone bracket", general!("[rss]\nbase = https://[::1\n"), &[(M, PublicEndpoint, 4, 8)]),
    serves("feed without a limit", general!("[rss]\nbase = https://blog.example.org\nlimit = 0\n"), &[]),
    serves("feed limit is a word, no feed", general!("[rss]\nlimit = ten\n"), &[(W, NotANumber, 4, 9)]),

    // Spans of time.
    stops("max-age with a space", general!("max-age = 15 m\n"), &[(R, NotATimedelta, 3, 11)]),
    stops("max-age zero minutes", general!("max-age = 0m\n"), &[(R, NotATimedelta, 3, 11)]),
    stops("max-age in years", general!("max-age = 1y\n"), &[(R, NotATimedelta, 3, 11)]),
    stops("max-age is a word", general!("max-age = soon\n"), &[(R, NotATimedelta, 3, 11)]),
    stops("max-age in capitals", general!("max-age = 15M\n"), &[(R, NotATimedelta, 3, 11)]),
    stops("max-age overflows", general!("max-age = 1000000000d\n"), &[(R, NotATimedelta, 3, 11)]),
    fails("max-age beyond the calendar", general!("max-age = 500000w\n"), &[(R, OutOfRange, 3, 11)]),
    serves("max-age in the wrong order", general!("max-age = 30m1h\n"), &[(M, TimedeltaMisread, 3, 11)]),
    serves("max-age with a number left over", general!("max-age = 1h30\n"), &[(M, TimedeltaMisread, 3, 11)]),
    serves("max-age in words", general!("max-age = 2hours30min\n"), &[(M, TimedeltaMisread, 3, 11)]),
    serves("max-age in months", general!("max-age = 1month\n"), &[(M, TimedeltaMisread, 3, 11)]),
    serves("max-age in few seconds", general!("max-age = 15\n"), &[(W, BareNumber, 3, 11)]),
    serves("max-age nothing", general!("max-age = 0\n"), &[(W, OutOfRange, 3, 11)]),
    stops("purge-after is a word", general!("[moderation]\nenabled = true\npurge-after = never\n"), &[(R, NotATimedelta, 5, 15)]),
    serves("purge-after is a word, moderation off", general!("[moderation]\npurge-after = never\n"), &[(W, NotATimedelta, 4, 15)]),
    serves("purge-after at once", general!("[moderation]\nenabled = true\npurge-after = -1\n"), &[(M, OutOfRange, 5, 15)]),
    serves("purge-after for ever", general!("[moderation]\nenabled = true\npurge-after = 99999w\n"), &[(W, OutOfRange, 5, 15)]),

    // Texts.
    serves("a comment behind a text", general!("[rss]\nbase = https://example.org # mine\n"), &[(M, InlineComment, 4, 8)]),
    serves("a text on two lines", general!("[rss]\nbase = https://example.org\n  limit = 5\n"), &[(M, SeveralLines, 5, 3)]),
    serves("a list on two lines", general!("[markup]\nallowed-elements = img\n  video\n"), &[(M, SeveralLines, 5, 3)]),
    serves("a variable that is not set", general!("[smtp]\nto = $ISSO_ADDRESS\n"), &[(M, UnsetVariable, 4, 6)]),
    stops("a number that is not set", mail!("host = 127.0.0.1\nport = $SMTP_PORT\nsecurity = none\n"), &[(M, UnsetVariable, 10, 8), (R, NotANumber, 10, 8)]),
    serves("a variable that steers Python", general!("[smtp]\nto = x${PYTHONPATH}\n"), &[(M, WithheldVariable, 4, 7)]),
    serves("an accidental variable", general!("[hash]\nsalt = ${LC_CTYPE}\n"), &[(M, Expanded, 4, 8)]),
    serves("a variable in a password", general!("[admin]\nenabled = true\npassword = x$ISSO_SETTINGS\n"), &[(M, Expanded, 5, 13)]),

    // Websites.
    stops("no website", "[admin]\npassword = x\n", &[(R, NoWebsite, 1, 1)]),
    stops("an empty file", "", &[(R, NoWebsite, 1, 1)]),
    stops("host empty", "[general]\nhost =\n", &[(R, NoWebsite, 2, 1)]),
    stops("host with commas", "[general]\nhost = https://a.example, https://b.example\n", &[(R, WebsiteRefused, 2, 8)]),
    stops("host with a comment", "[general]\nhost = https://a.example # blog\n", &[(R, WebsiteRefused, 2, 8)]),
    stops("host swallows a key", "[general]\nhost = https://a.example\n  max-age = 15m\n", &[(R, WebsiteRefused, 3, 3)]),
    stops("host with a bad port", "[general]\nhost =\n  https://a.example\n  https://b.example:port\n", &[(R, WebsiteRefused, 4, 3)]),
    stops("host with a port too high", "[general]\nhost = https://a.example:65536\n", &[(R, WebsiteRefused, 2, 8)]),
    stops("host with a lone bracket", "[general]\nhost = http://[::1\n", &[(R, WebsiteRefused, 2, 8)]),
    stops("host with two dots", "[general]\nhost = https://a..example\n", &[(R, WebsiteRefused, 2, 8)]),
    serves("host with a comma and no space", "[general]\nhost = https://a.example,https://b.example\n", &[(M, WebsiteNeverMatches, 2, 8)]),
    serves("host in capitals", "[general]\nhost = https://A.example\n", &[(M, WebsiteNeverMatches, 2, 8)]),
    serves("host with capitals in the scheme", "[general]\nhost = HTTPS://a.example\n", &[(M, WebsiteNeverMatches, 2, 8)]),
    serves("host not in punycode", "[general]\nhost = https://bücher.example\n", &[(M, WebsiteNeverMatches, 2, 8)]),
    serves("host with a wildcard", "[general]\nhost =\n  https://*.a.example\n  localhost\n", &[(M, WebsiteNeverMatches, 3, 3)]),
    serves("host with a user", "[general]\nhost = https://me:pw@a.example\n", &[(M, WebsiteNeverMatches, 2, 8)]),
    serves("host with another scheme", "[general]\nhost = ftp://a.example\n", &[(M, WebsiteNeverMatches, 2, 8)]),
    serves("host as an IPv6 address", "[general]\nhost = http://[::1]:8080\n", &[(M, WebsiteNeverMatches, 2, 8)]),
    serves("host with a path", "[general]\nhost = https://a.example/blog\n", &[(W, WebsitePath, 2, 8)]),
    serves("placeholder first", "[general]\nhost =\n  localhost\n  https://a.example\n", &[(W, WebsiteFallback, 3, 3)]),

    // Mail.
    serves("unknown backend", general!("notify = stdout, mail\n"), &[(M, UnknownBackend, 3, 18)]),
    serves("no backend", general!("notify =\n"), &[]),
    stops("port is a word", mail!("port = smtp\n"), &[(R, NotANumber, 9, 8)]),
    serves("port is a word, mail off", general!("[smtp]\nport = smtp\n"), &[(W, NotANumber, 4, 8)]),
    stops("time-out zero", mail!("host = localhost\ntimeout = 0\n"), &[(R, OutOfRange, 10, 11)]),
    stops("time-out too long", mail!("timeout = 9999999999\n"), &[(R, OutOfRange, 9, 11)]),
    serves("port zero", mail!("port = 0\nsecurity = none\n"), &[(M, OutOfRange, 9, 8)]),
    serves("port too high", mail!("port = 65536\n"), &[(M, OutOfRange, 9, 8)]),
    serves("port negative", mail!("port = -1\n"), &[(M, OutOfRange, 9, 8)]),
    serves("unknown security", mail!("host = 127.0.0.1\nport = 1025\nsecurity = tls\n"), &[(M, UnknownSecurity, 11, 12)]),
    serves("security in capitals", mail!("security = STARTTLS\n"), &[(M, UnknownSecurity, 9, 12)]),
    stops("mail host with two dots", mail!("host = smtp..example.org\n"), &[(R, MailHost, 9, 8)]),
    serves("mail host with two dots, mail off", general!("[smtp]\nhost = smtp..example.org\n"), &[(W, MailHost, 4, 8)]),
    serves("mail host with a port", mail!("host = smtp.example.org:587\n"), &[(M, MailHost, 9, 8)]),
    serves("mail host as an address", mail!("host = smtp://smtp.example.org\n"), &[(M, MailHost, 9, 8)]),
    serves("mail host empty", mail!("host =\n"), &[(M, MailHost, 9, 1)]),
    stops("mail password not ASCII", server!("username = me\npassword = pässword\n"), &[(R, NotAscii, 13, 12)]),
    stops("mail user not ASCII", server!("username = jürgen\npassword = secret\n"), &[(R, NotAscii, 12, 12)]),
    serves("mail password not ASCII, without a user", server!("password = pässword\n"), &[(M, Contradiction, 12, 12)]),
    serves("mail password not ASCII, mail off", general!("[smtp]\nusername = me\npassword = ä\n"), &[(W, NotAscii, 5, 12)]),
    stops("bare sender not ASCII", general!("[smtp]\nfrom = jürgen@isso.test\n"), &[(R, MailAddress, 4, 8)]),
    stops("bare sender not ASCII, in brackets", general!("[smtp]\nfrom = <jürgen@isso.test>\n"), &[(R, MailAddress, 4, 8)]),
    serves("named sender not ASCII", general!("[smtp]\nfrom = Jürgen <j@isso.test>\n"), &[]),
    serves(
        "mail without addresses",
        "[general]\nhost = localhost\nnotify = smtp\n[smtp]\nsecurity = none\n",
        &[(W, PublicEndpoint, 1, 1), (M, MailAddress, 4, 1), (M, MailAddress, 4, 1)],
    ),
    serves(
        "sender without a name",
        "[general]\nhost = localhost\nnotify = smtp\n[server]\npublic-endpoint = https://c.example.org\n\
         [smtp]\nto = a@isso.test\nfrom = c@isso.test\n",
        &[(W, MailAddress, 8, 8)],
    ),

    // Markup and hashes.
    stops("unknown renderer", general!("[markup]\nrenderer = commonmark\n"), &[(R, UnknownRenderer, 4, 12)]),
    stops("renderer in capitals", general!("[markup]\nrenderer = Mistune\n"), &[(R, UnknownRenderer, 4, 12)]),
    stops("unknown plugin", general!("[markup.mistune]\nplugins = url, tabel\n"), &[(R, UnknownPlugin, 4, 16)]),
    stops("a comma too many", general!("[markup.mistune]\nplugins = url,\n"), &[(R, UnknownPlugin, 4, 11)]),
    serves("a comma first", general!("[markup.mistune]\nplugins = , url\n"), &[(M, UnknownPlugin, 4, 11)]),
    serves("a plugin by its path", general!("[markup.mistune]\nplugins = mistune.plugins.url.url\n"), &[(W, UnknownPlugin, 4, 11)]),
    stops("unknown algorithm", general!("[hash]\nalgorithm = bcrypt\n"), &[(R, UnknownAlgorithm, 4, 13)]),
    stops("algorithm empty", general!("[hash]\nalgorithm =\n"), &[(R, UnknownAlgorithm, 4, 1)]),
    fails("algorithm without a length", general!("[hash]\nalgorithm = shake_128\n"), &[(R, UnknownAlgorithm, 4, 13)]),
    stops("pbkdf2 with words", general!("[hash]\nalgorithm = pbkdf2:many\n"), &[(R, UnknownAlgorithm, 4, 13)]),
    fails("pbkdf2 with zero", general!("[hash]\nalgorithm = pbkdf2:1000:0\n"), &[(R, UnknownAlgorithm, 4, 13)]),
    fails("pbkdf2 with an unknown algorithm", general!("[hash]\nalgorithm = pbkdf2:1000:6:crc\n"), &[(R, UnknownAlgorithm, 4, 13)]),
    serves("pbkdf2 with more letters", general!("[hash]\nalgorithm = pbkdf2-sha1\n"), &[(M, UnknownAlgorithm, 4, 13)]),
    serves("algorithm in capitals", general!("[hash]\nalgorithm = SHA256\n"), &[(W, UnknownAlgorithm, 4, 13)]),

    // Isso's own addresses.
    serves("endpoint with a slash", general!("[server]\npublic-endpoint = https://c.example.org/\n"), &[(W, PublicEndpoint, 4, 19)]),
    serves("endpoint without a scheme", general!("[server]\npublic-endpoint = c.example.org\n"), &[(M, PublicEndpoint, 4, 19)]),
    serves("proxies on one line", general!("[server]\ntrusted-proxies = 127.0.0.1, ::1\n"), &[(M, ProxyNotAnAddress, 4, 19)]),
    serves("proxies as a network", general!("[server]\ntrusted-proxies =\n  127.0.0.1\n  10.0.0.0/8\n"), &[(M, ProxyNotAnAddress, 6, 3)]),
    fails("unknown samesite", general!("[server]\nsamesite = maybe\n"), &[(R, UnknownSamesite, 4, 12)]),
    serves("samesite none without https", general!("[server]\nsamesite = none\n"), &[(W, UnknownSamesite, 4, 12)]),
    serves("listen and log-file", general!("log-file = /tmp/log\n[server]\nlisten = http://localhost:1234\nreload = on\n"), &[(W, NoEffect, 3, 12), (W, NoEffect, 5, 10), (W, NoEffect, 6, 10)]),
    serves("profiler", general!("[server]\nprofile = on\n"), &[(W, NoEffect, 4, 11)]),
    serves("pictures without the hash", general!("gravatar = on\ngravatar-url = https://p.example.org/\n"), &[(M, GravatarUrl, 4, 16)]),
    fails("pictures with other braces", general!("gravatar = on\ngravatar-url = https://p.example.org/{hash}\n"), &[(R, GravatarUrl, 4, 16)]),
    fails("pictures with a lone brace", general!("gravatar = on\ngravatar-url = https://p.example.org/{\n"), &[(R, GravatarUrl, 4, 16)]),
    fails("pictures with two places", general!("gravatar = on\ngravatar-url = https://p.example.org/{}?d={}\n"), &[(R, GravatarUrl, 4, 16)]),
    fails("pictures with a number that is not there", general!("gravatar = on\ngravatar-url = https://p.example.org/{1}\n"), &[(R, GravatarUrl, 4, 16)]),
    fails("pictures with an attribute", general!("gravatar = on\ngravatar-url = https://p.example.org/{0.md5}\n"), &[(R, GravatarUrl, 4, 16)]),
    fails("pictures with a number's format", general!("gravatar = on\ngravatar-url = https://p.example.org/{:d}\n"), &[(R, GravatarUrl, 4, 16)]),
    fails("pictures with both ways of counting", general!("gravatar = on\ngravatar-url = https://p.example.org/{0}?d={}\n"), &[(R, GravatarUrl, 4, 16)]),
    serves("pictures with the hash twice", general!("gravatar = on\ngravatar-url = https://p.example.org/{0}?d=https://q.example.org/{0}\n"), &[]),
    serves("pictures with doubled braces", general!("gravatar = on\ngravatar-url = https://p.example.org/{}?d={{x}}\n"), &[]),
    serves("pictures with doubled braces alone", general!("gravatar = on\ngravatar-url = https://p.example.org/{{}}\n"), &[(M, GravatarUrl, 4, 16)]),
    serves("pictures with a quoted hash", general!("gravatar = on\ngravatar-url = https://p.example.org/{!r}\n"), &[(M, GravatarUrl, 4, 16)]),
    serves("pictures with a part of the hash", general!("gravatar = on\ngravatar-url = https://p.example.org/{:.8}\n"), &[(M, GravatarUrl, 4, 16)]),
    serves("pictures below the page", general!("gravatar = on\ngravatar-url = p.example.org/{}\n"), &[(M, GravatarUrl, 4, 16)]),
    serves("pictures with another language's place", general!("gravatar = on\ngravatar-url = https://p.example.org/%s\n"), &[(M, GravatarUrl, 4, 16)]),
    serves("pictures with other braces, off", general!("gravatar-url = https://p.example.org/{hash}\n"), &[(W, GravatarUrl, 3, 16)]),
    serves("feed without a scheme", general!("[rss]\nbase = example.org\n"), &[(M, PublicEndpoint, 4, 8)]),
    serves("public password", general!("[admin]\nenabled = true\n"), &[(W, PublicPassword, 3, 1)]),
    serves("empty password", general!("[admin]\nenabled = true\npassword =\n"), &[(W, EmptyPassword, 5, 1)]),

    // Names.
    serves("unknown key, nearly", general!("max_age = 15m\n"), &[(M, UnknownKey, 3, 1)]),
    serves("unknown key", general!("colour = blue\n"), &[(W, UnknownKey, 3, 1)]),
    serves("key in another section", general!("[admin]\npurge-after = 1d\n"), &[(M, UnknownKey, 4, 1)]),
    serves("unknown section, nearly", general!("[Guard]\nratelimit = abc\n"), &[(M, UnknownSection, 3, 1)]),
    serves("unknown section", general!("[mine]\nratelimit = abc\n"), &[(W, UnknownSection, 3, 1)]),
    serves("defaults", "[DEFAULT]\nratelimit = abc\nfoo = bar\n[general]\nhost = localhost\n[guard]\n", &[(M, DefaultSection, 2, 1), (W, DefaultSection, 3, 1)]),
    serves("former keys", general!("session-key = x\n[server]\nport = 80\n[smtp]\nssl = on\n[markup]\noptions = x\n"), &[(W, Deprecated, 3, 1), (W, Deprecated, 5, 1), (M, Deprecated, 7, 1), (W, Deprecated, 9, 1)]),
];

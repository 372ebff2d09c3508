//! `[hash]`: what stands for a commenter's address.

use super::context::Context;
use crate::diagnostic::{Code, Severity};
use crate::keys;
use crate::number;

/// What Python's hashlib has everywhere. <https://docs.python.org/3/library/hashlib.html#hashlib.algorithms_guaranteed>
const ALGORITHMS: [&str; 12] = [
    "blake2b", "blake2s", "md5", "sha1", "sha224", "sha256", "sha384", "sha3_224", "sha3_256", "sha3_384", "sha3_512",
    "sha512",
];

/// What OpenSSL adds, depending on its version and build.
const SOMETIMES: [&str; 10] = [
    "md4",
    "md5-sha1",
    "mdc2",
    "ripemd",
    "ripemd160",
    "rmd160",
    "sha512_224",
    "sha512_256",
    "sm3",
    "whirlpool",
];

/// <https://github.com/isso-comments/isso/blob/0.14.0/isso/utils/hash.py>
pub(super) fn check(context: &mut Context<'_>) {
    let key = &keys::ALGORITHM;
    let Some(value) = context.value_if_fine(key) else {
        return;
    };
    if let Some(rest) = value.strip_prefix("pbkdf2") {
        return pbkdf2(context, rest);
    }
    if value == "none" {
        let message = "without a hash every reader gets the mail address of each commenter, or the network address, in hexadecimal digits";
        return context
            .at(key)
            .warning(Code::AddressShown, message)
            .fix("Write pbkdf2.");
    }
    if ALGORITHMS.contains(&value) {
        return;
    }
    let fix = "Write pbkdf2, or sha256 for example.";
    let lower = value.to_lowercase();
    if matches!(value, "shake_128" | "shake_256") {
        let message = "this algorithm gives no hash of one length, and Isso answers every new comment with an error";
        context.at(key).refused(Code::UnknownAlgorithm, message).fix(fix);
    } else if SOMETIMES.contains(&lower.as_str()) || ALGORITHMS.contains(&lower.as_str()) || is_like_sha(&lower) {
        let message = "not every Python has this algorithm, and without it Isso does not start";
        context.at(key).warning(Code::UnknownAlgorithm, message).fix(fix);
    } else {
        let reason = "there is no such algorithm";
        context.at(key).unusable(Code::UnknownAlgorithm, reason).fix(fix);
    }
}

/// Checks `pbkdf2:iterations:length:algorithm`, of which everything may be left out from the end.
fn pbkdf2(context: &mut Context<'_>, rest: &str) {
    let key = &keys::ALGORITHM;
    let Some(arguments) = rest.strip_prefix(':') else {
        // Isso looks at the first six letters and then for a colon.
        if !rest.is_empty() && !rest.contains(':') {
            let message = "Isso reads pbkdf2 and ignores the rest";
            let fix = "Write pbkdf2, or pbkdf2:1000:6:sha1.";
            context.at(key).misread(Code::UnknownAlgorithm, message).fix(fix);
        }
        return;
    };
    let mut arguments = arguments.splitn(3, ':').take_while(|argument| !argument.is_empty());
    let fix = "Write pbkdf2:1000:6:sha1, or pbkdf2 alone.";
    // Measured: a million take more than a second.
    const SLOW: i128 = 1_000_000;
    for (place, argument) in arguments.by_ref().take(2).enumerate() {
        let message = match number::int(argument) {
            None => "iterations and length must be numbers, and Isso does not start with this",
            Some(number) if !(1..=i128::from(i32::MAX)).contains(&number) => {
                "iterations and length must be above zero: Isso answers every new comment with an error"
            }
            Some(number) if place == 0 && number > SLOW => {
                let message = format!("Isso computes for seconds for each new commenter: {number} iterations");
                context.at(key).warning(Code::OutOfRange, message).fix(fix);
                continue;
            }
            Some(_) => continue,
        };
        return context.at(key).refused(Code::UnknownAlgorithm, message).fix(fix);
    }
    if let Some(name) = arguments.next()
        && !ALGORITHMS.contains(&name)
    {
        let message = "there may be no such algorithm, and without it Isso answers every new comment with an error";
        let known =
            SOMETIMES.contains(&name) || ALGORITHMS.contains(&name.to_lowercase().as_str()) || is_like_sha(name);
        let severity = if known { Severity::Warning } else { Severity::Refused };
        let at = context.at(key);
        at.problem(severity, Code::UnknownAlgorithm, message).fix(fix);
    }
}

/// Whether a name could be that of a member of the family that some OpenSSL has.
fn is_like_sha(name: &str) -> bool {
    name.starts_with("sha") && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_/".contains(c))
}

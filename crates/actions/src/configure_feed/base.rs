//! The address behind which Isso puts the path of a page.

use std::fmt;

use isso_cfg::{Origin, OriginError};

/// The address of a website, with the path below which its pages lie if that is not part of their own path.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Base {
    origin: Origin,
    /// Empty, or a path that begins with a slash and does not end with one.
    path: String,
}

impl Base {
    pub fn parse(text: &str) -> Result<Self, OriginError> {
        let text = text.trim();
        let path_at = text
            .find("://")
            .and_then(|at| Some(at + 3 + text[at + 3..].find('/')?))
            .unwrap_or(text.len());
        let (origin, path) = text.split_at(path_at);
        let origin = Origin::parse(origin)?;
        if path.contains('?') {
            return Err(OriginError::Query);
        }
        if path.contains('#') {
            return Err(OriginError::Fragment);
        }
        if path.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return Err(OriginError::Path);
        }
        Ok(Self {
            origin,
            path: path.trim_end_matches('/').to_owned(),
        })
    }
}

impl fmt::Display for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { origin, path } = self;
        write!(f, "{origin}{path}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_normalised_or_refused() {
        let check = |text: &str, expected: Result<&str, OriginError>| {
            let read = Base::parse(text).map(|base| base.to_string());
            assert_eq!(read, expected.map(str::to_owned), "{text}");
        };
        check(" HTTPS://Blog.Example.ORG:443/ ", Ok("https://blog.example.org"));
        check("https://example.org/blog/", Ok("https://example.org/blog"));
        check("http://example.org/a/b", Ok("http://example.org/a/b"));
        check("example.org/blog", Err(OriginError::NoScheme));
        check("https:///blog", Err(OriginError::Host));
        check("https://me@example.org/", Err(OriginError::UserInfo));
        check("https://example.org/a b", Err(OriginError::Path));
        check("https://example.org/?a", Err(OriginError::Query));
        check("https://example.org?a", Err(OriginError::Query));
        check("https://example.org/#a", Err(OriginError::Fragment));
    }
}

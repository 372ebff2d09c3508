//! Edits of a document: the text before, the edit, and the text after it.

use isso_cfg::{Document, EditError};

/// An edit of a document.
enum Edit<'a> {
    Set(&'a str, &'a str, &'a str),
    Remove(&'a str, &'a str),
}
use Edit::{Remove, Set};

impl Edit<'_> {
    fn run(&self, document: &mut Document) -> Result<bool, EditError> {
        match self {
            Set(section, key, value) => document.set(section, key, value),
            Remove(section, key) => document.remove(section, key),
        }
    }
}

#[track_caller]
fn check(given: &str, running: Edit<'_>, produces: &str) {
    let mut document = Document::parse(given).expect("the given text is fine");
    let changed = running.run(&mut document).expect("the edit is possible");
    assert_eq!(document.as_str(), produces);
    assert_eq!(changed, given != produces);
    if let Set(section, key, value) = running {
        assert_eq!(document.get(section, key), Some(value));
    }
}

#[track_caller]
fn refuses(given: &str, running: Edit<'_>, error: &str) {
    let mut document = Document::parse(given).expect("the given text is fine");
    let refusal = running.run(&mut document).expect_err("the edit is impossible");
    assert_eq!(refusal.to_string(), error);
    assert_eq!(document.as_str(), given);
}

#[test]
fn a_value_is_replaced_where_it_stands() {
    check("[a]\nk = v\n", Set("a", "k", "w"), "[a]\nk = w\n");
    check("[a]\nk=v", Set("a", "k", "w"), "[a]\nk=w");
    check(
        "[a]\n  K\t:  v\u{a0} \n# c\n",
        Set("a", "k", "w x"),
        "[a]\n  K\t:  w x\u{a0} \n# c\n",
    );
    check("[a]\nk = v = x\n", Set("a", "k", "= #;"), "[a]\nk = = #;\n");
    check("[a]\nk = v\n", Set("a", "k", ""), "[a]\nk = \n");
}

#[test]
fn an_empty_value_is_filled_in() {
    check("[a]\nk = \n", Set("a", "k", "w"), "[a]\nk = w\n");
    check("[a]\nk =\n", Set("a", "k", "w"), "[a]\nk = w\n");
    check("[a]\nk=\n", Set("a", "k", "w"), "[a]\nk=w\n");
    check("[a]\nk:\n", Set("a", "k", "w"), "[a]\nk: w\n");
    check("[a]\nk=\n    x\n", Set("a", "k", "w\nx"), "[a]\nk=w\n    x\n");
}

#[test]
fn a_key_without_value_gets_a_delimiter() {
    check("[a]\nk\n\n[b]\n", Set("a", "k", "w"), "[a]\nk = w\n\n[b]\n");
    check("[a]\nk\nj:x\n", Set("a", "k", "w"), "[a]\nk:w\nj:x\n");
    check("[a]\nk\n", Set("a", "k", ""), "[a]\nk =\n");
}

#[test]
fn the_present_value_changes_nothing() {
    check("[a]\nK  =  v  \r", Set("a", "k", "v"), "[a]\nK  =  v  \r");
    check(
        "[a]\nk =\n # c\n\tx\n\n y\n",
        Set("a", "k", "\nx\n\ny"),
        "[a]\nk =\n # c\n\tx\n\n y\n",
    );
}

#[test]
fn lines_of_a_value_keep_their_indentation_and_comments() {
    let given = "[a]\nhost =\n  # one\n  https://a\n  # two\n  https://b ; b\n\n# three\n\tlocalhost\n# end\n\nk = v\n";
    check(
        given,
        Set("a", "host", "\nhttps://a\nhttps://n\nhttps://b ; b\n\nlocalhost"),
        "[a]\nhost =\n  # one\n  https://a\n  https://n\n  # two\n  https://b ; b\n\n# three\n\tlocalhost\n# end\n\nk = v\n",
    );
    // The comment above a line that is replaced stays there.
    check(
        given,
        Set("a", "host", "\nhttps://n\nhttps://b ; b\n\nlocalhost"),
        "[a]\nhost =\n  # one\n  https://n\n  # two\n  https://b ; b\n\n# three\n\tlocalhost\n# end\n\nk = v\n",
    );
    check(
        given,
        Set("a", "host", "\nhttps://a\nlocalhost"),
        "[a]\nhost =\n  # one\n  https://a\n  # two\n# three\n\tlocalhost\n# end\n\nk = v\n",
    );
    // The comment above a line that moves goes along.
    check(
        given,
        Set("a", "host", "\nhttps://b ; b\nhttps://a\nlocalhost"),
        "[a]\nhost =\n  # two\n  https://b ; b\n  # one\n  https://a\n# three\n\tlocalhost\n# end\n\nk = v\n",
    );
    check(
        given,
        Set("a", "host", "x"),
        "[a]\nhost = x\n  # one\n  # two\n# three\n# end\n\nk = v\n",
    );
}

#[test]
fn new_lines_end_as_their_neighbours_do() {
    check(
        "[a]\r\nk = v\r\n",
        Set("a", "k", "v\nw\n\nx"),
        "[a]\r\nk = v\r\n    w\r\n\r\n    x\r\n",
    );
    check("[a]\rk = v", Set("a", "k", "\nw"), "[a]\rk = \r    w");
    check("[a]\rk = v", Set("a", "j", "w"), "[a]\rk = v\rj = w\r");
    check("[a]\n k=v", Set("a", "j", "w\nx"), "[a]\n k=v\n j=w\n     x\n");
    // A lone CR and the LF after it would be one line end.
    check("[a]\nk =\n x\r\r y\n z", Set("a", "k", "\n\nz"), "[a]\nk =\r\r z");
}

#[test]
fn a_key_is_added_at_the_end_of_its_section() {
    check(
        "[a]\nk = v\n\n# of b\n[b]\nk: v\n",
        Set("a", "J", "w"),
        "[a]\nk = v\nJ = w\n\n# of b\n[b]\nk: v\n",
    );
    check("[a]\n\n[b]\nk:v\n", Set("a", "j", "w"), "[a]\nj:w\n\n[b]\nk:v\n");
    check(
        "[a]\n  # c\n  [b]\n",
        Set("a", "j", "w"),
        "[a]\n  j = w\n  # c\n  [b]\n",
    );
    check("[a]", Set("a", "j", ""), "[a]\nj =\n");
    check(
        "[a]\nk    =    v\n",
        Set("a", "j", "\nw"),
        "[a]\nk    =    v\nj =\n    w\n",
    );
}

#[test]
fn a_key_that_default_has_is_added_to_the_section() {
    check(
        "[DEFAULT]\nk = v\n[a]\n[DEFAULT]\n",
        Set("a", "k", "v"),
        "[DEFAULT]\nk = v\n[a]\nk = v\n[DEFAULT]\n",
    );
    check(
        "[DEFAULT]\nk = v\n[a]\n[DEFAULT]\n",
        Set("DEFAULT", "j", "v"),
        "[DEFAULT]\nk = v\nj = v\n[a]\n[DEFAULT]\n",
    );
    check("[DEFAULT]\nk = v\n[a]\n", Remove("a", "k"), "[DEFAULT]\nk = v\n[a]\n");
}

#[test]
fn a_section_is_added_at_the_end() {
    check("", Set("a", "k", "v"), "[a]\nk = v\n");
    check("# c\r\n", Set("a", "k", "v"), "# c\r\n\r\n[a]\r\nk = v\r\n");
    check("[A]\nk:v\n\n", Set("a", "k", "v"), "[A]\nk:v\n\n[a]\nk:v\n");
    check("[a]", Set("x [y] z", "k", "v"), "[a]\n\n[x [y] z]\nk = v\n");
}

#[test]
fn a_key_goes_and_its_comments_stay() {
    check("[a]\nk = v\n j\n\n\nl\n", Remove("a", "K"), "[a]\n\n\nl\n");
    check("[a]\nk =\n # c\n v\n# d\nl", Remove("a", "k"), "[a]\n # c\n# d\nl");
    check("[a]\nk = v", Remove("a", "k"), "[a]\n");
    check("[a]\nk = v", Remove("a", "j"), "[a]\nk = v");
    check("[a]\nk = v", Remove("b", "k"), "[a]\nk = v");
}

#[test]
fn an_edit_that_python_would_not_read_back_is_refused() {
    let why = |why: &str| format!("the value of [a] k cannot be written: {why}");
    let given = "[a]\nk = v\n";
    refuses(
        given,
        Set("a", "k", " w"),
        &why("its line 1 begins or ends with white space"),
    );
    refuses(
        given,
        Set("a", "k", "w\n\u{1f}x"),
        &why("its line 2 begins or ends with white space"),
    );
    refuses(given, Set("a", "k", "w\rx"), &why("its line 1 holds a carriage return"));
    refuses(given, Set("a", "k", "w\n\n"), &why("its last line is empty"));
    refuses(
        given,
        Set("a", "k", "w\n#x"),
        &why("its line 2 begins with # or ; and would be a comment"),
    );
    refuses(
        given,
        Set("a", "k", "\n;x"),
        &why("its line 2 begins with # or ; and would be a comment"),
    );
    refuses(
        "[a]\n[k = v",
        Set("a", "[k", "]"),
        "the value of [a] [k cannot be written: key and value together would be a section header",
    );
    for key in ["", " k", "a=b", "a:b", "#k", ";", "a\nb"] {
        refuses(given, Set("a", key, "v"), &format!("no key can be named {key:?}"));
    }
    for section in ["", "a\nb", "a\rb"] {
        refuses(
            given,
            Set(section, "k", "v"),
            &format!("no section can be named {section:?}"),
        );
    }
}

//! Follows the advice of a diagnostic to the letter, as a person does who knows nothing of Isso.

use isso_cfg::Diagnostic;

/// Does to a file what the fix of a diagnostic says, or returns nothing for advice that leaves something to choose.
pub fn follow(text: &str, diagnostic: &Diagnostic) -> Option<String> {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let mut done = false;
    // What is deleted goes last: its number is that of the file as it was.
    let mut deleted = None;
    for sentence in sentences(&diagnostic.fix) {
        if sentence == "Delete it" {
            deleted = Some(diagnostic.line - 1);
        } else if let Some((section, rest)) = bracketed(&sentence, "In [") {
            let rest = rest.strip_prefix(", ")?;
            let header = lines.iter().position(|line| line.trim() == format!("[{section}]"))?;
            if let Some(line) = rest.strip_prefix("add the line ") {
                let end = end_of_section(&lines, header);
                lines.insert(end, line.to_owned());
            } else {
                let (name, line) = rest.strip_prefix("replace the line of ")?.split_once(" by ")?;
                let at = header + 1 + lines[header + 1..].iter().position(|line| names(line, name))?;
                lines[at] = line.to_owned();
                while lines.get(at + 1).is_some_and(|line| line.starts_with([' ', '\t'])) {
                    lines.remove(at + 1);
                }
            }
        } else if let Some((section, rest)) = bracketed(&sentence, "Add the section [") {
            let line = rest.strip_prefix(" with the line ")?;
            lines.extend([format!("[{section}]"), line.to_owned()]);
        } else if let Some(rest) = sentence.strip_prefix("Indent line") {
            let (numbers, rest) = rest.split_once(" by four spaces")?;
            let (first, last) = range(numbers)?;
            for line in &mut lines[first..=last] {
                let bare = rest.starts_with(", with nothing on a line but the address");
                *line = if line.trim().is_empty() || line.trim().starts_with('#') {
                    line.clone()
                } else if bare {
                    // Several addresses on a line become a line each.
                    let address = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric() && c != '/').to_owned();
                    let words = line
                        .split([',', ' '])
                        .map(address)
                        // The number of an item is none of them.
                        .filter(|word| word.contains(|c: char| !c.is_ascii_digit()));
                    words.map(|word| format!("    {word}")).collect::<Vec<_>>().join("\n")
                } else {
                    format!("    {line}")
                };
            }
        } else if let Some(sites) =
            sentence.strip_prefix("Put each website on an indented line of its own, with nothing else on it: ")
        {
            let line = &mut lines[diagnostic.line - 1];
            let start = line.char_indices().nth(diagnostic.column - 1)?.0;
            line.truncate(start);
            line.extend(sites.split(" and ").map(|site| format!("\n    {site}")));
        } else if sentence == "Delete what stands on this line" {
            let line = &mut lines[diagnostic.line - 1];
            line.truncate(line.char_indices().nth(diagnostic.column - 1)?.0);
        } else if sentence.starts_with("Move the line to the left, to where ") {
            let line = &mut lines[diagnostic.line - 1];
            *line = line.trim_start().to_owned();
        } else if let Some(numbers) = sentence.strip_prefix("Delete line") {
            let (first, last) = range(numbers)?;
            lines.drain(first..=last);
        } else if let Some((item, number)) = sentence
            .strip_prefix("Delete this line, and put ")
            .and_then(|rest| rest.split_once(" on an indented line of its own below line "))
        {
            lines.remove(diagnostic.line - 1);
            // Below what stands there already.
            let mut at: usize = number.parse().ok()?;
            while lines.get(at).is_some_and(|line| line.starts_with(' ')) {
                at += 1;
            }
            lines.insert(at, format!("    {item}"));
        } else if sentence == "Delete this line"
            || sentence.starts_with("Delete this line:")
            || sentence.starts_with("Delete this header:")
        {
            lines.remove(diagnostic.line - 1);
        } else if let Some(line) = sentence
            .strip_prefix("Put the line ")
            .and_then(|rest| rest.strip_suffix(" above it"))
        {
            lines.insert(diagnostic.line - 1, line.to_owned());
        } else if sentence.starts_with("Put # before it") {
            lines[diagnostic.line - 1].insert_str(0, "# ");
        } else if let Some(name) = sentence.strip_prefix("Put = after ") {
            let (name, number) = match name.split_once(" on line ") {
                Some((name, number)) => (name, number.parse().ok()?),
                None => (name, diagnostic.line),
            };
            let line = &mut lines[number - 1];
            let end = line.to_lowercase().find(name)? + name.len();
            line.insert_str(end, " =");
        } else if let Some((section, rest)) = bracketed(&sentence, "Write [")
            && let Some(rest) = rest.strip_prefix(" on line ")
        {
            let number: usize = rest.split(':').next()?.parse().ok()?;
            lines[number - 1] = format!("[{section}]");
        } else if let Some((section, ", and begin the lines below it at the left")) = bracketed(&sentence, "Write [") {
            lines[diagnostic.line - 1] = format!("[{section}]");
            for line in lines[diagnostic.line..]
                .iter_mut()
                .take_while(|line| line.starts_with(' '))
            {
                *line = line.trim_start().to_owned();
            }
        } else if let Some((section, "")) = bracketed(&sentence, "Write [") {
            lines[diagnostic.line - 1] = format!("[{section}]");
        } else if let Some((section, rest)) = bracketed(&sentence, "Move the keys below it to [") {
            assert!(rest.starts_with(", which is on line "), "{diagnostic:?}");
            let at = diagnostic.line - 1;
            let below = lines[at + 1..].iter().take_while(|line| !line.starts_with('[')).count();
            let moved: Vec<String> = lines
                .drain(at..=at + below)
                .skip(1)
                .map(|line| line.trim_start().to_owned())
                .collect();
            let header = lines.iter().position(|line| *line == format!("[{section}]"))?;
            lines.splice(header + 1..header + 1, moved);
        } else if let Some((section, rest)) =
            bracketed(&sentence, "Move it below [").or_else(|| bracketed(&sentence, "Move it to ["))
        {
            assert!(
                rest.is_empty() || rest.starts_with(", which is on line "),
                "{diagnostic:?}"
            );
            let line = lines.remove(diagnostic.line - 1);
            let header = lines.iter().position(|line| *line == format!("[{section}]"))?;
            lines.insert(header + 1, line);
        } else if let Some((section, "")) = bracketed(&sentence, "Move it to the end of the file, below a line [") {
            let line = lines.remove(diagnostic.line - 1);
            lines.extend([format!("[{section}]"), line]);
        } else if let Some(value) = sentence.strip_prefix("Write ")
            && is_literal(value)
        {
            // The text that is blamed is replaced, on its line.
            let line = &mut lines[diagnostic.line - 1];
            let start = line.char_indices().nth(diagnostic.column - 1)?.0;
            assert!(line[start..].starts_with(&diagnostic.text), "{diagnostic:?}");
            line.replace_range(start..start + diagnostic.text.len(), value);
        } else if ["A superscript", "Mistune has nothing", "A comment needs", "Isso knows"]
            .iter()
            .any(|start| sentence.starts_with(start))
        {
            continue;
        } else {
            return None;
        }
        done = true;
    }
    if let Some(at) = deleted {
        // The line is found by its text, because lines above may have been added.
        let line = text.lines().nth(at)?;
        let now = lines.iter().position(|other| other == line)?;
        lines.remove(now);
        while lines.get(now).is_some_and(|line| line.starts_with([' ', '\t'])) {
            lines.remove(now);
        }
    }
    done.then(|| lines.join("\n") + "\n")
}

/// Whether what is to be written is shown, and not described.
fn is_literal(value: &str) -> bool {
    let words = [
        " or ", " for ", " as ", " such ", " alone", " instead", "nothing", "a name", "a sender", "the ", "your ",
        "another",
    ];
    !words.iter().any(|word| format!("{value} ").contains(word))
}

/// The sentences of an advice, without the full stops. Values may hold a full stop, but none before a capital.
fn sentences(fix: &str) -> Vec<String> {
    let mut sentences = vec![String::new()];
    for part in fix.split(". ") {
        let last = sentences.last_mut().expect("there is always one");
        if last.is_empty() {
            last.push_str(part);
        } else if part.starts_with(char::is_uppercase) {
            sentences.push(part.to_owned());
        } else {
            last.push_str(". ");
            last.push_str(part);
        }
    }
    let last = sentences.last_mut().expect("there is always one");
    *last = last.trim_end_matches('.').to_owned();
    sentences
}

/// The indices of the lines in `s 3 to 5` or ` 3`.
fn range(numbers: &str) -> Option<(usize, usize)> {
    let mut numbers = numbers
        .trim_start_matches('s')
        .split(" to ")
        .map(|number| number.trim().parse::<usize>().ok());
    let first = numbers.next()??;
    Some((first - 1, numbers.next().flatten().unwrap_or(first) - 1))
}

/// The name of a section in a sentence that begins so, and the rest.
fn bracketed<'s>(sentence: &'s str, start: &str) -> Option<(&'s str, &'s str)> {
    sentence.strip_prefix(start)?.split_once(']')
}

fn names(line: &str, name: &str) -> bool {
    line.split(['=', ':'])
        .next()
        .unwrap_or_default()
        .trim()
        .eq_ignore_ascii_case(name)
}

/// The line after the last one of a section that says something.
fn end_of_section(lines: &[String], header: usize) -> usize {
    let next = lines[header + 1..].iter().position(|line| line.starts_with('['));
    let mut end = next.map_or(lines.len(), |next| header + 1 + next);
    while lines[end - 1].trim().is_empty() {
        end -= 1;
    }
    end
}

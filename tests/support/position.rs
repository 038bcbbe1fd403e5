//! The line and column of an error, computed a second time.

use ews_notifications::Error;

/// Checks that all before the offset is UTF-8, that line and column are right, and that nothing shown controls a
/// terminal.
pub(crate) fn check(error: Error, body: &[u8]) {
    let shown = body.escape_ascii();
    let before = body.get(..error.offset());
    let before = before.unwrap_or_else(|| panic!("{error}, behind the end of {shown}"));
    let before = str::from_utf8(before).unwrap_or_else(|_| panic!("{error}: {shown}"));
    let description = error.describe(body);

    // A line does not end between CR and LF.
    let is_within = before.ends_with('\r') && body.get(before.len()) == Some(&b'\n');
    let (ended, within) = before.split_at(before.len() - usize::from(is_within));
    let mut text = ended.replace("\r\n", "\n").replace('\r', "\n");
    text.push_str(&within.replace('\r', " "));
    let line = text.rsplit('\n').next().unwrap();
    let expected = (text.matches('\n').count() + 1, line.chars().count() + 1);
    assert_eq!(
        (description.line, description.column),
        expected,
        "{error}: {shown}"
    );

    let all = format!("{description}{}", description.excerpt);
    let steers = |c: char| c.is_control() || "\u{2028}\u{2029}\u{202E}\u{2066}".contains(c);
    assert!(!all.contains(steers), "{all:?}: {shown}");
    assert!(
        description.caret <= description.excerpt.chars().count(),
        "{shown}"
    );
}

//! What a comparison with the real `terraform fmt` cannot show: the texts it refuses, the few that
//! it damages, and the two passes it sometimes takes.

use super::{FormatError, Problem, format, one_line};

#[track_caller]
fn assert_refused(source: &str, line: usize, problem: Problem) {
    assert_eq!(format(source), Err(FormatError { line, problem }));
}

#[test]
fn unknown_characters_are_refused() {
    for character in ['\'', '`', ';', '&', '|', '^', '~', '@', '\\', '“', '\u{a0}'] {
        let source = format!("a = 1\nb = x {character} y\n");
        assert_refused(&source, 2, Problem::UnknownCharacter(character));
    }
}

#[test]
fn bare_carriage_returns_are_refused_in_code_and_heredocs_only() {
    assert_refused("a = 1\rb = 2\n", 1, Problem::BareCarriageReturn);
    assert_refused("a = <<E\none\rtwo\nE\n", 2, Problem::BareCarriageReturn);
    assert_eq!(format("# one\rtwo\n").as_deref(), Ok("# one\rtwo\n"));
}

#[test]
fn strings_end_on_their_line() {
    assert_refused("a = 1\nb = \"x\n\"\n", 2, Problem::NewlineInString);
    assert_refused("a = \"x\\\n\"\n", 1, Problem::NewlineInString);
}

#[test]
fn whatever_is_open_has_to_be_closed() {
    for (source, line, opener) in [
        ("\nlocals {\n", 2, "{"),
        ("a = [\n  1,\n", 1, "["),
        ("a = max(\n  1,\n", 1, "("),
        ("a = \"x", 1, "\""),
        ("a = \"${x\n", 1, "${"),
        ("a = \"%{~ if x\n", 1, "%{~"),
        ("\n\na = <<EOT\ntext\n", 3, "<<EOT"),
        ("a = <<-EOT\r\ntext\r\n", 1, "<<-EOT"),
        ("a = 1\n/* b = 2\n", 2, "/*"),
    ] {
        assert_refused(source, line, Problem::Unclosed(opener.to_owned()));
    }
}

#[test]
fn a_heredoc_marker_without_line_end_does_not_close() {
    assert_refused("a = <<EOT\nx\nEOT", 1, Problem::Unclosed("<<EOT".to_owned()));
}

#[test]
fn brackets_close_their_own_kind() {
    for (source, closer) in
        [("a = [1)\n", ")"), ("a = {]\n", "]"), ("a = \"${(}\"\n", "}"), ("a = {~}\n", "~}"), ("}\n", "}")]
    {
        assert_refused(source, 1, Problem::Unopened(closer.to_owned()));
    }
}

#[test]
fn bodies_hold_arguments_and_blocks_only() {
    for (source, line, start) in [
        ("\"a\" = 1\n", 1, "\""),
        ("\n1 = 2\n", 2, "1"),
        ("a\nb = 1\n", 1, "a"),
        ("a: 1\n", 1, "a"),
        ("a {\n  = 1\n}\n", 2, "="),
        ("a {\n}\nb \"c\"\n", 3, "b"),
        ("a b = 1\n", 1, "a"),
    ] {
        assert_refused(source, line, Problem::NotAnItem(start.to_owned()));
    }
}

#[test]
fn errors_read_well() {
    let shown = |source| format(source).expect_err("is refused").to_string();
    assert_eq!(shown("a = 'x'\n"), "line 1: the character '\\'' has no meaning in HCL");
    assert_eq!(shown("\n\nlocals {\n"), "line 3: `{` is never closed");
    assert_eq!(shown("a = 1]\n"), "line 1: `]` closes nothing");
}

#[test]
fn keys_that_terraform_drops_are_kept() {
    assert_eq!(format("a=x[true][null]\n").as_deref(), Ok("a = x[true][null]\n"));
}

#[test]
fn labels_that_terraform_drops_are_kept() {
    assert_eq!(format("a \"b$c\"{\n}\n").as_deref(), Ok("a \"b$c\" {\n}\n"));
}

#[test]
fn labels_with_escapes_are_left_alone() {
    assert_eq!(format("a \"\\u0062\"{\n}\n").as_deref(), Ok("a \"\\u0062\" {\n}\n"));
}

#[test]
fn one_line_says_the_same_in_any_layout() {
    for (source, expected) in [
        ("a", "a"),
        ("-1", "-1"),
        ("[\n  1, # one\n  2,\n\n  /* two */ 3\n]", "[1, 2, 3]"),
        ("{a=1,b=2,}", "{ a = 1, b = 2 }"),
        ("{\n\n  a = 1\n  # why\n  b = {\n    c = [\n      1,\n    ]\n  }\n}", "{ a = 1, b = { c = [1] } }"),
        ("{\n  for k, v in x :\n  k => v\n  if v\n}", "{ for k, v in x : k => v if v }"),
        ("f(\n  a,\n  b...\n)", "f(a, b...)"),
        ("\"a # ${ b } , c\"", "\"a # ${b} , c\""),
        ("x ? y : [\n  z\n]", "x ? y : [z]"),
        ("<<EOT\na,\n # b\nEOT\n", "<<EOT\na,\n # b\nEOT"),
    ] {
        assert_eq!(one_line(source).as_deref(), Ok(expected), "{source}");
    }
}

#[test]
fn each_pass_unwraps_once() {
    let once = format("a = \"${\"${x}\"}\"\n");
    assert_eq!(once.as_deref(), Ok("a = \"${x}\"\n"));
    assert_eq!(once.and_then(|once| format(&once)).as_deref(), Ok("a = x\n"));
}

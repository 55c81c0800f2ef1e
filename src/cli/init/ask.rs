//! Asks, in a terminal.

use std::io::{self, BufRead, Write};

use super::answers::{Answers, Given, QUESTIONS, Question, either};
use crate::output::sanitize::visible;

/// Answers to one question that are refused before we give up.
const TRIES: usize = 5;

/// Asks what was not given, and assumes what is answered with an empty line. Nothing where the input ends: who does
/// not answer wants nothing written.
///
/// # Errors
/// Those of the terminal.
pub(super) fn ask(
    mut answers: Answers,
    given: &Given,
    input: &mut dyn BufRead,
    output: &mut dyn Write,
) -> io::Result<Option<Answers>> {
    writeln!(output, "An empty line takes what stands in brackets; Ctrl-D writes nothing.\n")?;
    for question in QUESTIONS.iter().filter(|question| question.given(given).is_none()) {
        let default = question.default(&mut answers);
        let Some(answer) = answer(question, &default, input, output)? else {
            writeln!(output)?;
            return Ok(None);
        };
        question.answer(&mut answers, answer);
    }
    writeln!(output)?;
    Ok(Some(answers))
}

fn answer(
    question: &Question,
    default: &str,
    input: &mut dyn BufRead,
    output: &mut dyn Write,
) -> io::Result<Option<String>> {
    let choices = either(&question.choices());
    let choices = if choices.is_empty() { choices } else { format!(" ({choices})") };
    for _ in 0..TRIES {
        write!(output, "{}{choices} [{}]: ", question.text, visible(default))?;
        output.flush()?;
        let mut line = Vec::new();
        if input.read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        let line = String::from_utf8_lossy(&line);
        if line.trim().is_empty() {
            return Ok(Some(default.to_owned()));
        }
        match question.read(&line) {
            Ok(answer) => return Ok(Some(answer)),
            Err(complaint) => writeln!(output, "  {} is no answer: {complaint}", visible(line.trim()))?,
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(input: &str, given: &Given) -> (Option<Answers>, String) {
        let mut output = Vec::new();
        let answers = Answers::assumed("shop".to_owned());
        let answers = ask(answers, given, &mut input.as_bytes(), &mut output).unwrap();
        (answers, String::from_utf8(output).unwrap())
    }

    #[test]
    fn empty_lines_take_what_is_assumed() {
        let (answers, shown) = asked("\n\n\n\n\n\n\n", &Given::default());
        let answers = answers.unwrap();
        assert_eq!(answers.name, "shop");
        assert_eq!(answers.model, "gpt-4.1-2025-04-14");
        assert!(shown.contains(
            "Where it runs (on-premises, private-cloud, public-cloud or vendor-api) [vendor-api]:"
        ));
    }

    #[test]
    fn a_wrong_answer_is_asked_again_and_a_later_default_hangs_on_an_earlier_answer() {
        let (answers, shown) = asked("Support Bot\nsupport-bot\n\n\n\non\n\n\n", &Given::default());
        let answers = answers.unwrap();
        assert_eq!((&*answers.name, &*answers.hosting), ("support-bot", "on-premises"));
        assert_eq!(answers.model, "meta-llama/Llama-3.1-8B-Instruct");
        assert!(shown.contains("Support Bot is no answer"), "{shown}");
    }

    #[test]
    fn what_was_given_is_not_asked() {
        let given = Given { name: Some("bot".to_owned()), ..Given::default() };
        let (_, shown) = asked("", &given);
        assert!(!shown.contains("Name of the deployment"), "{shown}");
    }

    #[test]
    fn an_end_of_input_and_too_many_wrong_answers_are_no_answers() {
        assert_eq!(asked("bot\n", &Given::default()).0, None);
        assert_eq!(asked(&"Wrong!\n".repeat(20), &Given::default()).0, None);
    }

    #[test]
    fn what_is_repeated_cannot_speak_to_the_terminal() {
        let (_, shown) = asked("\u{1b}[2J\n", &Given::default());
        assert!(shown.contains(r"\x1b[2J is no answer"), "{shown}");
    }
}

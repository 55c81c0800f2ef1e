//! What the first manifest says: what was given on the command line, what was asked, and what is assumed.

use clap::Args;

use crate::manifest::vocabulary::Vocabulary;

/// A model whose name holds the day that fixes it, and one whose weights are open.
const VENDORS_MODEL: &str = "gpt-4.1-2025-04-14";
const OPEN_MODEL: &str = "meta-llama/Llama-3.1-8B-Instruct";

/// The answers given on the command line.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "The first manifest")]
pub(super) struct Given {
    /// The deployment's name
    #[arg(long, value_name = "NAME")]
    pub(super) name: Option<String>,
    /// Who answers for it
    #[arg(long, value_name = "TEAM")]
    pub(super) owner: Option<String>,
    /// How far it has come: proof-of-concept, pilot or production
    #[arg(long, value_name = "STAGE")]
    pub(super) stage: Option<String>,
    /// prompting, fine-tuning or hybrid
    #[arg(long, value_name = "STRATEGY")]
    pub(super) strategy: Option<String>,
    /// Where it runs: on-premises, private-cloud, public-cloud or vendor-api
    #[arg(long, value_name = "KIND")]
    pub(super) hosting: Option<String>,
    /// The model it uses
    #[arg(long, value_name = "MODEL")]
    pub(super) model: Option<String>,
    /// Requests a month, once it has settled
    #[arg(long, value_name = "N")]
    pub(super) monthly_requests: Option<String>,
}

/// What the first manifest says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Answers {
    pub(super) name: String,
    pub(super) owner: String,
    pub(super) stage: String,
    pub(super) strategy: String,
    pub(super) hosting: String,
    pub(super) model: String,
    pub(super) monthly_requests: String,
}

/// One thing to ask.
pub(super) struct Question {
    /// The option that answers it.
    pub(super) option: &'static str,
    /// What is asked.
    pub(super) text: &'static str,
    form: Form,
    given: fn(&Given) -> Option<&String>,
    place: fn(&mut Answers) -> &mut String,
}

/// What an answer has to be.
enum Form {
    /// A DNS-1123 label.
    Label,
    /// Anything but nothing.
    Text,
    /// A whole number from zero.
    Number,
    /// One of the texts that the schema lists for a fact, the first letters of one, or nothing else.
    OneOf(&'static str),
}

/// A question whose option and answer have the same name.
macro_rules! question {
    ($field:ident, $option:literal, $form:expr, $text:literal) => {
        Question {
            option: $option,
            text: $text,
            form: $form,
            given: |given| given.$field.as_ref(),
            place: |answers| &mut answers.$field,
        }
    };
}

/// All that is asked, in order. A default may hang on the answers before it.
pub(super) const QUESTIONS: &[Question] = &[
    question!(name, "--name", Form::Label, "Name of the deployment"),
    question!(owner, "--owner", Form::Text, "Who answers for it, a team or a handle"),
    question!(stage, "--stage", Form::OneOf("stage"), "How far it has come"),
    question!(
        strategy,
        "--strategy",
        Form::OneOf("customization.strategy"),
        "How the model is fitted to its task"
    ),
    question!(hosting, "--hosting", Form::OneOf("hosting.kind"), "Where it runs"),
    question!(model, "--model", Form::Text, "The model it uses"),
    question!(monthly_requests, "--monthly-requests", Form::Number, "Requests a month, once it has settled"),
];

impl Answers {
    /// What is assumed where nobody says otherwise: a prototype on a vendor's API, about which no rule complains.
    pub(super) fn assumed(name: String) -> Self {
        Self {
            name,
            owner: "team-platform".to_owned(),
            stage: "proof-of-concept".to_owned(),
            strategy: "prompting".to_owned(),
            hosting: "vendor-api".to_owned(),
            model: String::new(),
            monthly_requests: "20000".to_owned(),
        }
    }
}

impl Question {
    /// The answer given on the command line, if there is one.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn given(&self, given: &Given) -> Option<Result<String, String>> {
        (self.given)(given).map(|answer| self.read(answer))
    }

    /// What is assumed, given the answers to the questions before.
    pub(super) fn default(&self, answers: &mut Answers) -> String {
        if self.option == "--model" && answers.model.is_empty() {
            let model = if answers.hosting == "vendor-api" { VENDORS_MODEL } else { OPEN_MODEL };
            model.clone_into(&mut answers.model);
        }
        (self.place)(answers).clone()
    }

    /// Takes an answer.
    pub(super) fn answer(&self, answers: &mut Answers, answer: String) {
        *(self.place)(answers) = answer;
    }

    /// The texts that the answer may be, where it has to be one of some.
    pub(super) fn choices(&self) -> Vec<&'static str> {
        let Form::OneOf(path) = self.form else { return Vec::new() };
        let vocabulary = Vocabulary::native();
        let Some(id) = vocabulary.find(path) else { return Vec::new() };
        vocabulary.info(id).values.iter().map(|value| &**value).collect()
    }

    /// An answer as the manifest takes it.
    ///
    /// # Errors
    /// What is wrong with it, to be said after it.
    pub(super) fn read(&self, answer: &str) -> Result<String, String> {
        let answer = answer.trim();
        match self.form {
            Form::Label if label(answer) == answer && !answer.is_empty() => Ok(answer.to_owned()),
            Form::Label => Err("write up to 63 lower-case letters, digits and hyphens".to_owned()),
            Form::Text if answer.is_empty() => Err("write something".to_owned()),
            Form::Text => Ok(answer.to_owned()),
            Form::Number => {
                let digits = answer.replace(['_', ','], "");
                match digits.parse::<u32>() {
                    Ok(number) => Ok(number.to_string()),
                    Err(_) => Err("write a whole number".to_owned()),
                }
            }
            Form::OneOf(_) => {
                let choices = self.choices();
                let mut near = choices.iter().filter(|choice| choice.starts_with(answer));
                match (near.next(), near.next()) {
                    (Some(choice), None) if !answer.is_empty() => Ok((*choice).to_owned()),
                    _ if choices.contains(&answer) => Ok(answer.to_owned()),
                    _ => Err(format!("write {}", either(&choices))),
                }
            }
        }
    }
}

/// `a, b or c`.
pub(super) fn either(choices: &[&str]) -> String {
    match choices {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [rest @ .., last] => format!("{} or {last}", rest.join(", ")),
    }
}

/// The DNS-1123 label that comes nearest to a text; empty where nothing of it can stay.
pub(super) fn label(text: &str) -> String {
    let mut label = String::new();
    for character in text.chars().flat_map(char::to_lowercase) {
        if character.is_ascii_alphanumeric() {
            label.push(character);
        } else if !label.is_empty() {
            label.push('-');
        }
        if label.len() == 63 {
            break;
        }
    }
    label.truncate(label.trim_end_matches('-').len());
    label
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(option: &str) -> &'static Question {
        QUESTIONS.iter().find(|question| question.option == option).unwrap()
    }

    #[test]
    fn a_label_keeps_what_it_can() {
        assert_eq!(label("Support Bot_2"), "support-bot-2");
        assert_eq!(label("--x--"), "x");
        assert_eq!(label("漢字"), "");
        assert_eq!(label(&"a-".repeat(40)).len(), 63);
        assert!(!label(&"ab-".repeat(21)).ends_with('-'));
    }

    #[test]
    fn an_answer_may_be_the_beginning_of_a_choice_and_is_never_a_guess() {
        let stage = question("--stage");
        assert_eq!(stage.read("production"), Ok("production".to_owned()));
        assert_eq!(stage.read("prod"), Ok("production".to_owned()));
        assert_eq!(stage.read("p"), Err("write proof-of-concept, pilot or production".to_owned()));
        assert!(stage.read("").is_err() && stage.read("x").is_err());
    }

    #[test]
    fn a_number_may_have_separators() {
        let number = question("--monthly-requests");
        assert_eq!(number.read("1,200_000"), Ok("1200000".to_owned()));
        for wrong in ["", "-1", "many", "1.5", "99999999999999999999"] {
            assert!(number.read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn every_assumption_is_an_answer_to_its_question() {
        let mut answers = Answers::assumed("bot".to_owned());
        for question in QUESTIONS {
            let default = question.default(&mut answers);
            assert_eq!(question.read(&default), Ok(default), "{}", question.option);
        }
    }
}

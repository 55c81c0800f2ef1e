//! A rule as a value of `EmbeddedRule`: what a process would else read of its file each time it starts.

use std::io;

use granit_parser::{Event, Parser, StrInput};

type Events<'t> = Parser<'t, StrInput<'t>>;

/// A value of a policy file.
enum Node {
    Text(String),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

impl Node {
    fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Map(entries) => entries.iter().find(|(own, _)| own == key).map(|(_, value)| value),
            _ => None,
        }
    }

    fn text(&self, key: &str) -> Option<&str> {
        match self.get(key)? {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    fn texts(&self, key: &str) -> Vec<&str> {
        let Some(Self::List(items)) = self.get(key) else { return Vec::new() };
        items
            .iter()
            .filter_map(|item| if let Self::Text(text) = item { Some(text.as_str()) } else { None })
            .collect()
    }

    /// The severity of each stage; one for all is that of `default`.
    fn severity(&self) -> Vec<(&str, &str)> {
        match self.get("severity") {
            Some(Self::Text(word)) => vec![("default", word)],
            Some(by_stage @ Self::Map(stages)) => {
                stages.iter().filter_map(|(stage, _)| Some((stage.as_str(), by_stage.text(stage)?))).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// The rule of a policy file as code.
///
/// # Errors
/// A file that is no rule.
pub(super) fn rule(pack: &str, id: &str, text: &str, include: &str) -> io::Result<String> {
    let mut parser = Parser::new_from_str(text);
    let document = node(&mut parser, None)?;
    let no_rule = || io::Error::other(format!("{id} of {pack} is no rule"));
    let (metadata, spec) = document.get("metadata").zip(document.get("spec")).ok_or_else(no_rule)?;
    let (when, require) = (spec.text("when"), spec.text("require").ok_or_else(no_rule)?);
    Ok(format!(
        "EmbeddedRule {{ pack: {pack:?}, id: {id:?}, text: include_str!({include:?}), strategies: &{:?}, \
         when: {when:?}, require: {require:?}, words: Words {{ id: {:?}, formerly: Cow::Borrowed(&{:?}), \
         summary: {:?}, severity: Cow::Borrowed(&{:?}), undetermined: {:?}, waivable: {}, precision: {:?}, \
         tags: Cow::Borrowed(&{:?}), guide: Cow::Borrowed(&{:?}), why: {:?}, help: {:?} }}, message: {:?} }},\n",
        when.map_or(&[][..], strategies),
        metadata.text("name").ok_or_else(no_rule)?,
        metadata.texts("formerly"),
        spec.text("summary").unwrap_or_default(),
        spec.severity(),
        spec.text("undetermined"),
        spec.text("waivable") != Some("false"),
        spec.text("precision"),
        spec.texts("tags"),
        spec.texts("guide"),
        spec.text("why").unwrap_or_default(),
        spec.text("help").unwrap_or_default(),
        spec.text("message").unwrap_or_default(),
    ))
}

/// The next value of a document, which begins with an event that was read already or with the next one.
fn node(parser: &mut Events<'_>, first: Option<Event<'_>>) -> io::Result<Node> {
    let mut event = first.map_or_else(|| next(parser), Ok)?;
    loop {
        return Ok(match event {
            Event::Scalar(text, ..) => Node::Text(text.into_owned()),
            Event::SequenceStart(..) => {
                let mut items = Vec::new();
                loop {
                    match next(parser)? {
                        Event::SequenceEnd => break Node::List(items),
                        item => items.push(node(parser, Some(item))?),
                    }
                }
            }
            Event::MappingStart(..) => {
                let mut entries = Vec::new();
                loop {
                    match next(parser)? {
                        Event::MappingEnd => break Node::Map(entries),
                        Event::Scalar(key, ..) => {
                            let key = key.into_owned();
                            entries.push((key, node(parser, None)?));
                        }
                        other => {
                            return Err(io::Error::other(format!("{other:?} is no key of a policy file")));
                        }
                    }
                }
            }
            Event::StreamStart | Event::DocumentStart(..) => {
                event = next(parser)?;
                continue;
            }
            other => return Err(io::Error::other(format!("{other:?} in a policy file"))),
        });
    }
}

/// The next event that is no comment.
fn next<'t>(parser: &mut Events<'t>) -> io::Result<Event<'t>> {
    loop {
        match parser.next_event() {
            Some(Ok((Event::Comment(..), _))) => {}
            Some(Ok((event, _))) => return Ok(event),
            Some(Err(error)) => return Err(io::Error::other(error)),
            None => return Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }
}

/// Strategies that the first conjunct of a `when` names; none where it says nothing of the kind.
fn strategies(when: &str) -> &'static [&'static str] {
    match when.split("&&").next().unwrap_or_default().trim() {
        "customization.strategy == 'fine-tuning'" => &["fine-tuning"],
        "customization.strategy == 'prompting'" => &["prompting"],
        "customization.strategy == 'hybrid'" => &["hybrid"],
        "customization.strategy in ['fine-tuning', 'hybrid']" => &["fine-tuning", "hybrid"],
        "customization.strategy in ['prompting', 'hybrid']" => &["prompting", "hybrid"],
        "customization.strategy in ['fine-tuning', 'prompting']" => &["fine-tuning", "prompting"],
        _ => &[],
    }
}

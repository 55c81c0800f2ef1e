//! A reader for protocol buffers in text form, as much of it as the suite uses: messages, texts, words, lists and
//! comments. It knows no schema.

/// A message: its fields in the order of the file, repeated ones several times.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Message(pub Vec<(String, Field)>);

/// What a field holds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Field {
    /// A quoted text, adjacent ones joined: bytes, which need not be UTF-8.
    Text(Vec<u8>),
    /// A number, a truth value or a name of an enum, as it is written.
    Word(String),
    Message(Message),
}

impl Message {
    /// The values of a field, none where it does not stand.
    pub(crate) fn all<'m>(&'m self, name: &'m str) -> impl Iterator<Item = &'m Field> {
        self.0.iter().filter(move |(field, _)| field == name).map(|(_, value)| value)
    }

    /// The messages of a repeated field.
    pub(crate) fn messages<'m>(&'m self, name: &'m str) -> impl Iterator<Item = &'m Message> {
        self.all(name).filter_map(|field| match field {
            Field::Message(message) => Some(message),
            _ => None,
        })
    }

    pub(crate) fn message(&self, name: &str) -> Option<&Message> {
        self.0.iter().find(|(field, _)| field == name).and_then(|(_, field)| match field {
            Field::Message(message) => Some(message),
            _ => None,
        })
    }

    /// A text of the file: UTF-8.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.all(name).find_map(|field| match field {
            Field::Text(bytes) => String::from_utf8(bytes.clone()).ok(),
            _ => None,
        })
    }

    pub(crate) fn is_true(&self, name: &str) -> bool {
        self.all(name).any(|field| matches!(field, Field::Word(word) if word == "true"))
    }
}

/// Reads a file.
///
/// # Errors
/// What is wrong, with the line.
pub(crate) fn read(text: &str) -> Result<Message, String> {
    let mut reader = Reader { bytes: text.as_bytes(), at: 0 };
    let message = reader.message(None);
    message.map_err(|error| {
        let line = reader.bytes.iter().take(reader.at).filter(|byte| **byte == b'\n').count() + 1;
        format!("line {line}: {error}")
    })
}

struct Reader<'t> {
    bytes: &'t [u8],
    at: usize,
}

impl Reader<'_> {
    fn peek(&mut self) -> Option<u8> {
        while let Some(&byte) = self.bytes.get(self.at) {
            if byte == b'#' {
                self.at += self.bytes[self.at..].iter().take_while(|byte| **byte != b'\n').count();
            } else if byte.is_ascii_whitespace() {
                self.at += 1;
            } else {
                return Some(byte);
            }
        }
        None
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    /// Fields up to the closing bracket, with it, or to the end of the file.
    fn message(&mut self, closing: Option<u8>) -> Result<Message, String> {
        let mut message = Message::default();
        loop {
            match self.peek() {
                None if closing.is_none() => return Ok(message),
                None => return Err("a message is never closed".to_owned()),
                found if found == closing => {
                    self.at += 1;
                    return Ok(message);
                }
                Some(_) => self.field(&mut message)?,
            }
            let _ = self.take(b',') || self.take(b';');
        }
    }

    fn field(&mut self, message: &mut Message) -> Result<(), String> {
        let name = if self.take(b'[') { self.word(b"./", Some(b']'))? } else { self.word(b"", None)? };
        let colon = self.take(b':');
        if self.take(b'[') {
            while !self.take(b']') {
                let value = self.value()?;
                message.0.push((name.clone(), value));
                self.take(b',');
            }
            return Ok(());
        }
        let opens = self.peek() == Some(b'{');
        if !colon && !opens {
            return Err(format!("`{name}` has no value"));
        }
        let value = self.value()?;
        message.0.push((name, value));
        Ok(())
    }

    fn value(&mut self) -> Result<Field, String> {
        match self.peek() {
            Some(b'{') => {
                self.at += 1;
                Ok(Field::Message(self.message(Some(b'}'))?))
            }
            Some(b'"' | b'\'') => {
                let mut text = Vec::new();
                while let Some(quote @ (b'"' | b'\'')) = self.peek() {
                    self.at += 1;
                    self.text(quote, &mut text)?;
                }
                Ok(Field::Text(text))
            }
            _ => Ok(Field::Word(self.word(b".+-", None)?)),
        }
    }

    fn word(&mut self, more: &[u8], closing: Option<u8>) -> Result<String, String> {
        self.peek();
        let rest = &self.bytes[self.at..];
        let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'_' || more.contains(byte);
        let length = rest.iter().take_while(is_part).count();
        let word = String::from_utf8_lossy(&rest[..length]).into_owned();
        self.at += length;
        if word.is_empty() {
            return Err("a name or a number is missing".to_owned());
        }
        match closing {
            Some(bracket) if !self.take(bracket) => Err(format!("`[{word}` is never closed")),
            _ => Ok(word),
        }
    }

    /// What stands up to a quote, with it.
    fn text(&mut self, quote: u8, text: &mut Vec<u8>) -> Result<(), String> {
        loop {
            let byte = *self.bytes.get(self.at).ok_or("a text is never closed")?;
            self.at += 1;
            match byte {
                b'\n' => return Err("a text is never closed".to_owned()),
                b'\\' => self.escape(text)?,
                _ if byte == quote => return Ok(()),
                _ => text.push(byte),
            }
        }
    }

    fn escape(&mut self, text: &mut Vec<u8>) -> Result<(), String> {
        let kind = *self.bytes.get(self.at).ok_or("a text is never closed")?;
        self.at += 1;
        text.push(match kind {
            b'a' => 0x07,
            b'b' => 0x08,
            b'f' => 0x0c,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'v' => 0x0b,
            b'\\' | b'?' | b'"' | b'\'' => kind,
            b'0'..=b'7' => {
                self.at -= 1;
                self.number(3, 8)? as u8
            }
            b'x' | b'X' => self.number(2, 16)? as u8,
            b'u' | b'U' => {
                let code = self.number(if kind == b'u' { 4 } else { 8 }, 16)?;
                let character = char::from_u32(code).ok_or("an escape stands for no character")?;
                text.extend(character.encode_utf8(&mut [0; 4]).bytes());
                return Ok(());
            }
            _ => return Err(format!("`\\{}` is no escape", char::from(kind))),
        });
        Ok(())
    }

    fn number(&mut self, most: usize, radix: u32) -> Result<u32, String> {
        let rest = &self.bytes[self.at..];
        let digits =
            rest.iter().take(most).take_while(|byte| char::from(**byte).is_digit(radix)).copied().collect();
        let digits = String::from_utf8(digits).unwrap_or_default();
        self.at += digits.len();
        u32::from_str_radix(&digits, radix).map_err(|_| "an escape has no digits".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(written: &str) -> Vec<u8> {
        match read(&format!("a: {written}")).unwrap().0.remove(0).1 {
            Field::Text(bytes) => bytes,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn fields_are_kept_in_order() {
        let read =
            read("# a comment\nname: \"x\" test { on: true, [a.b/C] { n: -1e3 } }\ntest: { }").unwrap();
        assert_eq!(read.text("name").as_deref(), Some("x"));
        assert_eq!(read.messages("test").count(), 2);
        let test = read.message("test").unwrap();
        assert!(test.is_true("on") && !test.is_true("off"));
        assert_eq!(test.message("a.b/C").unwrap().all("n").next(), Some(&Field::Word("-1e3".to_owned())));
    }

    #[test]
    fn a_list_is_a_repeated_field() {
        let read = read("a: [1, 2] b: [{x: 1}, {x: 2}]").unwrap();
        assert_eq!((read.all("a").count(), read.messages("b").count()), (2, 2));
    }

    #[test]
    fn texts_have_escapes_and_are_joined() {
        assert_eq!(text(r#""a\n\t\"\x41\101\377" 'b"'"#), b"a\n\t\"AA\xffb\"");
        assert_eq!(text(r"'\u00e9\U0001F600'"), "\u{e9}\u{1f600}".as_bytes());
        assert_eq!(text("\"# no comment\""), b"# no comment");
    }

    #[test]
    fn a_mistake_has_its_line() {
        for (wrong, message) in [
            ("a: 1\nb", "line 2: `b` has no value"),
            ("a {\n", "line 2: a message is never closed"),
            ("a: 'x\n'", "line 2: a text is never closed"),
            ("a: '\\d'", "line 1: `\\d` is no escape"),
            ("[a.b: 1", "line 1: `[a.b` is never closed"),
        ] {
            assert_eq!(read(wrong).unwrap_err(), message, "{wrong}");
        }
    }
}

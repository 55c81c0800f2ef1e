//! One page that needs nothing else: its style and its script stand in it, its charts are drawn in it, and its policy
//! lets it ask nobody for anything. It reads without its script, on paper, in the dark, and on a telephone.

mod blocks;
mod charts;
mod gaps;
mod page;
mod sections;
mod table;
mod waivers;

use std::io;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Value};
use sha2::{Digest, Sha256};

use super::Told;
use crate::output::Options;
use crate::output::sanitize::visible;
use page::Page;

const TEMPLATE: &str = include_str!("page.html");
const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("sort.js");

/// Writes it.
pub(super) fn render(told: Told<'_>, _options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let page = Page::new(told);
    out.write_all(written(&page).map_err(io::Error::other)?.as_bytes())
}

fn written(page: &Page) -> Result<String, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    // Every text goes through here: what is to be shown is made visible first, and escaped then.
    environment.set_formatter(|out, state, value| match value.as_str() {
        Some(text) if !value.is_safe() => {
            minijinja::escape_formatter(out, state, &Value::from(visible(text).into_owned()))
        }
        _ => minijinja::escape_formatter(out, state, value),
    });
    let template = environment.template_from_str(TEMPLATE)?;
    template.render(minijinja::context! {
        page => Value::from(Serde(page)),
        style => Value::from_safe_string(STYLE.to_owned()),
        script => Value::from_safe_string(SCRIPT.to_owned()),
        style_hash => hash(STYLE),
        script_hash => hash(SCRIPT),
    })
}

/// What a policy of content calls a text by: `sha256-…` in base64.
fn hash(text: &str) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digest = Sha256::digest(text.as_bytes());
    let mut base64 = String::from("sha256-");
    for group in digest.chunks(3) {
        let bits =
            group.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for index in 0..4 {
            let letter = LETTERS.get((bits >> (18 - 6 * index) & 63) as usize).copied().unwrap_or(b'A');
            base64.push(if index <= group.len() { char::from(letter) } else { '=' });
        }
    }
    base64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_called_by_its_digest() {
        // printf '' | openssl dgst -sha256 -binary | base64
        assert_eq!(hash(""), "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    }

    #[test]
    fn neither_style_nor_script_ends_its_element() {
        for text in [STYLE, SCRIPT] {
            assert!(!text.contains("</") && !text.contains("<!--"));
        }
    }
}

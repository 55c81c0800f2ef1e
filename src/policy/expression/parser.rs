//! Tokens to a tree, by operator precedence. Depth and size are capped while it is built: no text overflows the
//! stack, here or in what walks the tree.

use super::Issue;
use super::ast::{Binary, Literal};
use super::lexer::{Lexer, Token, TokenKind};
use super::syntax::{Kind, Syntax, SyntaxId};
use crate::source::Span;

/// Bytes of an expression.
const MAX_LENGTH: usize = 64 << 10;
/// Nodes of an expression.
const MAX_NODES: usize = 10_000;
/// Brackets, calls, unary operators and branches inside each other.
const MAX_DEPTH: u32 = 64;
/// Levels of the tree, chains of operators counted once.
const MAX_HEIGHT: u16 = 128;

/// Words that CEL keeps for itself.
const RESERVED: &[&str] = &[
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "let",
    "loop",
    "package",
    "namespace",
    "return",
    "var",
    "void",
    "while",
];

/// Parses a text. Mistakes that have one obvious meaning are noted and parsing goes on; any other ends it.
pub(super) fn parse<'t>(text: &'t str, issues: &mut Vec<Issue>) -> Option<(Syntax<'t>, SyntaxId)> {
    if text.len() > MAX_LENGTH {
        let end = text.char_indices().map(|(at, _)| at).take_while(|&at| at <= MAX_LENGTH).last();
        let span = Span::new(0, end.unwrap_or(0) as u32);
        issues.push(limit(format!("the expression has more than {MAX_LENGTH} bytes"), span));
        return None;
    }
    let mut lexer = Lexer::new(text);
    let parsed = lexer.next().and_then(|token| {
        let mut parser =
            Parser { lexer, token, last: 0, syntax: Syntax::of_text(text), depth: 0, issues: &mut *issues };
        let root = parser.whole()?;
        Ok((parser.syntax, root))
    });
    match parsed {
        Ok(parsed) => Some(parsed),
        Err(issue) => {
            issues.push(issue);
            None
        }
    }
}

struct Parser<'t, 'i> {
    lexer: Lexer<'t>,
    token: Token<'t>,
    /// Where the token before this one ended.
    last: u32,
    syntax: Syntax<'t>,
    depth: u32,
    issues: &'i mut Vec<Issue>,
}

type Parsed = Result<SyntaxId, Issue>;

/// An operator of two operands.
#[derive(Clone, Copy)]
enum Infix {
    Or,
    And,
    Binary(Binary),
}

impl Infix {
    const fn power(self) -> u8 {
        match self {
            Self::Or => 1,
            Self::And => 2,
            Self::Binary(Binary::Add | Binary::Subtract) => 4,
            Self::Binary(Binary::Multiply | Binary::Divide | Binary::Remainder) => 5,
            Self::Binary(_) => 3,
        }
    }
}

impl<'t> Parser<'t, '_> {
    fn whole(&mut self) -> Parsed {
        if self.token.kind == TokenKind::End {
            return Err(Issue::syntax("the expression is empty", self.token.span));
        }
        let root = self.expression()?;
        if self.token.kind != TokenKind::End {
            return Err(self.unexpected("the end of the expression"));
        }
        Ok(root)
    }

    fn advance(&mut self) -> Result<Token<'t>, Issue> {
        let next = self.lexer.next()?;
        self.last = self.token.span.end;
        Ok(std::mem::replace(&mut self.token, next))
    }

    fn at(&self, symbol: &str) -> bool {
        matches!(self.token.kind, TokenKind::Symbol(found) if found == symbol)
    }

    fn take(&mut self, symbol: &str) -> Result<bool, Issue> {
        let found = self.at(symbol);
        if found {
            self.advance()?;
        }
        Ok(found)
    }

    /// Everything that nests goes through here.
    fn nested<T>(&mut self, inner: impl FnOnce(&mut Self) -> Result<T, Issue>) -> Result<T, Issue> {
        if self.depth >= MAX_DEPTH {
            let message = format!("the expression nests deeper than {MAX_DEPTH} levels");
            return Err(limit(message, self.token.span));
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    fn push(&mut self, kind: Kind<'t>, start: u32) -> Parsed {
        let span = Span::new(start, self.last);
        if self.syntax.len() >= MAX_NODES {
            return Err(limit(format!("the expression has more than {MAX_NODES} parts"), span));
        }
        let id = self.syntax.push(kind, span);
        if self.syntax.node(id).height > MAX_HEIGHT {
            return Err(limit(format!("the expression nests deeper than {MAX_HEIGHT} levels"), span));
        }
        Ok(id)
    }

    fn start(&self, id: SyntaxId) -> u32 {
        self.syntax.node(id).outer.start
    }

    fn expression(&mut self) -> Parsed {
        let condition = self.operators(0)?;
        if !self.take("?")? {
            return Ok(condition);
        }
        let yes = self.nested(|parser| parser.operators(0))?;
        if !self.take(":")? {
            return Err(self.unexpected("`:` and what it is otherwise"));
        }
        let no = self.nested(Self::expression)?;
        self.push(Kind::Conditional(condition, yes, no), self.start(condition))
    }

    fn operators(&mut self, least: u8) -> Parsed {
        let mut left = self.unary()?;
        while let Some((infix, ours)) = self.infix() {
            if infix.power() < least {
                break;
            }
            if !ours.is_empty() {
                self.meant(ours);
            }
            self.advance()?;
            let right = self.operators(infix.power() + 1)?;
            let kind = match infix {
                Infix::Or => Kind::Or(left, right),
                Infix::And => Kind::And(left, right),
                Infix::Binary(binary) => Kind::Binary(binary, left, right),
            };
            left = self.push(kind, self.start(left))?;
        }
        Ok(left)
    }

    /// The operator at hand; where it is what other languages write, with what we write.
    fn infix(&self) -> Option<(Infix, &'static str)> {
        Some(match self.token.kind {
            TokenKind::Symbol(symbol) => match symbol {
                "||" => (Infix::Or, ""),
                "|" => (Infix::Or, "||"),
                "&&" => (Infix::And, ""),
                "&" => (Infix::And, "&&"),
                "==" => (Infix::Binary(Binary::Equal), ""),
                "=" | "===" => (Infix::Binary(Binary::Equal), "=="),
                "!=" => (Infix::Binary(Binary::NotEqual), ""),
                "<>" | "!==" => (Infix::Binary(Binary::NotEqual), "!="),
                "<" => (Infix::Binary(Binary::Less), ""),
                "<=" => (Infix::Binary(Binary::LessEqual), ""),
                ">" => (Infix::Binary(Binary::Greater), ""),
                ">=" => (Infix::Binary(Binary::GreaterEqual), ""),
                "+" => (Infix::Binary(Binary::Add), ""),
                "-" => (Infix::Binary(Binary::Subtract), ""),
                "*" => (Infix::Binary(Binary::Multiply), ""),
                "/" => (Infix::Binary(Binary::Divide), ""),
                "%" => (Infix::Binary(Binary::Remainder), ""),
                _ => return None,
            },
            TokenKind::Name(name) => match name {
                "in" => (Infix::Binary(Binary::In), ""),
                "and" | "AND" => (Infix::And, "&&"),
                "or" | "OR" => (Infix::Or, "||"),
                "is" => (Infix::Binary(Binary::Equal), "=="),
                _ => return None,
            },
            _ => return None,
        })
    }

    fn meant(&mut self, ours: &str) {
        let found = match self.token.kind {
            TokenKind::Symbol(text) | TokenKind::Name(text) => text,
            _ => "",
        };
        let issue = Issue::syntax(format!("`{found}` is no operator"), self.token.span);
        self.issues.push(issue.with_help(format!("did you mean `{ours}`?")));
    }

    fn unary(&mut self) -> Parsed {
        let start = self.token.span.start;
        if matches!(self.token.kind, TokenKind::Name("not" | "NOT")) {
            self.meant("!");
            self.advance()?;
            let operand = self.nested(Self::unary)?;
            return self.push(Kind::Not(operand), start);
        }
        if self.take("!")? {
            let operand = self.nested(Self::unary)?;
            return self.push(Kind::Not(operand), start);
        }
        if !self.take("-")? {
            return self.postfix(start, false);
        }
        if matches!(self.token.kind, TokenKind::Int(_) | TokenKind::Double(_)) {
            return self.postfix(start, true);
        }
        let operand = self.nested(Self::unary)?;
        self.push(Kind::Negate(operand), start)
    }

    fn postfix(&mut self, start: u32, negative: bool) -> Parsed {
        let mut operand = self.primary(start, negative)?;
        loop {
            let bracket = self.token.span;
            if self.take(".")? {
                let optional = self.take("?")?;
                operand = self.selection(operand, optional)?;
            } else if self.take("[")? {
                let optional = self.take("?")?;
                let index = self.nested(Self::expression)?;
                self.close("]", "[", bracket)?;
                operand = self.push(Kind::Index { operand, index, optional }, self.start(operand))?;
            } else {
                return Ok(operand);
            }
        }
    }

    fn selection(&mut self, operand: SyntaxId, optional: bool) -> Parsed {
        let name = match self.token.kind {
            TokenKind::Name(name) if !matches!(name, "in" | "true" | "false" | "null") => name,
            TokenKind::Quoted(name) => name,
            _ => return Err(self.unexpected("a name after the dot")),
        };
        let name_span = self.advance()?.span;
        if self.at("(") {
            return self.call(Some(operand), name, name_span);
        }
        self.push(Kind::Select { operand, name, optional }, self.start(operand))
    }

    fn call(&mut self, target: Option<SyntaxId>, name: &'t str, name_span: Span) -> Parsed {
        let bracket = self.advance()?.span;
        let arguments = self.nested(|parser| parser.list(")", "(", bracket, false))?;
        let arguments = self.syntax.keep(&arguments);
        let start = target.map_or(name_span.start, |target| self.start(target));
        self.push(Kind::Call { target, name, name_span, arguments }, start)
    }

    /// Expressions up to the closing bracket, with it.
    fn list(
        &mut self,
        closing: &'static str,
        opening: &str,
        bracket: Span,
        trailing: bool,
    ) -> Result<Vec<SyntaxId>, Issue> {
        let mut items = Vec::new();
        while !self.at(closing) && self.token.kind != TokenKind::End {
            items.push(self.expression()?);
            if !self.take(",")? {
                break;
            }
            if self.at(closing) && !trailing {
                return Err(self.unexpected("another argument"));
            }
        }
        self.close(closing, opening, bracket)?;
        Ok(items)
    }

    fn close(&mut self, closing: &str, opening: &str, bracket: Span) -> Result<(), Issue> {
        if self.take(closing)? {
            return Ok(());
        }
        Err(match self.token.kind {
            TokenKind::End => Issue::syntax(format!("this `{opening}` is never closed"), bracket)
                .with_help(format!("add `{closing}`")),
            _ => self.unexpected(&format!("`{closing}`")),
        })
    }

    fn primary(&mut self, start: u32, negative: bool) -> Parsed {
        let span = self.token.span;
        let literal = match self.token.kind.clone() {
            TokenKind::Int(magnitude) => Literal::Int(self.int(magnitude, negative)?),
            TokenKind::Double(value) => Literal::Double(if negative { -value } else { value }),
            TokenKind::String(value) => Literal::String(value),
            TokenKind::Name("true") => Literal::Bool(true),
            TokenKind::Name("false") => Literal::Bool(false),
            TokenKind::Name("null") => Literal::Null,
            TokenKind::Name(name) => return self.name(name),
            TokenKind::Symbol("(") => return self.brackets(),
            TokenKind::Symbol("[") => {
                self.advance()?;
                let items = self.nested(|parser| parser.list("]", "[", span, true))?;
                let items = self.syntax.keep(&items);
                return self.push(Kind::List(items), start);
            }
            TokenKind::Symbol("{") => return self.nested(Self::map),
            // A leading dot means the outermost name, which is what every name means here.
            TokenKind::Symbol(".") => {
                self.advance()?;
                return match self.token.kind {
                    TokenKind::Name(name) => self.name(name),
                    _ => Err(self.unexpected("a name after the dot")),
                };
            }
            TokenKind::Quoted(_) | TokenKind::Symbol(_) | TokenKind::End => {
                return Err(self.unexpected("a value"));
            }
        };
        self.advance()?;
        self.push(Kind::Literal(literal), start)
    }

    fn int(&self, magnitude: u64, negative: bool) -> Result<i64, Issue> {
        let value = if negative { 0i64.checked_sub_unsigned(magnitude) } else { magnitude.try_into().ok() };
        value.ok_or_else(|| Issue::syntax("this number is too large", self.token.span))
    }

    fn name(&mut self, name: &'t str) -> Parsed {
        if name == "in" {
            return Err(self.unexpected("a value"));
        }
        if RESERVED.contains(&name) {
            let issue = Issue::syntax(format!("`{name}` is a reserved word"), self.token.span);
            return Err(match name {
                "if" | "else" => issue.with_help("write `condition ? one : other`"),
                _ => issue,
            });
        }
        let span = self.advance()?.span;
        if self.at("(") {
            return self.call(None, name, span);
        }
        if self.at("{") {
            return Err(Issue::syntax(
                "objects of a named type are not part of the language",
                self.token.span,
            ));
        }
        self.push(Kind::Name(name), span.start)
    }

    fn brackets(&mut self) -> Parsed {
        let bracket = self.advance()?.span;
        let inner = self.nested(Self::expression)?;
        self.close(")", "(", bracket)?;
        self.syntax.bracket(inner, Span::new(bracket.start, self.last));
        Ok(inner)
    }

    fn map(&mut self) -> Parsed {
        let bracket = self.advance()?.span;
        let mut entries = Vec::new();
        while !self.at("}") && self.token.kind != TokenKind::End {
            entries.push(self.expression()?);
            if !self.take(":")? {
                return Err(self.unexpected("`:` and the value"));
            }
            entries.push(self.expression()?);
            if !self.take(",")? {
                break;
            }
        }
        self.close("}", "{", bracket)?;
        let entries = self.syntax.keep(&entries);
        self.push(Kind::Map(entries), bracket.start)
    }

    fn unexpected(&self, wanted: &str) -> Issue {
        let span = self.token.span;
        let found = match &self.token.kind {
            TokenKind::End => return Issue::syntax(format!("{wanted} is missing"), span),
            TokenKind::Name(name) => format!("`{name}`"),
            TokenKind::Quoted(name) => format!("``{name}``"),
            TokenKind::Int(_) | TokenKind::Double(_) => "a number".to_owned(),
            TokenKind::String(_) => "a text".to_owned(),
            TokenKind::Symbol(symbol) => format!("`{symbol}`"),
        };
        let issue = Issue::syntax(format!("{found} stands where {wanted} is expected"), span);
        match self.token.kind {
            TokenKind::Name("not") => issue.with_help("negate the whole: `!(x in y)`"),
            _ => issue,
        }
    }
}

fn limit(message: String, span: Span) -> Issue {
    Issue { code: "limit-expression", message, help: None, span }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::eval::FUEL;

    #[test]
    fn the_limits_stand_on_the_page_of_the_language() {
        let page = include_str!("../../../policies/LANGUAGE.md").replace(',', "");
        let row =
            |start: &str| page.lines().find(|line| line.starts_with(start)).map(|line| line.rsplit('|'));
        for (start, limit) in [
            ("| bytes of an expression ", MAX_LENGTH),
            ("| parts of an expression ", MAX_NODES),
            ("| brackets ", MAX_DEPTH as usize),
            ("| steps of an evaluation ", FUEL as usize),
        ] {
            let most = row(start).and_then(|mut cells| cells.nth(1)).map(str::trim);
            assert_eq!(most, Some(limit.to_string().as_str()), "{start}");
        }
    }
}

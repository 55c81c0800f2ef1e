//! Functions, methods and macros: names, arity, what they take.

use std::sync::Arc;

use super::ast::{Comprehension, ExprKind, Function, Literal};
use super::resolve::Resolver;
use super::shape::{Shape, Typed};
use super::syntax::{Kind, SyntaxId};
use super::{Type, quantities, suggest};
use crate::nearest::nearest;
use crate::source::Span;

/// How a function is called.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Global,
    Method,
    Either,
}

/// Name, style, operands with the receiver.
const FUNCTIONS: &[(&str, Style, usize)] = &[
    ("size", Style::Either, 1),
    ("contains", Style::Method, 2),
    ("startsWith", Style::Method, 2),
    ("endsWith", Style::Method, 2),
    ("matches", Style::Either, 2),
    ("int", Style::Global, 1),
    ("double", Style::Global, 1),
    ("string", Style::Global, 1),
    ("bool", Style::Global, 1),
    ("orValue", Style::Method, 2),
    ("present", Style::Global, 1),
    ("billions", Style::Global, 1),
    ("date", Style::Global, 1),
    ("has", Style::Global, 1),
    ("observations", Style::Global, 1),
    ("checklist", Style::Global, 1),
    ("exists", Style::Method, 3),
    ("all", Style::Method, 3),
    ("exists_one", Style::Method, 3),
    ("filter", Style::Method, 3),
    ("map", Style::Method, 3),
];

/// The size that a compiled regular expression may have, in bytes.
const REGEX_SIZE: usize = 1 << 20;
/// The nesting that a regular expression may have.
const REGEX_DEPTH: u32 = 64;

impl<'t> Resolver<'t, '_> {
    pub(super) fn call(
        &mut self,
        at: SyntaxId,
        target: Option<SyntaxId>,
        name: &'t str,
        name_span: Span,
        arguments: &[SyntaxId],
    ) -> Typed {
        let span = self.span(at);
        let Some(&(name, style, arity)) = FUNCTIONS.iter().find(|(known, ..)| *known == name) else {
            let meant = self.unknown_function(name, name_span, target.is_some());
            let arguments = if meant.is_some_and(is_macro) { &[] } else { arguments };
            return self.unresolved(span, target, arguments);
        };
        let operands: Vec<SyntaxId> = target.into_iter().chain(arguments.iter().copied()).collect();
        let wrong_style = match style {
            Style::Global => target.is_some(),
            Style::Method => target.is_none(),
            Style::Either => false,
        };
        if wrong_style {
            let first = operands.first().map_or("x", |first| self.span(*first).slice(self.text));
            let help = match (style, arity) {
                (Style::Global, _) => format!("write `{name}({first})`"),
                (_, 3) => format!("write `{first}.{name}(item, …)`"),
                _ => format!("write `{first}.{name}(…)`"),
            };
            let kind = if style == Style::Global { "a function, not a method" } else { "a method" };
            self.issue_with_help("unknown-function", format!("`{name}` is {kind}"), name_span, Some(help));
            // What a macro takes after its list means nothing without its variable.
            let known = if is_macro(name) { operands.get(..1) } else { Some(&*operands) };
            return self.unresolved(span, None, known.unwrap_or(&[]));
        }
        let longer = name == "map" && operands.len() == 4;
        if operands.len() != arity && !longer {
            let wanted = arity - usize::from(target.is_some());
            let message = format!(
                "`{name}` takes {wanted} argument{}, not {}",
                if wanted == 1 { "" } else { "s" },
                arguments.len()
            );
            self.issue("type", message, span);
            return self.unresolved(span, None, if is_macro(name) { &[] } else { &operands });
        }
        match *operands.as_slice() {
            [over, variable, test] if is_macro(name) => {
                self.comprehension(span, name, over, variable, [test, test])
            }
            [over, variable, test, make] => {
                self.comprehension(span, "filtering map", over, variable, [test, make])
            }
            [one] => self.unary_function(span, name, one),
            [one, other] => self.binary_function(span, name, one, other),
            _ => self.anything(span),
        }
    }

    /// Resolves operands for their own mistakes, where it is not known what they are for.
    fn unresolved(&mut self, span: Span, target: Option<SyntaxId>, arguments: &[SyntaxId]) -> Typed {
        for operand in target.into_iter().chain(arguments.iter().copied()) {
            self.resolve(operand);
        }
        self.anything(span)
    }

    /// Notes it, and says what was meant.
    fn unknown_function(&mut self, name: &str, span: Span, is_method: bool) -> Option<&'static str> {
        let meant = match name {
            "length" | "len" | "count" => Some("size"),
            "any" | "some" => Some("exists"),
            "every" => Some("all"),
            "includes" => Some("contains"),
            "timestamp" => Some("date"),
            _ => nearest(name, FUNCTIONS.iter().map(|(known, ..)| *known)),
        };
        let kind = if is_method { "method" } else { "function" };
        let help = meant.map(|known| format!("did you mean `{known}`?"));
        self.issue_with_help("unknown-function", format!("there is no {kind} `{name}`"), span, help);
        meant
    }

    fn unary_function(&mut self, span: Span, name: &str, operand: SyntaxId) -> Typed {
        match name {
            "has" => return self.has(span, operand),
            "observations" => return self.observations(span, operand),
            "checklist" => return self.checklist(span, operand),
            _ => {}
        }
        let inner = self.plain_operand(operand);
        let kind = inner.shape.kind;
        let literal = self.syntax.literal_text(operand).cloned();
        let (function, takes, gives): (_, &[Type], _) = match name {
            "size" => (Function::Size, &[Type::String, Type::List, Type::Map], Type::Int),
            "int" => (Function::ToInt, &[Type::Int, Type::Double, Type::String], Type::Int),
            "double" => (Function::ToDouble, &[Type::Int, Type::Double, Type::String], Type::Double),
            "string" => (
                Function::ToString,
                &[Type::Bool, Type::Int, Type::Double, Type::String, Type::Date],
                Type::String,
            ),
            "bool" => (Function::ToBool, &[Type::Bool, Type::String], Type::Bool),
            "billions" => (Function::Billions, &[Type::String], Type::Double),
            "date" => (Function::Date, &[Type::String, Type::Date], Type::Date),
            _ => (Function::Present, &[kind], Type::Bool),
        };
        if kind != Type::Any && !takes.contains(&kind) {
            let message = format!("`{name}` does not take {}", kind.noun());
            self.issue("type", message, self.span(operand));
        }
        if let Some(text) = literal {
            let fault = match function {
                Function::Billions => quantities::billions(&text).is_none().then_some("parameter count"),
                Function::Date => quantities::date(&text).is_none().then_some("date"),
                _ => None,
            };
            if let Some(noun) = fault {
                let help =
                    if noun == "date" { "write it as 2026-01-31" } else { "write it as 7B, 1.5T or 350M" };
                let message = format!("`{text}` is no {noun}");
                self.issue_with_help("type", message, self.span(operand), Some(help.to_owned()));
            }
        }
        self.function(span, function, &[inner], Shape::of(gives))
    }

    fn binary_function(&mut self, span: Span, name: &str, one: SyntaxId, other: SyntaxId) -> Typed {
        let receiver = self.plain_operand(one);
        let argument = self.plain_operand(other);
        let (receiver_kind, receiver_span) = (receiver.shape.kind, self.span(one));
        let claim = format!("`{name}` takes");
        let function = match name {
            "orValue" => {
                if !receiver.shape.kind.comparable(argument.shape.kind) {
                    let message =
                        format!("the default of {} is {}", receiver_kind.noun(), argument.shape.kind.noun());
                    self.issue("type", message, self.span(other));
                }
                self.check_values(receiver.shape, other);
                let mut shape = receiver.shape;
                shape.kind = receiver_kind.or(argument.shape.kind);
                return self.function(span, Function::OrValue, &[receiver, argument], shape);
            }
            "contains" => {
                match receiver_kind {
                    Type::List => self.check_items(argument, other, receiver.shape.item(), self.span(other)),
                    Type::String => self.demand(Type::String, argument.shape, self.span(other), &claim),
                    Type::Any => {}
                    kind => {
                        let message = format!("{} does not contain anything", kind.noun());
                        self.issue("type", message, receiver_span);
                    }
                }
                Function::Contains
            }
            _ => {
                self.demand(Type::String, receiver.shape, receiver_span, &claim);
                self.demand(Type::String, argument.shape, self.span(other), &claim);
                match name {
                    "startsWith" => Function::StartsWith,
                    "endsWith" => Function::EndsWith,
                    _ => match self.regex(other) {
                        Some(regex) => Function::Matches(Arc::new(regex)),
                        None => return self.anything(span),
                    },
                }
            }
        };
        self.function(span, function, &[receiver, argument], Shape::of(Type::Bool))
    }

    fn function(&mut self, span: Span, function: Function, operands: &[Typed], shape: Shape) -> Typed {
        let ids: Vec<_> = operands.iter().map(|operand| operand.id).collect();
        let reads = ids.iter().any(|id| self.reads_facts(*id));
        let operands = self.keep(&ids);
        self.push(ExprKind::Call(function, operands), span, reads, shape)
    }

    /// A regular expression is compiled when the pack loads, under limits: it costs the same on every manifest.
    fn regex(&mut self, pattern: SyntaxId) -> Option<regex::Regex> {
        let Some(text) = self.syntax.literal_text(pattern).cloned() else {
            let message = "a regular expression is a literal text: it is compiled when the pack loads";
            self.issue("regex", message, self.span(pattern));
            return None;
        };
        let mut builder = regex::RegexBuilder::new(&text);
        builder.size_limit(REGEX_SIZE).dfa_size_limit(REGEX_SIZE).nest_limit(REGEX_DEPTH);
        match builder.build() {
            Ok(regex) => Some(regex),
            Err(error) => {
                let full = error.to_string();
                let line = full.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("");
                let message = if let regex::Error::CompiledTooBig(_) = error {
                    "this regular expression is too large".to_owned()
                } else {
                    format!("this is no regular expression: {}", line.trim().trim_start_matches("error: "))
                };
                self.issue("regex", message, self.span(pattern));
                None
            }
        }
    }

    fn has(&mut self, span: Span, operand: SyntaxId) -> Typed {
        let inner = self.resolve(operand);
        let kind = self.nodes.get(inner.id.0 as usize).map(|node| &node.kind);
        let is_path = matches!(
            kind,
            Some(
                ExprKind::Fact(_)
                    | ExprKind::OriginFact(..)
                    | ExprKind::Member { .. }
                    // What could not be resolved, and was noted.
                    | ExprKind::Literal(Literal::Null)
            )
        ) && !matches!(self.syntax.node(operand).kind, Kind::Literal(_));
        if !is_path {
            let help = Some("such as `has(budget.trainingUsd)`".to_owned());
            self.issue_with_help("type", "`has` asks for a fact or a member", self.span(operand), help);
            return self.anything(span);
        }
        let reads = self.reads_facts(inner.id);
        self.push(ExprKind::Has(inner.id), span, reads, Shape::of(Type::Bool))
    }

    fn observations(&mut self, span: Span, operand: SyntaxId) -> Typed {
        let Some(text) = self.syntax.literal_text(operand).cloned() else {
            self.issue(
                "type",
                "`observations` takes the path of a fact as a literal text",
                self.span(operand),
            );
            return self.anything(span);
        };
        let vocabulary = self.names.vocabulary;
        let found = vocabulary.find(&text).filter(|_| !text.is_empty());
        let Some(path) = found else {
            let help = suggest::path(&text, vocabulary, []).map(|path| format!("did you mean `{path}`?"));
            let message = format!("there is no fact `{text}`");
            self.issue_with_help("unknown-fact", message, self.span(operand), help);
            return self.anything(span);
        };
        let shape = Shape::list_with(Shape::of_fact(path, vocabulary));
        self.push(ExprKind::Observations(path), span, true, shape)
    }

    fn checklist(&mut self, span: Span, operand: SyntaxId) -> Typed {
        let Some(text) = self.syntax.literal_text(operand).cloned() else {
            self.issue("type", "`checklist` takes its name as a literal text", self.span(operand));
            return self.anything(span);
        };
        let Some(index) = self.names.checklists.iter().position(|name| **name == *text) else {
            if self.names.unread.holds(&text) {
                self.names_unread = true;
                return self.anything(span);
            }
            let known = self.names.checklists.iter().map(|name| &**name);
            let help = nearest(&text, known).map(|name| format!("did you mean `{name}`?"));
            let message = format!("there is no checklist `{text}`");
            self.issue_with_help("unknown-checklist", message, self.span(operand), help);
            return self.anything(span);
        };
        self.push(ExprKind::Checklist(index as u16), span, true, Shape::of(Type::Interval))
    }

    fn comprehension(
        &mut self,
        span: Span,
        name: &str,
        over_syntax: SyntaxId,
        variable_syntax: SyntaxId,
        [test_syntax, make_syntax]: [SyntaxId; 2],
    ) -> Typed {
        let over = self.plain_operand(over_syntax);
        let item = match over.shape.kind {
            Type::List => over.shape.item(),
            // The keys of a fact's map are texts; those of a literal map may be anything.
            Type::Map if over.shape.path.is_some() => Shape::of(Type::String),
            Type::Map | Type::Any => Shape::ANY,
            kind => {
                let message = format!("{} has no items to look at", kind.noun());
                self.issue("type", message, self.span(over_syntax));
                Shape::ANY
            }
        };
        let Kind::Name(variable) = self.syntax.node(variable_syntax).kind else {
            let message = "the first argument names the variable that each item gets";
            self.issue("syntax", message, self.span(variable_syntax));
            return self.anything(span);
        };
        let reads = self.reads_facts(over.id);
        let slot = self.open(variable, self.span(variable_syntax), item, reads);
        let maps = name == "map" || name == "filtering map";
        let filters = name != "map";
        let test = filters.then(|| self.resolve(test_syntax));
        if let Some(test) = test {
            self.demand(Type::Bool, test.shape, self.span(test_syntax), "the condition is");
        }
        let make = maps.then(|| self.plain_operand(make_syntax));
        self.close();
        let (kind, shape) = match name {
            "all" => (Comprehension::All, Shape::of(Type::Bool)),
            "exists" => (Comprehension::Exists, Shape::of(Type::Bool)),
            "exists_one" => (Comprehension::ExistsOne, Shape::of(Type::Bool)),
            "filter" => (Comprehension::Filter, Shape::list_with(item)),
            _ => (Comprehension::Map, Shape::list_with(make.map_or(Shape::ANY, |make| make.shape))),
        };
        let parts = [Some(over.id), test.map(|part| part.id), make.map(|part| part.id)];
        let reads = parts.into_iter().flatten().any(|part| self.reads_facts(part));
        let kind = ExprKind::Comprehension {
            kind,
            over: over.id,
            variable: slot,
            condition: test.map(|part| part.id),
            transform: make.map(|part| part.id),
        };
        self.push(kind, span, reads, shape)
    }
}

fn is_macro(name: &str) -> bool {
    matches!(name, "exists" | "all" | "exists_one" | "filter" | "map")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_stands_on_the_page_of_the_language() {
        let page = include_str!("../../../policies/LANGUAGE.md");
        for (name, style, _) in FUNCTIONS {
            let written = |before: &str| page.contains(&format!("{before}{name}("));
            assert!(*style == Style::Method || written("| `") || written("`, `"), "{name}");
            assert!(*style == Style::Global || written("."), "{name}");
        }
    }
}

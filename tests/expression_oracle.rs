//! Our expressions against those of the `cel` crate, on what the two languages share: literals, arithmetic,
//! comparisons, logic, texts, lists, maps, ternaries, macros, conversions.
//!
//! Left out, because the languages differ on purpose:
//! - arithmetic of a whole number with a double, which CEL has no overload for and we do;
//! - infinities and not-a-number: CEL has them, to us they are errors (a manifest cannot hold them);
//! - whole numbers beyond 2^53 beside doubles of that size: the crate rounds them, we compare them exactly;
//! - unsigned numbers, byte strings, durations and timestamps, which are not part of our language;
//! - the wording of errors: both fail, or neither.

use proptest::prelude::*;
use proptest::strategy::{BoxedStrategy, Union};
use serde_json::json;
use tunelint::finding::Scalar;
use tunelint::manifest::facts::FactSetBuilder;
use tunelint::manifest::view::View;
use tunelint::manifest::vocabulary::Vocabulary;
use tunelint::policy::eval::{Input, value_of};
use tunelint::policy::expression::{Names, Type, Unread, compile};

/// What an expression came to: a value, an error, or nothing that can be compared.
#[derive(Debug, PartialEq)]
enum Outcome {
    Value(Scalar),
    Error,
    Incomparable,
}

fn ours(text: &str) -> Result<Outcome, String> {
    let vocabulary = Vocabulary::from_schema(&json!({}));
    let names = Names { vocabulary: &vocabulary, parameters: &[], checklists: &[], unread: Unread::NONE };
    let expr = compile(text, Type::Any, names).map_err(|issues| format!("{issues:?}"))?;
    let facts = FactSetBuilder::default().finish(true);
    let view = View::new(&facts, &vocabulary);
    let today = jiff::civil::date(2026, 1, 31);
    let input = Input { view: &view, parameters: &[], checklists: &[], today };
    Ok(match value_of(&expr, input) {
        Ok(Some(value)) => Outcome::Value(value),
        Ok(None) => return Err("unknown without facts".to_owned()),
        // Of whole numbers these are errors in both languages, of doubles in ours alone.
        Err(fault)
            if text.contains(['.', 'e'])
                && (fault.message.contains("too large") || fault.message.contains("by zero")) =>
        {
            Outcome::Incomparable
        }
        Err(_) => Outcome::Error,
    })
}

fn theirs(text: &str) -> Outcome {
    let Ok(program) = cel::Program::compile(text) else { return Outcome::Error };
    match program.execute(&cel::Context::default()) {
        Ok(value) => scalar(&value).map_or(Outcome::Incomparable, Outcome::Value),
        Err(_) => Outcome::Error,
    }
}

fn scalar(value: &cel::Value) -> Option<Scalar> {
    Some(match value {
        cel::Value::Null => Scalar::Null,
        cel::Value::Bool(value) => Scalar::Bool(*value),
        cel::Value::Int(value) => Scalar::Int(*value),
        cel::Value::Float(value) if value.is_finite() => Scalar::Number(*value),
        cel::Value::String(value) => Scalar::Text(value.as_str().into()),
        cel::Value::List(values) => Scalar::List(values.iter().map(scalar).collect::<Option<_>>()?),
        _ => return None,
    })
}

fn agree(text: &str) -> Result<(), TestCaseError> {
    let ours = ours(text).map_err(|reason| TestCaseError::fail(format!("{text}: {reason}")))?;
    let theirs = theirs(text);
    if ours != Outcome::Incomparable && theirs != Outcome::Incomparable {
        prop_assert_eq!(ours, theirs, "{}", text);
    }
    Ok(())
}

/// What a generated expression is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Bool,
    Int,
    Double,
    Text,
    Ints,
    Texts,
}

const KINDS: [Kind; 6] = [Kind::Bool, Kind::Int, Kind::Double, Kind::Text, Kind::Ints, Kind::Texts];

/// Variables of the macros around an expression.
type Scope = Vec<(&'static str, Kind)>;

/// An expression of a kind, at most so deep.
fn expression(kind: Kind, depth: u32, scope: &Scope) -> BoxedStrategy<String> {
    let mut leaves = vec![leaf(kind)];
    let own = scope.iter().filter(|(_, known)| *known == kind);
    leaves.extend(own.map(|(name, _)| Just((*name).to_owned()).boxed()));
    let leaves = Union::new(leaves).boxed();
    if depth == 0 {
        return leaves;
    }
    let grammar = Grammar { depth: depth - 1, scope: scope.clone() };
    let ternary = (grammar.inner(Kind::Bool), grammar.inner(kind), grammar.inner(kind))
        .prop_map(|(test, yes, no)| format!("({test} ? {yes} : {no})"))
        .boxed();
    let mut all = vec![leaves, ternary];
    all.extend(match kind {
        Kind::Bool => grammar.bools(),
        Kind::Int => grammar.ints(),
        Kind::Double => grammar.doubles(),
        Kind::Text => grammar.texts(),
        Kind::Ints | Kind::Texts => grammar.lists(kind),
    });
    Union::new(all).boxed()
}

fn leaf(kind: Kind) -> BoxedStrategy<String> {
    let of = |texts: &'static [&'static str]| prop::sample::select(texts).prop_map(str::to_owned).boxed();
    match kind {
        Kind::Bool => of(&["true", "false", "(true || false)", "('a' == 'a')"]),
        Kind::Int => of(&["0", "1", "-1", "2", "7", "0x1f", "9223372036854775807", "-9223372036854775808"]),
        Kind::Double => of(&["0.0", "1.0", "-1.5", "2.5", "1e3", "9007199254740992.0", "0.1", "1e300"]),
        Kind::Text => {
            of(&["''", "'a'", "\"ab\"", "r'\\d'", "'h\\u00e9llo'", "'''it's'''", "'b\\n'", "'\\x41\\101'"])
        }
        Kind::Ints => of(&["[]", "[1]", "[1, 2, 3]", "[0, -1, 7, 7]"]),
        Kind::Texts => of(&["[]", "['a']", "['a', 'ab', '']", "['b', 'b']"]),
    }
}

/// What stands inside of other expressions.
struct Grammar {
    depth: u32,
    scope: Scope,
}

impl Grammar {
    fn inner(&self, kind: Kind) -> BoxedStrategy<String> {
        Self::under(kind, self.depth, self.scope.clone())
    }

    /// Under the variable of a macro.
    fn below(&self, kind: Kind, variable: (&'static str, Kind)) -> BoxedStrategy<String> {
        let mut scope = self.scope.clone();
        scope.push(variable);
        Self::under(kind, self.depth, scope)
    }

    /// Built when it is drawn: the whole grammar down to the leaves would be too large.
    fn under(kind: Kind, depth: u32, scope: Scope) -> BoxedStrategy<String> {
        Just(()).prop_flat_map(move |()| expression(kind, depth, &scope)).boxed()
    }

    fn one(&self, kind: Kind, make: impl Fn(&str) -> String + 'static) -> BoxedStrategy<String> {
        self.inner(kind).prop_map(move |inner| make(&inner)).boxed()
    }

    fn two(
        &self,
        left: Kind,
        right: Kind,
        make: impl Fn(&str, &str) -> String + 'static,
    ) -> BoxedStrategy<String> {
        (self.inner(left), self.inner(right)).prop_map(move |(left, right)| make(&left, &right)).boxed()
    }

    fn operator(&self, kind: Kind, symbols: &'static [&'static str]) -> BoxedStrategy<String> {
        (self.inner(kind), prop::sample::select(symbols), self.inner(kind))
            .prop_map(|(left, symbol, right)| format!("({left} {symbol} {right})"))
            .boxed()
    }

    fn bools(&self) -> Vec<BoxedStrategy<String>> {
        let mut all = vec![
            self.operator(Kind::Bool, &["&&", "||", "==", "!="]),
            self.one(Kind::Bool, |inner| format!("!({inner})")),
            self.two(Kind::Int, Kind::Ints, |item, list| format!("({item} in {list})")),
            self.two(Kind::Text, Kind::Texts, |item, list| format!("({item} in {list})")),
            self.two(Kind::Text, Kind::Text, |text, part| format!("({text}).contains({part})")),
            self.two(Kind::Text, Kind::Text, |text, part| format!("({text}).startsWith({part})")),
            self.two(Kind::Text, Kind::Text, |text, part| format!("({text}).endsWith({part})")),
            self.one(Kind::Text, |text| format!("({text}).matches('^[a-z]+[0-9]?$')")),
            self.two(Kind::Text, Kind::Int, |key, value| format!("({key} in {{'a': {value}, 'b': 2}})")),
            self.two(Kind::Int, Kind::Int, |one, other| format!("({{'a': {one}}} == {{'a': {other}}})")),
            Just("has({'a': 1}.a)".to_owned()).boxed(),
            Just("has({'a': 1}.b)".to_owned()).boxed(),
            // Whole numbers and doubles compare by value; small ones, which the crate does not round.
            self.two(Kind::Int, Kind::Double, |int, double| format!("({int} % 1000000 < {double})")),
            self.two(Kind::Double, Kind::Int, |double, int| format!("({double} >= {int} % 1000000)")),
        ];
        for kind in KINDS {
            let ordered = !matches!(kind, Kind::Ints | Kind::Texts | Kind::Bool);
            let symbols: &[&str] = if ordered { &["==", "!=", "<", "<=", ">", ">="] } else { &["==", "!="] };
            all.push(self.operator(kind, symbols));
        }
        for (list, item, variable) in [(Kind::Ints, Kind::Int, "x"), (Kind::Texts, Kind::Text, "y")] {
            let name = prop::sample::select(vec!["exists", "all", "exists_one"]);
            let test = self.below(Kind::Bool, (variable, item));
            all.push(
                (self.inner(list), name, test)
                    .prop_map(move |(list, name, test)| format!("({list}).{name}({variable}, {test})"))
                    .boxed(),
            );
        }
        all
    }

    fn ints(&self) -> Vec<BoxedStrategy<String>> {
        vec![
            self.operator(Kind::Int, &["+", "-", "*", "/", "%"]),
            self.one(Kind::Int, |inner| format!("-({inner})")),
            self.one(Kind::Text, |text| format!("size({text})")),
            self.one(Kind::Ints, |list| format!("({list}).size()")),
            self.one(Kind::Double, |double| format!("int({double})")),
            self.one(Kind::Int, |int| format!("int(string({int}))")),
            self.two(Kind::Ints, Kind::Int, |list, index| format!("({list})[{index}]")),
            self.two(Kind::Text, Kind::Int, |key, value| format!("{{'a': {value}, 'b': 2}}[{key}]")),
            self.one(Kind::Int, |value| format!("{{'a': {value}}}.a")),
        ]
    }

    fn doubles(&self) -> Vec<BoxedStrategy<String>> {
        vec![
            self.operator(Kind::Double, &["+", "-", "*", "/"]),
            self.one(Kind::Double, |inner| format!("-({inner})")),
            self.one(Kind::Int, |int| format!("double({int})")),
            Just("double('1.25')".to_owned()).boxed(),
        ]
    }

    fn texts(&self) -> Vec<BoxedStrategy<String>> {
        vec![
            self.operator(Kind::Text, &["+"]),
            self.one(Kind::Int, |int| format!("string({int})")),
            self.one(Kind::Bool, |bool| format!("string({bool})")),
            self.two(Kind::Texts, Kind::Int, |list, index| format!("({list})[{index}]")),
        ]
    }

    fn lists(&self, kind: Kind) -> Vec<BoxedStrategy<String>> {
        let (item, variable) = if kind == Kind::Ints { (Kind::Int, "x") } else { (Kind::Text, "y") };
        let test = || self.below(Kind::Bool, (variable, item));
        let make = || self.below(item, (variable, item));
        vec![
            self.operator(kind, &["+"]),
            prop::collection::vec(self.inner(item), 0..4)
                .prop_map(|items| format!("[{}]", items.join(", ")))
                .boxed(),
            (self.inner(kind), test())
                .prop_map(move |(list, test)| format!("({list}).filter({variable}, {test})"))
                .boxed(),
            (self.inner(kind), make())
                .prop_map(move |(list, make)| format!("({list}).map({variable}, {make})"))
                .boxed(),
            (self.inner(kind), test(), make())
                .prop_map(move |(list, test, make)| format!("({list}).map({variable}, {test}, {make})"))
                .boxed(),
        ]
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn what_both_languages_define_is_equal(
        text in prop::sample::select(KINDS.to_vec()).prop_flat_map(|kind| expression(kind, 3, &Vec::new()))
    ) {
        agree(&text)?;
    }
}

#[test]
fn known_corners_are_equal() {
    for text in [
        "1 / 0 == 1 && false",
        "false && 1 / 0 == 1",
        "true || 1 / 0 == 1",
        "[0, 1].exists(x, 1 / x == 1)",
        "9223372036854775807 + 1",
        "-9223372036854775808 - 1",
        "-7 / 2",
        "-7 % 2",
        "'a' + 'b' < 'b'",
        "[1, 2] + [3]",
        "{'a': 1}.b",
        "[1][1]",
        "1 == 1.0",
        "1 in [1.0]",
        "'\\u00e9'.size()",
        "size('\\U0001F600')",
        "true ? 1 : 2",
        "[[1], [2]].exists(x, x.exists(y, y == 2))",
    ] {
        agree(text).unwrap();
    }
}

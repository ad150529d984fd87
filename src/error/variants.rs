//! What can be wrong, each with the sentence that says it.

use thiserror::Error;

use crate::wording::{one_line as line, visible_name as shown};

/// What can be wrong with a user's graph, data, model or configuration.
///
/// Every variant names the node, column or parameter at fault, what was expected and what was found. Programs match on the
/// variants; `Display` and `Debug` are for people. A panic in this crate is a bug of the crate, never an answer to bad input.
#[derive(Error)]
#[non_exhaustive]
pub enum Error {
    /// There is nothing to work with.
    #[error("{what} is empty; at least one {expected} is needed", what = line(.what))]
    Empty {
        /// What is empty.
        what: String,
        /// What it should hold.
        expected: &'static str,
    },
    /// A column name stands twice in the data.
    #[error("column `{column}` appears more than once (at positions {first} and {second})", column = shown(.column))]
    DuplicateColumn {
        /// The column's name.
        column: String,
        /// Zero-based position of its first appearance.
        first: usize,
        /// Zero-based position of its second appearance.
        second: usize,
    },
    /// A node name stands twice in a list of nodes.
    #[error("node `{node}` is named more than once", node = shown(.node))]
    DuplicateNode {
        /// The node's name.
        node: String,
    },
    /// A name is blank.
    #[error("{what} has a blank name at position {position}", what = line(.what))]
    BlankName {
        /// What carries the name, such as a column or a node.
        what: String,
        /// Zero-based position of the blank name.
        position: usize,
    },
    /// Two things that must be equally long are not.
    #[error("{what} has {found} values, but {expected} were expected", what = line(.what))]
    LengthMismatch {
        /// What has the wrong length.
        what: String,
        /// The length it should have.
        expected: usize,
        /// The length it has.
        found: usize,
    },
    /// A row was asked for that the data does not have.
    #[error("row {row} was asked for, but the data has {rows} rows, counted from 0")]
    RowOutOfRange {
        /// The row asked for.
        row: usize,
        /// How many rows there are.
        rows: usize,
    },
    /// A column that is needed is not in the data.
    #[error(
        "column `{column}` is needed but missing; the data has {available}",
        column = shown(.column), available = line(.available)
    )]
    MissingColumn {
        /// The column's name.
        column: String,
        /// The columns there are.
        available: String,
    },
    /// A needed column holds text.
    #[error(
        "column `{column}` is needed but is not numeric, nor a category, of which no cell is a number and not half of them differ: row {row} \
         holds `{text}`{details}",
        column = shown(.column), text = shown(.text), details = line(.details)
    )]
    TextColumn {
        /// The column's name.
        column: String,
        /// Zero-based row of the first cell that is not a number.
        row: usize,
        /// What that cell holds.
        text: String,
        /// What else is known, as in ` (normal.csv, line 7), which has no unit`: where it stands, and why it is no number.
        details: String,
    },
    /// A needed value of an observation is text.
    #[error(
        "the observed value of `{column}` is needed but is not a number: `{text}`",
        column = shown(.column), text = shown(.text)
    )]
    TextValue {
        /// The column's name.
        column: String,
        /// What stands there.
        text: String,
    },
    /// A needed column holds infinite values, or missing ones where all must be present.
    #[error(
        "column `{column}` has {missing} missing and {infinite} infinite values in {rows} rows (first in row {first_row}{details}); \
         remove such rows with `drop_incomplete_rows`, or replace missing values with `fill_with_mean`",
        column = shown(.column), details = line(.details)
    )]
    NonFiniteColumn {
        /// The column's name.
        column: String,
        /// How many of its values are missing (NaN).
        missing: usize,
        /// How many of its values are infinite.
        infinite: usize,
        /// How many rows the data has.
        rows: usize,
        /// Zero-based row of the first such value.
        first_row: usize,
        /// Where it stands, as in `, normal.csv, line 7`; empty where that is not known.
        details: String,
    },
    /// A single value is missing or not finite.
    #[error("{what} is {found}, but a finite number is needed", what = line(.what))]
    NonFiniteValue {
        /// What the value is, with the name of its node or column.
        what: String,
        /// The value found.
        found: f64,
    },
    /// There are too few rows for what is to be fitted.
    #[error("{what} needs at least {needed} rows, but the data has {found}", what = line(.what))]
    TooFewRows {
        /// What is to be fitted, with the name of its node.
        what: String,
        /// How many rows it needs.
        needed: usize,
        /// How many there are.
        found: usize,
    },
    /// A value lies where a distribution family has no density.
    #[error(
        "{what} cannot be fitted: {requirement}, but the smallest value is {found}",
        what = line(.what), requirement = line(.requirement)
    )]
    OutsideSupport {
        /// The family, with the name of its node.
        what: String,
        /// What the values must satisfy.
        requirement: String,
        /// The offending value.
        found: f64,
    },
    /// All values that a distribution is to be fitted to are the same.
    #[error(
        "{what} is {value} in all {count} values, so no distribution can be fitted to it; use constant or empirical noise",
        what = line(.what)
    )]
    ConstantValues {
        /// What the values are, with the name of their node.
        what: String,
        /// The only value.
        value: f64,
        /// How many values there are.
        count: usize,
    },
    /// A CSV file could not be opened or is not well formed.
    #[error("cannot read {origin}: {message}", origin = line(.origin), message = line(.message))]
    Csv {
        /// The file's path, or `CSV input` for a reader.
        origin: String,
        /// What is wrong, with the line where it is known.
        message: String,
    },
    /// A JSON file of traces or dependencies could not be read, or is not what it should be.
    #[error("cannot read {origin}: {message}", origin = line(.origin), message = line(.message))]
    TraceFile {
        /// The file's path, or what stands for a reader.
        origin: String,
        /// What is wrong, with the line where it is known.
        message: String,
    },
    /// Time series of a monitoring system cannot be read.
    #[error("cannot read {origin}: {message}", origin = line(.origin), message = line(.message))]
    Metrics {
        /// The file's path, or what stands for a reader.
        origin: String,
        /// What is wrong, and what would help.
        message: String,
    },
    /// A node was named that the graph does not have.
    #[error("node `{node}` is not in the causal graph, which has {available}", node = shown(.node), available = line(.available))]
    UnknownNode {
        /// The node's name.
        node: String,
        /// The nodes there are.
        available: String,
    },
    /// The edges form a cycle.
    #[error("the causal graph must be acyclic, but has the cycle {}", line(.nodes.join(" -> ")))]
    Cycle {
        /// The nodes along the cycle; the first is repeated at the end.
        nodes: Vec<String>,
    },
    /// A mechanism does not fit the place in the graph that it was given.
    #[error(
        "the mechanism of node `{node}` does not fit the graph: it {expected}, but {found}",
        node = shown(.node), expected = line(.expected), found = line(.found)
    )]
    MechanismMismatch {
        /// The node's name.
        node: String,
        /// What the mechanism expects.
        expected: String,
        /// What the graph has.
        found: String,
    },
    /// An intervention does not suit its node.
    #[error("the intervention on node `{node}` cannot be made: {reason}", node = shown(.node), reason = line(.reason))]
    Intervention {
        /// The node's name.
        node: String,
        /// What is wrong with it, and what would do.
        reason: String,
    },
    /// A node has no mechanism.
    #[error("node `{node}` has no mechanism; give it one with `with_mechanism`, or call `assign_mechanisms`", node = shown(.node))]
    NoMechanism {
        /// The node's name.
        node: String,
    },
    /// A mechanism must be fitted, but no data was given.
    #[error(
        "the mechanism of node `{node}` ({mechanism}) must be fitted to data; call `fit`, or give it a known one",
        node = shown(.node), mechanism = shown(.mechanism)
    )]
    NeedsData {
        /// The node's name.
        node: String,
        /// The mechanism's description.
        mechanism: String,
    },
    /// A mechanism returned NaN or an infinity.
    #[error("the mechanism of node `{node}` returned {found} when asked to {operation}", node = shown(.node))]
    MechanismNotFinite {
        /// The node's name.
        node: String,
        /// What the mechanism was asked to do.
        operation: &'static str,
        /// What it returned.
        found: f64,
    },
    /// A value lies where a mechanism is not defined.
    #[error("{what} must be {requirement}, but is {found}", what = line(.what))]
    OutsideDomain {
        /// Which value, with its node, and its row in training data.
        what: String,
        /// What it must satisfy.
        requirement: &'static str,
        /// The value found.
        found: f64,
    },
    /// Boosted trees could not be trained.
    #[error("boosted trees could not be trained: {message}", message = line(.message))]
    Training {
        /// What the library said.
        message: String,
    },
    /// A mechanism's recovered noise does not give back the value it was recovered from.
    #[error(
        "the mechanism of node `{node}` is not invertible: the noise {noise} recovered from the value {observed} evaluates to {reproduced}",
        node = shown(.node)
    )]
    NotInvertible {
        /// The node's name.
        node: String,
        /// The value that was observed.
        observed: f64,
        /// The noise recovered from it.
        noise: f64,
        /// What that noise evaluates to.
        reproduced: f64,
    },
    /// A closure given by the user returned NaN.
    #[error("{what} returned NaN for the value {input}")]
    ClosureNotANumber {
        /// Which closure.
        what: &'static str,
        /// Its argument.
        input: f64,
    },
    /// A parameter lies outside its range.
    #[error("{name} must be {requirement}, but is {found}", found = line(.found))]
    InvalidParameter {
        /// The parameter's name.
        name: &'static str,
        /// What it must satisfy.
        requirement: &'static str,
        /// The value found.
        found: String,
    },
    /// A game's value of a coalition is NaN or infinite.
    #[error(
        "the game is worth {found} to the coalition of the players {players}, but a finite value is needed",
        players = line(.players)
    )]
    GameNotFinite {
        /// The players of the coalition.
        players: String,
        /// The value found.
        found: f64,
    },
    /// One of two tables is at fault.
    #[error("{table}: {cause}", cause = line(.cause))]
    InTable {
        /// Which of them, as in `the old data`.
        table: &'static str,
        /// What is wrong with it.
        cause: Box<Error>,
    },
    /// Exact enumeration was asked for, but there are too many players.
    #[error(
        "exact Shapley values of {players} players would need 2^{players} coalitions; at most {limit} players are allowed, use permutations"
    )]
    TooManyPlayers {
        /// How many players the game has.
        players: usize,
        /// How many exact enumeration takes.
        limit: usize,
    },
    /// An engine was asked for that cannot answer.
    #[error(
        "{engine} does not apply: {reason}; allow others with `Estimator::Auto`",
        engine = line(.engine), reason = line(.reason)
    )]
    EngineDoesNotApply {
        /// The engine.
        engine: String,
        /// Why it does not apply.
        reason: String,
    },
    /// With a floor of zero a coalition's probability must be positive, and none of the samples hit the region.
    #[error(
        "over {samples} samples the target's probability of being as extreme as observed comes out as 0 when the noise of {kept} is kept, \
         so its logarithm is unbounded; set a positive floor, or noise distributions with tails",
        kept = line(.kept)
    )]
    UnresolvedTail {
        /// How many samples were drawn.
        samples: usize,
        /// Which nodes' noise was kept.
        kept: String,
    },
    /// With a floor of zero a coalition's probability must be positive, and it is known to be 0.
    #[error(
        "with the noise of {kept} kept the target cannot be as extreme as observed, so its log probability is unbounded; \
         set a positive floor",
        kept = line(.kept)
    )]
    ImpossibleCoalition {
        /// Which nodes' noise was kept.
        kept: String,
    },
    /// The mechanism of one node is at fault.
    #[error("node `{node}`: {cause}", node = shown(.node), cause = line(.cause))]
    InNode {
        /// The node's name.
        node: String,
        /// What is wrong with it.
        cause: Box<Error>,
    },
    /// One of several rows is at fault.
    #[error("row {row}: {cause}", cause = line(.cause))]
    InRow {
        /// Its number, counted from 0.
        row: usize,
        /// What is wrong with it.
        cause: Box<Error>,
    },
    /// A model cannot be saved.
    #[error("node `{node}` cannot be saved: {reason}", node = shown(.node), reason = line(.reason))]
    CannotSave {
        /// The node's name.
        node: String,
        /// What stands in the way.
        reason: String,
    },
    /// A saved model uses a mechanism written in code that nobody registered.
    #[error(
        "node `{node}` of the saved model has the custom mechanism `{mechanism}`, which the registry lacks; it has {available}",
        node = shown(.node), mechanism = shown(.mechanism), available = line(.available)
    )]
    UnregisteredMechanism {
        /// The node's name.
        node: String,
        /// The mechanism's name.
        mechanism: String,
        /// The mechanisms that are registered.
        available: String,
    },
    /// What was to be loaded is no saved model, or a damaged one.
    #[error("this is no sound saved model: {message}", message = line(.message))]
    DamagedModel {
        /// What is wrong.
        message: String,
    },
    /// A model was saved by a later version of this crate.
    #[error(
        "the model was saved in format version {found}, but this version of etiology reads versions up to {supported}"
    )]
    NewerModel {
        /// The format version of the file.
        found: u32,
        /// The latest version that can be read.
        supported: u32,
    },
    /// A model file could not be read or written.
    #[error("cannot {operation} the model file {path}: {message}", path = line(.path), message = line(.message))]
    ModelFile {
        /// `read` or `write`.
        operation: &'static str,
        /// The file's path.
        path: String,
        /// What is wrong.
        message: String,
    },
    /// A file could not be written.
    #[error("cannot write {path}: {message}", path = line(.path), message = line(.message))]
    CannotWrite {
        /// The file's path.
        path: String,
        /// What is wrong.
        message: String,
    },
    /// The caller asked to stop.
    #[error("{what} was cancelled")]
    Cancelled {
        /// What was under way.
        what: &'static str,
    },
    /// A model could not be fitted to too many of the resampled data sets, or gave no attribution.
    #[error("{failed} of {resamples} resamples of the rows failed; the first: {first}", first = line(.first))]
    Resampling {
        /// How many failed.
        failed: usize,
        /// How many there are in all.
        resamples: usize,
        /// What the first one said.
        first: String,
    },
    /// Ordinary linear algebra failed, which takes extreme input.
    #[error("least squares failed: {message}", message = line(.message))]
    LinearAlgebra {
        /// What the solver said.
        message: String,
    },
}

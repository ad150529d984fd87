//! Figures that are known from elsewhere: closed forms, brute force, other programs, laws, and labelled faults.

mod acting;
mod analytic;
mod categories;
mod change;
mod change_errors;
mod extremes;
mod labelled;
mod large_graphs;
mod mergeable;
mod noise_bank;
mod outside;
mod precision;
mod proof;
mod properties;
mod reference_data;
mod scores;
mod shapley;
mod structure;
mod tails;
mod ties;
mod two_tables;

#[path = "../../examples/accuracy/case.rs"]
mod case;
#[path = "../../examples/shared/exact_models.rs"]
mod exact_models;
#[path = "../../examples/accuracy/made/hard.rs"]
mod hard;
#[path = "../../examples/shared/hidden_branches.rs"]
mod hidden_branches;
#[path = "../../examples/accuracy/json_lines.rs"]
mod json_lines;
#[path = "../../examples/shared/known_models.rs"]
mod known_models;
#[path = "../../examples/accuracy/least_squares.rs"]
mod least_squares;
#[path = "../shared/linear_gaussian.rs"]
mod linear_gaussian;
#[path = "../../examples/accuracy/petshop.rs"]
mod petshop;
#[path = "../../examples/accuracy/ranking.rs"]
mod ranking;
#[path = "../../examples/accuracy/rivals.rs"]
mod rivals;
#[path = "../../examples/accuracy/made/simulated.rs"]
mod simulated;

//! The only place that prefers one way to another.

use super::inverted::InvertedGame;
use super::linear::{ClosedGame, LinearPair};
use super::sampled::SampledGame;
use super::solve::{Split, solve};
use crate::engine::{EngineName, Explanation};
use crate::error::Result;
use crate::numeric::ranks::sort_by;
use crate::question::change::config::ChangeConfig;
use crate::question::change::functional::Functional;
use crate::question::change::pairing::Pairing;

/// Splits the change of the target's distribution over the nodes: in closed form where there is one, by Fourier inversion where a tail or a
/// quantile of a linear target is asked for, and by samples otherwise.
pub(in crate::question::change) fn split(pairing: &Pairing, config: &ChangeConfig) -> Result<Split> {
    let target = &pairing.nodes[pairing.target()].name;
    let mut passed_over = Vec::new();
    match LinearPair::of(pairing) {
        Ok(linear) => {
            match closed(&config.functional, &linear) {
                Ok(why) => {
                    let game = ClosedGame::new(&linear, &config.functional);
                    return solve(&game, pairing, config, explanation(EngineName::ClosedForm, why, passed_over));
                }
                Err(reason) => passed_over.push((EngineName::ClosedForm, reason)),
            }
            match InvertedGame::new(&linear, &config.functional) {
                Ok(game) => {
                    let why = format!(
                        "`{target}` is linear in all noises in both models, whose characteristic functions a series follows"
                    );
                    return solve(&game, pairing, config, explanation(EngineName::FourierInversion, why, passed_over));
                }
                Err(reason) => passed_over.push((EngineName::FourierInversion, reason)),
            }
        }
        Err(reason) => {
            passed_over.push((EngineName::ClosedForm, reason.clone()));
            passed_over.push((EngineName::FourierInversion, reason));
        }
    }
    let game = SampledGame::new(pairing, &config.functional, config.samples, config.seed)?;
    let why = format!(
        "it evaluates any mechanisms between `{target}` and its causes, with the same random numbers in all coalitions"
    );
    solve(&game, pairing, config, explanation(EngineName::Sampling, why, passed_over))
}

/// Why the functional follows from the mean and the variance.
///
/// # Errors
/// The reason why it does not.
fn closed(functional: &Functional, linear: &LinearPair<'_>) -> Result<String, String> {
    let target = &linear.pairing.nodes[linear.pairing.target()].name;
    let noises = match functional {
        Functional::Mean | Functional::Variance => format!("and a {functional} needs no more"),
        Functional::Custom(_) => return Err("a closure can only be evaluated on samples".to_owned()),
        _ => {
            linear.check_normal()?;
            "and they are normal or constant".to_owned()
        }
    };
    Ok(format!("`{target}` is linear in all noises in both models, {noises}"))
}

fn explanation(engine: EngineName, why: String, mut others: Vec<(EngineName, String)>) -> Explanation {
    for name in EngineName::ALL.into_iter().filter(|&name| name != engine) {
        if others.iter().all(|(other, _)| *other != name) {
            let reason = match (name, engine) {
                (_, EngineName::ClosedForm) => "the closed form is exact",
                (EngineName::Sampling, _) => "no samples are needed",
                _ => "changes are not split so",
            };
            others.push((name, reason.to_owned()));
        }
    }
    let place = |name: &EngineName| EngineName::ALL.iter().position(|other| other == name);
    sort_by(&mut others, &|one, other| place(&one.0).cmp(&place(&other.0)));
    Explanation { engine, why, others }
}

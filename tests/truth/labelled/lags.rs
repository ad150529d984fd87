//! How often lags are found where they are, and where there are none.

use etiology::lags::Lags;
use etiology::{CausalGraph, Dataset, DiagnosisConfig, StructuralCausalModel};
use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};

use crate::hard::{Half, cases};

/// A random tree of so many services, each called by one before it; the noise of the last third has memory.
struct Tree {
    graph: CausalGraph,
    /// By service, whom it is called by.
    callers: Vec<usize>,
    lags: Vec<i64>,
    rows: Vec<Vec<f64>>,
}

fn name(service: usize) -> String {
    format!("s{service}")
}

impl Tree {
    /// What a service takes is its own time, with a tail, and what those it calls took so many rows before; from row `fault` on the culprit takes 6 more.
    fn new(generator: &mut ChaCha8Rng, rows: usize, longest: i64, fault: Option<(usize, usize)>) -> Self {
        let count = generator.random_range(4..12);
        let callers: Vec<usize> = (0..count).map(|one: usize| generator.random_range(0..one.max(1))).collect();
        let lags: Vec<i64> = (0..count).map(|_| generator.random_range(0..=longest)).collect();
        let mut all = vec![vec![0.0; count]; rows];
        let mut memory = vec![0.0; count];
        for row in 0..rows {
            for service in (0..count).rev() {
                let fresh = -generator.random_range(1e-9..1.0_f64).ln();
                memory[service] = if 3 * service >= 2 * count { 0.7 * memory[service] + 0.7 * fresh } else { fresh };
                let called = (1..count).filter(|&callee| callers[callee] == service && callee != service);
                let waited = called.filter_map(|callee| Some(all[row.checked_sub(lags[callee] as usize)?][callee]));
                let slow = fault.is_some_and(|(culprit, begins)| culprit % count == service && row >= begins);
                all[row][service] = memory[service] + 0.8 * waited.sum::<f64>() + if slow { 6.0 } else { 0.0 };
            }
        }
        let edges = (1..count).map(|callee| (name(callee), name(callers[callee])));
        Self { graph: CausalGraph::from_edges(edges).unwrap(), callers, lags, rows: all }
    }

    fn table(&self, order: impl Iterator<Item = usize> + Clone) -> Dataset {
        let columns = self.graph.nodes().map(|node| {
            let service: usize = node[1..].parse().unwrap();
            (node.to_owned(), order.clone().map(|row| self.rows[row][service]).collect::<Vec<f64>>())
        });
        Dataset::from_columns(columns).unwrap()
    }

    fn lag_of(&self, callee: usize, found: &Lags) -> i64 {
        let (cause, effect) = (name(callee), name(self.callers[callee]));
        found.effects().iter().find(|one| one.cause == cause && one.effect == effect).map_or(0, |one| one.rows)
    }
}

#[test]
fn lags_of_trees_are_found_from_200_rows_on() {
    let (mut right, mut all) = (0, 0);
    for seed in 0..40 {
        let tree = Tree::new(&mut ChaCha8Rng::seed_from_u64(seed), 200, 2, None);
        let found = Lags::chosen(&tree.graph, &tree.table(0..200)).unwrap();
        right += (1..tree.callers.len()).filter(|&callee| tree.lag_of(callee, &found) == tree.lags[callee]).count();
        all += tree.callers.len() - 1;
    }
    assert!(50 * right >= 49 * all, "{right} of {all} edges");
}

/// At 200 rows one edge in a thousand at most may have a lag that it has not: in order, and shuffled, where there is no order at all.
#[test]
fn where_nothing_lags_no_lag_is_found() {
    let (mut wrong, mut edges) = (0, 0);
    for seed in 1_000..1_150 {
        let generator = &mut ChaCha8Rng::seed_from_u64(seed);
        let (tree, lagging) = (Tree::new(generator, 200, 0, None), Tree::new(generator, 200, 2, None));
        let mut shuffled: Vec<usize> = (0..200).collect();
        for place in (1..200).rev() {
            shuffled.swap(place, generator.random_range(0..=place));
        }
        for (tree, order) in [(&tree, (0..200).collect()), (&tree, shuffled.clone()), (&lagging, shuffled)] {
            let found = Lags::chosen(&tree.graph, &tree.table(order.iter().copied())).unwrap();
            wrong += found.effects().len();
            edges += tree.callers.len() - 1;
        }
    }
    assert!(1_000 * wrong <= edges, "{wrong} of {edges} edges");
}

/// Another one than where the target shows it is named where rows are taken as they are.
#[test]
fn the_culprit_is_named_once_rows_are_put_together_by_their_lags() {
    let (mut as_is, mut aligned, mut asked) = (0, 0, 0);
    for seed in 0..30 {
        let generator = &mut ChaCha8Rng::seed_from_u64(seed);
        let culprit = generator.random_range(1..100);
        let tree = Tree::new(generator, 420, 2, Some((culprit, 410)));
        let count = tree.callers.len();
        let (normal, incident) = (tree.table(0..400), tree.table(400..420));
        let lags = Lags::chosen(&tree.graph, &normal).unwrap();
        // The row in which it has just reached the target along all edges.
        let mut service = culprit % count;
        let mut row = 10;
        while service != 0 {
            row += tree.lags[service] as usize;
            service = tree.callers[service];
        }
        if culprit % count == 0 || row == 10 || row >= 20 {
            continue;
        }
        asked += 1;
        let named = |normal: &Dataset, event: &etiology::Observation| {
            let model = StructuralCausalModel::new(tree.graph.clone())
                .assign_mechanisms_with(normal, &etiology::mechanism::AssignmentConfig::linear())
                .unwrap()
                .fit(normal)
                .unwrap();
            let config = DiagnosisConfig::default().with_lags(&lags);
            let diagnosis = model.diagnose("s0", event, &config).unwrap();
            usize::from(diagnosis.combined[0].node == name(culprit % count))
        };
        as_is += named(&normal, &incident.row(row).unwrap());
        let normal = lags.aligned(&normal, "s0", 0..400).unwrap();
        aligned += named(&normal, &lags.event(&incident, "s0", row).unwrap());
    }
    assert!(asked >= 15 && 10 * aligned >= 9 * asked && aligned > as_is, "{as_is} and {aligned} of {asked}");
}

/// In the hard incidents one kind has lags, and no other.
#[test]
fn of_the_hard_incidents_only_those_with_lags_have_them() {
    for case in cases(20, Half::Development).unwrap() {
        let lags = Lags::chosen(&case.graph, &case.normal).unwrap();
        assert_eq!(!lags.is_empty(), case.kind == "lag", "{}: {lags}", case.name);
    }
}

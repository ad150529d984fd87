//! Which shift of every column makes effects follow from their causes best.
//!
//! Maximises Σⱼ −n/2·ln σⱼ² − price·(edges whose ends are shifted differently) over one shift for each column, σⱼ² being what the linear regression of
//! the ranks of j on those of its parents, each at its lag, leaves. Starts from no shifts and from those along the tree of
//! the surest edges, and moves single nodes, and all on one side of an edge of that tree, as long as it becomes better.

use ndarray::Array2;

use super::correlations::Correlations;
use crate::numeric::linalg::cholesky_solve;
use crate::numeric::ranks::sort_by;

/// Keeps parents apart that are nearly the same.
const RIDGE: f64 = 1e-4;
/// Of more parents only the ones that are correlated most are looked at.
const MOST_PARENTS: usize = 30;
/// After so many rounds nothing moves any more, or goes round.
const ROUNDS: usize = 20;
/// Differences below it are rounding.
const ROUNDING: f64 = 1e-9;

/// A search over the shifts of all nodes of a graph.
pub(super) struct Search<'a> {
    correlations: &'a Correlations,
    rows: f64,
    /// Most rows between a cause and its effect.
    most: i64,
    /// What a lag must gain, in nats.
    price: f64,
    parents: Vec<Vec<usize>>,
    children: Vec<Vec<usize>>,
}

/// Those of a node's parents of which a lag can be told.
pub(super) fn with_a_lag(correlations: &Correlations, node: usize, parents: &[usize], most: i64) -> Vec<usize> {
    let varies = |&one: &usize| correlations.varies(one) && correlations.varies(node);
    let mut varying: Vec<usize> = parents.iter().copied().filter(varies).collect();
    let strength = |one: usize| correlations.strongest(one, node, most);
    sort_by(&mut varying, &|&one, &other| strength(other).total_cmp(&strength(one)));
    varying.truncate(MOST_PARENTS);
    varying
}

/// An edge with the lag that fits best by itself.
#[derive(Clone, Copy)]
struct Edge {
    cause: usize,
    effect: usize,
    lag: i64,
    /// What it gains over the second best lag, in nats.
    margin: f64,
}

impl<'a> Search<'a> {
    /// Of all pairs of a node and its parents and of the parents of one node the correlations must be there.
    pub(super) fn new(
        parents: Vec<Vec<usize>>,
        correlations: &'a Correlations,
        (rows, most, price): (usize, i64, f64),
    ) -> Self {
        let mut children = vec![Vec::new(); parents.len()];
        for (node, parents) in parents.iter().enumerate() {
            parents.iter().for_each(|&parent| children[parent].push(node));
        }
        Self { correlations, rows: rows as f64, most, price, parents, children }
    }

    /// The best shifts that are found, one for each node: an effect in row r + its shift follows from its causes in rows r + theirs.
    pub(super) fn best(&self) -> Vec<i64> {
        let nodes = self.parents.len();
        let mut edges: Vec<Edge> = (0..nodes).flat_map(|node| self.own_lags(node)).collect();
        let zero = vec![0; nodes];
        if edges.iter().all(|edge| edge.lag == 0) {
            return zero;
        }
        sort_by(&mut edges, &|one, other| other.margin.total_cmp(&one.margin));
        let (along_tree, tree) = spanned(nodes, &edges);
        let moves: Vec<Vec<usize>> =
            (0..nodes).map(|node| vec![node]).chain((0..tree.len()).map(|cut| side(nodes, &tree, cut))).collect();
        let (from_zero, from_tree) = (self.climbed(zero, &moves), self.climbed(along_tree, &moves));
        let total = |shifts: &[i64]| (0..nodes).map(|node| self.worth(node, shifts)).sum::<f64>();
        let best = if total(&from_zero) >= total(&from_tree) { from_zero } else { from_tree };
        self.with_most_at_0(best)
    }

    /// What the lags of an effect explain better than if this one were 0, in nats.
    pub(super) fn gain(&self, (cause, effect): (usize, usize), shifts: &[i64]) -> f64 {
        let Some(place) = self.parents[effect].iter().position(|&parent| parent == cause) else { return 0.0 };
        let mut lags = self.lags(effect, shifts);
        let with = self.fit(effect, &lags);
        lags[place] = 0;
        with - self.fit(effect, &lags)
    }

    /// Nodes that hang together may be shifted together: that changes nothing, so as few as possible are.
    fn with_most_at_0(&self, mut shifts: Vec<i64>) -> Vec<i64> {
        let mut seen = vec![false; shifts.len()];
        for start in 0..shifts.len() {
            if seen[start] {
                continue;
            }
            let mut together = vec![start];
            seen[start] = true;
            let mut next = 0;
            while let Some(&node) = together.get(next) {
                for &other in self.parents[node].iter().chain(&self.children[node]) {
                    if !std::mem::replace(&mut seen[other], true) {
                        together.push(other);
                    }
                }
                next += 1;
            }
            let count = |shift: i64| together.iter().filter(|&&node| shifts[node] == shift).count();
            let most = together.iter().map(|&node| shifts[node]).max_by_key(|&shift| (count(shift), -shift));
            together.iter().for_each(|&node| shifts[node] -= most.unwrap_or(0));
        }
        shifts
    }

    fn lags(&self, node: usize, shifts: &[i64]) -> Vec<i64> {
        self.parents[node].iter().map(|&parent| shifts[node] - shifts[parent]).collect()
    }

    /// The log-likelihood of a node given its parents, each seen so many rows before, above that of the node by itself.
    fn fit(&self, node: usize, lags: &[i64]) -> f64 {
        let parents = &self.parents[node];
        if parents.is_empty() || lags.iter().any(|lag| lag.abs() > self.most) {
            return 0.0;
        }
        let matrix = Array2::from_shape_fn((parents.len(), parents.len()), |(one, other)| match one == other {
            true => 1.0 + RIDGE,
            false => self.correlations.get(parents[one], parents[other], lags[one] - lags[other]),
        });
        let right: Vec<f64> =
            parents.iter().zip(lags).map(|(&parent, &lag)| self.correlations.get(parent, node, lag)).collect();
        let explained = cholesky_solve(matrix, right.clone())
            .map_or(0.0, |weights| weights.iter().zip(&right).map(|(weight, right)| weight * right).sum());
        -0.5 * self.rows * (1.0 - explained).max(1e-6).ln()
    }

    fn priced(&self, node: usize, lags: &[i64]) -> f64 {
        self.fit(node, lags) - self.price * lags.iter().filter(|&&lag| lag != 0).count() as f64
    }

    fn worth(&self, node: usize, shifts: &[i64]) -> f64 {
        self.priced(node, &self.lags(node, shifts))
    }

    /// The edges into a node, each with the lag that fits best beside those of the others.
    fn own_lags(&self, node: usize) -> Vec<Edge> {
        let parents = &self.parents[node];
        let mut edges: Vec<Edge> =
            parents.iter().map(|&cause| Edge { cause, effect: node, lag: 0, margin: 0.0 }).collect();
        for _ in 0..ROUNDS {
            let mut moved = false;
            for place in 0..edges.len() {
                let mut lags: Vec<i64> = edges.iter().map(|edge| edge.lag).collect();
                let mut tried: Vec<(f64, i64)> = (-self.most..=self.most)
                    .map(|lag| {
                        lags[place] = lag;
                        (self.priced(node, &lags), lag)
                    })
                    .collect();
                sort_by(&mut tried, &|one, other| other.0.total_cmp(&one.0).then(one.1.abs().cmp(&other.1.abs())));
                moved |= edges[place].lag != tried[0].1;
                edges[place].lag = tried[0].1;
                edges[place].margin = tried[0].0 - tried.get(1).map_or(0.0, |second| second.0);
            }
            if !moved {
                break;
            }
        }
        edges
    }

    /// Moves groups of nodes as long as that is better.
    fn climbed(&self, mut shifts: Vec<i64>, moves: &[Vec<usize>]) -> Vec<i64> {
        let affected: Vec<Vec<usize>> = moves.iter().map(|group| self.affected(group)).collect();
        for _ in 0..ROUNDS {
            let mut moved = false;
            for (group, affected) in moves.iter().zip(&affected) {
                let worth = |shifts: &[i64]| affected.iter().map(|&node| self.worth(node, shifts)).sum::<f64>();
                let (mut best, mut best_by) = (worth(&shifts), 0);
                for by in (-2 * self.most..=2 * self.most).filter(|&by| by != 0) {
                    group.iter().for_each(|&node| shifts[node] += by);
                    let value = worth(&shifts);
                    group.iter().for_each(|&node| shifts[node] -= by);
                    if value > best + ROUNDING {
                        (best, best_by) = (value, by);
                    }
                }
                group.iter().for_each(|&node| shifts[node] += best_by);
                moved |= best_by != 0;
            }
            if !moved {
                break;
            }
        }
        shifts
    }

    /// The nodes that have a lag to a parent which changes when a group is shifted.
    fn affected(&self, group: &[usize]) -> Vec<usize> {
        let mut is_in = vec![false; self.parents.len()];
        group.iter().for_each(|&node| is_in[node] = true);
        let changes = |&node: &usize| self.parents[node].iter().any(|&parent| is_in[parent] != is_in[node]);
        (0..is_in.len()).filter(changes).collect()
    }
}

/// Shifts along the tree, or trees, of the surest edges, and those edges as pairs of nodes; the surest edge first.
fn spanned(nodes: usize, edges: &[Edge]) -> (Vec<i64>, Vec<(usize, usize)>) {
    let (mut group, mut shifts): (Vec<usize>, Vec<i64>) = ((0..nodes).collect(), vec![0; nodes]);
    let mut tree = Vec::new();
    for edge in edges {
        let (one, other) = (group[edge.cause], group[edge.effect]);
        if one == other {
            continue;
        }
        let by = shifts[edge.cause] + edge.lag - shifts[edge.effect];
        for node in (0..nodes).filter(|&node| group[node] == other).collect::<Vec<_>>() {
            group[node] = one;
            shifts[node] += by;
        }
        tree.push((edge.cause, edge.effect));
    }
    (shifts, tree)
}

/// The nodes on one side of an edge of a tree.
fn side(nodes: usize, tree: &[(usize, usize)], cut: usize) -> Vec<usize> {
    let mut neighbours = vec![Vec::new(); nodes];
    for &(one, other) in tree.iter().take(cut).chain(&tree[cut + 1..]) {
        neighbours[one].push(other);
        neighbours[other].push(one);
    }
    let (mut reached, mut stack) = (vec![false; nodes], vec![tree[cut].0]);
    reached[tree[cut].0] = true;
    while let Some(node) = stack.pop() {
        for &next in &neighbours[node] {
            if !std::mem::replace(&mut reached[next], true) {
                stack.push(next);
            }
        }
    }
    (0..nodes).filter(|&node| reached[node]).collect()
}

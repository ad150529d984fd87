//! Where the nodes of a drawing go: in layers, each cause in a layer before its effects.
//!
//! The method of Sugiyama, Tagawa and Toda (IEEE Transactions on Systems, Man, and Cybernetics 11, 1981): a node's layer is
//! its longest distance to the last one; edges over several layers get a bend in each layer between; layers are ordered by
//! the mean place of their neighbours; then everything moves as close to its neighbours as that order allows.

use crate::numeric::ranks::sort_by;

/// How often layers are ordered, and then moved, by their neighbours.
const SWEEPS: usize = 8;
/// The room for a bend, where a node takes 1.
const BEND: f64 = 0.3;
/// With more bends than that, long edges get none and may cross nodes: such a graph is a thicket anyway.
const MOST_BENDS: usize = 4_000;

/// A place in a layer; `across` is counted in widths of a node.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Place {
    pub(super) layer: usize,
    pub(super) across: f64,
}

pub(super) struct Layout {
    pub(super) layers: usize,
    /// How much room the widest layer takes; places are from half a width to that less half a width.
    pub(super) extent: f64,
    pub(super) nodes: Vec<Place>,
    /// For each edge its places from cause to effect.
    pub(super) routes: Vec<Vec<Place>>,
}

/// Lays out nodes in topological order, all of which have a path to the last one. Costs O(sweeps · (nodes + bends) ·
/// log) and O(edges · layers) for the bends.
pub(super) fn layered(nodes: usize, edges: &[(usize, usize)]) -> Layout {
    let mut drawing = Drawing::new(nodes, edges);
    for sweep in 0..SWEEPS {
        drawing.order(sweep % 2 == 0);
    }
    drawing.pack();
    for sweep in 0..SWEEPS {
        drawing.pull(sweep % 2 == 0);
    }
    drawing.into_layout(nodes)
}

/// Nodes, followed by bends.
struct Drawing {
    layer_of: Vec<usize>,
    across: Vec<f64>,
    sizes: Vec<f64>,
    /// Neighbours in the layer before and in the layer after.
    before: Vec<Vec<usize>>,
    after: Vec<Vec<usize>>,
    /// The items of each layer, in order.
    layers: Vec<Vec<usize>>,
    routes: Vec<Vec<usize>>,
}

impl Drawing {
    fn new(nodes: usize, edges: &[(usize, usize)]) -> Self {
        let mut distances = vec![0_usize; nodes];
        let mut by_cause = edges.to_vec();
        sort_by(&mut by_cause, &|one, other| other.0.cmp(&one.0));
        for (cause, effect) in by_cause {
            distances[cause] = distances[cause].max(distances[effect] + 1);
        }
        let last = distances.iter().copied().max().unwrap_or(0);
        let layer_of: Vec<usize> = distances.into_iter().map(|distance| last - distance).collect();
        let mut layers = vec![Vec::new(); last + 1];
        layer_of.iter().enumerate().for_each(|(node, &layer)| layers[layer].push(node));
        let (before, after) = (vec![Vec::new(); nodes], vec![Vec::new(); nodes]);
        let (across, sizes) = (vec![0.0; nodes], vec![1.0; nodes]);
        let mut drawing = Self { layer_of, across, sizes, before, after, layers, routes: Vec::new() };
        let lengths = edges.iter().map(|&(cause, effect)| drawing.layer_of[effect] - drawing.layer_of[cause]);
        let has_bends = lengths.map(|length| length.saturating_sub(1)).sum::<usize>() <= MOST_BENDS;
        edges.iter().for_each(|&edge| drawing.add_route(edge, has_bends));
        drawing.number();
        drawing
    }

    fn add_route(&mut self, (cause, effect): (usize, usize), has_bends: bool) {
        let mut route = vec![cause];
        if has_bends {
            for layer in self.layer_of[cause] + 1..self.layer_of[effect] {
                let bend = self.layer_of.len();
                self.layer_of.push(layer);
                self.across.push(0.0);
                self.sizes.push(BEND);
                self.before.push(Vec::new());
                self.after.push(Vec::new());
                self.layers[layer].push(bend);
                route.push(bend);
            }
        }
        route.push(effect);
        for pair in route.windows(2) {
            self.after[pair[0]].push(pair[1]);
            self.before[pair[1]].push(pair[0]);
        }
        self.routes.push(route);
    }

    /// Makes the places the numbers within the layers.
    fn number(&mut self) {
        for layer in &self.layers {
            layer.iter().enumerate().for_each(|(number, &item)| self.across[item] = number as f64);
        }
    }

    /// The layers by the direction of a sweep.
    fn sweep(&self, forwards: bool) -> Vec<usize> {
        let all = 0..self.layers.len();
        if forwards { all.collect() } else { all.rev().collect() }
    }

    fn mean_of(&self, neighbours: &[usize]) -> Option<f64> {
        let sum: f64 = neighbours.iter().map(|&neighbour| self.across[neighbour]).sum();
        (!neighbours.is_empty()).then(|| sum / neighbours.len() as f64)
    }

    /// Orders each layer by the mean number of the neighbours that the sweep comes from.
    fn order(&mut self, forwards: bool) {
        for number in self.sweep(forwards) {
            let mut layer = std::mem::take(&mut self.layers[number]);
            let neighbours = if forwards { &self.before } else { &self.after };
            let key = |item: usize| self.mean_of(&neighbours[item]).unwrap_or(self.across[item]);
            let mut keyed: Vec<(f64, usize)> = layer.iter().map(|&item| (key(item), item)).collect();
            sort_by(&mut keyed, &|a, b| a.0.total_cmp(&b.0));
            layer = keyed.into_iter().map(|(_, item)| item).collect();
            layer.iter().enumerate().for_each(|(place, &item)| self.across[item] = place as f64);
            self.layers[number] = layer;
        }
    }

    /// Puts the items of each layer side by side, around 0.
    fn pack(&mut self) {
        for layer in &self.layers {
            let total: f64 = layer.iter().map(|&item| self.sizes[item]).sum();
            let mut edge = -total / 2.0;
            for &item in layer {
                self.across[item] = edge + self.sizes[item] / 2.0;
                edge += self.sizes[item];
            }
        }
    }

    /// Moves the items of each layer towards their neighbours, without changing the order or overlapping.
    fn pull(&mut self, forwards: bool) {
        for number in self.sweep(forwards) {
            let layer = &self.layers[number];
            let wanted = layer.iter().map(|&item| {
                let all: Vec<usize> = self.before[item].iter().chain(&self.after[item]).copied().collect();
                self.mean_of(&all).unwrap_or(self.across[item])
            });
            let sizes: Vec<f64> = layer.iter().map(|&item| self.sizes[item]).collect();
            let placed = apart(&wanted.collect::<Vec<_>>(), &sizes);
            layer.iter().zip(placed).for_each(|(&item, across)| self.across[item] = across);
        }
    }

    fn into_layout(self, nodes: usize) -> Layout {
        let items = || self.across.iter().zip(&self.sizes);
        let start = items().map(|(across, size)| across - size / 2.0).fold(f64::INFINITY, f64::min);
        let end = items().map(|(across, size)| across + size / 2.0).fold(f64::NEG_INFINITY, f64::max);
        let place = |item: usize| Place { layer: self.layer_of[item], across: self.across[item] - start };
        Layout {
            layers: self.layers.len(),
            extent: end - start,
            nodes: (0..nodes).map(place).collect(),
            routes: self.routes.iter().map(|route| route.iter().map(|&item| place(item)).collect()).collect(),
        }
    }
}

/// The places closest to those wanted, in squares, that keep the order and do not overlap: isotonic regression by pooling
/// adjacent violators.
fn apart(wanted: &[f64], sizes: &[f64]) -> Vec<f64> {
    let mut offsets = Vec::with_capacity(sizes.len());
    let mut edge = 0.0;
    for size in sizes {
        offsets.push(edge + size / 2.0);
        edge += size;
    }
    // Pools of items that touch: the mean of what they want less their offsets, and how many they are.
    let mut pools: Vec<(f64, usize)> = Vec::new();
    for (want, offset) in wanted.iter().zip(&offsets) {
        let (mut mean, mut count) = (want - offset, 1);
        while let Some(&(before, items)) = pools.last().filter(|(before, _)| *before > mean) {
            mean = (mean * count as f64 + before * items as f64) / (count + items) as f64;
            count += items;
            pools.pop();
        }
        pools.push((mean, count));
    }
    let starts = pools.into_iter().flat_map(|(mean, count)| std::iter::repeat_n(mean, count));
    starts.zip(offsets).map(|(start, offset)| start + offset).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diamond_with_a_long_edge_has_no_overlaps_and_points_forwards() {
        let edges = [(0, 1), (0, 2), (1, 3), (2, 3), (0, 3), (3, 4), (0, 4)];
        let layout = layered(5, &edges);
        let layers: Vec<usize> = layout.nodes.iter().map(|place| place.layer).collect();
        assert_eq!((layers, layout.layers), (vec![0, 1, 1, 2, 3], 4));
        assert!((layout.nodes[1].across - layout.nodes[2].across).abs() >= 1.0 - 1e-9);
        for route in &layout.routes {
            assert!(route.windows(2).all(|pair| pair[1].layer == pair[0].layer + 1));
        }
        assert_eq!(layout.routes[6].len(), 4);
        assert!(
            layout.nodes.iter().all(|place| place.across >= 0.5 - 1e-9 && place.across <= layout.extent - 0.5 + 1e-9)
        );
    }

    #[test]
    fn one_node_takes_the_room_of_one() {
        let layout = layered(1, &[]);
        assert_eq!((layout.layers, layout.extent), (1, 1.0));
        assert_eq!(layout.nodes, [Place { layer: 0, across: 0.5 }]);
    }

    #[test]
    fn a_thicket_has_straight_edges() {
        let edges: Vec<(usize, usize)> =
            (0..100).flat_map(|cause| (cause + 1..100).map(move |effect| (cause, effect))).collect();
        let layout = layered(100, &edges);
        assert_eq!((layout.layers, layout.extent), (100, 1.0));
        assert!(layout.routes.iter().all(|route| route.len() == 2));
    }

    #[test]
    fn what_need_not_move_does_not() {
        assert_eq!(apart(&[0.0, 5.0], &[1.0, 1.0]), [0.0, 5.0]);
        assert_eq!(apart(&[2.0, 2.0], &[1.0, 1.0]), [1.5, 2.5]);
        assert_eq!(apart(&[3.0, 1.0, 9.0], &[1.0, 1.0, 1.0]), [1.5, 2.5, 9.0]);
    }
}

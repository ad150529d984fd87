//! What others report of the same cases.

/// Top-1 and top-3 recall on the low-traffic scenario of PetShop.
pub(crate) const PETSHOP: &str = "\
published for the low-traffic scenario (top-1, top-3):
  counterfactual attribution (DoWhy), latency    0.43  0.71  benchmark's own wrapper (Hardt et al., CLeaR 2024)
  traversal of anomalous nodes, latency          0.571 0.571 RCA-Dataset-Eval.ipynb of the benchmark's repository
  traversal of anomalous nodes, availability     0.833 1.000 the same
";

/// Top-1 on `linear_single_cause.jsonl`.
pub(crate) const LINEAR_SINGLE_CAUSE: &str = "\
reported by whoever simulated these cases (top-1):
  counterfactual attribution, linear mechanisms  1.000 by mean deviation, 0.995 by outlier score
  z-score of the residual                        0.545
  smooth traversal on z-scores                   0.260
  score ordering                                 0.155
";

/// Top-1 on non-linear systems.
pub(crate) const NON_LINEAR: &str = "\
published for other simulations of non-linear systems (top-1):
  counterfactual attribution                     about 0.30  IDI (Nagalapatti et al., ICLR 2025)
";

/// Top-1, top-3 and top-5 on the 56 faults of both days of Nezha's Online Boutique.
pub(crate) const NEZHA: &str = "\
published for both days of the Online Boutique, from metrics, traces and logs together (top-1, top-3, top-5):
  Nezha (Yu et al., ESEC/FSE 2023), services     0.929 0.964 0.964
";

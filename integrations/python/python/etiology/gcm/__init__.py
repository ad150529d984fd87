"""`etiology` with the names of `dowhy.gcm`: change the import, and keep the rest.

What both have is called the same, takes its arguments in the same order, and gives results of the same shape, with errors beside them as
`.std_error`. `seed=` is a keyword of every call that draws or estimates.
"""

from etiology.gcm import (
    _noise,
    anomaly_scorers,
    auto,
    config,
    density_estimators,
    divergence,
    falsify,
    fitting_sampling,
    influence,
    ml,
    model_evaluation,
    shapley,
    stats,
    uncertainty,
    util,
)
from etiology.gcm import anomaly_scorers as anomaly_scorer
from etiology.gcm.anomaly import anomaly_scores, attribute_anomalies, conditional_anomaly_scores
from etiology.gcm.anomaly_scorers import (
    InverseDensityScorer,
    ITAnomalyScorer,
    MeanDeviationScorer,
    MedianCDFQuantileScorer,
    MedianDeviationScorer,
    RankBasedAnomalyScorer,
    RescaledMedianCDFQuantileScorer,
)
from etiology.gcm.causal_mechanisms import (
    AdditiveNoiseModel,
    BayesianGaussianMixtureDistribution,
    ClassifierFCM,
    ConditionalStochasticModel,
    DiscreteAdditiveNoiseModel,
    EmpiricalDistribution,
    FunctionalCausalModel,
    InvertibleFunctionalCausalModel,
    PostNonlinearModel,
    ScipyDistribution,
    StochasticModel,
)
from etiology.gcm.causal_models import InvertibleStructuralCausalModel, ProbabilisticCausalModel, StructuralCausalModel
from etiology.gcm.confidence_intervals import bootstrap_sampling, confidence_intervals, fit_and_compute
from etiology.gcm.density_estimators import KernelDensityEstimator1D
from etiology.gcm.distribution_change import (
    distribution_change,
    distribution_change_of_graphs,
    distribution_change_robust,
    mechanism_change_test,
)
from etiology.gcm.equations import create_causal_model_from_equations
from etiology.gcm.feature_relevance import feature_relevance_distribution, feature_relevance_sample, unit_change
from etiology.gcm.fitting_sampling import draw_samples, fit
from etiology.gcm.independence_test import (
    approx_kernel_based,
    generalised_cov_based,
    independence_test,
    kernel_based,
    regression_based,
)
from etiology.gcm.influence import arrow_strength, intrinsic_causal_influence, parent_relevance
from etiology.gcm.ml import ClassificationModel, PredictionModel
from etiology.gcm.model_evaluation import evaluate_causal_model
from etiology.gcm.validation import RejectionResult, refute_causal_structure, refute_invertible_model
from etiology.gcm.whatif import average_causal_effect, counterfactual_samples, interventional_samples

# The same under a shorter name.
bootstrap = bootstrap_sampling

__all__ = [
    "AdditiveNoiseModel",
    "BayesianGaussianMixtureDistribution",
    "ClassificationModel",
    "ClassifierFCM",
    "ConditionalStochasticModel",
    "DiscreteAdditiveNoiseModel",
    "EmpiricalDistribution",
    "FunctionalCausalModel",
    "ITAnomalyScorer",
    "InverseDensityScorer",
    "InvertibleFunctionalCausalModel",
    "InvertibleStructuralCausalModel",
    "KernelDensityEstimator1D",
    "MeanDeviationScorer",
    "MedianCDFQuantileScorer",
    "MedianDeviationScorer",
    "PostNonlinearModel",
    "PredictionModel",
    "ProbabilisticCausalModel",
    "RankBasedAnomalyScorer",
    "RejectionResult",
    "RescaledMedianCDFQuantileScorer",
    "ScipyDistribution",
    "StochasticModel",
    "StructuralCausalModel",
    "_noise",
    "anomaly_scorer",
    "anomaly_scorers",
    "anomaly_scores",
    "approx_kernel_based",
    "arrow_strength",
    "attribute_anomalies",
    "auto",
    "average_causal_effect",
    "bootstrap",
    "bootstrap_sampling",
    "conditional_anomaly_scores",
    "confidence_intervals",
    "config",
    "counterfactual_samples",
    "create_causal_model_from_equations",
    "density_estimators",
    "distribution_change",
    "distribution_change_of_graphs",
    "distribution_change_robust",
    "divergence",
    "draw_samples",
    "evaluate_causal_model",
    "falsify",
    "feature_relevance_distribution",
    "feature_relevance_sample",
    "fit",
    "fit_and_compute",
    "fitting_sampling",
    "generalised_cov_based",
    "independence_test",
    "influence",
    "interventional_samples",
    "intrinsic_causal_influence",
    "kernel_based",
    "mechanism_change_test",
    "ml",
    "model_evaluation",
    "parent_relevance",
    "refute_causal_structure",
    "refute_invertible_model",
    "regression_based",
    "shapley",
    "stats",
    "uncertainty",
    "unit_change",
    "util",
]

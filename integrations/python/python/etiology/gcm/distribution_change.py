"""Why a distribution changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy

from etiology import _native
from etiology._estimates import Estimates
from etiology._native import EtiologyError
from etiology.gcm import _random
from etiology.gcm.causal_models import ProbabilisticCausalModel, node_names
from etiology.gcm.divergence import auto_estimate_kl_divergence
from etiology.gcm.shapley import ShapleyConfig, method_of


def _options(shapley_config: ShapleyConfig | None, num_samples: int, seed: int | None) -> dict[str, Any]:
    options: dict[str, Any] = {"samples": num_samples, "seed": _random.of_question(seed)}
    method = method_of(shapley_config)
    if method is not None:
        options["shapley"] = {"method": _choice(method), "seed": options["seed"]}
    return options


def _choice(method: Any) -> Any:
    return {method[0]: method[1]} if isinstance(method, tuple) else method


def _functional(difference: Callable[[Any, Any], Any], old_samples: Callable[[], Any]) -> Any:
    """What the library calls a difference of two samples. One that is the difference of means or variances, as three pairs of samples tell, it
    has in closed form; any other is asked for the distance of each sample from the old one."""
    if difference is auto_estimate_kl_divergence:
        return "kullback_leibler"
    probes = numpy.random.default_rng(1).gamma(2.0, 3.0, size=(3, 2, 40))
    for name, statistic in (("mean", numpy.mean), ("variance", numpy.var)):
        try:
            found = [float(numpy.asarray(difference(first, second)).reshape(-1)[0]) for first, second in probes]
        except Exception:  # a function of another kind of sample: it is asked below, and may complain there
            break
        expected = [float(statistic(second) - statistic(first)) for first, second in probes]
        if numpy.allclose(found, expected, rtol=1e-9, atol=1e-12):
            return name
    old = numpy.asarray(old_samples())
    return lambda values: float(numpy.asarray(difference(old, numpy.asarray(values))).reshape(-1)[0])


def _estimates(answer: Any, names: Any) -> Estimates:
    rows = sorted(answer.to_dict()["contributions"], key=lambda row: str(row["node"]))
    return Estimates({names[row["node"]]: row["value"] for row in rows}, {names[row["node"]]: row["std_error"] for row in rows}, answer)


def distribution_change(
    causal_model: ProbabilisticCausalModel,
    old_data: Any,
    new_data: Any,
    target_node: Any,
    invariant_nodes: Iterable[Any] | None = None,
    num_samples: int = 2000,
    difference_estimation_func: Callable[[Any, Any], Any] = auto_estimate_kl_divergence,
    independence_test: Any = None,
    conditional_independence_test: Any = None,
    mechanism_change_test_significance_level: float = 0.05,
    mechanism_change_test_fdr_control_method: str | None = "fdr_bh",
    auto_assignment_quality: Any = None,
    return_additional_info: bool = False,
    shapley_config: ShapleyConfig | None = None,
    graph_factory: Any = None,
    *,
    seed: int | None = None,
) -> Any:
    """For the target and every node that acts on it by how much the change of its mechanism moved the target, with `.std_error`.

    Which mechanisms changed is tested by the library's own test, with Holm's correction; the arguments for other tests are taken and not used.
    """
    if invariant_nodes:
        raise NotImplementedError("`invariant_nodes` cannot be given here: leave it out, as mechanisms that are not seen to have changed add exactly 0, or lower `mechanism_change_test_significance_level`")
    if auto_assignment_quality is not None:
        from etiology.gcm.auto import assign_causal_mechanisms

        causal_model = causal_model.clone()
        assign_causal_mechanisms(causal_model, old_data, auto_assignment_quality, override_models=True)
    causal_model._check(target_node)
    if not causal_model._kinds:
        causal_model.note_kinds(old_data)
    old, new = causal_model.table(old_data), causal_model.table(new_data)
    options = _options(shapley_config, num_samples, seed)
    options["functional"] = _functional(difference_estimation_func, lambda: old[str(target_node)])
    names = node_names(causal_model)
    pair = None
    if any(getattr(causal_model.causal_mechanism(node), "_is_foreign", False) for node in causal_model.graph.nodes):
        # Regressions that are written in Python are fitted to each table by themselves.
        pair = _fitted_to(causal_model, old_data), _fitted_to(causal_model, new_data)
        answer = pair[0].fitted.distribution_change(pair[1].fitted, str(target_node), **options)
    else:
        options["test"] = mechanism_change_test_significance_level
        answer = causal_model.native().distribution_change(old, new, str(target_node), **options)
    found = _estimates(answer, names)
    if not return_additional_info:
        return found
    changed = {names[row["node"]]: bool(row["changed"]) for row in answer.to_dict()["contributions"]}
    pair = pair or (_fitted_to(causal_model, old_data), _fitted_to(causal_model, new_data))
    return found, changed, pair[0], pair[1]


def _fitted_to(causal_model: ProbabilisticCausalModel, data: Any) -> Any:
    from etiology.gcm.fitting_sampling import fit

    clone = causal_model.clone()
    fit(clone, data)
    return clone


def distribution_change_of_graphs(
    causal_model_old: ProbabilisticCausalModel,
    causal_model_new: ProbabilisticCausalModel,
    target_node: Any,
    num_samples: int = 2000,
    difference_estimation_func: Callable[[Any, Any], Any] = auto_estimate_kl_divergence,
    shapley_config: ShapleyConfig | None = None,
    graph_factory: Any = None,
    *,
    seed: int | None = None,
) -> Estimates:
    """The same of two fitted models."""
    old, new = causal_model_old.fitted, causal_model_new.fitted
    options = _options(shapley_config, num_samples, seed)
    options["functional"] = _functional(
        difference_estimation_func, lambda: old.draw_samples(num_samples, seed=options["seed"])[str(target_node)]
    )
    names = {**node_names(causal_model_new), **node_names(causal_model_old)}
    return _estimates(old.distribution_change(new, str(target_node), **options), names)


def distribution_change_robust(
    causal_model: ProbabilisticCausalModel,
    old_data: Any,
    new_data: Any,
    target_node: Any,
    target_functional: str = "mean",
    sample_weight: Any = None,
    xfit: bool = True,
    xfit_folds: int = 5,
    train_size: float = 0.5,
    calib_size: float = 0.2,
    split_random_state: int = 0,
    method: str = "MR",
    regressor: Any = None,
    classifier: Any = None,
    calibrator: Any = None,
    all_indep: bool = False,
    crop: float = 0.001,
    shapley_config: ShapleyConfig | None = None,
    *,
    seed: int | None = None,
) -> Estimates:
    """The change of a mean, a variance or a frequency by multiply robust estimates, with `.std_error` that covers what was learned.

    `target_functional` is `mean`, `variance`, `("frequency_above", x)` or `("frequency_of", level)`. `regressor` is a factory of `gcm.ml`, or
    the name of a regression of the library.
    """
    if method != "MR":
        raise NotImplementedError(f"the method is `{method}`: expected `MR`, the multiply robust one, which is right if either the regressions or the weights are; leave `method` out")
    if sample_weight is not None:
        raise NotImplementedError("rows cannot be weighted here: leave out `sample_weight`, or draw rows with these weights, as with `frame.sample(len(frame), replace=True, weights=...)`")
    options: dict[str, Any] = {"quantity": target_functional, "folds": xfit_folds, "seed": _random.of_question(seed)}
    if regressor is not None:
        found = regressor if isinstance(regressor, str) else getattr(regressor(), "kind", None)
        if found is None:
            raise EtiologyError("the regressor of a robust change is one of the library: `linear`, `polynomial` or `boosted_trees`")
        options["regressor"] = "linear" if found == "ridge" else found
    old, new = causal_model.table(old_data), causal_model.table(new_data)
    answer = _native.robust_change(causal_model.native_graph(), old, new, str(target_node), **options)
    return _estimates(answer, node_names(causal_model))


def mechanism_change_test(
    target_original_data: Any,
    target_new_data: Any,
    parents_original_data: Any = None,
    parents_new_data: Any = None,
    independence_test: Any = None,
    conditional_independence_test: Any = None,
) -> float:
    """The probability of so different samples if both have one mechanism, by the library's own test."""

    def given(parents: Any, values: Any) -> Any:
        if parents is None:
            return numpy.empty((len(values), 0))
        table = numpy.asarray(parents, dtype=float)
        return table.reshape(len(values), -1)

    first = numpy.asarray(target_original_data, dtype=float).reshape(-1)
    second = numpy.asarray(target_new_data, dtype=float).reshape(-1)
    test = _native.two_sample_test(first, given(parents_original_data, first), second, given(parents_new_data, second))
    return float(test["p_value"])

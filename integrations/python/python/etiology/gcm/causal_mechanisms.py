"""Mechanisms and distributions: what `set_causal_mechanism` takes. They are fitted in place, by `fit` of a causal model or by themselves."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any

import numpy

from etiology._native import Dataset, EtiologyError, FittedModel, Mechanism, Noise, StructuralCausalModel
from etiology.gcm import _random, ml


def _column(values: Any) -> Any:
    return numpy.asarray(values).reshape(-1)


def _table(samples: Any) -> Any:
    samples = numpy.asarray(samples)
    return samples.reshape(-1, 1) if samples.ndim < 2 else samples


class StochasticModel:
    """What a node follows; once it is fitted it knows of which model it is part, and as which node."""

    _model: FittedModel | None = None
    _node = ""
    # The parents in the order that rows of them have.
    _parents: tuple[str, ...] = ()

    def _bind(self, model: FittedModel, node: str, parents: Sequence[str] = ()) -> None:
        self._model, self._node, self._parents = model, node, tuple(parents)

    @property
    def _bound(self) -> FittedModel:
        if self._model is None:
            raise RuntimeError("this mechanism has not been fitted: call `gcm.fit(causal_model, data)`, or its own `fit`, first")
        return self._model

    def clone(self) -> Any:
        """The same, not fitted."""
        fresh = object.__new__(type(self))
        fresh.__dict__.update(self.__dict__)
        fresh._model, fresh._node, fresh._parents = None, "", ()
        return fresh

    def native(self, node: str, parents: list[str]) -> Mechanism:
        """What the library calls it."""
        raise NotImplementedError(
            f"{type(self).__name__} is no mechanism that can be fitted: give a distribution or mechanism of `gcm`, or "
            "`gcm.AdditiveNoiseModel(model)` of a model of your own with `fit` and `predict`"
        )


class Distribution(StochasticModel):
    """What a node without parents follows."""

    def noise(self) -> Noise:
        raise NotImplementedError(
            f"{type(self).__name__} does not say its noise: let `noise` give an `etiology.Noise`, or take `gcm.EmpiricalDistribution()`"
        )

    def native(self, node: str, parents: list[str]) -> Mechanism:
        return Mechanism.root(self.noise())

    def fit(self, X: Any) -> None:
        """Fits the distribution to values."""
        model = StructuralCausalModel(_alone("x")).with_mechanism("x", self.native("x", []))
        self._bind(model.fit({"x": _column(X)}), "x")

    def draw_samples(self, num_samples: int, seed: int | None = None) -> Any:
        """Values of the distribution, as an array of rows × 1."""
        drawn = self._bound.draw_samples(num_samples, seed=_random.of_draw(seed))
        return numpy.asarray(drawn[self._node]).reshape(-1, 1)


def _alone(node: str) -> Any:
    from etiology._native import CausalGraph

    return CausalGraph([], nodes=[node])


class EmpiricalDistribution(Distribution):
    """The values that were seen, each as likely as any other."""

    data: Any = None

    def noise(self) -> Noise:
        return Noise.fit("empirical")

    def fit(self, X: Any) -> None:
        super().fit(X)
        self.data = numpy.asarray(X)

    def __repr__(self) -> str:
        return "Empirical Distribution"


# Families of scipy that the library knows: the name of the family to fit, and the parameters if they are known.
_FAMILIES = {
    "norm": "normal",
    "halfnorm": "half_normal",
    "expon": "exponential",
    "gamma": "gamma",
    "lognorm": "log_normal",
    "uniform": "uniform",
}


class ScipyDistribution(Distribution):
    """A distribution of scipy by its name: one of `norm`, `halfnorm`, `expon`, `gamma`, `lognorm` and `uniform`, with these parameters or to be
    fitted. Any other stands for as many of its quantiles as make no difference, and must have its parameters."""

    def __init__(self, scipy_distribution: Any = None, **parameters: float) -> None:
        self._distribution, self._parameters = scipy_distribution, dict(parameters)
        self._found: dict[str, float] = {}

    @property
    def scipy_distribution(self) -> Any:
        return self._distribution

    @property
    def parameters(self) -> dict[str, float]:
        """Those that were given, or were fitted."""
        return self._parameters or self._found

    def noise(self) -> Noise:
        if self._distribution is None:
            return Noise.fit("most_likely")
        name = getattr(self._distribution, "name", str(self._distribution))
        if not self._parameters:
            if name in _FAMILIES:
                return Noise.fit(_FAMILIES[name])
            raise EtiologyError(
                f"the distribution `{name}` cannot be fitted here: expected one of {', '.join(f'`{known}`' for known in _FAMILIES)}; "
                "give its parameters, or take `EmpiricalDistribution`"
            )
        given = {"loc": 0.0, "scale": 1.0, **self._parameters}
        loc, scale = float(given["loc"]), float(given["scale"])
        if name == "norm":
            return Noise.normal(loc, scale)
        if name == "halfnorm":
            return Noise.half_normal(loc, scale)
        if name == "expon":
            return Noise.exponential(scale, location=loc)
        if name == "uniform":
            return Noise.uniform(loc, loc + scale)
        if name == "gamma" and "a" in given:
            return Noise.gamma(float(given["a"]), scale, location=loc)
        if name == "lognorm" and "s" in given:
            return Noise.log_normal(float(numpy.log(scale)), float(given["s"]), location=loc)
        count = 100_000
        places = (numpy.arange(count) + 0.5) / count
        return Noise.empirical(numpy.ascontiguousarray(self._distribution.ppf(places, **self._parameters), dtype=float))

    def _bind(self, model: FittedModel, node: str, parents: Sequence[str] = ()) -> None:
        super()._bind(model, node, parents)
        if self._distribution is not None and not self._parameters:
            self._found = dict(_fitted_parameters(model, node))

    def clone(self) -> Any:
        fresh = super().clone()
        fresh._found = {}
        return fresh

    @staticmethod
    def find_suitable_continuous_distribution(distribution_samples: Any, divergence_threshold: float = 0.01) -> tuple[Any, dict[str, float]]:
        """The distribution of scipy, of those that the library knows, that fits best, with its parameters."""
        import scipy.stats

        likelihoods = {}
        values = _column(distribution_samples).astype(float)
        for name in _FAMILIES:
            distribution = getattr(scipy.stats, name)
            fitted = ScipyDistribution(distribution)
            try:
                fitted.fit(values)
            except EtiologyError:
                continue
            parameters = fitted.parameters
            shapes = 2 + sum(key not in ("loc", "scale") for key in parameters)
            with numpy.errstate(divide="ignore", invalid="ignore"):
                likelihood = distribution.logpdf(values, **parameters).sum() - shapes
            if likelihood == likelihood:
                likelihoods[name] = (likelihood, parameters)
        best = max(likelihoods, key=lambda name: likelihoods[name][0])
        return getattr(scipy.stats, best), likelihoods[best][1]

    def __repr__(self) -> str:
        return f"{getattr(self._distribution, 'name', 'most likely')} distribution"


def _fitted_parameters(model: FittedModel, node: str) -> Mapping[str, float]:
    noise = model.mechanism_noise(node)
    (family, values), *_ = noise.items()
    if family == "Normal":
        return {"loc": values["mean"], "scale": values["std_dev"]}
    if family == "Uniform":
        return {"loc": values["low"], "scale": values["high"] - values["low"]}
    if family == "LogNormal":
        return {"s": values["sigma"], "loc": values["location"], "scale": float(numpy.exp(values["mu"]))}
    if family == "Gamma":
        return {"a": values["shape"], "loc": values["location"], "scale": values["scale"]}
    return {"loc": values.get("location", 0.0), "scale": values.get("scale", 1.0)}


class BayesianGaussianMixtureDistribution(Distribution):
    """Stands for a smooth distribution of any shape: the values that were seen, with tails that are modelled."""

    def noise(self) -> Noise:
        return Noise.fit("tailed")

    def __repr__(self) -> str:
        return "Empirical Distribution with tails"


class ConditionalStochasticModel(StochasticModel):
    """What a node with parents follows."""

    def fit(self, X: Any, Y: Any) -> None:
        """Fits the mechanism to parents, as rows × parents, and values."""
        X = _table(X)
        parents = [f"x{place}" for place in range(X.shape[1])]
        columns: dict[str, Any] = {name: X[:, place] for place, name in enumerate(parents)}
        columns["y"] = _column(Y)
        fit_models = getattr(self, "_fit_foreign", None)
        if fit_models is not None:
            fit_models(X, columns["y"])
        model = StructuralCausalModel([(parent, "y") for parent in parents])
        for parent in parents:
            model = model.with_mechanism(parent, Mechanism.root(Noise.fit("empirical")))
        self._bind(model.with_mechanism("y", self.native("y", parents)).fit(Dataset(columns)), "y", parents)

    def _rows(self, parent_samples: Any) -> Any:
        """Parents as rows in the mechanism's order, from rows in the graph's."""
        order = [self._parents.index(parent) for parent in self._bound.mechanism_parents(self._node)]
        return _table(parent_samples).astype(float)[:, order]


class FunctionalCausalModel(ConditionalStochasticModel):
    """A mechanism that is a function of parents and noise."""

    def draw_noise_samples(self, num_samples: int, seed: int | None = None) -> Any:
        places = numpy.random.default_rng(_random.of_draw(seed)).uniform(size=num_samples)
        return self._bound.noise_quantiles(self._node, places).reshape(-1, 1)

    def evaluate(self, parent_samples: Any, noise_samples: Any) -> Any:
        noise = _column(noise_samples).astype(float)
        return self._bound.evaluate_mechanism(self._node, self._rows(parent_samples), noise).reshape(-1, 1)

    def draw_samples(self, parent_samples: Any, seed: int | None = None) -> Any:
        return self.evaluate(parent_samples, self.draw_noise_samples(len(_table(parent_samples)), seed))


class InvertibleFunctionalCausalModel(FunctionalCausalModel):
    """A mechanism that gives away its noise."""

    def estimate_noise(self, target_samples: Any, parent_samples: Any) -> Any:
        values = _column(target_samples).astype(float)
        return self._bound.estimate_mechanism_noise(self._node, self._rows(parent_samples), values).reshape(-1, 1)


class _OfRegression(InvertibleFunctionalCausalModel):
    """A regression with noise."""

    def __init__(self, prediction_model: Any, noise_model: Distribution | None = None) -> None:
        self._prediction_model = prediction_model
        self._noise_model = EmpiricalDistribution() if noise_model is None else noise_model

    @property
    def prediction_model(self) -> Any:
        return self._prediction_model

    @property
    def noise_model(self) -> Any:
        return self._noise_model

    @property
    def coefficients(self) -> Any:
        found = self._bound.coefficients(self._node)
        if found is None:
            return None
        by_parent = dict(zip(self._bound.mechanism_parents(self._node), found))
        return numpy.array([by_parent[parent] for parent in self._parents])

    def _bind(self, model: FittedModel, node: str, parents: Sequence[str] = ()) -> None:
        super()._bind(model, node, parents)
        if isinstance(self._prediction_model, ml.Regressor):
            self._prediction_model._fitted = self

    def clone(self) -> Any:
        fresh = super().clone()
        model = self._prediction_model
        fresh._prediction_model = model.clone() if hasattr(model, "clone") else copy.deepcopy(model)
        fresh._noise_model = self._noise_model.clone()
        return fresh

    @property
    def _is_foreign(self) -> bool:
        """Whether the regression is written in Python, and is to be fitted before the model."""
        return not isinstance(self._prediction_model, ml.Regressor)

    def _fit_foreign(self, X: Any, Y: Any) -> None:
        if self._is_foreign:
            self._prediction_model.fit(_table(X), numpy.asarray(Y).reshape(-1, 1))

    def code(self) -> Any:
        """The function of the parents that is written in Python; nothing where the library has it."""
        model = self._prediction_model
        if not self._is_foreign or (isinstance(model, ml.KnownLinear) and model.intercept == 0.0):
            return None
        return model.predict

    def _function(self, node: str, parents: list[str]) -> Mechanism:
        model = self._prediction_model
        if isinstance(model, ml.KnownLinear) and model.intercept == 0.0:
            return Mechanism.weighted_sum(list(zip(parents, model.coefficients.tolist())), noise=self._noise_model.noise())
        return Mechanism.function(parents, model.predict, noise=self._noise_model.noise(), name=node)


class AdditiveNoiseModel(_OfRegression):
    """A regression of the parents plus noise."""

    def native(self, node: str, parents: list[str]) -> Mechanism:
        model = self._prediction_model
        if self._is_foreign:
            return self._function(node, parents)
        return Mechanism.additive(model.kind, noise=self._noise_model.noise(), parameter=model.parameter)

    def __repr__(self) -> str:
        return f"AdditiveNoiseModel using {self._prediction_model}"


class DiscreteAdditiveNoiseModel(_OfRegression):
    """A rounded regression of the parents plus integer noise."""

    def native(self, node: str, parents: list[str]) -> Mechanism:
        model = self._prediction_model
        if self._is_foreign:
            return Mechanism.function(parents, self.code(), noise=self._noise_model.noise(), name=node)
        return Mechanism.discrete(model.kind, noise=self._noise_model.noise(), parameter=model.parameter)

    def code(self) -> Any:
        model = self._prediction_model
        return (lambda rows: numpy.round(model.predict(rows))) if self._is_foreign else None

    def __repr__(self) -> str:
        return f"DiscreteAdditiveNoiseModel using {self._prediction_model}"


class PostNonlinearModel(_OfRegression):
    """A function of a regression plus noise."""

    def __init__(self, prediction_model: Any, noise_model: Distribution | None, invertible_function: ml.InvertibleFunction) -> None:
        super().__init__(prediction_model, noise_model)
        self._invertible_function = invertible_function

    def native(self, node: str, parents: list[str]) -> Mechanism:
        model, function, noise = self._prediction_model, self._invertible_function, self._noise_model.noise()
        link = getattr(function, "link", "")
        if not self._is_foreign and link:
            return Mechanism.post_nonlinear(link, model.kind, noise=noise, parameter=model.parameter)
        if not self._is_foreign:
            raise EtiologyError(
                "a regression of the library is fitted to the logarithm, or not at all: take `InvertibleExponentialFunction` or "
                "`InvertibleIdentityFunction`, or a regression of your own"
            )

        evaluate, estimate_noise = self.code()
        return Mechanism.custom(parents, evaluate, estimate_noise, noise=noise, name=node)

    def code(self) -> Any:
        if not self._is_foreign:
            return None
        model, function = self._prediction_model, self._invertible_function

        def evaluate(parents: Any, noise: Any) -> Any:
            return function.evaluate(_column(model.predict(parents)) + noise)

        def estimate_noise(parents: Any, values: Any) -> Any:
            return function.evaluate_inverse(values) - _column(model.predict(parents))

        return evaluate, estimate_noise

    def _fit_foreign(self, X: Any, Y: Any) -> None:
        super()._fit_foreign(X, self._invertible_function.evaluate_inverse(numpy.asarray(Y, dtype=float)))

    def __repr__(self) -> str:
        return f"PostNonlinearModel using {self._prediction_model}"


class ClassifierFCM(FunctionalCausalModel):
    """A category by the probabilities of its classes."""

    def __init__(self, classifier_model: Any = None) -> None:
        self._classifier_model = ml.Classifier() if classifier_model is None else classifier_model

    @property
    def classifier_model(self) -> Any:
        return self._classifier_model

    def native(self, node: str, parents: list[str]) -> Mechanism:
        if not isinstance(self._classifier_model, ml.Classifier):
            raise EtiologyError(
                f"the classifier of node `{node}` is {type(self._classifier_model).__name__}: "
                "expected one of `gcm.ml.create_logistic_regression_classifier()`"
            )
        return Mechanism.classifier(self._classifier_model.kind)

    def fit(self, X: Any, Y: Any) -> None:
        super().fit(X, [str(value) for value in _column(Y)])

    def __repr__(self) -> str:
        return f"Classifier FCM based on {self._classifier_model}"


class Chosen(InvertibleFunctionalCausalModel):
    """What cross-validation chose for a node."""

    def __init__(self, mechanism: Mechanism, words: str) -> None:
        self._mechanism, self._words = mechanism, words

    def native(self, node: str, parents: list[str]) -> Mechanism:
        return self._mechanism

    def __repr__(self) -> str:
        return self._words

    def __reduce__(self) -> Any:
        return (ChosenBefore, (self._words,))


class ChosenBefore(InvertibleFunctionalCausalModel):
    """What cross-validation chose for a node of a model that was pickled: it answers as it was fitted."""

    def __init__(self, words: str) -> None:
        self._words = words

    def native(self, node: str, parents: list[str]) -> Mechanism:
        raise EtiologyError(
            f"the mechanism of node `{node}` was chosen before the model was pickled: call "
            "`gcm.auto.assign_causal_mechanisms(causal_model, data, override_models=True)` before it is fitted again"
        )

    def __repr__(self) -> str:
        return self._words

"""Regressions and classifiers: those of the library by name; those of scikit-learn, where it is installed, as they are."""

from __future__ import annotations

import copy
import importlib
from abc import ABC, abstractmethod
from typing import Any

import numpy


class PredictionModel(ABC):
    """A function of parents that is learned: `fit` to arrays of rows × parents and rows × 1, then `predict`."""

    @abstractmethod
    def fit(self, X: Any, Y: Any) -> None: ...

    @abstractmethod
    def predict(self, X: Any) -> Any: ...

    def clone(self) -> PredictionModel:
        return copy.deepcopy(self)


class ClassificationModel(PredictionModel):
    """A prediction model of categories."""

    @abstractmethod
    def predict_probabilities(self, X: Any) -> Any: ...

    @property
    @abstractmethod
    def classes(self) -> list[str]: ...


class Regressor(PredictionModel):
    """A regression of the library, which is fitted with the model that it is part of."""

    def __init__(self, kind: str, parameter: float | None = None) -> None:
        self.kind, self.parameter = kind, parameter
        self._fitted: Any = None

    def fit(self, X: Any, Y: Any) -> None:
        from etiology.gcm import causal_mechanisms

        self._fitted = causal_mechanisms.AdditiveNoiseModel(Regressor(self.kind, self.parameter))
        self._fitted.fit(X, Y)

    def predict(self, X: Any) -> Any:
        if self._fitted is None:
            raise RuntimeError("the regression has not been fitted: call `fit` of it, or of the model that it is part of")
        X = numpy.asarray(X, dtype=float)
        return self._fitted.evaluate(X, numpy.zeros((len(X), 1)))

    @property
    def coefficients(self) -> Any:
        """The coefficients of a linear regression, once it is fitted."""
        return None if self._fitted is None else self._fitted.coefficients

    def clone(self) -> Regressor:
        return Regressor(self.kind, self.parameter)

    def __repr__(self) -> str:
        return f"{self.kind} regression" + ("" if self.parameter is None else f" ({self.parameter:g})")


class KnownLinear(PredictionModel):
    """A linear function that is known."""

    def __init__(self, coefficients: Any, intercept: float = 0.0) -> None:
        self.coefficients = numpy.asarray(coefficients, dtype=float).reshape(-1)
        self.intercept = float(intercept)

    def fit(self, X: Any, Y: Any) -> None:
        pass

    def predict(self, X: Any) -> Any:
        return (numpy.asarray(X, dtype=float) @ self.coefficients + self.intercept).reshape(-1, 1)

    def __repr__(self) -> str:
        return "known linear function"


class SklearnRegressionModel(PredictionModel):
    """A regression of scikit-learn, or anything with its `fit` and `predict`."""

    def __init__(self, sklearn_mdl: Any) -> None:
        self._model = sklearn_mdl

    @property
    def sklearn_model(self) -> Any:
        return self._model

    def fit(self, X: Any, Y: Any) -> None:
        self._model.fit(numpy.asarray(X, dtype=float), numpy.asarray(Y).reshape(-1))

    def predict(self, X: Any) -> Any:
        return numpy.asarray(self._model.predict(numpy.asarray(X, dtype=float))).reshape(-1, 1)

    def __repr__(self) -> str:
        return str(self._model)


_OF_A_MODEL = (
    "a classifier answers as part of a mechanism: fit `gcm.ClassifierFCM(classifier)` and draw from it with `draw_samples(parents)`, "
    "or ask the causal model, as with `gcm.interventional_samples`"
)


class Classifier(ClassificationModel):
    """A classifier of the library, which is fitted with the model that it is part of."""

    def __init__(self, kind: str = "logistic") -> None:
        self.kind = kind
        self._classes: list[str] = []

    def fit(self, X: Any, Y: Any) -> None:
        raise NotImplementedError(
            "a classifier is fitted with the causal model that it is part of: call `gcm.ClassifierFCM(classifier).fit(X, Y)`, or `gcm.fit`"
        )

    def predict(self, X: Any) -> Any:
        raise NotImplementedError(_OF_A_MODEL)

    def predict_probabilities(self, X: Any) -> Any:
        raise NotImplementedError(_OF_A_MODEL)

    @property
    def classes(self) -> list[str]:
        return self._classes

    def __repr__(self) -> str:
        return f"{self.kind} classifier"


class InvertibleFunction(ABC):
    """A function with an inverse, of the link of a post-nonlinear model."""

    link = ""

    @abstractmethod
    def evaluate(self, X: Any) -> Any: ...

    @abstractmethod
    def evaluate_inverse(self, X: Any) -> Any: ...


class InvertibleIdentityFunction(InvertibleFunction):
    """x."""

    link = "identity"

    def evaluate(self, X: Any) -> Any:
        return X

    def evaluate_inverse(self, X: Any) -> Any:
        return X


class InvertibleExponentialFunction(InvertibleFunction):
    """exp x: the node's logarithm is a regression plus noise."""

    link = "log"

    def evaluate(self, X: Any) -> Any:
        return numpy.exp(X)

    def evaluate_inverse(self, X: Any) -> Any:
        return numpy.log(X)


class InvertibleLogarithmicFunction(InvertibleFunction):
    """ln x."""

    def evaluate(self, X: Any) -> Any:
        return numpy.log(X)

    def evaluate_inverse(self, X: Any) -> Any:
        return numpy.exp(X)


def create_linear_regressor(**kwargs: Any) -> PredictionModel:
    return _sklearn("linear_model", "LinearRegression", kwargs) if kwargs else Regressor("linear")


def create_linear_regressor_with_given_parameters(coefficients: Any, intercept: float = 0.0) -> KnownLinear:
    return KnownLinear(coefficients, intercept)


def create_ridge_regressor(**kwargs: Any) -> PredictionModel:
    return _sklearn("linear_model", "Ridge", kwargs) if kwargs else Regressor("ridge")


def create_polynom_regressor(degree: int = 2, **kwargs: Any) -> PredictionModel:
    if kwargs:
        raise TypeError(f"a polynomial has a degree, and nothing else here: {', '.join(kwargs)}")
    return Regressor("polynomial", float(degree))


def create_hist_gradient_boost_regressor(**kwargs: Any) -> PredictionModel:
    return _sklearn("ensemble", "HistGradientBoostingRegressor", kwargs) if kwargs else Regressor("boosted_trees")


def create_logistic_regression_classifier(**kwargs: Any) -> Classifier:
    if kwargs:
        raise TypeError(f"a logistic regression has no parameters here: {', '.join(kwargs)}")
    return Classifier("logistic")


def __getattr__(name: str) -> Any:
    if name.startswith("create_") and name.endswith("_classifier"):
        raise AttributeError(
            f"there is no `gcm.ml.{name}` here: categories are fitted by `create_logistic_regression_classifier()`, or chosen by "
            "`gcm.auto.assign_causal_mechanisms`"
        )
    raise AttributeError(f"module `etiology.gcm.ml` has no attribute `{name}`")


def _sklearn(module: str, name: str, kwargs: dict[str, Any]) -> SklearnRegressionModel:
    try:
        found = importlib.import_module(f"sklearn.{module}")
    except ImportError as error:
        raise ImportError(f"`{name}` is scikit-learn's, which is not installed: install it, or take one of the library, as `create_linear_regressor()`") from error
    return SklearnRegressionModel(getattr(found, name)(**kwargs))


def create_lasso_regressor(**kwargs: Any) -> PredictionModel:
    return _sklearn("linear_model", "LassoCV", kwargs)


def create_lasso_lars_ic_regressor(**kwargs: Any) -> PredictionModel:
    return _sklearn("linear_model", "LassoLarsIC", kwargs)


def create_elastic_net_regressor(**kwargs: Any) -> PredictionModel:
    return _sklearn("linear_model", "ElasticNetCV", kwargs)


def create_gaussian_process_regressor(**kwargs: Any) -> PredictionModel:
    return _sklearn("gaussian_process", "GaussianProcessRegressor", kwargs)


def create_support_vector_regressor(**kwargs: Any) -> PredictionModel:
    return _sklearn("svm", "SVR", kwargs)


def create_random_forest_regressor(**kwargs: Any) -> PredictionModel:
    return _sklearn("ensemble", "RandomForestRegressor", kwargs)


def create_extra_trees_regressor(**kwargs: Any) -> PredictionModel:
    return _sklearn("ensemble", "ExtraTreesRegressor", kwargs)


def create_knn_regressor(**kwargs: Any) -> PredictionModel:
    return _sklearn("neighbors", "KNeighborsRegressor", kwargs)


def create_ada_boost_regressor(**kwargs: Any) -> PredictionModel:
    return _sklearn("ensemble", "AdaBoostRegressor", kwargs)

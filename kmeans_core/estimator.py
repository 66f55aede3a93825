"""What every estimator has in common: parameters in, parameters out, a readable repr.

The names and meanings are scikit-learn's, so an estimator works in its pipelines and searches;
scikit-learn itself is never imported.
"""

from __future__ import annotations

import inspect
import sys
from typing import Any

import numpy as np


class NotFittedError(ValueError, AttributeError):
    """An estimator was used before `fit`."""


def not_fitted_error() -> type[Exception]:
    """scikit-learn's own error class where the caller has loaded it, else ours."""
    module = sys.modules.get("sklearn.exceptions")
    return getattr(module, "NotFittedError", NotFittedError)


class Estimator:
    """Base class: constructor arguments are the parameters, kept unchanged under their names."""

    @classmethod
    def _parameters(cls) -> dict[str, inspect.Parameter]:
        parameters = inspect.signature(cls.__init__).parameters
        return {name: p for name, p in parameters.items() if name != "self"}

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Parameter names and values; `deep` is accepted for scikit-learn's sake."""
        return {name: getattr(self, name) for name in self._parameters()}

    def set_params(self, **params: Any) -> Estimator:
        """Set parameters by name and return the estimator; ValueError for an unknown name."""
        valid = self._parameters()
        for name in params:
            if name not in valid:
                raise ValueError(
                    f"Invalid parameter {name!r} for estimator {self}. "
                    f"Valid parameters are: {sorted(valid)!r}."
                )
        for name, value in params.items():
            setattr(self, name, value)
        return self

    def __repr__(self) -> str:
        changed = []
        for name, parameter in self._parameters().items():
            value = getattr(self, name)
            default = parameter.default
            same = value is default or (
                type(value) is type(default)
                and not isinstance(value, np.ndarray)
                and value == default
            )
            if not same:
                changed.append(f"{name}={value!r}")
        return f"{type(self).__name__}({', '.join(changed)})"

    def _check_fitted(self, attribute: str) -> None:
        if not hasattr(self, attribute):
            raise not_fitted_error()(
                f"This {type(self).__name__} instance is not fitted yet. "
                "Call 'fit' with appropriate arguments before using this estimator."
            )

    def _check_n_features(self, X: np.ndarray) -> None:
        if X.shape[1] != self.n_features_in_:  # type: ignore[attr-defined]
            raise ValueError(
                f"X has {X.shape[1]} features, but {type(self).__name__} is expecting "
                f"{self.n_features_in_} features as input."  # type: ignore[attr-defined]
            )

"""The base class of all estimators: the contract of scikit-learn, without scikit-learn.

Parameters, repr, feature names, output as data frames, tags and metadata routing have
scikit-learn's names and meanings, so an estimator works in its pipelines, searches and `clone`.
scikit-learn is never imported: its classes are looked up in `sys.modules`, where they are if
scikit-learn calls.
"""

from __future__ import annotations

import copy
import importlib
import inspect
import sys
import warnings
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

Self = TypeVar("Self", bound="Estimator")

UNCHANGED = "$UNCHANGED$"  # scikit-learn's mark of a request that stays as it is
WEIGHTED_METHODS = ("fit", "predict", "score")  # methods that may take `sample_weight`
CONTAINERS = ("default", "pandas", "polars")


class NotFittedError(ValueError, AttributeError):
    """An estimator is used before `fit`."""


class ConvergenceWarning(UserWarning):
    """Fewer clusters were found than requested."""


def known_as(own: type, module: str) -> type:
    """scikit-learn's class of the same name if `module` is loaded, else `own`."""
    return getattr(sys.modules.get(module), own.__name__, own)


def feature_names(X: Any) -> np.ndarray | None:
    """Column names of a data frame (pandas, polars, Arrow).

    Returns
    -------
    ndarray of str (dtype object), shape (n_features,), or None
        None for an array, and for names that are not strings.

    Raises
    ------
    TypeError
        Some names are strings and some are not.
    """
    columns = getattr(X, "column_names", None)
    if columns is None:
        columns = getattr(X, "columns", None)
    if columns is None or isinstance(X, np.ndarray):
        return None
    names = np.asarray(columns, dtype=object)
    kinds = sorted({type(name).__qualname__ for name in names})
    if len(kinds) > 1 and "str" in kinds:
        raise TypeError(
            "Feature names are only supported if all input features have string names, but your "
            f"input has {kinds} as feature name / column name types. Convert them all to strings, "
            "as in X.columns = X.columns.astype(str)."
        )
    return names if kinds == ["str"] else None


class Estimator:
    """Base class: constructor arguments are the parameters, stored unchanged under their names."""

    _estimator_type = "clusterer"  # read by scikit-learn before 1.6
    _metadata_request: Any  # set by `set_*_request`; the name is scikit-learn's: `clone` copies it

    def __init_subclass__(cls, **options: Any) -> None:
        """Add a `set_*_request` for each method of the class that takes weights."""
        super().__init_subclass__(**options)
        for method in WEIGHTED_METHODS:
            if _takes_weight(cls, method):
                setattr(cls, f"set_{method}_request", _request_setter(method))

    # --- parameters ---

    @classmethod
    def _parameters(cls) -> dict[str, inspect.Parameter]:
        parameters = inspect.signature(cls.__init__).parameters
        if any(p.kind is inspect.Parameter.VAR_POSITIONAL for p in parameters.values()):
            raise RuntimeError(
                f"{cls.__name__}.__init__ must name its parameters one by one (no varargs), "
                f"got {inspect.signature(cls.__init__)}."
            )
        return {
            name: p
            for name, p in parameters.items()
            if name != "self" and p.kind is not inspect.Parameter.VAR_KEYWORD
        }

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Parameter names and values.

        Parameters
        ----------
        deep : bool
            Whether to add the parameters of nested estimators, as ``name__inner``.

        Returns
        -------
        dict
        """
        params = {name: getattr(self, name) for name in self._parameters()}
        for name, value in list(params.items()) if deep else []:
            if hasattr(value, "get_params") and not isinstance(value, type):
                params |= {f"{name}__{inner}": v for inner, v in value.get_params().items()}
        return params

    def set_params(self: Self, **params: Any) -> Self:
        """Set parameters by name, those of nested estimators by ``name__inner``.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            An unknown name.
        """
        valid = self._parameters()
        nested: dict[str, dict[str, Any]] = {}
        for key, value in params.items():
            name, _, inner = key.partition("__")
            if name not in valid or (inner and not hasattr(getattr(self, name), "set_params")):
                raise ValueError(
                    f"Invalid parameter {key!r} for estimator {self}. "
                    f"Valid parameters are: {sorted(valid)!r}."
                )
            if inner:
                nested.setdefault(name, {})[inner] = value
        for key, value in params.items():
            if "__" not in key:
                setattr(self, key, value)
        for name, inner_params in nested.items():
            getattr(self, name).set_params(**inner_params)
        return self

    def __repr__(self) -> str:
        changed = [
            f"{name}={getattr(self, name)!r}"
            for name, parameter in self._parameters().items()
            if not _is_default(getattr(self, name), parameter.default)
        ]
        return f"{type(self).__name__}({', '.join(changed)})"

    # --- what fit remembers ---

    def _check_fitted(self, attribute: str) -> None:
        if not hasattr(self, attribute):
            raise known_as(NotFittedError, "sklearn.exceptions")(
                f"This {type(self).__name__} instance is not fitted yet. "
                "Call 'fit' with appropriate arguments before using this estimator."
            )

    def _remember_features(self, names: np.ndarray | None, n_features: int) -> None:
        """Set `n_features_in_` and `feature_names_in_`; without names, remove older ones."""
        self.n_features_in_ = n_features
        if names is not None:
            self.feature_names_in_ = names
        elif hasattr(self, "feature_names_in_"):
            del self.feature_names_in_

    def _check_names(self, X: Any, stacklevel: int = 4) -> None:
        """Compare the column names of new rows with those of `fit`."""
        fitted, new = getattr(self, "feature_names_in_", None), feature_names(X)
        own = type(self).__name__
        if fitted is None and new is not None:
            message = f"X has feature names, but {own} was fitted without feature names"
            warnings.warn(message, UserWarning, stacklevel=stacklevel)
        elif fitted is not None and new is None:
            message = (
                f"X does not have valid feature names, but {own} was fitted with feature names"
            )
            warnings.warn(message, UserWarning, stacklevel=stacklevel)
        elif fitted is not None and new is not None and list(fitted) != list(new):
            raise ValueError(_name_mismatch(list(fitted), list(new)))

    def _check_n_features(self, X: Any) -> None:
        if X.shape[1] != self.n_features_in_:
            raise ValueError(
                f"X has {X.shape[1]} features, but {type(self).__name__} is expecting "
                f"{self.n_features_in_} features as input."
            )

    def _check_input_features(self, names: Any) -> None:
        """The argument of `get_feature_names_out`: None, or the names of `fit`."""
        if names is None:
            return
        if not hasattr(names, "__len__") or np.ndim(names) != 1:
            raise TypeError(f"input_features must be a list of names, got {names!r}.")
        fitted = getattr(self, "feature_names_in_", None)
        if fitted is not None and list(names) != list(fitted):
            raise ValueError(
                f"input_features is not equal to feature_names_in_: {list(names)} is not "
                f"{list(fitted)}."
            )
        if len(names) != self.n_features_in_:
            raise ValueError(
                "input_features should have length equal to number of features "
                f"({self.n_features_in_}), got {len(names)}."
            )

    # --- data frames out ---

    def set_output(self: Self, *, transform: str | None = None) -> Self:
        """Choose what `transform` returns.

        Parameters
        ----------
        transform : {'default', 'pandas', 'polars'} or None
            An array or a data frame; None changes nothing. Without a choice, scikit-learn's setting
            `transform_output` applies, if scikit-learn is loaded.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            Another value.
        """
        if transform is None:
            return self
        if not isinstance(transform, str) or transform not in CONTAINERS:
            raise ValueError(
                f"transform must be one of {', '.join(map(repr, CONTAINERS))}, got {transform!r}."
            )
        # The name is scikit-learn's: its `clone` copies it.
        self._sklearn_output_config = {"transform": transform}
        return self

    def _in_container(self, values: np.ndarray, X: Any) -> Any:
        """The result of `transform` in the chosen container; a pandas index is kept."""
        chosen = getattr(self, "_sklearn_output_config", {}).get("transform")
        kind = chosen or _scikit_learn_setting("transform_output", "default")
        if kind == "default":
            return values
        names = list(self.get_feature_names_out())  # type: ignore[attr-defined]
        library = importlib.import_module(kind)  # chosen by name in `set_output`
        if kind == "polars":
            return library.DataFrame(values, schema=names, orient="row")
        index = X.index if isinstance(X, library.DataFrame | library.Series) else None
        return library.DataFrame(values, columns=names, index=index, copy=False)

    # --- called by scikit-learn only ---

    def __sklearn_tags__(self) -> Any:
        """Capabilities of the estimator, as scikit-learn 1.6 and later describes them."""
        utils = sys.modules["sklearn.utils"]
        tags = utils.Tags(  # type: ignore[attr-defined]
            estimator_type=self._estimator_type,
            target_tags=utils.TargetTags(required=False),  # type: ignore[attr-defined]
        )
        if hasattr(self, "transform"):
            dtypes = ["float64", "float32"]
            tags.transformer_tags = utils.TransformerTags(preserves_dtype=dtypes)  # type: ignore[attr-defined]
        return tags

    def get_metadata_routing(self) -> Any:
        """Which methods request `sample_weight`: a copy of a scikit-learn `MetadataRequest`."""
        if hasattr(self, "_metadata_request"):
            return copy.deepcopy(self._metadata_request)
        routing = sys.modules["sklearn.utils.metadata_routing"]
        request = routing.MetadataRequest(owner=type(self).__name__)  # type: ignore[attr-defined]
        for method in WEIGHTED_METHODS:
            if _takes_weight(type(self), method):
                getattr(request, method).add_request(param="sample_weight", alias=None)
        return request


def _is_default(value: Any, default: Any) -> bool:
    if value is default:
        return True
    return type(value) is type(default) and not hasattr(value, "shape") and value == default


def _name_mismatch(fitted: list[str], new: list[str]) -> str:
    """Which column names are new, missing, or out of order."""
    message = "The feature names should match those that were passed during fit.\n"
    for title, names in (
        ("Feature names unseen at fit time:", sorted(set(new) - set(fitted))),
        ("Feature names seen at fit time, yet now missing:", sorted(set(fitted) - set(new))),
    ):
        if names:
            listed = [*names[:5], "..."] if len(names) > 5 else names
            message += "\n".join([title, *(f"- {name}" for name in listed)]) + "\n"
    if set(fitted) == set(new):
        message += "Feature names must be in the same order as they were in fit.\n"
    return message


def _scikit_learn_setting(name: str, default: Any) -> Any:
    """A value of `sklearn.get_config()`, or `default` if scikit-learn is not loaded."""
    get_config = getattr(sys.modules.get("sklearn"), "get_config", None)
    return default if get_config is None else get_config().get(name, default)


def _takes_weight(cls: type, method: str) -> bool:
    function = getattr(cls, method, None)
    return function is not None and "sample_weight" in inspect.signature(function).parameters


def _request_setter(method: str) -> Callable:
    """The method `set_fit_request` and its like."""

    def set_request(self: Self, *, sample_weight: bool | str | None = UNCHANGED) -> Self:
        if not _scikit_learn_setting("enable_metadata_routing", False):
            raise RuntimeError(
                "This method is only available when metadata routing is enabled. You can enable it "
                "using sklearn.set_config(enable_metadata_routing=True)."
            )
        if sample_weight != UNCHANGED:
            request = self.get_metadata_routing()
            getattr(request, method).add_request(param="sample_weight", alias=sample_weight)
            self._metadata_request = request
        return self

    set_request.__name__ = f"set_{method}_request"
    set_request.__qualname__ = f"Estimator.{set_request.__name__}"
    set_request.__doc__ = (
        f"Set whether a pipeline or search passes `sample_weight` to `{method}`.\n\n"
        "True: yes. False: no. None: no, and passing it is an error. A str: under this name."
    )
    return set_request

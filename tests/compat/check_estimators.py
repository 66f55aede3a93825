"""scikit-learn's own checks of our estimators; `make compat` runs this with several versions.

``python tests/compat/check_estimators.py [-v]``. Those that scikit-learn runs on its own subclasses
only are called by name.
"""

import sys
import traceback
import warnings
from collections import Counter
from functools import partial

import numpy as np
import sklearn
from sklearn.utils import estimator_checks as checks

from kmeans_core import AgglomerativeClustering, KMeans, WardOfCenters

# scikit-learn declares these for its own KMeans: a row of weight 2 and a row twice are equal from
# the same start, but the draws of a seed go to other rows.
OTHER_DRAWS = "the same seed draws other rows when rows are repeated"
EXPECTED_TO_FAIL = {
    KMeans: {
        "check_sample_weight_equivalence_on_dense_data": OTHER_DRAWS,
        "check_sample_weight_equivalence_on_sparse_data": OTHER_DRAWS,
    },
    AgglomerativeClustering: {},
    # It begins with k-means from random rows.
    WardOfCenters: {"check_sample_weight_equivalence_on_dense_data": OTHER_DRAWS},
}
FOR_CLUSTERERS = [
    checks.check_clustering,
    partial(checks.check_clustering, readonly_memmap=True),
    checks.check_clusterer_compute_labels_predict,
    checks.check_estimators_partial_fit_n_features,
    checks.check_non_transformer_estimators_n_iter,
    checks.check_dataframe_column_names_consistency,
    checks.check_estimator_sparse_tag,
]
FOR_TRANSFORMERS = [
    checks.check_transformer_n_iter,
    checks.check_transformer_get_feature_names_out,
    checks.check_transformer_get_feature_names_out_pandas,
    checks.check_get_feature_names_out_error,
    checks.check_set_output_transform,
    checks.check_set_output_transform_pandas,
    checks.check_global_output_transform_pandas,
    checks.check_set_output_transform_polars,
    checks.check_global_set_output_transform_polars,
]


def failures_of(estimator, verbose):
    """Names of the checks that fail and are not expected to."""
    expected = EXPECTED_TO_FAIL[type(estimator)]
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*does not inherit from")
        results = checks.check_estimator(
            estimator, expected_failed_checks=expected, on_skip=None, on_fail=None
        )
    failed = []
    for result in results:
        name = result["check_name"]
        if result["status"] == "skipped":
            print(f"  skipped {name}: {result['exception']}")
        if result["status"] == "failed":
            failed.append(name)
            if verbose:
                traceback.print_exception(result["exception"])
    statuses = Counter(result["status"] for result in results)
    print("  check_estimator:", ", ".join(f"{n} {status}" for status, n in statuses.items()))

    by_name = FOR_CLUSTERERS + (FOR_TRANSFORMERS if hasattr(estimator, "transform") else [])
    for check in by_name:
        name = getattr(check, "func", check).__name__
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                check(type(estimator).__name__, sklearn.clone(estimator))
        except Exception as error:
            failed.append(name)  # a skip too: everything these checks need is installed
            print(f"  {name}: {type(error).__name__} {error}"[:300])
            if verbose:
                traceback.print_exc()
    print(f"  {len(by_name)} checks called by name")
    return failed


def main():
    print(f"scikit-learn {sklearn.__version__}, numpy {np.__version__}")
    failed = []
    for estimator in (KMeans(), AgglomerativeClustering(), WardOfCenters()):
        print(f" {type(estimator).__name__}")
        found = failures_of(estimator, verbose="-v" in sys.argv)
        failed += [f"{type(estimator).__name__}: {name}" for name in found]
    print("\n".join([f"FAILED {name}" for name in failed] or ["passed"]))
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())

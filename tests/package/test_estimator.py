"""The contract of scikit-learn: parameters, names, frames, pipelines, searches, routing."""

import copy
import pickle
import subprocess
import sys

import joblib
import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.exceptions import NotFittedError as TheirNotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from kmeans_core import AgglomerativeClustering, KMeans
from kmeans_core.estimator import Estimator

BOTH = [KMeans(n_clusters=3, random_state=0), AgglomerativeClustering(n_clusters=3)]
needs_tags = pytest.mark.skipif(
    tuple(map(int, sklearn.__version__.split(".")[:2])) < (1, 6),
    reason="tags and routing as they are since scikit-learn 1.6",
)


@pytest.fixture
def X():
    rng = np.random.default_rng(0)
    return rng.normal(size=(60, 2)) + np.repeat([[0, 0], [9, 0], [0, 9]], 20, axis=0)


@pytest.fixture
def frame(X):
    return pd.DataFrame(X, columns=["income", "score"], index=[f"customer {i}" for i in range(60)])


class Nest(Estimator):
    """An estimator in an estimator."""

    def __init__(self, inner=None, *, size=1):
        self.inner = inner
        self.size = size


# ---- parameters --------------------------------------------------------------------------------


def test_parameters_are_kept_as_they_were_given():
    start = np.zeros((2, 2))
    params = {"n_clusters": 2, "init": start, "tol": 0, "random_state": np.random.default_rng(0)}
    ours = KMeans(**params)
    for name, value in params.items():
        assert ours.get_params()[name] is value
    assert list(ours.get_params()) == list(KMeans().get_params())


def test_nested_parameters():
    nest = Nest(KMeans(4))
    assert nest.get_params()["inner__n_clusters"] == 4
    assert "inner__n_clusters" not in nest.get_params(deep=False)
    assert nest.set_params(size=2, inner__n_clusters=5, inner__tol=0) is nest
    assert (nest.size, nest.inner.n_clusters, nest.inner.tol) == (2, 5, 0)
    nest.set_params(inner__n_clusters=9, inner=KMeans(3))
    assert nest.inner.n_clusters == 9
    assert nest.set_params() is nest


@pytest.mark.parametrize("name", ["clusters", "inner__clusters", "size__n", "other__n_clusters"])
def test_an_unknown_parameter_is_refused_by_name(name):
    nest = Nest(KMeans(4))
    with pytest.raises(
        ValueError, match=r"Invalid parameter .*clusters|Invalid parameter 'size__n'"
    ):
        nest.set_params(**{"size": 7, name: 1})


def test_a_subclass_names_its_parameters(X):
    class Named(KMeans):
        def __init__(self, n_clusters=3, *, extra=1, random_state=0):
            super().__init__(n_clusters=n_clusters, random_state=random_state)
            self.extra = extra

    ours = clone(Named(4, extra=7)).set_params(n_clusters=2).fit(X)
    assert ours.get_params() == {"n_clusters": 2, "extra": 7, "random_state": 0}
    assert repr(ours) == "Named(n_clusters=2, extra=7)"
    assert ours.get_feature_names_out().tolist() == ["named0", "named1"]

    class Unnamed(KMeans):
        def __init__(self, *args):
            super().__init__(*args)

    with pytest.raises(RuntimeError, match=r"Unnamed\.__init__ must name its parameters"):
        Unnamed(3).get_params()


def test_repr_shows_what_was_changed():
    assert repr(KMeans()) == "KMeans()"
    assert repr(KMeans(3, tol=0, init="random")) == "KMeans(n_clusters=3, init='random', tol=0)"
    assert repr(KMeans(n_clusters=8, n_init="auto")) == "KMeans()"
    assert repr(KMeans(2, init=np.eye(2))) == f"KMeans(n_clusters=2, init={np.eye(2)!r})"
    assert repr(Nest(KMeans(3))) == "Nest(inner=KMeans(n_clusters=3))"
    assert repr(AgglomerativeClustering(None, distance_threshold=1.5)) == (
        "AgglomerativeClustering(n_clusters=None, distance_threshold=1.5)"
    )


@pytest.mark.parametrize("estimator", BOTH)
def test_copies(estimator, X):
    fitted = clone(estimator).fit(X)
    assert not hasattr(clone(fitted), "labels_")
    assert repr(clone(fitted)) == repr(estimator)
    for twin in (copy.copy(fitted), copy.deepcopy(fitted), pickle.loads(pickle.dumps(fitted))):
        np.testing.assert_array_equal(twin.labels_, fitted.labels_)
        assert twin.get_params() == fitted.get_params()


def test_a_pickle_is_read_without_scikit_learn(X):
    ours = KMeans(3, random_state=0).fit(X)
    code = (
        "import sys; sys.modules['sklearn'] = sys.modules['scipy'] = None\n"
        "import pickle; print(pickle.load(sys.stdin.buffer).inertia_)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], input=pickle.dumps(ours), capture_output=True
    )
    assert float(run.stdout) == ours.inertia_, run.stderr


# ---- names of features -------------------------------------------------------------------------


@pytest.mark.parametrize("estimator", BOTH)
def test_names_are_remembered_and_forgotten(estimator, X, frame):
    estimator = clone(estimator).fit(frame)
    assert estimator.feature_names_in_.tolist() == ["income", "score"]
    assert estimator.feature_names_in_.dtype == object
    assert estimator.n_features_in_ == 2
    estimator.fit(X)
    assert not hasattr(estimator, "feature_names_in_")


def test_names_are_checked_before_values(frame):
    ours = KMeans(3, random_state=0).fit(frame)
    other = frame.rename(columns={"score": "rating"})
    other.iloc[0, 0] = np.nan
    with pytest.raises(
        ValueError, match="unseen at fit time:\n- rating\nFeature names seen at fit"
    ):
        ours.predict(other)
    with pytest.raises(ValueError, match="must be in the same order"):
        ours.transform(frame[["score", "income"]])
    wide = frame.assign(**{f"extra{i}": 0.0 for i in range(9)})
    with pytest.raises(ValueError, match=r"- extra4\n- \.\.\."):
        ours.score(wide)


def test_names_on_one_side_only_are_a_warning(X, frame):
    with pytest.warns(UserWarning, match="X does not have valid feature names") as caught:
        KMeans(3, random_state=0).fit(frame).predict(X)
    assert caught[0].filename == __file__
    with pytest.warns(UserWarning, match="X has feature names, but KMeans was fitted without"):
        KMeans(3, random_state=0).fit(X).score(frame)


def test_mixed_names_are_refused_and_numbers_are_no_names(X):
    with pytest.raises(TypeError, match="only supported if all input features have string names"):
        KMeans(3).fit(pd.DataFrame(X, columns=["a", 1]))
    ours = KMeans(3, random_state=0).fit(pd.DataFrame(X))
    assert not hasattr(ours, "feature_names_in_")
    ours.predict(X)


@pytest.mark.parametrize("estimator", BOTH)
def test_the_number_of_features_is_checked(estimator, X):
    estimator = clone(estimator).fit(X)
    if hasattr(estimator, "predict"):
        with pytest.raises(ValueError, match=r"X has 1 features, but .* is expecting 2 features"):
            estimator.predict(X[:, :1])


def test_a_frame_an_arrow_table_and_an_array_give_the_same_bits(X, frame):
    pyarrow = pytest.importorskip("pyarrow")
    expected = KMeans(3, random_state=0).fit(X)
    for same in (frame, pyarrow.table(dict(frame)), frame.astype(object)):
        ours = KMeans(3, random_state=0).fit(same)
        np.testing.assert_array_equal(ours.cluster_centers_, expected.cluster_centers_)
        np.testing.assert_array_equal(ours.predict(same), expected.labels_)
        assert ours.feature_names_in_.tolist() == ["income", "score"]


def test_a_missing_value_of_a_frame_is_called_nan(frame):
    frame["visits"] = pd.array([1, None, *[3] * 58], dtype="Int64")
    for fit in (KMeans(3).fit, AgglomerativeClustering().fit):
        with pytest.raises(ValueError, match=r"Input X contains NaN \(first at row 1, column 2\)"):
            fit(frame)
        with pytest.raises(
            ValueError, match=r"numbers only.*'north'.*\(first at row 0, column 3\)"
        ):
            fit(frame.assign(visits=1, region="north"))


# ---- frames out --------------------------------------------------------------------------------


def test_set_output(X, frame):
    ours = KMeans(3, random_state=0).fit(frame)
    plain = ours.transform(frame)
    assert type(plain) is np.ndarray
    assert ours.set_output(transform="pandas") is ours
    for out in (ours.transform(frame), clone(ours).fit_transform(frame)):
        assert out.columns.tolist() == ["kmeans0", "kmeans1", "kmeans2"]
        assert out.index.equals(frame.index)
        np.testing.assert_array_equal(out, plain)
    assert isinstance(ours.set_output(transform=None).transform(frame), pd.DataFrame)
    assert type(ours.set_output(transform="default").transform(frame)) is np.ndarray
    with pytest.raises(ValueError, match="transform must be one of 'default', 'pandas', 'polars'"):
        ours.set_output(transform="excel")


def test_scikit_learns_own_setting_holds(X):
    ours = KMeans(3, random_state=0).fit(X)
    with sklearn.config_context(transform_output="pandas"):
        assert isinstance(ours.transform(X), pd.DataFrame)
        ours.set_output(transform="default")
        assert isinstance(ours.transform(X), np.ndarray)


def test_names_of_what_comes_out(frame):
    ours = KMeans(2, random_state=0)
    with pytest.raises(TheirNotFittedError, match="KMeans instance is not fitted yet"):
        ours.get_feature_names_out()
    ours.fit(frame)
    assert ours.get_feature_names_out().tolist() == ["kmeans0", "kmeans1"]
    assert ours.get_feature_names_out(["income", "score"]).tolist() == ["kmeans0", "kmeans1"]
    with pytest.raises(ValueError, match="input_features is not equal to feature_names_in_"):
        ours.get_feature_names_out(["a", "b"])


# ---- in scikit-learn's company -----------------------------------------------------------------


@needs_tags
def test_tags():
    from sklearn.utils import get_tags

    for estimator in BOTH:
        assert get_tags(estimator).estimator_type == estimator._estimator_type == "clusterer"
    assert get_tags(KMeans()).transformer_tags.preserves_dtype == ["float64", "float32"]
    assert get_tags(AgglomerativeClustering()).transformer_tags is None
    assert not get_tags(AgglomerativeClustering()).input_tags.pairwise
    precomputed = AgglomerativeClustering(metric="precomputed", linkage="single")
    assert get_tags(precomputed).input_tags.pairwise


@pytest.mark.parametrize("estimator", BOTH)
def test_in_a_pipeline(estimator, X):
    pipe = make_pipeline(StandardScaler(), clone(estimator))
    labels = pipe.fit_predict(X)
    expected = clone(estimator).fit(StandardScaler().fit_transform(X)).labels_
    np.testing.assert_array_equal(labels, expected)
    assert len(np.unique(labels)) == 3
    assert "n_clusters=3" in repr(pipe)
    assert type(estimator).__name__ in pipe._repr_html_()


def test_weights_and_parameters_by_name_in_a_pipeline(X):
    pipe = Pipeline([("scale", StandardScaler()), ("kmeans", KMeans(random_state=0))])
    pipe.set_params(kmeans__n_clusters=3)
    weight = np.r_[np.ones(40), np.zeros(20)]
    pipe.fit(X, kmeans__sample_weight=weight)
    scaled = StandardScaler().fit_transform(X)
    expected = KMeans(3, random_state=0).fit(scaled, sample_weight=weight)
    np.testing.assert_array_equal(pipe["kmeans"].cluster_centers_, expected.cluster_centers_)
    assert pipe.score(X) == expected.score(scaled)
    np.testing.assert_array_equal(pipe.transform(X), expected.transform(scaled))


def test_a_pipeline_of_frames(frame):
    pipe = make_pipeline(StandardScaler(), KMeans(3, random_state=0)).set_output(transform="pandas")
    out = pipe.fit_transform(frame)
    assert out.columns.tolist() == pipe.get_feature_names_out().tolist()
    assert pipe[-1].feature_names_in_.tolist() == ["income", "score"]
    assert out.index.equals(frame.index)


def test_in_a_column_transformer(frame):
    columns = ColumnTransformer(
        [("near", KMeans(3, random_state=0), ["income"]), ("kept", "passthrough", ["score"])]
    )
    out = columns.set_output(transform="pandas").fit_transform(frame)
    assert out.columns.tolist() == [*(f"near__kmeans{j}" for j in range(3)), "kept__score"]
    expected = KMeans(3, random_state=0).fit(frame[["income"]]).transform(frame[["income"]])
    np.testing.assert_array_equal(out.iloc[:, :3], expected)


def test_in_a_grid_search(X):
    X = np.random.default_rng(0).permutation(X)
    search = GridSearchCV(KMeans(random_state=0), {"n_clusters": [1, 2, 3]}, cv=3, n_jobs=2)
    search.fit(X)
    assert search.best_params_ == {"n_clusters": 3}
    np.testing.assert_array_equal(search.predict(X), search.best_estimator_.labels_)
    pipe = Pipeline([("scale", StandardScaler()), ("kmeans", KMeans(random_state=0))])
    nested = GridSearchCV(pipe, {"kmeans__n_clusters": [1, 3]}, cv=3).fit(X)
    assert nested.best_params_ == {"kmeans__n_clusters": 3}


def test_kept_by_joblib(X, tmp_path):
    ours = KMeans(3, random_state=0).fit(X)
    joblib.dump(ours, tmp_path / "kmeans.joblib")
    mapped = joblib.load(tmp_path / "kmeans.joblib", mmap_mode="r")  # centers in read-only memory
    np.testing.assert_array_equal(mapped.predict(X), ours.labels_)
    np.testing.assert_array_equal(mapped.transform(X), ours.transform(X))


# ---- routing -----------------------------------------------------------------------------------


@needs_tags
def test_requests_for_weights():
    ours = KMeans(3)
    with pytest.raises(RuntimeError, match="only available when metadata routing is enabled"):
        ours.set_fit_request(sample_weight=True)
    with sklearn.config_context(enable_metadata_routing=True):
        assert ours.set_fit_request(sample_weight=True) is ours
        ours.set_score_request(sample_weight=False).set_fit_request()
        for same in (ours, clone(ours)):
            routing = same.get_metadata_routing()
            assert routing.fit.requests == {"sample_weight": True}
            assert routing.score.requests == {"sample_weight": False}
            assert routing.predict.requests == {}
        assert KMeans().get_metadata_routing().fit.requests == {"sample_weight": None}
    assert not hasattr(ours, "set_predict_request")


@needs_tags
def test_routed_weights_arrive(X):
    weight = np.r_[np.ones(40), np.zeros(20)]
    with sklearn.config_context(enable_metadata_routing=True):
        kmeans = KMeans(3, random_state=0).set_fit_request(sample_weight=True)
        pipe = make_pipeline(StandardScaler().set_fit_request(sample_weight=False), kmeans)
        pipe.fit(X, sample_weight=weight)
    scaled = StandardScaler().fit_transform(X)
    expected = KMeans(3, random_state=0).fit(scaled, sample_weight=weight)
    np.testing.assert_array_equal(pipe[-1].cluster_centers_, expected.cluster_centers_)


# ---- errors ------------------------------------------------------------------------------------


def test_unfitted_is_scikit_learns_error_where_it_is_loaded(X):
    for method in ("predict", "transform", "score"):
        with pytest.raises(TheirNotFittedError, match="not fitted yet"):
            getattr(KMeans(), method)(X)


def test_unfitted_without_scikit_learn():
    code = (
        "import sys; sys.modules['sklearn'] = sys.modules['scipy'] = None\n"
        "from kmeans_core import KMeans\n"
        "try:\n    KMeans().predict([[1.0]])\n"
        "except ValueError as error:\n"
        "    print(type(error).__module__, isinstance(error, AttributeError))\n"
        "kmeans = KMeans(2, random_state=0).fit([[0.0], [1.0], [9.0]])\n"
        "print(kmeans, type(kmeans.transform([[1.0]])).__name__)\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines() == [
        "kmeans_core.estimator True",
        "KMeans(n_clusters=2, random_state=0) ndarray",
    ]


@pytest.mark.parametrize("bad", [{"tol": -1}, {"n_clusters": 99}, {"init": "nearest"}])
def test_a_failed_fit_leaves_the_estimator_as_it_was(bad, X, frame):
    ours = KMeans(3, random_state=0).fit(frame)
    before = dict(vars(ours))
    ours.set_params(**bad)
    with pytest.raises((ValueError, TypeError)):
        ours.fit(X)
    ours.set_params(**{name: before[name] for name in bad})
    assert vars(ours).keys() == before.keys()
    assert all(vars(ours)[name] is value for name, value in before.items())


def test_an_estimator_is_pickled_and_copied_with_its_result():
    X = np.random.default_rng(0).normal(size=(2000, 5))
    ours = KMeans(12, random_state=0).fit(X)
    for twin in (pickle.loads(pickle.dumps(ours)), copy.deepcopy(ours), copy.copy(ours)):
        np.testing.assert_array_equal(twin.predict(X), ours.labels_)
        assert vars(twin).keys() == vars(ours).keys()

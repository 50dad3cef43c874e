"""Estimators of scikit-learn of every family behind the steps of `fitted_pipelines`, and steps of every kind."""

from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn import (
    calibration,
    discriminant_analysis,
    dummy,
    ensemble,
    feature_selection,
    gaussian_process,
    kernel_ridge,
    linear_model,
    model_selection,
    multiclass,
    naive_bayes,
    neighbors,
    neural_network,
    svm,
    tree,
)
from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor, make_column_transformer
from sklearn.cross_decomposition import PLSRegression
from sklearn.decomposition import PCA, FastICA, TruncatedSVD
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import (
    FunctionTransformer,
    KBinsDiscretizer,
    MinMaxScaler,
    Normalizer,
    OneHotEncoder,
    PolynomialFeatures,
    PowerTransformer,
    QuantileTransformer,
    RobustScaler,
    SplineTransformer,
    StandardScaler,
    TargetEncoder,
)

from tests.support.fitted_pipelines import CATEGORIES, NUMBERS, scaled

Models = dict[str, tuple[str, Callable[[], Any]]]
LINE = linear_model.LogisticRegression(max_iter=300)
TREE = tree.DecisionTreeClassifier(max_depth=3, random_state=0)


def estimators() -> Models:
    """Return name → the truth, and a function that makes a pipeline that is not fitted."""
    models: dict[str, tuple[str, Any]] = {
        **_classifiers(),
        **_combined_classifiers(),
        **_regressors(),
        **_outlier_detectors(),
    }
    return {name: (truth, _behind(model)) for name, (truth, model) in models.items()}


def _behind(model: Any) -> Callable[[], Any]:
    return lambda: make_pipeline(scaled(), clone(model))


def _classifiers() -> dict[str, tuple[str, Any]]:
    network = neural_network.MLPClassifier((8,), max_iter=40, activation="tanh", random_state=0)
    return {
        "Gaussian naive Bayes": ("three", naive_bayes.GaussianNB()),
        "Bernoulli naive Bayes": ("three", naive_bayes.BernoulliNB()),
        "quadratic discriminant analysis": ("three", discriminant_analysis.QuadraticDiscriminantAnalysis(reg_param=0.1)),
        "nearest neighbours": ("three", neighbors.KNeighborsClassifier()),
        "nearest neighbours by distance": ("two", neighbors.KNeighborsClassifier(7, weights="distance")),
        "support vectors": ("two", svm.SVC()),
        "support vectors of three labels": ("three", svm.SVC(kernel="poly")),
        "support vectors, sigmoid kernel": ("three", svm.NuSVC(nu=0.2, kernel="sigmoid")),
        "support vectors with probabilities": ("two", svm.SVC(probability=True, random_state=0)),
        "linear support vectors": ("two", svm.LinearSVC()),
        "linear support vectors of three labels": ("three", svm.LinearSVC()),
        "ridge classifier": ("three", linear_model.RidgeClassifier()),
        "perceptron": ("two", linear_model.Perceptron()),
        "hinge loss": ("three", linear_model.SGDClassifier(random_state=0)),
        "log loss of three labels": ("three", linear_model.SGDClassifier(loss="log_loss", random_state=0)),
        "modified Huber loss": ("two", linear_model.SGDClassifier(loss="modified_huber", random_state=0)),
        "one logistic model for each label": ("two", linear_model.LogisticRegression(solver="liblinear")),
        "a network": ("two", network),
        "a network of three labels": ("three", clone(network).set_params(activation="relu")),
        "the most frequent label": ("three", dummy.DummyClassifier()),
    }


def _combined_classifiers() -> dict[str, tuple[str, Any]]:
    members = [("line", LINE), ("bayes", naive_bayes.GaussianNB()), ("tree", TREE)]
    forest = ensemble.RandomForestClassifier(4, max_depth=4, random_state=0)
    few = ensemble.BaggingClassifier(TREE, 4, max_samples=4, random_state=3)
    return {
        "a vote of labels": ("three", ensemble.VotingClassifier(members, weights=[1, 2, 2])),
        "one against the rest": ("three", multiclass.OneVsRestClassifier(LINE)),
        "one against the rest by decisions": ("three", multiclass.OneVsRestClassifier(svm.LinearSVC())),
        "one against the rest of two labels": ("two", multiclass.OneVsRestClassifier(svm.LinearSVC())),
        "one against one": ("three", multiclass.OneVsOneClassifier(LINE)),
        "one against one of two labels": ("two", multiclass.OneVsOneClassifier(TREE)),
        "codes of labels": ("three", multiclass.OutputCodeClassifier(LINE, random_state=0)),
        "a search over parameters": ("two", model_selection.GridSearchCV(LINE, {"C": [1, 2]}, cv=2)),
        "a tuned threshold": ("two", model_selection.TunedThresholdClassifierCV(LINE, cv=2)),
        "a temperature": ("two", calibration.CalibratedClassifierCV(LINE, method="temperature", cv=2)),
        "a temperature of probabilities": ("three", calibration.CalibratedClassifierCV(forest, method="temperature", cv=2)),
        "calibrated support vectors": ("two", calibration.CalibratedClassifierCV(svm.SVC(), cv=2)),
        "an elimination of columns": ("three", feature_selection.RFE(LINE, n_features_to_select=4)),
        "adaptive boosting of lines": ("three", ensemble.AdaBoostClassifier(LINE, n_estimators=4, random_state=0)),
        "adaptive boosting of Bayes": ("two", ensemble.AdaBoostClassifier(naive_bayes.GaussianNB(), n_estimators=4)),
        "bagging of lines": ("two", ensemble.BaggingClassifier(LINE, 4, random_state=0)),
        "bagging of labels": ("three", ensemble.BaggingClassifier(svm.LinearSVC(), 4, random_state=0)),
        "bagging with labels that some have not seen": ("three", few),
        "a stack with its fields": ("two", ensemble.StackingClassifier(members, TREE, passthrough=True, cv=2)),
    }


def _regressors() -> dict[str, tuple[str, Any]]:
    kernels = gaussian_process.kernels
    smooth = kernels.ConstantKernel() * kernels.RBF(2.0) + kernels.WhiteKernel()

    def process(kernel: Any) -> Any:
        return gaussian_process.GaussianProcessRegressor(kernel, optimizer=None, alpha=0.1, normalize_y=True)

    def of(target: Any) -> Any:
        return TransformedTargetRegressor(linear_model.Ridge(), transformer=target)

    network = neural_network.MLPRegressor(hidden_layer_sizes=(8,), activation="logistic", max_iter=40, random_state=0)
    return {
        "support vectors of a value": ("value", svm.SVR()),
        "linear support vectors of a value": ("value", svm.LinearSVR()),
        "nearest neighbours of a value": ("value", neighbors.KNeighborsRegressor(weights="distance")),
        "a network of a value": ("value", network),
        "a Gaussian process": ("value", process(smooth)),
        "a Gaussian process, Matérn": ("value", process(kernels.Matern(nu=1.5))),
        "kernel ridge": ("value", kernel_ridge.KernelRidge(kernel="rbf", gamma=0.1)),
        "partial least squares": ("value", PLSRegression(2)),
        "the mean": ("value", dummy.DummyRegressor()),
        "Tweedie regression": ("positive", linear_model.TweedieRegressor(power=1.5)),
        "least angles": ("value", linear_model.LassoLarsIC()),
        "adaptive boosting of a value": ("value", ensemble.AdaBoostRegressor(n_estimators=5, random_state=0)),
        "lines without outliers": ("value", linear_model.RANSACRegressor(random_state=0)),
        "a power of the target": ("positive", of(PowerTransformer())),
        "a Box-Cox power of the target": ("positive", of(PowerTransformer(method="box-cox"))),
        "quantiles of the target": ("value", of(QuantileTransformer(n_quantiles=40))),
        "a range of the target": ("value", of(MinMaxScaler())),
    }


def _outlier_detectors() -> dict[str, tuple[str, Any]]:
    from sklearn.covariance import EllipticEnvelope

    return {
        "an isolation forest": ("none", ensemble.IsolationForest(n_estimators=15, max_features=0.5, random_state=0)),
        "one class": ("none", svm.OneClassSVM(nu=0.1)),
        "local outliers": ("none", neighbors.LocalOutlierFactor(novelty=True)),
        "an elliptic envelope": ("none", EllipticEnvelope(random_state=0)),
    }


def steps() -> Models:
    """Return name → the truth, and a function that makes a pipeline with steps that are computed in the graph."""
    bins = {"quantile_method": "averaged_inverted_cdf"}
    kinds: dict[str, list[Any]] = {
        "principal components": [StandardScaler(), PCA(2, whiten=True)],
        "singular vectors": [TruncatedSVD(2)],
        "independent components": [StandardScaler(), FastICA(2, random_state=0)],
        "polynomials": [StandardScaler(), PolynomialFeatures(3)],
        "interactions, selected": [
            StandardScaler(),
            PolynomialFeatures(2, interaction_only=True, include_bias=False),
            feature_selection.SelectKBest(k=3),
        ],
        "splines": [SplineTransformer()],
        "quadratic splines": [SplineTransformer(degree=2, n_knots=7, include_bias=False, knots="quantile")],
        "columns of bins": [KBinsDiscretizer(5, encode="onehot-dense", **bins)],
        "bins": [KBinsDiscretizer(5, encode="ordinal", **bins)],
        "rows of length 1": [Normalizer()],
        "shares of rows": [Normalizer("l1")],
        "powers": [PowerTransformer()],
        "two scalers": [RobustScaler(), MinMaxScaler()],
        "logarithms": [FunctionTransformer(np.log1p)],
        "roots": [FunctionTransformer(np.abs), FunctionTransformer(np.sqrt)],
    }
    models: Models = {f"{name}, a line": ("two", _over(parts, LINE)) for name, parts in kinds.items()}
    models |= {f"{name}, a tree": ("two", _over(kinds[name], TREE)) for name in ("polynomials", "splines", "logarithms")}
    return models | {
        "a union": ("three", lambda: make_pipeline(_union(), clone(LINE))),
        "means of the target by category": ("three", lambda: make_pipeline(_target_encoded(), clone(TREE))),
    }


def _over(parts: list[Any], model: Any) -> Callable[[], Any]:
    return lambda: make_pipeline(_prepared(map(clone, parts)), clone(model))


def _prepared(parts: Any) -> Any:
    encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    return make_column_transformer((make_pipeline(SimpleImputer(), *parts), NUMBERS), (encoder, CATEGORIES))


def _union() -> Any:
    return make_union(_prepared([StandardScaler()]), make_pipeline(_prepared([StandardScaler()]), PCA(3)))


def _target_encoded() -> Any:
    return make_column_transformer((SimpleImputer(), NUMBERS), (TargetEncoder(), CATEGORIES))

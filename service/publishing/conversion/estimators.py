"""Which estimators have a converter. To import this module is to fill the tables of `model_adders`."""

from service.publishing.conversion import linear_models, tree_models
from service.publishing.conversion.boosting_libraries.catboost_models import add_catboost
from service.publishing.conversion.boosting_libraries.lightgbm_models import add_lightgbm
from service.publishing.conversion.boosting_libraries.xgboost_models import add_xgboost
from service.publishing.conversion.combined_models import ensembles, multiclass, wrappers
from service.publishing.conversion.matrix_models import (
    constant_models,
    kernel_machines,
    naive_bayes,
    neighbors,
    neural_networks,
    outlier_detectors,
)
from service.publishing.conversion.model_adders import ADDERS, DECISIONS, LIBRARIES, Adder, add_estimator

__all__ = ["add_estimator"]

_TREES, _FORESTS = ("DecisionTree", "ExtraTree"), ("RandomForest", "ExtraTrees")
_SEARCHES = ("GridSearchCV", "RandomizedSearchCV", "HalvingGridSearchCV", "HalvingRandomSearchCV")
_WRAPPERS = (
    *_SEARCHES,
    "TunedThresholdClassifierCV",
    "FixedThresholdClassifier",
    "FrozenEstimator",
    "SelfTrainingClassifier",
    "RANSACRegressor",
)


def _of_both_kinds() -> dict[str, Adder]:
    adders: dict[str, Adder] = {}
    for kind in ("Classifier", "Regressor"):
        adders |= dict.fromkeys((name + kind for name in _TREES), tree_models.add_tree)
        adders |= dict.fromkeys((name + kind for name in _FORESTS), tree_models.add_forest)
        adders |= {
            f"HistGradientBoosting{kind}": tree_models.add_histogram_boosting,
            f"GradientBoosting{kind}": tree_models.add_gradient_boosting,
            f"Voting{kind}": ensembles.add_voting,
            f"Bagging{kind}": ensembles.add_bagging,
            f"Stacking{kind}": ensembles.add_stacking,
            f"KNeighbors{kind}": neighbors.add_neighbors,
            f"MLP{kind}": neural_networks.add_perceptron_network,
        }
    return adders


ADDERS |= {
    **_of_both_kinds(),
    "Pipeline": wrappers.add_pipeline,
    "TransformedTargetRegressor": wrappers.add_transformed_target,
    "CalibratedClassifierCV": wrappers.add_calibrated,
    "OneVsRestClassifier": multiclass.add_one_against_rest,
    "OneVsOneClassifier": multiclass.add_one_against_one,
    "OutputCodeClassifier": multiclass.add_output_code,
    **dict.fromkeys(_WRAPPERS, wrappers.add_inner),
    **dict.fromkeys(("RFE", "RFECV"), wrappers.add_selected),
    "AdaBoostClassifier": ensembles.add_adaptive_boosting,
    "AdaBoostRegressor": ensembles.add_weighted_median,
    "SGDClassifier": linear_models.add_sgd_classifier,
    **dict.fromkeys(linear_models.REGRESSORS, linear_models.add_linear),
    **dict.fromkeys(linear_models.LOG_REGRESSORS, linear_models.add_log_regressor),
    "PLSRegression": linear_models.add_partial_least_squares,
    "TweedieRegressor": linear_models.add_tweedie_regressor,
    **dict.fromkeys(linear_models.CLASSIFIERS, linear_models.add_linear_classifier),
    **dict.fromkeys(linear_models.LABELLERS, linear_models.add_linear_labels),
    "GaussianNB": naive_bayes.add_gaussian_bayes,
    "BernoulliNB": naive_bayes.add_bernoulli_bayes,
    "MultinomialNB": naive_bayes.add_multinomial_bayes,
    "ComplementNB": naive_bayes.add_complement_bayes,
    "QuadraticDiscriminantAnalysis": naive_bayes.add_quadratic_discriminant,
    **dict.fromkeys(("SVC", "NuSVC"), kernel_machines.add_support_classifier),
    **dict.fromkeys(("SVR", "NuSVR"), kernel_machines.add_support_regressor),
    "KernelRidge": kernel_machines.add_kernel_ridge,
    "GaussianProcessRegressor": kernel_machines.add_gaussian_process,
    "IsolationForest": outlier_detectors.add_isolation_forest,
    "EllipticEnvelope": outlier_detectors.add_elliptic_envelope,
    "OneClassSVM": outlier_detectors.add_one_class_machine,
    "LocalOutlierFactor": outlier_detectors.add_local_outlier_factor,
    "_ConstantPredictor": constant_models.add_constant_predictor,
    "DummyClassifier": constant_models.add_dummy_classifier,
    "DummyRegressor": constant_models.add_dummy_regressor,
}
DECISIONS |= {
    "HistGradientBoostingClassifier": tree_models.add_histogram_raw,
    "GradientBoostingClassifier": tree_models.add_gradient_raw,
    **dict.fromkeys((*linear_models.CLASSIFIERS, *linear_models.LABELLERS, "SGDClassifier"), linear_models.add_linear),
    **dict.fromkeys(("SVC", "NuSVC"), kernel_machines.add_support_decision),
    **dict.fromkeys(_WRAPPERS, wrappers.add_inner_decision),
    "OneVsRestClassifier": multiclass.add_decisions,
    "_ConstantPredictor": constant_models.add_constant_decision,
}
LIBRARIES |= {"lightgbm": add_lightgbm, "model_worker": add_lightgbm, "xgboost": add_xgboost, "catboost": add_catboost}

"""Models of LightGBM, XGBoost and CatBoost behind the steps of `fitted_pipelines`, which leave missing values."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sklearn.pipeline import make_pipeline

from tests.support.fitted_pipelines import bent, missing_kept, ordinal, sparse

Boosted = dict[str, tuple[str, Callable[[], Any]]]
_TREES = 12


def boosted() -> Boosted:
    """Return name → the truth, and a function that makes a pipeline that is not fitted."""
    return {**lightgbm_models(), **xgboost_models(), **catboost_models()}


def _behind(steps: Callable[[], Any], make: Callable[[], Any]) -> Callable[[], Any]:
    return lambda: make_pipeline(steps(), make())


@dataclass(frozen=True)
class _ByCategory:
    """A pipeline that is fitted with columns of categories."""

    pipeline: Any
    columns: list[int]

    def fit(self, fields: Any, truth: Any) -> Any:
        step = self.pipeline.steps[-1][0]
        return self.pipeline.fit(fields, truth, **{f"{step}__categorical_feature": self.columns})


def lightgbm_models() -> Boosted:
    from lightgbm import LGBMClassifier, LGBMRegressor

    def model(kind: Any, steps: Callable[[], Any] = missing_kept, **options: Any) -> Callable[[], Any]:
        return _behind(steps, lambda: kind(n_estimators=_TREES, verbose=-1, n_jobs=1, **options))

    bagged: dict[str, Any] = {"bagging_freq": 1, "bagging_fraction": 0.7}
    return {
        "LightGBM": ("two", model(LGBMClassifier)),
        "LightGBM of three labels": ("three", model(LGBMClassifier, bent)),
        "LightGBM, each label by itself": ("three", model(LGBMClassifier, objective="multiclassova", sigmoid=2.0)),
        "LightGBM, steep": ("two", model(LGBMClassifier, sigmoid=2.0)),
        "LightGBM, cross entropy": ("two", model(LGBMClassifier, objective="cross_entropy")),
        "LightGBM, a forest": ("two", model(LGBMClassifier, boosting_type="rf", **bagged)),
        "LightGBM of a value": ("value", model(LGBMRegressor, bent)),
        "LightGBM of a root": ("value", model(LGBMRegressor, reg_sqrt=True)),
        "LightGBM of a positive value": ("price", model(LGBMRegressor, objective="gamma")),
        "LightGBM, zeros missing": ("value", model(LGBMRegressor, ordinal, zero_as_missing=True)),
        "LightGBM, scaled zeros missing": ("value", model(LGBMRegressor, zero_as_missing=True)),
        "LightGBM, missing is zero": ("value", model(LGBMRegressor, ordinal, use_missing=False)),
        "LightGBM by category": ("value", lambda: _ByCategory(model(LGBMRegressor, ordinal)(), [2, 3, 4])),
        "LightGBM without a split": ("two", model(LGBMClassifier, min_child_samples=2000)),
    }


def xgboost_models() -> Boosted:
    from xgboost import XGBClassifier, XGBRegressor, XGBRFRegressor

    def model(kind: Any, steps: Callable[[], Any] = missing_kept, **options: Any) -> Callable[[], Any]:
        return _behind(steps, lambda: kind(n_estimators=_TREES, n_jobs=1, **options))

    kinds = {"feature_types": ["q", "q", "c", "c", "c"], "enable_categorical": True}
    return {
        "XGBoost": ("two", model(XGBClassifier)),
        "XGBoost of three labels": ("three", model(XGBClassifier, bent)),
        "XGBoost of three labels, softmax": ("three", model(XGBClassifier, objective="multi:softmax", base_score=0.3)),
        "XGBoost, hinge": ("two", model(XGBClassifier, objective="binary:hinge")),
        "XGBoost of a value": ("value", model(XGBRegressor, bent)),
        "XGBoost of a count": ("price", model(XGBRegressor, objective="count:poisson")),
        "XGBoost, tweedie": ("price", model(XGBRegressor, objective="reg:tweedie")),
        "XGBoost, dropped trees": ("value", model(XGBRegressor, booster="dart", rate_drop=0.3)),
        "XGBoost, several trees in a round": ("two", model(XGBClassifier, num_parallel_tree=3, subsample=0.7)),
        "XGBoost, a forest": ("value", model(XGBRFRegressor)),
        "XGBoost, threes missing": ("value", model(XGBRegressor, ordinal, missing=3)),
        "XGBoost, a scaled number missing": ("value", model(XGBRegressor, missing=0.5)),
        "XGBoost over a sparse matrix": ("two", model(XGBClassifier, sparse)),
        "XGBoost by category": ("value", model(XGBRegressor, ordinal, **kinds)),
        "XGBoost by single categories": ("value", model(XGBRegressor, ordinal, max_cat_to_onehot=10, **kinds)),
    }


def catboost_models() -> Boosted:
    from catboost import CatBoostClassifier, CatBoostRegressor

    def model(kind: Any, steps: Callable[[], Any] = missing_kept, **options: Any) -> Callable[[], Any]:
        quiet = {"thread_count": 1, "verbose": 0, "allow_writing_files": False}
        return _behind(steps, lambda: kind(n_estimators=_TREES, **quiet, **options))

    return {
        "CatBoost": ("two", model(CatBoostClassifier)),
        "CatBoost of three labels": ("three", model(CatBoostClassifier, bent)),
        "CatBoost, each label by itself": ("three", model(CatBoostClassifier, loss_function="MultiClassOneVsAll")),
        "CatBoost, free trees": ("three", model(CatBoostClassifier, grow_policy="Lossguide")),
        "CatBoost by depth": ("two", model(CatBoostClassifier, grow_policy="Depthwise")),
        "CatBoost of a value": ("value", model(CatBoostRegressor, bent)),
        "CatBoost, missing is great": ("value", model(CatBoostRegressor, nan_mode="Max")),
        "CatBoost, tweedie": ("positive", model(CatBoostRegressor, loss_function="Tweedie:variance_power=1.5")),
    }

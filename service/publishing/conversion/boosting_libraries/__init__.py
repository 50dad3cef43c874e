"""Fitted models of LightGBM, XGBoost and CatBoost → trees, and what the objectives make of their sums."""

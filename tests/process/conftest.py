"""The service and the environment with MLflow that tests of programs share."""

from tests.support.mlflow_environment import mlflow_environments, mlflow_python
from tests.support.server_process import bundled_service

__all__ = ["bundled_service", "mlflow_environments", "mlflow_python"]

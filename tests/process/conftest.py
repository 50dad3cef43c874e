"""What tests of programs share: the service, a bundle alone, and the environment with MLflow."""

from tests.support.mlflow_environment import mlflow_environments, mlflow_python
from tests.support.pipeline_command import alone
from tests.support.server_process import bundled_service

__all__ = ["alone", "bundled_service", "mlflow_environments", "mlflow_python"]

# `make demo` shows the models, `make demo SHARE=yes` opens them to your network, `make test` checks that everything works.
# Each command installs what it needs.
PYTHON ?= python3
LOCK = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header

.PHONY: demo service unit check test speed bench install lock

demo service unit check test speed bench install:
	@$(PYTHON) -m launch $@

# Compile the pinned requirements from pyproject.toml; needs uv.
lock:
	$(LOCK) --group dev --output-file requirements-dev.txt
	$(LOCK) --group service --constraints requirements-dev.txt --output-file requirements-service.txt
	$(LOCK) --group service --group dask --constraints requirements-dev.txt --output-file requirements-dask.txt
	$(LOCK) --group demo --constraints requirements-dev.txt --output-file requirements-demo.txt
	$(LOCK) --group prefect --output-file requirements-prefect.txt

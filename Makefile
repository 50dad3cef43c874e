# `make demo` shows the models, `make test` proves that everything works; both do all set-up by themselves.
PYTHON ?= python3
LOCK = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header

.PHONY: demo service test check install bench lock

demo service test check install bench:
	@$(PYTHON) -m launch $@

# Compiles the pinned requirements anew from pyproject.toml; needs uv.
lock:
	$(LOCK) --group dev --output-file requirements-dev.txt
	$(LOCK) --group service --constraints requirements-dev.txt --output-file requirements-service.txt
	$(LOCK) --group service --group dask --constraints requirements-dev.txt --output-file requirements-dask.txt
	$(LOCK) --group demo --constraints requirements-dev.txt --output-file requirements-demo.txt
	$(LOCK) --group prefect --output-file requirements-prefect.txt

# Everything sets itself up: `make demo` and `make test` work on a fresh machine with Python 3.11+ and make.
PYTHON ?= python3
UV_VERSION := 0.13.9
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help setup demo test fuzz chaos soak-pubsub check audit bench-setup bench-pubsub bench-pipeline bench-telemetry lock clean

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: $(VENV)/.installed ## make .venv with the locked dependencies (the other targets do it by themselves)

$(VENV)/.installed: requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "claimstream needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) --version). Name another one: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { \
	  echo "'$(PYTHON)' cannot make virtual environments; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@echo "Installing the locked dependencies into $(VENV) (once; half a minute or so) ..." >&2
	@$(PYTHON) -m venv .tools >&2
	@.tools/bin/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION) >&2
	@.tools/bin/uv venv --quiet --clear --python $(PYTHON) $(VENV) >&2
	@.tools/bin/uv pip sync --quiet --compile-bytecode --python $(BIN)/python --require-hashes requirements-dev.lock
	@.tools/bin/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

demo: setup ## the main job on real input, on the embedded local stack
	@trap : INT; $(BIN)/claimstream demo $(ARGS) || { status=$$?; [ $$status -eq 130 ] || exit $$status; }

test: setup ## the tests
	@$(BIN)/python -m compileall -q src  # once, and not in each of the processes that they start
	$(BIN)/pytest --numprocesses 4 --maxschedchunk 8 $(ARGS)

fuzz: setup ## mail and attachments that hypothesis makes up, for ten minutes, in a pod's memory: does any end without an outcome?
	@end=$$(($$(date +%s) + 600)); while [ $$(date +%s) -lt $$end ]; do \
		$(BIN)/pytest tests/pipeline/test_fuzz.py --hypothesis-profile=search --numprocesses 0 $(ARGS) || exit 1; \
	done

chaos: setup ## real workers under kills and outages of every service: is anything lost or done twice? (15 minutes)
	@$(BIN)/python -m bench.chaos $(ARGS)

soak-pubsub: setup ## the subscriber and the publisher under random faults, for ten minutes
	@$(BIN)/python -m bench.pubsub_soak $(ARGS)

check: setup ## lint, formatting, types, import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

audit: setup ## what is known to be dangerous: in the code (bandit), in the dependencies (pip-audit; needs a network)
	$(BIN)/bandit --quiet --recursive --severity-level medium src bench .ci
	$(BIN)/python .ci/dependency_audit.py requirements.lock requirements-dev.lock

# The libraries compared live in an environment of their own. fastpubsub needs Python 3.12 or newer.
BENCH_PYTHON ?= $(PYTHON)
BENCH_VENV := .venv-bench

bench-setup: setup
	@wanted="$$($(BENCH_PYTHON) -VV; cat requirements-bench.lock pyproject.toml | cksum)"; \
	test "$$wanted" = "$$(cat $(BENCH_VENV)/.installed 2>/dev/null)" || { \
	  echo "Installing the libraries to compare with into $(BENCH_VENV) (once) ..." >&2; \
	  .tools/bin/uv venv --quiet --clear --python $(BENCH_PYTHON) $(BENCH_VENV) && \
	  .tools/bin/uv pip sync --quiet --compile-bytecode --python $(BENCH_VENV)/bin/python --require-hashes requirements-bench.lock && \
	  .tools/bin/uv pip install --quiet --python $(BENCH_VENV)/bin/python --no-deps --no-build-isolation --editable . && \
	  echo "$$wanted" >$(BENCH_VENV)/.installed; }

bench-pubsub: bench-setup ## compare Pub/Sub subscribers (ARGS=--quick: three minutes; BENCH_PYTHON=python3.13: one more)
	@$(BENCH_VENV)/bin/python -m bench.pubsub $(ARGS)

bench-pipeline: bench-setup ## rate, CPU and memory at realistic delays, beside Dramatiq (ARGS=--quick: three minutes)
	@$(BIN)/python -m bench.pipeline --threads-python $(BENCH_VENV)/bin/python $(ARGS)

bench-telemetry: setup ## what telemetry costs the worker (ARGS=--quick: three minutes)
	@$(BIN)/python -m bench.telemetry $(ARGS)

lock: ## bring the locked versions up to date
	@test -x .tools/bin/uv || { $(PYTHON) -m venv .tools && .tools/bin/pip install --quiet uv==$(UV_VERSION); }
	.tools/bin/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --upgrade --extra redis \
	  --custom-compile-command "make lock" pyproject.toml -o requirements.lock
	.tools/bin/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --upgrade --extra dev \
	  --custom-compile-command "make lock" pyproject.toml -o requirements-dev.lock
	.tools/bin/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --upgrade --extra bench \
	  --custom-compile-command "make lock" pyproject.toml -o requirements-bench.lock

clean: ## remove what was built and installed here
	rm -rf $(VENV) $(BENCH_VENV) .tools dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

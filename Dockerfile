# Two steps: everything that builds stays behind; what runs is the interpreter, the locked packages and the code.
FROM python:3.13-slim AS build
WORKDIR /build
RUN python -m venv /opt/claimstream
COPY requirements.lock requirements-dev.lock pyproject.toml README.md LICENSE ./
RUN /opt/claimstream/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
# The build backend and what it needs, as they are locked for development; they stay in this step.
RUN awk '/^[a-z]/ {wanted = /^(hatchling|packaging|pathspec|pluggy|tomlkit|trove-classifiers)==/} wanted' requirements-dev.lock \
      > requirements-build.lock && \
    pip install --no-cache-dir --require-hashes -r requirements-build.lock
COPY src ./src
RUN pip wheel --no-cache-dir --no-deps --no-build-isolation --wheel-dir wheel . && \
    /opt/claimstream/bin/pip install --no-cache-dir --no-index --no-deps wheel/*.whl

FROM python:3.13-slim
RUN useradd --uid 10001 --no-create-home claimstream
COPY --from=build /opt/claimstream /opt/claimstream
ENV PATH=/opt/claimstream/bin:$PATH PYTHONUNBUFFERED=1 HEALTH_PORT=8080 LOG_FORMAT=json
USER 10001
EXPOSE 8080
# SIGTERM drains: what is running ends, the rest is given back (DRAIN_SECONDS).
STOPSIGNAL SIGTERM
ENTRYPOINT ["claimstream"]
CMD ["run"]

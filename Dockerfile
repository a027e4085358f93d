# Two stages: one builds the wheel (phone app included), one runs it as a user without rights.
#   docker build -t ruhu .
#   docker run -d --name ruhu -p 127.0.0.1:8000:8000 -v ruhu:/var/lib/ruhu -e RUHU_PUBLIC_URL=https://ruhu.example.cn ruhu
#   docker exec -i ruhu ruhu account add admin --role admin --scope 6401 < password.txt
ARG PYTHON=3.11-slim-bookworm

FROM python:${PYTHON} AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src

# What changes least comes first, so that an edit of the code reuses these layers.
COPY requirements.txt requirements-build.txt requirements-node.txt ./
RUN python -m venv /opt/ruhu \
 && /opt/ruhu/bin/pip install --require-hashes -r requirements.txt \
 && python -m venv /opt/build \
 && /opt/build/bin/pip install --require-hashes -r requirements-build.txt -r requirements-node.txt

# Building the phone app first makes its layer independent of the server's code.
COPY hatch_build.py ./
COPY pwa ./pwa
RUN mkdir -p app/static && /opt/build/bin/python hatch_build.py

COPY . .
RUN /opt/build/bin/python -m hatchling build -t wheel -d /dist \
 && /opt/ruhu/bin/pip install --no-deps --no-index /dist/ruhu-*.whl \
 && /opt/ruhu/bin/ruhu --help >/dev/null

FROM python:${PYTHON}
LABEL org.opencontainers.image.title="Ruhu 入户" org.opencontainers.image.licenses="Apache-2.0"
RUN groupadd --gid 10001 ruhu \
 && useradd --uid 10001 --gid ruhu --home-dir /var/lib/ruhu --no-create-home --shell /usr/sbin/nologin ruhu \
 && install -d -o ruhu -g ruhu -m 700 /var/lib/ruhu
COPY --from=build /opt/ruhu /opt/ruhu

ENV PATH=/opt/ruhu/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    RUHU_DATA=/var/lib/ruhu
USER ruhu
WORKDIR /var/lib/ruhu
VOLUME /var/lib/ruhu
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
  CMD ["python", "-c", "import sys, urllib.request as u; sys.exit(u.urlopen('http://127.0.0.1:8000/healthz', timeout=4).status != 200)"]
CMD ["ruhu", "serve", "--host", "0.0.0.0", "--port", "8000"]

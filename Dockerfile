# One node. Build and run: docs/guide/operator.md, Installing.
FROM python:3.11-slim AS libraries
COPY requirements-node.lock /
RUN python -m venv /opt/handover \
 && /opt/handover/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps --require-hashes -r /requirements-node.lock

FROM python:3.11-slim
COPY --from=libraries /opt/handover /opt/handover
COPY LICENSE /opt/handover/LICENSE
COPY src/handover /opt/handover/src/handover
RUN printf '#!/bin/sh\nexec python -m handover "$@"\n' > /usr/local/bin/handover && chmod 755 /usr/local/bin/handover
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin handover \
 && install -d -o handover -g handover -m 0700 /var/lib/handover
ENV PATH=/opt/handover/bin:$PATH PYTHONPATH=/opt/handover/src PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER handover
WORKDIR /var/lib/handover
VOLUME /var/lib/handover
EXPOSE 8700
# Behind a proxy that ends TLS: inside the container the node must listen on all its addresses.
ENV HANDOVER_LISTEN=0.0.0.0:8700
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
  CMD ["python", "-c", "import urllib.request as r; r.build_opener(r.ProxyHandler({})).open('http://127.0.0.1:8700/livez', timeout=4)"]
ENTRYPOINT ["python", "-m", "handover"]
CMD ["serve"]

# Two stages: what is needed to install and prepare stays in the first.
FROM python:3.12-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_NO_INPUT=1
RUN python -m venv /opt/venv
WORKDIR /app
COPY requirements.txt ./
RUN /opt/venv/bin/pip install --require-hashes -r requirements.txt
COPY . ./
# The key signs nothing here and does not reach the image; without one, the settings would write one to disk.
RUN SECRET_KEY=build DATA_DIR=/app/var /opt/venv/bin/python manage.py start --only assets \
    && /opt/venv/bin/python -m compileall -q issues measures rectify

FROM python:3.12-slim
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=rectify.settings \
    DATA_DIR=/app/var \
    EVIDENCE_ROOT=/data/evidence
RUN groupadd --system --gid 10001 rectify \
    && useradd --system --uid 10001 --gid rectify --no-create-home --home-dir /nonexistent rectify \
    && install -d -o rectify -g rectify -m 0700 /data /data/evidence
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
# The collected static files in it belong to the image, so no volume may be mounted over it; evidence has its own place.
RUN chown rectify:rectify /app/var
WORKDIR /app
USER rectify
EXPOSE 8000
VOLUME ["/data/evidence"]
# Any answer below 500 means that the server is up; the host name has to be one that it answers to.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 CMD ["python", "-c", "\
import http.client, os, sys\n\
host = os.environ.get('ALLOWED_HOSTS', 'localhost').split(',')[0].strip().lstrip('.*') or 'localhost'\n\
link = http.client.HTTPConnection('127.0.0.1', 8000, timeout=4)\n\
link.request('GET', '/', headers={'Host': host, 'X-Forwarded-Proto': 'https'})\n\
sys.exit(link.getresponse().status >= 500)\n"]
CMD ["python", "manage.py", "start", "--only", "server", "--host", "0.0.0.0", "--port", "8000"]

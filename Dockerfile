# docker build -t grader .                           with TensorFlow for the CPU
# docker build -t grader --build-arg VARIANT=plain . without TensorFlow, a sixth of the size, for NumPy exercises
# docker build -t grader --build-arg VARIANT=gpu .   with TensorFlow and CUDA, for docker run --gpus all
# The image has no datasets: mount a folder with them and pass it to --data, or let the grader download them.
FROM python:3.12-slim

ARG VARIANT=cpu

WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY requirements requirements
COPY grader grader
COPY assignments assignments
COPY reference reference
RUN case "$VARIANT" in cpu) pins=image ;; plain) pins=plain ;; gpu) pins=image-gpu ;; *) echo "no VARIANT $VARIANT"; exit 1 ;; esac \
    && pip install --no-cache-dir --require-hashes --requirement "requirements/$pins.txt" \
    && pip install --no-cache-dir --no-deps --no-build-isolation . \
    && rm -rf /src/* \
    && useradd --create-home --uid 1000 grader

USER 1000
WORKDIR /home/grader
ENTRYPOINT ["grader"]
CMD ["--help"]

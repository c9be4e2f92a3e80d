# Airflow with what requirements.txt lists, at the versions of constraints.txt.
# Checked statically only: it was never built where this project is developed.
FROM apache/airflow:3.3.2-python3.12

COPY requirements.txt constraints.txt /tmp/

# The pin of Airflow itself stands in requirements.txt, so pip can't replace it by another version.
# "pip check" ends the build where a package of the image does not agree with a pin of ours.
RUN pip install --no-cache-dir \
        --constraint /tmp/constraints.txt \
        --requirement /tmp/requirements.txt \
    && pip check

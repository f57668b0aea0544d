FROM python:3.12
RUN a && \
    b
CMD ["flask", "run"]

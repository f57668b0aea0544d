FROM python:3.12
ENTRYPOINT ["./server"]

FROM python:3.12
ENTRYPOINT [ "python", "-m", "flask" ]
CMD ["app.py"]

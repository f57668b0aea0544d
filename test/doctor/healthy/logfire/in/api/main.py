import logfire
from fastapi import FastAPI

app = FastAPI()
logfire.configure(send_to_logfire=False)
logfire.instrument_fastapi(app)

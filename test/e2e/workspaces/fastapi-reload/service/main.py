"""Exchange rates that never change. `X-Started` tells one run of the process from the next."""
import os
import uuid

from fastapi import FastAPI, HTTPException, Response

app = FastAPI()
STARTED = uuid.uuid4().hex
RATES = {"USD": 1.16, "CHF": 0.93}


@app.get("/health")
def health(response: Response):
    response.headers["X-Started"] = STARTED
    return {"ok": True}


@app.get("/rates/{currency}")
async def rate(currency: str):
    if currency not in RATES:
        raise HTTPException(status_code=404, detail=f"no rate for {currency}")
    return {"from": os.environ["BASE_CURRENCY"], "to": currency, "rate": RATES[currency]}

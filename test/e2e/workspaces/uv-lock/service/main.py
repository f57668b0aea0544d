"""High and low water, made up."""
import os

from fastapi import FastAPI, HTTPException

app = FastAPI()
HOURS = {"high": [4, 16], "low": [10, 22]}


@app.get("/health")
async def health():
    return {"ok": True}


@app.get("/tides/{kind}")
async def tides(kind: str):
    if kind not in HOURS:
        raise HTTPException(status_code=404, detail="high or low")
    return {"port": os.environ["PORT_NAME"], "hours": HOURS[kind]}

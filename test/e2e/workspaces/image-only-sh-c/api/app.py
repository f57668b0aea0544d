"""Counts words; SQLite, in memory, remembers nothing for long."""
import sqlite3

from flask import Flask, request

app = Flask(__name__)


@app.get("/health")
def health():
    return {"ok": True}


@app.post("/count")
def count():
    words = request.get_data(as_text=True).split()
    memory = sqlite3.connect(":memory:")
    cursor = memory.cursor()
    cursor.execute("CREATE TABLE word (text TEXT)")
    cursor.executemany("INSERT INTO word VALUES (?)", [(word,) for word in words])
    cursor.execute("SELECT COUNT(DISTINCT text) FROM word")
    return {"words": len(words), "different": cursor.fetchone()[0]}

from celery import Celery

app = Celery('shop', broker='redis://queue:6379/0')


@app.task
def pack(order):
    return order

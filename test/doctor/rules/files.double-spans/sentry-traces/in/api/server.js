const Sentry = require('@sentry/node');

Sentry.init({ tracesSampleRate: 1 });

const express = require('express');

const app = express();
app.get('/', (req, res) => res.send('hello'));
app.listen(3000);

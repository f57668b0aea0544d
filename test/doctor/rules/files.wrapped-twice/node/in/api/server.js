const { NodeSDK } = require('@opentelemetry/sdk-node');

new NodeSDK().start();

const express = require('express');

const app = express();
app.get('/', (req, res) => res.send('hello'));
app.listen(3000);

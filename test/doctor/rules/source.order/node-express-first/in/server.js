const express = require('express');
require('./tracing');

express().get('/', (req, res) => res.send('ok')).listen(3000);

const express = require('express');
const app = express();
app.get('/', (request, response) => response.send('paid'));
app.listen(8080);

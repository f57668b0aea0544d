const express = require('express');

const app = express();
app.get('/hi/:name', (req, res) => res.send(`hi ${req.params.name}`));
app.listen(3000);

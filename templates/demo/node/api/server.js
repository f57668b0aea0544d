const http = require('node:http');
const express = require('express');

const app = express();

// where the other service is, see docker-compose.yml
const ITEMS_URL = process.env.ITEMS_URL || 'http://localhost:4568';

app.get('/api/order', (req, res, next) => {
  // ask the other service for every price, then add them up
  http.get(ITEMS_URL + '/items', (answer) => {
    let text = '';
    answer.on('data', (part) => { text += part; });
    answer.on('end', () => {
      const items = JSON.parse(text);
      const total = items.reduce((sum, item) => sum + item.price, 0);
      res.json({ items, total });
    });
  }).on('error', next);
});

app.get('/api/health', (req, res) => res.json({ ok: true }));

app.listen(4567, () => console.log('api listens on 4567'));

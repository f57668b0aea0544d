const express = require('express');

const app = express();

// a real database would be nicer
const ITEMS = [
  { name: 'tea', price: 4 },
  { name: 'cake', price: 6 },
];

app.get('/items', (req, res) => res.json(ITEMS));

app.listen(4568, () => console.log('items listens on 4568'));

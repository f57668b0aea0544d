import express from 'express';
import { find } from './items.js';

const app = express();

app.get('/health', (request, response) => response.json({ ok: true }));

app.get('/items/:id', (request, response) => {
  const item = find(request.params.id);
  if (item) response.json(item);
  else response.status(404).json({ error: 'no such item' });
});

app.listen(3001, () => console.log('catalog on 3001'));

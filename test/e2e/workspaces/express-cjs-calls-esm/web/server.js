const express = require('express');

const app = express();
const catalog = process.env.CATALOG_URL;

app.get('/health', (request, response) => response.json({ ok: true }));

app.get('/books/:id', async (request, response, next) => {
  try {
    const answer = await fetch(`${catalog}/items/${request.params.id}`);
    const item = await answer.json();
    response.status(answer.status).json({ shelf: 'books', item });
  } catch (error) {
    next(error);
  }
});

app.listen(3000, () => console.log('web on 3000'));

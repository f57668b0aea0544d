const express = require('express');

const app = express();
const words = ['alder', 'birch', 'cedar'];

app.get('/health', (request, response) => response.json({ ok: true }));

app.get('/trees/:number', (request, response) => {
  const tree = words[Number(request.params.number)];
  if (tree === undefined) response.status(404).json({ error: 'no such tree' });
  else response.json({ tree });
});

app.listen(3000, () => console.log('web on 3000'));

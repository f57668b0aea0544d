import express, { type Request, type Response } from 'express';
import { primesBelow } from './primes';

const app = express();
const port = Number(process.env.PORT ?? 8080);

app.get('/health', (_request: Request, response: Response) => {
  response.json({ ok: true });
});

app.get('/primes/:below', (request: Request<{ below: string }>, response: Response) => {
  const below = Number(request.params.below);
  if (!Number.isInteger(below)) response.status(400).json({ error: 'not a whole number' });
  else response.json(primesBelow(below));
});

const server = app.listen(port, () => console.log(`api on ${port}`));

// The app's own way to stop: finish what is open, then end with 0.
process.on('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeAllConnections();
});

import Fastify from 'fastify';

Fastify().get('/', () => 'ok');

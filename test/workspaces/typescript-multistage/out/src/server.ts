import express from 'express';

express().get('/', (_req, res) => void res.send('ok')).listen(3000);

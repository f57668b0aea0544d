module.exports = { output: 'standalone', experimental: { instrumentationHook: true } };

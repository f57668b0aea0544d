module.exports = process.env.OTEL_ENDPOINT;

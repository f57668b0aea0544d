const { NodeSDK } = require('@opentelemetry/sdk-node');
const { getNodeAutoInstrumentations } = require('@opentelemetry/auto-instrumentations-node');

module.exports = new NodeSDK({ instrumentations: [getNodeAutoInstrumentations()] });

const { Resource } = require('@opentelemetry/resources');
const { NodeSDK } = require('@opentelemetry/sdk-node');
const { getNodeAutoInstrumentations } = require('@opentelemetry/auto-instrumentations-node');

const sdk = new NodeSDK({ resource: new Resource({ 'service.version': '1' }), instrumentations: [getNodeAutoInstrumentations()] });
sdk.start();

const { NodeSdk } = require('@opentelemetry/sdk-node');
const { getNodeAutoInstrumentations } = require('@opentelemetry/auto-instrumentations-node');

const sdk = new NodeSdk({ instrumentations: [getNodeAutoInstrumentations()] });
sdk.start();

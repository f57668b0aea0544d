import { HoneycombSDK } from '@honeycombio/opentelemetry-node';

new HoneycombSDK().start();

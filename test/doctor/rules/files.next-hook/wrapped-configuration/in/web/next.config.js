const { withSentryConfig } = require('@sentry/nextjs');

module.exports = withSentryConfig({ output: 'standalone' });

FROM node:20
WORKDIR /app

COPY otel.cjs ./
COPY otel.mjs ./
# hadolint ignore=DL3025
# starts the server
CMD node server.js

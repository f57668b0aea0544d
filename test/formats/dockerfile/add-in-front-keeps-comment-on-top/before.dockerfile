FROM node:20
WORKDIR /app

# hadolint ignore=DL3025
# starts the server
CMD node server.js

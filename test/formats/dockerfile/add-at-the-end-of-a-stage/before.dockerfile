FROM node:20 AS build
RUN npm ci

# the image that runs
FROM node:20-slim
COPY --from=build /app /app
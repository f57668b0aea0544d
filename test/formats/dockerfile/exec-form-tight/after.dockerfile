FROM node:20-alpine
CMD ["npx","--","npm","start"]

FROM node:20-alpine
CMD ["npm","start"]

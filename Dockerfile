# One image for all Node services: core, admission worker, feed, the REST front and the migrations. Which of them a
# container is, its command says (docker-compose.yml). The edge is not among them: it is a Worker (wrangler.toml).
FROM node:22-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build

FROM node:22-bookworm-slim
WORKDIR /app
ENV NODE_ENV=production HOST=0.0.0.0
COPY package.json package-lock.json .npmrc ./
# The services need neither the tools nor the embedded stores; install scripts are for those only.
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund
COPY --from=build /app/dist ./dist
COPY --from=build /app/db/migrations ./db/migrations
USER node
CMD ["node", "--enable-source-maps", "--max-semi-space-size=64", "dist/core/main.js"]

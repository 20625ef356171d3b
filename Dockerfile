# syntax=docker/dockerfile:1
FROM node:24-bookworm-slim AS build
WORKDIR /srv/checkout
COPY package.json package-lock.json ./
# The compiled output needs the development dependencies; the image that runs does not.
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build

FROM node:24-bookworm-slim AS production
ENV NODE_ENV=production
WORKDIR /srv/checkout
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts && npm cache clean --force
COPY --from=build /srv/checkout/dist/service dist/service
# What the other commands run: migrate, doctor, operator:create.
COPY --from=build /srv/checkout/dist/src dist/src
COPY --from=build /srv/checkout/dist/migrations dist/migrations
COPY --from=build /srv/checkout/dist/console dist/console
USER node
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=15s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.PORT || 3000) + '/health/ready').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Not through npm: signals must reach the process that finishes its requests on SIGTERM.
# Small young generation, and a full collection when the heap is half as large again as what lives: with V8's own choice a
# day's bill of a million rows grows the process by 100 MB of garbage. The third keeps what lives for a moment out of old
# memory, so that there is a full collection every 15 s under load instead of every 2 (docs/adr/0014).
CMD ["node", "--max-semi-space-size=8", "--heap-growing-percent=50", "--no-allocation-site-pretenuring", "--enable-source-maps", "dist/service/main.js"]

# WeChat for trying things out, for a backend in any language; never for production (simulator/README.md).
FROM build AS simulator
RUN mkdir /wechat && chown node:node /wechat
USER node
EXPOSE 9080 9443
CMD ["node", "--enable-source-maps", "dist/simulator/main.js", "--out", "/wechat", "--host", "0.0.0.0"]

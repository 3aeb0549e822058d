# One image: Singer tap, Airbyte source, target-segment and sandbox. docs/docker.md tells how to run each.

FROM node:24-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
# No package of the build needs its install script.
RUN npm ci --ignore-scripts
COPY tsconfig.json spec.json catalog.json ./
COPY schemas schemas
COPY scripts scripts
COPY src src
RUN npm run build

FROM node:24-bookworm-slim
LABEL io.airbyte.name="tap-circle/source-circle" \
      io.airbyte.version="0.1.0" \
      org.opencontainers.image.title="tap-circle" \
      org.opencontainers.image.description="Singer tap, Airbyte source, target-segment and sandbox for the Circle Data API" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.source="https://github.com/tap-circle/tap-circle" \
      org.opencontainers.image.documentation="https://github.com/tap-circle/tap-circle/blob/main/docs/docker.md" \
      org.opencontainers.image.base.name="docker.io/library/node:24-bookworm-slim"
# The bundles hold all that they need: there is no node_modules.
COPY --from=build /build/dist /app/dist
COPY package.json LICENSE /app/
COPY scripts/image-entrypoint.sh /usr/local/bin/circle
COPY examples/shell/sync.sh /usr/local/bin/circle-sync
RUN chmod 755 /usr/local/bin/circle /usr/local/bin/circle-sync \
 && for name in tap-circle source-circle target-segment circle-sandbox; do \
      chmod 755 "/app/dist/$name.js" && ln -s "/app/dist/$name.js" "/usr/local/bin/$name" || exit 1; \
    done \
 && mkdir /airbyte && chown 1000:1000 /airbyte
ENV AIRBYTE_ENTRYPOINT="/usr/local/bin/circle"
WORKDIR /airbyte
# As a number: Kubernetes checks runAsNonRoot by it.
USER 1000:1000
ENTRYPOINT ["/usr/local/bin/circle"]

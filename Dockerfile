# syntax=docker/dockerfile:1

FROM eclipse-temurin:17-jdk AS build
WORKDIR /build
# Only what the build reads, so changes of other files rebuild nothing. The tests hold the daemon whose run lists the
# classes of the class-data archive.
COPY mvnw pom.xml LICENSE ./
COPY .mvn .mvn
COPY src/main src/main
COPY src/test src/test
# Our jar in a directory of its own. A fixed file time makes layers reproducible.
RUN --mount=type=cache,target=/root/.m2 \
    ./mvnw -B -ntp -Prelease -DskipTests package \
    && mkdir -p /libraries /tributary \
    && mv target/tributary-*/* /tributary \
    && mv /tributary/lib /libraries/lib \
    && mkdir /tributary/lib \
    && mv /libraries/lib/tributary-*.jar /tributary/lib \
    && find /libraries /tributary -exec touch -d @0 {} +

# Not distroless: bin/tributary needs a shell, and so does whoever looks into a running container.
FROM eclipse-temurin:17-jre

# The library layer changes only with the libraries. --link keeps layers when the base image changes.
COPY --link --from=build /libraries /opt/tributary
COPY --link config /opt/tributary/config
COPY --link --from=build /tributary /opt/tributary

# For this very JVM; halves the time and the CPU of every start.
RUN ["/opt/tributary/bin/tributary", "archive"]

# Where the health check asks. Set it with this variable, not with admin.port in the file, which the check does not read.
ENV TRIBUTARY_ADMIN_PORT=8081

# - The container's memory is the daemon's alone, so its heap may take more than the JVM's usual quarter. The other half
#   is for what is not heap: about 200 MB under load.
# - Crash reports go to the log: files of a container are lost with it.
ENV JAVA_OPTS="-XX:MaxRAMPercentage=50 -XX:+ErrorFileToStdout"

# Declared, so that it stays writable under a read-only root file system.
VOLUME ["/tmp"]
WORKDIR /tmp

# A number, so that Kubernetes can see that it is not root.
USER 10001:10001

EXPOSE 8080 8081
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 \
    CMD ["/opt/tributary/bin/tributary-alive"]

ENTRYPOINT ["/opt/tributary/bin/tributary"]
CMD ["run", "--config", "/etc/tributary/tributary.properties"]

# Last, because it changes with every commit:
#   docker build --build-arg REVISION="$(git rev-parse HEAD)" --build-arg SOURCE="$(git remote get-url origin)" .
ARG VERSION=0.1.0
ARG REVISION=unknown
ARG SOURCE=unknown
LABEL org.opencontainers.image.title="Tributary" \
      org.opencontainers.image.description="Keeps DynamoDB tables in step through their streams" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.source="$SOURCE"

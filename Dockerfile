# syntax=docker/dockerfile:1

FROM eclipse-temurin:17-jdk AS build
WORKDIR /build
COPY . .
RUN --mount=type=cache,target=/root/.m2 \
    ./mvnw -B -ntp -DskipTests package \
    && mv target/tributary-*/ /tributary

# Not distroless: bin/tributary needs a shell, and so does whoever looks into a running container.
FROM eclipse-temurin:17-jre
LABEL org.opencontainers.image.title="Tributary" \
      org.opencontainers.image.description="Keeps DynamoDB tables in step through their streams" \
      org.opencontainers.image.licenses="Apache-2.0"

COPY --from=build /tributary /opt/tributary

# The container's memory is the daemon's alone, so its heap may take more than the JVM's usual quarter.
ENV JAVA_OPTS="-XX:MaxRAMPercentage=70"

# Declared, so that it stays writable under a read-only root file system: a crash report of the JVM goes here.
VOLUME ["/tmp"]
WORKDIR /tmp

# A number, so that Kubernetes can see that it is not root.
USER 10001:10001

EXPOSE 8080 8081
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 \
    CMD ["/opt/tributary/bin/tributary", "health", "--config", "/etc/tributary/tributary.properties"]

ENTRYPOINT ["/opt/tributary/bin/tributary"]
CMD ["run", "--config", "/etc/tributary/tributary.properties"]

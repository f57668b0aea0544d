import { imageParts } from './runs-on.ts';
import type { App, Service } from '../types.ts';

const KINDS: readonly (readonly [kind: string, names: RegExp])[] = [
  ['a database', /^(?:postgres|postgresql|postgis|pgvector|timescaledb|timescaledb-ha|mysql|mysql-server|mariadb|percona|percona-server|mongo|mongodb|mongodb-community-server|cassandra|scylla|couchdb|couchbase|cockroach|neo4j|influxdb|clickhouse|clickhouse-server|dynamodb-local|mssql|server|azure-sql-edge|oracle-xe|oracle-free|rethinkdb|arangodb|surrealdb|elasticsearch|opensearch|solr|meilisearch|typesense|qdrant|weaviate|milvus|chroma|edgedb|questdb)$/],
  ['a cache', /^(?:redis|redis-stack|redis-stack-server|valkey|keydb|dragonfly|memcached)$/],
  ['a message broker', /^(?:rabbitmq|kafka|cp-kafka|redpanda|zookeeper|cp-zookeeper|cp-schema-registry|nats|nats-streaming|mosquitto|emqx|activemq|activemq-artemis|activemq-classic|pulsar|elasticmq|elasticmq-native)$/],
  ['a proxy', /^(?:nginx|nginx-unprivileged|nginx-proxy|traefik|caddy|haproxy|envoy|envoy-dev|httpd|kong|squid|oauth2-proxy|ngrok|cloudflared|swag)$/],
  ['an admin tool', /^(?:adminer|pgadmin4|phpmyadmin|mongo-express|redis-commander|redisinsight|kafka-ui|kafdrop|dynamodb-admin|mailhog|mailpit|maildev|smtp4dev|portainer|portainer-ce|dozzle|cloudbeaver|kibana|opensearch-dashboards|flower)$/],
  ['a telemetry tool', /^(?:opentelemetry-collector|opentelemetry-collector-contrib|opentelemetry-collector-k8s|otelcol|aws-otel-collector|splunk-otel-collector|all-in-one|jaeger|jaeger-\w+|zipkin|zipkin-slim|tempo|loki|promtail|alloy|grafana|prometheus|alertmanager|cadvisor|node-exporter|\w+-exporter|aws-xray-daemon|xray-daemon|otel-lgtm|refinery|fluentd|fluent-bit|logstash|filebeat|vector|statsd|telegraf|agent|datadog-agent)$/],
  ['infrastructure', /^(?:localstack|minio|mc|vault|consul|etcd|registry|keycloak|keycloak-x|dex|sonarqube|gitea|mock-server|mockserver|wiremock|hello-world|temporal|auto-setup|watchtower|wait-for-it|dockerize|wait|swagger-ui|chrome|standalone-chrome|standalone-firefox|hub|k6|included|playwright|flyway|liquibase)$/],
];

/** What an image holds where that is nothing to trace: 'a database'; undefined = it may be an application. */
export function infrastructure(image: string): string | undefined {
  const { name, repository } = imageParts(image);
  // Short names that mean one thing only with their publisher.
  if (name === 'server' && !/mssql/.test(repository)) return undefined;
  if (name === 'agent' && !/datadog|grafana/.test(repository)) return undefined;
  if ((name === 'hub' || name === 'included') && !/selenium|cypress/.test(repository)) return undefined;
  return KINDS.find(([, names]) => names.test(name))?.[0];
}

/**
 * Why a service is left alone: a database, a proxy, a browser's dev server, an image without source. undefined = it is an
 * application that someone has to deal with (traced, or told how).
 */
export function leave(service: Service, app?: App): string | undefined {
  if (service.origin === 'compose' && service.build === undefined && service.image === undefined && service.unread === undefined) {
    return 'it has neither an image nor a build here, so Compose does not start it: give the file that says more with --file as well; left alone';
  }
  if (app?.language === 'browser') return `${app.because[0]?.says ?? 'this'} runs in the browser: OTEL_* does nothing there, left alone`;
  if (app !== undefined) return undefined;
  const image = service.build === undefined ? service.image : service.build.stage?.base;
  if (image !== undefined) {
    const kind = infrastructure(image);
    if (kind !== undefined) return `${kind} (image ${image}): nothing to trace in it, left alone`;
  }
  if (service.build === undefined && service.image !== undefined) {
    const mounted = service.mounts.some((mount) => mount.from !== undefined);
    return mounted
      ? `an image without source in a language that is known here (${service.image}), left alone`
      : `an image without its source (${service.image}): packages cannot be added to it, left alone`;
  }
  return undefined;
}

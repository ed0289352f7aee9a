const listed = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** The directives of redis.conf whose only values are yes and no (CONFIG GET of Redis 7.0.15, Valkey 8.0.1). */
export const FLAGS = listed(`
  activedefrag activerehashing always-show-logo aof-disable-auto-gc aof-load-truncated
  aof-rewrite-incremental-fsync aof-timestamp-enabled aof-use-rdb-preamble appendonly
  cluster-allow-pubsubshard-when-down cluster-allow-reads-when-down
  cluster-allow-replica-migration cluster-enabled cluster-replica-no-failover
  cluster-require-full-coverage cluster-slave-no-failover cluster-slot-stats-enabled
  crash-log-enabled crash-memcheck-enabled daemonize disable-thp dual-channel-replication-enabled
  dynamic-hz extended-redis-compatibility hide-user-data-from-log io-threads-do-reads
  jemalloc-bg-thread latency-tracking lazyfree-lazy-eviction lazyfree-lazy-expire
  lazyfree-lazy-server-del lazyfree-lazy-user-del lazyfree-lazy-user-flush
  no-appendfsync-on-rewrite protected-mode rdb-del-sync-files rdb-save-incremental-fsync
  rdbchecksum rdbcompression repl-disable-tcp-nodelay repl-diskless-sync replica-announced
  replica-ignore-disk-write-errors replica-ignore-maxmemory replica-lazy-flush replica-read-only
  replica-serve-stale-data set-proc-title slave-ignore-maxmemory slave-lazy-flush slave-read-only
  slave-serve-stale-data stop-writes-on-bgsave-error syslog-enabled tls-cluster
  tls-prefer-server-ciphers tls-replication tls-session-caching
`);

/** All other directives of Redis 7.0.15 or Valkey 8.0.1, those without CONFIG GET included. */
export const OTHERS = listed(`
  acl-pubsub-default aclfile acllog-max-len active-defrag-cycle-max active-defrag-cycle-min
  active-defrag-ignore-bytes active-defrag-max-scan-fields active-defrag-threshold-lower
  active-defrag-threshold-upper active-expire-effort aof-rewrite-cpulist aof_rewrite_cpulist
  appenddirname appendfilename appendfsync auto-aof-rewrite-min-size auto-aof-rewrite-percentage
  availability-zone bgsave-cpulist bgsave_cpulist bind bind-source-addr bio-cpulist bio_cpulist
  busy-reply-threshold client-output-buffer-limit client-query-buffer-limit
  cluster-announce-bus-port cluster-announce-client-ipv4 cluster-announce-client-ipv6
  cluster-announce-hostname cluster-announce-human-nodename cluster-announce-ip
  cluster-announce-port cluster-announce-tls-port cluster-blacklist-ttl cluster-config-file
  cluster-link-sendbuf-limit cluster-migration-barrier cluster-node-timeout cluster-port
  cluster-preferred-endpoint-type cluster-replica-validity-factor cluster-slave-validity-factor
  databases dbfilename dir enable-debug-command enable-module-command enable-protected-configs
  events-per-io-thread hash-max-listpack-entries hash-max-listpack-value hash-max-ziplist-entries
  hash-max-ziplist-value hll-sparse-max-bytes hz ignore-warnings include io-threads
  latency-monitor-threshold latency-tracking-info-percentiles lfu-decay-time lfu-log-factor
  list-compress-depth list-max-listpack-size list-max-ziplist-entries list-max-ziplist-size
  list-max-ziplist-value loadmodule locale-collate logfile loglevel lua-replicate-commands
  lua-time-limit masterauth masteruser max-new-connections-per-cycle
  max-new-tls-connections-per-cycle maxclients maxmemory maxmemory-clients
  maxmemory-eviction-tenacity maxmemory-policy maxmemory-samples min-replicas-max-lag
  min-replicas-to-write min-slaves-max-lag min-slaves-to-write notify-keyspace-events
  oom-score-adj oom-score-adj-values pidfile port prefetch-batch-max-size primaryauth primaryuser
  proc-title-template propagation-error-behavior proto-max-bulk-len rename-command
  repl-backlog-size repl-backlog-ttl repl-diskless-load repl-diskless-sync-delay
  repl-diskless-sync-max-replicas repl-ping-replica-period repl-ping-slave-period repl-timeout
  replica-announce-ip replica-announce-port replica-priority replicaof requirepass
  sanitize-dump-payload save sentinel server-cpulist server_cpulist set-max-intset-entries
  set-max-listpack-entries set-max-listpack-value shutdown-on-sigint shutdown-on-sigterm
  shutdown-timeout slave-announce-ip slave-announce-port slave-priority slaveof
  slowlog-log-slower-than slowlog-max-len socket-mark-id stream-node-max-bytes
  stream-node-max-entries supervised syslog-facility syslog-ident tcp-backlog tcp-keepalive
  timeout tls-auth-clients tls-ca-cert-dir tls-ca-cert-file tls-cert-file tls-ciphers
  tls-ciphersuites tls-client-cert-file tls-client-key-file tls-client-key-file-pass
  tls-dh-params-file tls-key-file tls-key-file-pass tls-port tls-protocols tls-session-cache-size
  tls-session-cache-timeout tracking-table-max-keys unixsocket unixsocketgroup unixsocketperm user
  zset-max-listpack-entries zset-max-listpack-value zset-max-ziplist-entries
  zset-max-ziplist-value
`);

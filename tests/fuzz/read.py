"""Reads settings as Python and the clients of Redis do.

Each line of the input is a JSON list of Python sources. The line of the output that answers it has
the values that each source assigns, or the error. A URL is replaced by the connections that its
client makes of it: redis-py for each comma-separated URL of django-redis's LOCATION and for the
`url` of django-redis-sessions; kombu for each semicolon-separated URL of a Celery broker.
"""

import json
import os
import ssl
import sys

from kombu import Connection
from kombu.transport.redis import Channel, SentinelChannel
from redis import ConnectionPool, Redis, SSLConnection


def broker_pool(url):
    channel = Channel.__new__(Channel)
    channel.connection = Connection(url).transport
    return channel._get_pool()


def connection(pool, url):
    made = pool.make_connection()
    found = {"db": made.db, "user": made.username, "password": made.password}
    for name, attribute in {"host": "host", "port": "port", "socket": "path"}.items():
        found[name] = getattr(made, attribute, None)
    if isinstance(made, SSLConnection):
        # These versions of redis-py verify certificates by default; others do not.
        required = made.cert_reqs == ssl.CERT_REQUIRED and "ssl_cert_reqs=required" in url
        found["tls"] = {"required": required, "ca": made.ca_certs, "host": bool(made.check_hostname)}
    return found


def by_sentinels(url):
    channel = SentinelChannel.__new__(SentinelChannel)
    channel.connection = Connection(url).transport
    channel.master_name = "of the options"
    channel.Client = Redis
    pool = channel._get_pool()
    sentinels = [each.connection_pool.connection_kwargs for each in pool.sentinel_manager.sentinels]
    return {
        "db": pool.connection_kwargs["db"],
        "user": pool.connection_kwargs["username"],
        "password": pool.connection_kwargs["password"],
        "sentinels": [[each["host"], each["port"]] for each in sentinels],
    }


def connected(value, name=""):
    """A value with the connections of each URL in it, at any depth."""
    if isinstance(value, dict):
        return {key: connected(each, key) for key, each in value.items()}
    if name in ("LOCATION", "url"):
        return [connection(ConnectionPool.from_url(url), url) for url in value.split(",")]
    if isinstance(name, str) and name.endswith("BROKER_URL"):
        if value.startswith("sentinel:"):
            return [by_sentinels(value)]
        return [connection(broker_pool(url), url) for url in value.split(";")]
    return value


def read(source):
    os.environ.pop("CELERY_CONFIG_MODULE", None)
    names = {}
    exec(source, names)
    settings = {key: each for key, each in names.items() if key not in ("__builtins__", "os")}
    if "CELERY_CONFIG_MODULE" in os.environ:
        settings["CELERY_CONFIG_MODULE"] = os.environ["CELERY_CONFIG_MODULE"]
    return connected(settings)


for line in sys.stdin.buffer:
    try:
        answer = {"values": [read(source) for source in json.loads(line)]}
    except Exception as error:
        answer = {"error": repr(error)}
    print(json.dumps(answer), flush=True)

"""Names of OpenTelemetry's semantic conventions: what was renamed when they became stable, and what is a time."""

from __future__ import annotations

from vedette.wire.values import Mapping, text_of

NEW_NAMES = {
    "code.filepath": "code.file.path",
    "code.function": "code.function.name",
    "code.lineno": "code.line.number",
    "db.mongodb.collection": "db.collection.name",
    "db.name": "db.namespace",
    "db.operation": "db.operation.name",
    "db.redis.database_index": "db.namespace",
    "db.sql.table": "db.collection.name",
    "db.statement": "db.query.text",
    "db.system": "db.system.name",
    "deployment.environment": "deployment.environment.name",
    "enduser.id": "user.id",
    "http.client_ip": "client.address",
    "http.flavor": "network.protocol.version",
    "http.method": "http.request.method",
    "http.request_content_length": "http.request.body.size",
    "http.response_content_length": "http.response.body.size",
    "http.scheme": "url.scheme",
    "http.server_name": "server.address",
    "http.status_code": "http.response.status_code",
    "http.target": "url.path",
    "http.url": "url.full",
    "http.user_agent": "user_agent.original",
    "messaging.destination": "messaging.destination.name",
    "messaging.operation": "messaging.operation.type",
    "net.host.name": "server.address",
    "net.host.port": "server.port",
    "net.peer.ip": "network.peer.address",
    "net.peer.name": "server.address",
    "net.peer.port": "server.port",
    "net.protocol.name": "network.protocol.name",
    "net.protocol.version": "network.protocol.version",
    "net.sock.peer.addr": "network.peer.address",
    "net.sock.peer.port": "network.peer.port",
    "peer.service": "service.peer.name",
}
NEW_METRICS = {
    "db.client.connections.usage": "db.client.connection.count",
    "http.client.duration": "http.client.request.duration",
    "http.client.request.size": "http.client.request.body.size",
    "http.client.response.size": "http.client.response.body.size",
    "http.server.duration": "http.server.request.duration",
    "http.server.request.size": "http.server.request.body.size",
    "http.server.response.size": "http.server.response.body.size",
}
TO_MS = {"ns": 1e-6, "us": 1e-3, "µs": 1e-3, "ms": 1.0, "s": 1e3, "min": 6e4, "h": 3.6e6, "d": 8.64e7}
"""Times are kept in milliseconds, whatever unit (UCUM) they come in."""
KINDS = {1: "internal", 2: "server", 3: "client", 4: "producer", 5: "consumer"}


def operation(attributes: Mapping, *, kind: str) -> str:
    """Return Sentry's operation for a span with normalised *attributes*; ``""`` where none fits."""
    if attributes.get("sentry.op"):
        return text_of(attributes["sentry.op"])[:200]
    if "db.system.name" in attributes:
        system = text_of(attributes["db.system.name"])
        return f"db.{system}" if system in {"redis", "mongodb", "elasticsearch", "memcached"} else "db"
    if "http.request.method" in attributes:
        return "http.client" if kind == "client" else "http.server"
    if "messaging.system" in attributes:
        return "queue.process" if kind == "consumer" else "queue.publish"
    if "rpc.system" in attributes or "rpc.system.name" in attributes:
        return "rpc.server" if kind == "server" else "rpc"
    if "gen_ai.operation.name" in attributes:
        return f"gen_ai.{text_of(attributes['gen_ai.operation.name'])[:50]}"
    return "function" if "faas.trigger" in attributes else ""

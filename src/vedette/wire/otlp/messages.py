"""The messages of opentelemetry-proto that a receiver reads, as tables of fields.

`{field number: (name in OTLP/JSON, kind)}`; a kind is a scalar's name, a table (a message), or a list of one of these
(repeated).  Fields that are not listed are passed over.
"""

from __future__ import annotations

from typing import Any

Table = dict[int, tuple[str, Any]]

ANY_VALUE: Table = {}
KEY_VALUE: Table = {1: ("key", "string"), 2: ("value", ANY_VALUE)}
ARRAY_VALUE: Table = {1: ("values", [ANY_VALUE])}
KEY_VALUE_LIST: Table = {1: ("values", [KEY_VALUE])}
ANY_VALUE |= {
    1: ("stringValue", "string"),
    2: ("boolValue", "bool"),
    3: ("intValue", "int64"),
    4: ("doubleValue", "double"),
    5: ("arrayValue", ARRAY_VALUE),
    6: ("kvlistValue", KEY_VALUE_LIST),
    7: ("bytesValue", "base64"),
}
RESOURCE: Table = {1: ("attributes", [KEY_VALUE])}
SCOPE: Table = {1: ("name", "string"), 2: ("version", "string")}

EVENT: Table = {1: ("timeUnixNano", "fixed64"), 2: ("name", "string"), 3: ("attributes", [KEY_VALUE])}
LINK: Table = {1: ("traceId", "hex"), 2: ("spanId", "hex"), 4: ("attributes", [KEY_VALUE])}
STATUS: Table = {2: ("message", "string"), 3: ("code", "int64")}
SPAN: Table = {
    1: ("traceId", "hex"),
    2: ("spanId", "hex"),
    4: ("parentSpanId", "hex"),
    5: ("name", "string"),
    6: ("kind", "int64"),
    7: ("startTimeUnixNano", "fixed64"),
    8: ("endTimeUnixNano", "fixed64"),
    9: ("attributes", [KEY_VALUE]),
    11: ("events", [EVENT]),
    13: ("links", [LINK]),
    15: ("status", STATUS),
}
SCOPE_SPANS: Table = {1: ("scope", SCOPE), 2: ("spans", [SPAN])}
RESOURCE_SPANS: Table = {1: ("resource", RESOURCE), 2: ("scopeSpans", [SCOPE_SPANS])}
TRACES: Table = {1: ("resourceSpans", [RESOURCE_SPANS])}

LOG_RECORD: Table = {
    1: ("timeUnixNano", "fixed64"),
    2: ("severityNumber", "int64"),
    3: ("severityText", "string"),
    5: ("body", ANY_VALUE),
    6: ("attributes", [KEY_VALUE]),
    9: ("traceId", "hex"),
    10: ("spanId", "hex"),
    11: ("observedTimeUnixNano", "fixed64"),
    12: ("eventName", "string"),
}
SCOPE_LOGS: Table = {1: ("scope", SCOPE), 2: ("logRecords", [LOG_RECORD])}
RESOURCE_LOGS: Table = {1: ("resource", RESOURCE), 2: ("scopeLogs", [SCOPE_LOGS])}
LOGS: Table = {1: ("resourceLogs", [RESOURCE_LOGS])}

NUMBER_POINT: Table = {
    2: ("startTimeUnixNano", "fixed64"),
    3: ("timeUnixNano", "fixed64"),
    4: ("asDouble", "double"),
    6: ("asInt", "sfixed64"),
    7: ("attributes", [KEY_VALUE]),
    8: ("flags", "uint64"),
}
HISTOGRAM_POINT: Table = {
    2: ("startTimeUnixNano", "fixed64"),
    3: ("timeUnixNano", "fixed64"),
    4: ("count", "fixed64"),
    5: ("sum", "double"),
    6: ("bucketCounts", ["fixed64"]),
    7: ("explicitBounds", ["double"]),
    9: ("attributes", [KEY_VALUE]),
    10: ("flags", "uint64"),
    11: ("min", "double"),
    12: ("max", "double"),
}
BUCKETS: Table = {1: ("offset", "sint32"), 2: ("bucketCounts", ["uint64"])}
EXPONENTIAL_POINT: Table = {
    1: ("attributes", [KEY_VALUE]),
    2: ("startTimeUnixNano", "fixed64"),
    3: ("timeUnixNano", "fixed64"),
    4: ("count", "fixed64"),
    5: ("sum", "double"),
    6: ("scale", "sint32"),
    7: ("zeroCount", "fixed64"),
    8: ("positive", BUCKETS),
    9: ("negative", BUCKETS),
    10: ("flags", "uint64"),
    12: ("min", "double"),
    13: ("max", "double"),
}
QUANTILE: Table = {1: ("quantile", "double"), 2: ("value", "double")}
SUMMARY_POINT: Table = {
    2: ("startTimeUnixNano", "fixed64"),
    3: ("timeUnixNano", "fixed64"),
    4: ("count", "fixed64"),
    5: ("sum", "double"),
    6: ("quantileValues", [QUANTILE]),
    7: ("attributes", [KEY_VALUE]),
    8: ("flags", "uint64"),
}
METRIC: Table = {
    1: ("name", "string"),
    3: ("unit", "string"),
    5: ("gauge", {1: ("dataPoints", [NUMBER_POINT])}),
    7: (
        "sum",
        {
            1: ("dataPoints", [NUMBER_POINT]),
            2: ("aggregationTemporality", "int64"),
            3: ("isMonotonic", "bool"),
        },
    ),
    9: ("histogram", {1: ("dataPoints", [HISTOGRAM_POINT]), 2: ("aggregationTemporality", "int64")}),
    10: (
        "exponentialHistogram",
        {1: ("dataPoints", [EXPONENTIAL_POINT]), 2: ("aggregationTemporality", "int64")},
    ),
    11: ("summary", {1: ("dataPoints", [SUMMARY_POINT])}),
}
SCOPE_METRICS: Table = {1: ("scope", SCOPE), 2: ("metrics", [METRIC])}
RESOURCE_METRICS: Table = {1: ("resource", RESOURCE), 2: ("scopeMetrics", [SCOPE_METRICS])}
METRICS: Table = {1: ("resourceMetrics", [RESOURCE_METRICS])}

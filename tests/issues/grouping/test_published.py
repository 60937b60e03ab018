"""The hashes that Sentry publishes in its own snapshots come out for events that hold the same values.

A row's name is that of the snapshot below `tests/sentry/grouping/snapshots/variants/test_variants/newstyle@<version>` of
getsentry/sentry, the hash what it states; the event is written here.
"""

from __future__ import annotations

import pytest

from tests.issues.grouping.events import Event, error, grouped, library, own, raised, traced
from vedette.issues.grouping.algorithm import group
from vedette.issues.grouping.rules import Matcher, Rule

GROUP = ("System.AggregateException", "One or more errors occurred.")
LIMIT = error(
    "SoftTimeLimitExceeded",
    "SoftTimeLimitExceeded()",
)
BALL = error("FailedToFetchError", "FailedToFetchError: Charlie didn't bring the ball back!")
REDIS = (
    own("sentry.utils.safe", "safe_execute", "    result = func(*args, **kwargs)"),
    own(
        "sentry.utils.services",
        "<lambda>",
        "context[key] = (lambda f: lambda *a, **k: getattr(self, f)(*a, **k))(key)",
    ),
    own(
        "getsentry.quotas",
        "is_rate_limited",
        "return super(SubscriptionQuota, self).is_rate_limited(project, key=key)",
    ),
    own("sentry.quotas.redis", "is_rate_limited", "rejections = is_rate_limited(client, keys, args)"),
    own("sentry.utils.redis", "call_script", "return script(keys, args, client)"),
    library("redis.client", "__call__", "return client.evalsha(self.sha, len(keys), *args)"),
    library(
        "redis.client", "evalsha", "return self.execute_command('EVALSHA', sha, numkeys, *keys_and_args)"
    ),
    library(
        "redis.client",
        "execute_command",
        "return self.parse_response(connection, command_name, **options)",
    ),
    library("redis.client", "parse_response", "response = connection.read_response()"),
    library("redis.connection", "read_response", "response = self._parser.read_response()", lineno=1),
    library("redis.connection", "read_response", "(e.args,))", lineno=2),
)


def page(function: str = "", **more: object) -> Event:
    """Return a frame of a page that was opened from disk."""
    return {
        "abs_path": "file:///home/me/test.html",
        "filename": "/home/me/test.html",
        "function": function,
        "in_app": False,
        **more,
    }


def cdn(path: str, function: str, **more: object) -> Event:
    """Return a frame of a script from elsewhere, which the SDK took for the site's own."""
    return {"abs_path": f"https://{path}", "function": function, "in_app": True, **more}


NEWEST = [
    (
        "exception_compute_hashes",
        raised(error("ValueError", "hello world")),
        ["b23ee1963904c2ca87b145febf94b66c"],
    ),
    ("exception_without_type", raised(error("", "hello world")), ["5eb63bbbe01eeed093cb22bb8f5acdc3"]),
    ("exception_without_value", raised(error("ValueError")), ["5a2cfd89b7b171fd7b4794b08023d04f"]),
    (
        "javascript_exception_fallback_to_message_whistles",
        raised(
            error(
                "Error",
                "2024-05-06T07:08:09Z: bo@example.com logged in (error 17) time spent 1.25 --- "
                "correlation id 01234567-89ab-cdef-0123-456789abcdef, "
                "checksum 0123456789abcdef0123456789abcdef01234567 (md5 0123456789abcdef0123456789abcdef); "
                "payload timestamp Nov 23 07:08:09 2026 "
                "(submitted from 192.0.2.1 via 2001:db8::1 via ::1) at offset 0x7f0a",
            ),
            platform="javascript",
        ),
        ["b8e2a347e75266ca7bb565e2b3c0722e"],
    ),
    (
        "exception_cocoa_nserror",
        raised(
            error(
                "iOS_Swift.SampleError",
                "Code=0",
                mechanism={"meta": {"ns_error": {"domain": "iOS_Swift.SampleError", "code": 0}}},
            ),
            platform="cocoa",
        ),
        ["029f3b967068b1539f96957b7c0451d7"],
    ),
    (
        "python_exception_base",
        raised(
            error("ValueError", "hello world", {"filename": "baz.py", "in_app": True}),
            error("ValueError", "hello world", {"filename": "baz.py", "in_app": False}),
        ),
        ["beb01c07d991f36b9da1e90fc7169ad8", "8c527d091797ca91a535be7b461e5059"],
    ),
    (
        "connection_error",
        raised(error("ConnectionError", "Error while reading from socket", *REDIS)),
        ["452f63c005af7ac8bd3ce1f988b04471", "b23d305fce7a3c4343f5c57a2937bfad"],
    ),
    (
        "go_pkg_mod",
        raised(
            error(
                "*pq.Error",
                "pq: cannot cast jsonb null to type integer",
                own("github.com/robfig/cron/v3", "FuncJob.Run", abs_path="/home/me/go/pkg/mod/cron/cron.go"),
                own("main", "background.func2", abs_path="/srv/main.go"),
            ),
            platform="go",
        ),
        ["98ba9d44b8e7924ce21654996f92c2eb", "6bbf86806a0ec54202e633626ae09bd4"],
    ),
    (
        "frame_with_only_required_vars",
        traced("other", {"filename": "foo.py"}),
        ["1effb24729ae4c43efa36b460511136a"],
    ),
    (
        "frame_ignores_filename_if_http",
        traced(
            "javascript",
            {
                "function": "test",
                "abs_path": "http://shop.example/foo.py",
                "filename": "/foo.py",
                "context_line": "hello world",
            },
        ),
        ["64a0e0a34d99dce03a8c5a4c237a4b5a"],
    ),
    (
        "frame_ignores_java8_lambda_module",
        traced("java", {"module": "foo.bar.Baz$$Lambda$7/1234567", "function": "call"}),
        ["53b9e9679a8ea25880376080b76f98ad"],
    ),
    (
        "frame_ignores_ENHANCED_enhancer_by_classes",
        traced(
            "java",
            {
                "module": "com.example.api.OutboundController$$EnhancerByGuice$$0a1b2c3d",
                "function": "jipJipManagementApplication",
            },
        ),
        ["7d2cc7acbf90328200d960bf78a26234"],
    ),
    (
        "frame_ignores_sun_java_generated_methods",
        traced(
            "java",
            {"module": "sun.reflect.GeneratedMethodAccessor12", "function": "invoke"},
            {"module": "jdk.internal.reflect.GeneratedMethodAccessor34", "function": "invoke"},
        ),
        ["9bc326575875422d0d4ced3c35d9f916"],
    ),
    (
        "javascript_url_path_as_module",
        traced(
            "javascript",
            {"module": "dogs.are.great", "abs_path": "https://shop.example/dogs/great.js"},
            {"module": "adopt/dont/shop.js", "abs_path": "https://shop.example/adopt/dont/shop.js"},
        ),
        ["1001e7b7dd0155a6d4021cd6d6b9f50d"],
    ),
    (
        "javascript_single_url_frame",
        traced("javascript", {"abs_path": "https://shop.example/great.js"}),
        ["d41d8cd98f00b204e9800998ecf8427e"],
    ),
    (
        "javascript_polyfills",
        raised(
            error(
                "Error",
                "bad",
                own("@babel/runtime/helpers/asyncToGenerator", "<anonymous>"),
                own("core-js/internals/task", "listener"),
                own("tslib/tslib.es6", "Object.sent"),
            ),
            platform="javascript",
        ),
        ["be36642f41f047346396f018f62375d3"],
    ),
    (
        "node_low_level_async",
        raised(
            error(
                "Error",
                "bad",
                own("task_queues", "processTicksAndRejections"),
                {"filename": "AxiosInterceptor.js", "function": "runMicrotasks", "in_app": True},
            ),
            platform="node",
        ),
        ["be36642f41f047346396f018f62375d3"],
    ),
    (
        "javascript_unpkg",
        raised(
            error(
                "Error",
                "bad",
                cdn(
                    "unpkg.com/react-dom@16.13.1/umd/react-dom.production.min.js",
                    "unpkg",
                    module="react-dom@16.13.1/umd/react-dom.production",
                ),
                cdn("cdnjs.cloudflare.com/ajax/libs/react-dom.production.min.js", "cdnjs"),
                cdn("cdn.jsdelivr.net/npm/jquery.min.js", "jsdelivr"),
                cdn("esm.run/d3@7.6.1", "esm.run"),
            ),
            platform="javascript",
        ),
        ["96955d6eb6b1c842b7c64ac8eb3ffe8d"],
    ),
    (
        "javascript_xbrowser_chrome",
        raised(
            error(
                "Error",
                "bad",
                page(lineno=1),
                page("Object.testMethod"),
                page("aha"),
                page("eval"),
                page("test"),
                {
                    "abs_path": "<anonymous>",
                    "filename": "<anonymous>",
                    "function": "Array.map",
                    "in_app": False,
                },
                page(lineno=2),
                page("Test.callback"),
                page("callAnotherThing"),
                page("Foo.aha"),
            ),
            platform="javascript",
        ),
        ["811a408067f03b8eff2437a8e7515966"],
    ),
    (
        "exception_groups_two_types_under_nested_groups",
        raised(
            error("MyApp.BeansException", "Test 1", **grouped(4, 2)),
            error("MyApp.CoolException", "Test 2", **grouped(3, 1)),
            error(*GROUP, **grouped(2, 0, is_group=True)),
            error(*GROUP, **grouped(1, 0, is_group=True)),
            error(*GROUP, **grouped(0, is_group=True)),
            platform="csharp",
        ),
        ["fca0fd23f09e8da4481304ef2a531100"],
    ),
    (
        "exception_groups_one_type_with_different_values",
        raised(
            error("MyApp.Exception", "And now for something completely different.", **grouped(2, 0)),
            error("MyApp.Exception", "Test 1", **grouped(1, 0)),
            error(*GROUP, **grouped(0, is_group=True)),
            platform="csharp",
        ),
        ["17022e0561e9b6e6351723a08aa81b18"],
    ),
    (
        "logentry_uses_formatted",
        {"logentry": {"formatted": "Hello there world!"}},
        ["329b29efcf1f77067a063e34f56e7791"],
    ),
    (
        "csp",
        {"csp": {"effective_directive": "script-src", "blocked_uri": "https://YYY"}},
        ["666766514295bb52812324097cdaf53e"],
    ),
    (
        "csp_script_src_unsafe_inline",
        {
            "csp": {
                "effective_directive": "script-src",
                "violated_directive": "script-src 'unsafe-inline' 'self'",
                "blocked_uri": "",
            }
        },
        ["d346ee37d19a2be6587e609075ca2d57"],
    ),
    (
        "csp_script_src_unsafe_eval",
        {
            "csp": {
                "effective_directive": "script-src",
                "violated_directive": "script-src 'unsafe-eval' 'self'",
                "blocked_uri": "self",
            }
        },
        ["56c6520f35bce2f89ed2c4e725ccef65"],
    ),
    (
        "csp_script_data_uri",
        {"csp": {"effective_directive": "img-src", "blocked_uri": "data:image/png"}},
        ["4e6f2bce9d121aa89f4dc5e5da08afb5"],
    ),
    (
        "hybrid_fingerprint_same_default_different_extra",
        raised(BALL, fingerprint=["{{ default }}", "adopt don't shop"]),
        ["5b5ad5a0fbb4deb5e3fc631ce42681ae"],
    ),
    (
        "hybrid_fingerprint_base",
        raised(BALL, fingerprint=["{{ default }}", "dogs are great"]),
        ["e3d593b4335190212ca7c18b8e967fb1"],
    ),
    (
        "built_in_fingerprint_chunkload_error_hybrid_fingerprint",
        raised(
            error("ChunkLoadError", "ChunkLoadError: something else...", library("bar.bar", "main")),
            platform="javascript",
            fingerprint=["{{ default }}", "dogs are great"],
        ),
        ["5d731dcf8ecc4f042eeacf528d8d8da9"],
    ),
    (
        "custom_fingerprint_message_parameterization",
        raised(
            error("FailedToFetchError", "FailedToFetchError: Charlie didn't bring 22 balls back!"),
            fingerprint=["{{ message }}", "dogs are great"],
        ),
        ["b31e899e08ed071ee0534f28745910d0"],
    ),
    (
        "custom_fingerprint_client",
        raised(LIMIT, fingerprint=["celery", "SoftTimeLimitExceeded", "sentry.tasks.store.process_event"]),
        ["f30afa00b85f5cac5ee0bce01b31f08d"],
    ),
]
OLDER = [
    (
        "exception_compute_hashes_3",
        raised(
            error("ValueError", "hello world", {"filename": "baz.py", "in_app": True}),
            error("ValueError", "hello world", {"filename": "baz.py", "in_app": True}),
        ),
        ["669cb6664e0f5fed38665da04e464f7e"],
    ),
    (
        "exception_groups_two_exceptions_with_frames",
        raised(
            error(
                "DoStuffException",
                "Can't do the stuff",
                own("dostuff", "do_stuff"),
                own("dostuff", "do_different_stuff"),
                **grouped(1, 0),
            ),
            error(
                "DoOtherStuffException",
                "Can't do the other stuff",
                own("dostuff", "do_other_stuff"),
                own("dostuff", "do_other_stuff"),
                **grouped(2, 0),
            ),
            error(*GROUP, **grouped(0, is_group=True)),
            platform="csharp",
        ),
        ["d505dfb9059ac63c11955233323a9100", "4f9cc6a81f4eb34f9e917374f281b9dc"],
    ),
    (
        "exception_groups_one_type_with_similar_values_and_children",
        raised(
            error("System.Exception", "Some Inner Exception", **grouped(2, 1)),
            error("MyApp.Exception", "Test 1", **grouped(1, 0)),
            error("System.Exception", "Some Inner Exception", **grouped(4, 3)),
            error("MyApp.Exception", "Test 2", **grouped(3, 0)),
            error(*GROUP, **grouped(0, is_group=True)),
            platform="csharp",
        ),
        ["f0078a82f351095ba595daa7d493aa3c"],
    ),
    (
        "exception_groups_bad_duplicate_id",
        raised(
            error("System.Exception", "Some Inner Exception", **grouped(1, 0)),
            error("MyApp.Exception", "Test 1", **grouped(1, 0)),
            error(*GROUP, **grouped(0, is_group=True)),
            platform="csharp",
        ),
        ["e2bf1e0628b7b1824a9b63dec7a079a3"],
    ),
    (
        "exception_groups_bad_missing_parent",
        raised(
            error("System.Exception", "Some Inner Exception", **grouped(3, 1)),
            error("MyApp.Exception", "Test 1", **grouped(2, 0)),
            error(*GROUP, **grouped(0, is_group=True)),
            platform="csharp",
        ),
        ["a4f16891fa438620699cb2d9af5cc827"],
    ),
    (
        "exception_groups_bad_no_root",
        raised(
            error("InnermostException", "Whoops", **grouped(2, 1)),
            error("InnerException", "Nope", **grouped(1)),
        ),
        ["028157fe357e4592e39eacb32eafa2db"],
    ),
    (
        "frame_ignores_hibernate_classes",
        traced(
            "java",
            {
                "module": "com.example.model.User$HibernateProxy$abCDefGh",
                "function": "jipJipManagementApplication",
            },
        ),
        ["c32a94349d9e9b72d31a46610c6c9589"],
    ),
    (
        "frame_ignores_javassist",
        traced(
            "java", {"module": "com.example.api.entry.EntriesResource_$$_javassist_seam_7", "function": "fn"}
        ),
        ["538bdfd8d7bb2495d0d6429c3689a420"],
    ),
    (
        "frame_ignores_extra_ENHANCED_clojure_classes",
        traced("java", {"module": "sentry_clojure_example.core$_main$fn__12$fn__345", "function": "invoke"}),
        ["353e05904b48bd3ae4fa9623934a70d0"],
    ),
    (
        "frame_ignores_extra_ENHANCED_spring_classes",
        traced(
            "java",
            {
                "module": "invalid.gruml.talkytalkyhub.common.config.JipJipConfig$$EnhancerBySpringCGLIB$$1ebdddb0"
                "$$EnhancerBySpringCGLIB$$8219cd38$$FastClassBySpringCGLIB$$6c0b35d1",
                "function": "jipJipManagementApplication",
            },
        ),
        ["be15ca3d511b96918e087c4f42503ca2"],
    ),
    (
        "frame_sanitizes_block_functions",
        traced("ruby", {"filename": "lib/foo.py", "function": "block (3 levels) in render"}),
        ["27eed4125fc13d42163ddb0b8f357b48"],
    ),
    (
        "frame_sanitizes_erb_templates",
        traced("ruby", {"filename": "foo.html.erb", "function": "_foo_html_erb__1234567890_98765432"}),
        ["4067a71d7098866f87c746a57a77b2bb"],
    ),
    (
        "frame_sanitizes_versioned_filenames",
        traced("ruby", {"filename": "/srv/releases/20261123/app/foo.html.erb"}),
        ["2f908c015ad77a50595512fcf65d344c"],
    ),
    (
        "frame_uses_context_line_over_function",
        traced(
            "javascript",
            {
                "filename": "foo.py",
                "function": "bar",
                "context_line": "foo bar",
                "data": {"sourcemap": "https://shop.example/foo.js.map"},
            },
        ),
        ["60e0a667027bef0d0b7c4882891df7e8"],
    ),
    (
        "frame_ignores_safari_native_code",
        traced(
            "javascript", {"filename": "[native code]", "abs_path": "[native code]x", "function": "forEach"}
        ),
        ["30eb5001914d29dd8461898b5b8094fe"],
    ),
    (
        "stacktrace_ignores_singular_anonymous_frame",
        traced(
            "javascript",
            {"filename": "<anonymous>", "abs_path": "<anonymous>", "in_app": False},
            {"filename": "dojo.js", "function": "c", "in_app": False},
            {"filename": "dojo.js", "function": "Object._createDocumentViewModel", "in_app": False},
        ),
        ["c5da56c71b31f34c5880d734cbc8f5bb"],
    ),
    (
        "python_http_error",
        raised(
            error(
                "HTTPError",
                "429 Client Error: Too Many Requests for url: https://hooks.example/",
                own("sentry.utils.safe", "safe_execute", "result = func(*args, **kwargs)"),
                own(
                    "sentry.integrations.slack.notify_action", "send_notification", "resp.raise_for_status()"
                ),
                library(
                    "requests.models", "raise_for_status", "raise HTTPError(http_error_msg, response=self)"
                ),
            )
        ),
        ["d59239f5aad3304d60beb1fde3369b78", "133db3f366b1327dab4e661f66dfb961"],
    ),
    (
        "threads_compute_hashes",
        {
            "threads": {
                "values": [
                    {"stacktrace": {"frames": [{"filename": "baz.c", "function": "main", "in_app": True}]}}
                ]
            }
        },
        ["1a11687556cf74559f0ae90b1c87e2fd"],
    ),
    (
        "threads_no_hash",
        {"threads": {"values": [{"id": 1, "current": True}, {"id": 2, "current": True}]}},
        ["d41d8cd98f00b204e9800998ecf8427e"],
    ),
    (
        "template_compute_hashes",
        {"template": {"filename": "foo.html", "context_line": "{% invalid template tag %}"}},
        ["1f5bdebe3c9f414c7dbb4296a8353245"],
    ),
    ("expectct", {"expectct": {"hostname": "example.com"}}, ["3d2933f4b5ec459ec8d569a398fd328c"]),
    ("hpkp", {"hpkp": {"hostname": "example.com"}}, ["1e37a374cb33572622d02ff7a6237c44"]),
    (
        "csp_style_src_elem",
        {
            "csp": {
                "effective_directive": "style-src-elem",
                "blocked_uri": "https://use.fontawesome.com/all.css",
            }
        },
        ["537a973f594c364842893e9a72af62a5"],
    ),
    (
        "csp_script_src_uri",
        {"csp": {"effective_directive": "script-src", "blocked_uri": "http://example.com/a.js"}},
        ["223cdacfe5b4b830dc700b5c18cc21b4"],
    ),
    (
        "message_with_key_pair_values",
        {
            "logentry": {
                "formatted": "Error key1=\"a value\" key2=2 key3=True key4=2024-05-06 key5='b' "
                "other_date=datetime.datetime(2020, 1, 2, 3, 4, tzinfo=d..."
            }
        },
        ["d2ab1028e9cb44352a824e878951f412"],
    ),
]


@pytest.mark.parametrize(("name", "event", "hashes"), NEWEST, ids=[row[0] for row in NEWEST])
def test_an_event_has_the_hashes_that_sentry_publishes(name: str, event: Event, hashes: list[str]) -> None:
    assert list(group(event).hashes) == hashes


@pytest.mark.parametrize(("name", "event", "hashes"), OLDER, ids=[row[0] for row in OLDER])
def test_an_older_version_still_computes_its_hashes(name: str, event: Event, hashes: list[str]) -> None:
    assert list(group(event, version="2023-01-11").hashes) == hashes


def test_a_rule_of_the_site_comes_before_the_client_as_sentry_publishes() -> None:
    rule = Rule((Matcher("type", "SoftTimeLimitExceeded"),), ("soft-timelimit-exceeded",))
    event = raised(LIMIT, fingerprint=["celery"])

    assert group(event, rules=[rule]).hashes == ("554e214208f0372603dc9fa6c1c0965f",)

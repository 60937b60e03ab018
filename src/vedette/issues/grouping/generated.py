"""Names that a compiler or a run time made up, in which what changes from run to run is taken out."""

from __future__ import annotations

import re
from collections.abc import Callable

_JAVA = (
    # Reflection: a class for each constructor that is called often.
    (re.compile(r"(sun\.reflect\.Generated(?:Serialization)?ConstructorAccessor)[0-9]+"), r"\1<auto>"),
    # CGLIB, as Spring, Guice and others use it: `Orders$$EnhancerBySpringCGLIB$$1a2b3c`.
    (re.compile(r"(\$\$\w+?CGLIB\$\$)[0-9a-fA-F]+(?:_[0-9]+)?"), r"\1<auto>"),
    (re.compile(r"(\$\$_javassist)(?:_seam)?(?:_[0-9]+)?"), r"\1<auto>"),
    (re.compile(r"(\$fn__)[0-9]+"), r"\1<auto>"),  # Clojure
    (re.compile(r"(\$\$?EnhancerBy\w+?\$?\$)[0-9a-fA-F]+(?:_[0-9]+)?"), r"\1<auto>"),
    (re.compile(r"(\$\$?FastClassBy\w+?\$?\$)[0-9a-fA-F]+(?:_[0-9]+)?"), r"\1<auto>"),
    (re.compile(r"(\$\$?HibernateProxy\$?\$)\w+"), r"\1<auto>"),
)
_ACCESSORS = ("sun.reflect.GeneratedMethodAccessor", "jdk.internal.reflect.GeneratedMethodAccessor")
_ERB = re.compile(r"__[0-9]{4,}_[0-9]{4,}\Z")
_NAMELESS = frozenset({"?", "<anonymous function>", "<anonymous>", "Anonymous function"})


def java_class(name: str) -> str:
    """Return the Java class *name* without what was generated; ``""`` for a lambda's, which means nothing."""
    if "$" not in name and "reflect" not in name:
        return name
    if "$$Lambda$" in name:
        return ""
    for accessor in _ACCESSORS:
        if name.startswith(accessor):
            return accessor
    for pattern, replacement in _JAVA:
        name = pattern.sub(replacement, name)
    return name


def java_file(name: str) -> str:
    """Return the file *name* of a Java class without what Javassist generated."""
    return _JAVA[2][0].sub(_JAVA[2][1], name) if "$$" in name else name


def _java(name: str) -> str:
    return "" if name.startswith("lambda$") else name


def _php(name: str) -> str:
    if not name.startswith("class@anonymous"):
        return "" if name.startswith("[Anonymous") else name
    is_bare = "::" not in name
    return "" if is_bare and name.startswith("class@anonymous\0") else name.rsplit("::", 1)[-1]


def _ruby(name: str) -> str:
    return "block" if name.startswith("block ") else _ERB.sub("", name)


def _javascript(name: str) -> str:
    last = name.rsplit(".", 1)[-1]  # browsers differ in whether they name the object: `Object.sum`, `sum`
    return "" if last in _NAMELESS or last.endswith("/<") else last


def _native(name: str) -> str:
    return "" if name in {"<redacted>", "<unknown>"} else name


FUNCTIONS: dict[str, Callable[[str], str]] = {
    "java": _java,
    "php": _php,
    "ruby": _ruby,
    "javascript": _javascript,
    "node": _javascript,
    "c": _native,
    "cocoa": _native,
    "native": _native,
    "objc": _native,
    "swift": _native,
}
"""What a function's name becomes on each platform where names are more than what was written; ``""`` for none."""

"""Secrets of each kind, every one made up for the place that it is planted in, so that one that is found tells where it got through."""

from __future__ import annotations

import base64
import random
import string
from collections.abc import Callable
from dataclasses import dataclass, field

_WORD = string.ascii_letters + string.digits
_HEX = "0123456789abcdef"
_BASE64 = _WORD + "+/"
_URLSAFE = _WORD + "-_"


@dataclass
class Corpus:
    """Makes secrets, and remembers what must not be found, and where it was planted.

    `secrets` may never be kept, `people` (addresses, names) only where that was asked for.
    """

    secrets: dict[bytes, str] = field(default_factory=dict)
    people: dict[bytes, str] = field(default_factory=dict)

    def sentence(self, kind: str, place: str) -> str:
        """Return a text that holds a secret of *kind*, as it may stand in a message."""
        return SENTENCES[kind](self._maker(kind, place))

    def named(self, place: str) -> dict[str, object]:
        """Return values whose keys alone tell that they are secrets, at several depths."""
        new = self._maker("named", place)
        return {
            "password": new.word(),
            "user_password2": new.word(),
            "DB_PASSWD": new.word(),
            "client-secret": new.word(),
            "apiKey": new.word(),
            "x-api-key": new.word(),
            "AWS_SECRET_ACCESS_KEY": new.word(),
            "refresh_token": new.word(),
            "csrfmiddlewaretoken": new.word(),
            "sessionid": new.word(),
            "Authorization": f"Negotiate {new.word()}",
            "credit_card": int(new.card().replace(" ", "")),
            "pin": int(new.digits(15)),
            "nested": {
                "credentials": {"login": new.word(), "pass": new.word()},
                "deep": [{"jwt": new.word()}],
            },
            "private_key": [new.word(), new.word()],
            "harmless": "kept as it is",
        }

    def personal(self, place: str) -> dict[str, object]:
        """Return values whose keys tell that they are of a person."""
        new = _Maker(place, random.Random(f"personal {place}"), self.people, self.people)
        return {
            "email": new.email(),
            "ip_address": new.address(),
            "username": new.word(),
            "name": f"Ada {new.word()}",
        }

    def _maker(self, kind: str, place: str) -> _Maker:
        return _Maker(f"{place}: {kind}", random.Random(f"{kind} {place}"), self.secrets, self.people)


@dataclass
class _Maker:
    """Makes one secret after the other; what is made is remembered."""

    where: str
    random: random.Random
    secrets: dict[bytes, str]
    people: dict[bytes, str]

    def of(self, alphabet: str, length: int) -> str:
        return self._secret("".join(self.random.choices(alphabet, k=length)))

    def word(self) -> str:
        """Return a password: letters and digits, no word."""
        return self._secret("Zq7" + "".join(self.random.choices(_WORD, k=12)))

    def digits(self, length: int) -> str:
        return self._secret("7" + "".join(self.random.choices(string.digits, k=length - 1)))

    def card(self, gap: str = "") -> str:
        digits = "4539" + "".join(self.random.choices(string.digits, k=11))
        total = 0
        for place, digit in enumerate(reversed(digits)):
            doubled = int(digit) * (2 - place % 2)
            total += doubled - 9 if doubled > 9 else doubled
        digits += str(-total % 10)
        self._secret(digits)
        return self._secret(gap.join(digits[at : at + 4] for at in range(0, 16, 4)))

    def jwt(self) -> str:
        head = base64.urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').decode().rstrip("=")
        body = base64.urlsafe_b64encode(b'{"sub":"%s"}' % self.random.randbytes(9).hex().encode()).decode()
        return f"{head}.{self._secret(body.rstrip('='))}.{self.of(_URLSAFE, 43)}"

    def key_block(self) -> str:
        lines = "\n".join(self.of(_BASE64, 64) for _ in range(4))
        return f"-----BEGIN RSA PRIVATE KEY-----\n{lines}\n-----END RSA PRIVATE KEY-----"

    def basic(self) -> str:
        return self._secret(base64.b64encode(f"ada:{self.word()}".encode()).decode())

    def email(self) -> str:
        return self._person(f"{self._letters(9)}.{self._letters(5)}@mail.{self._letters(7)}.example")

    def address(self) -> str:
        return self._person(".".join(["93", *(str(self.random.randrange(20, 250)) for _ in range(3))]))

    def address6(self) -> str:
        return self._person(
            "2a02:8108:" + ":".join(f"{self.random.randrange(4096, 65536):x}" for _ in range(6))
        )

    def _letters(self, length: int) -> str:
        return "".join(self.random.choices(string.ascii_lowercase, k=length))

    def _secret(self, text: str) -> str:
        self.secrets[text.encode()] = self.where
        return text

    def _person(self, text: str) -> str:
        self.people[text.encode()] = self.where
        return text


Sentence = Callable[[_Maker], str]
# Put together from pieces: no scanner of repositories shall take them for real ones.
TOKENS: dict[str, Sentence] = {
    "jwt": lambda new: new.jwt(),
    "aws key": lambda new: "AK" + "IA" + new.of(string.ascii_uppercase + string.digits, 16),
    "aws session key": lambda new: "AS" + "IA" + new.of(string.ascii_uppercase + string.digits, 16),
    "github": lambda new: "gh" + "p_" + new.of(_WORD, 36),
    "github app": lambda new: "gh" + "s_" + new.of(_WORD, 36),
    "github fine": lambda new: "github" + "_pat_" + new.of(_WORD, 22) + "_" + new.of(_WORD, 59),
    "gitlab": lambda new: "gl" + "pat-" + new.of(_URLSAFE, 20),
    "slack": lambda new: "xo" + "xb-" + new.digits(12) + "-" + new.digits(13) + "-" + new.of(_WORD, 24),
    "slack app": lambda new: "xa" + "pp-1-A" + new.digits(10) + "-" + new.digits(13) + "-" + new.of(_HEX, 64),
    "slack hook": lambda new: (
        "https://hooks.slack.com/" + "services/T0A1B2C3D/B0A1B2C3D/" + new.of(_WORD, 24)
    ),
    "stripe": lambda new: "sk" + "_live_" + new.of(_WORD, 24),
    "stripe restricted": lambda new: "rk" + "_live_" + new.of(_WORD, 24),
    "stripe hook": lambda new: "wh" + "sec_" + new.of(_WORD, 32),
    "google": lambda new: "AI" + "zaSy" + new.of(_URLSAFE, 33),
    "google oauth": lambda new: "ya" + "29." + new.of(_URLSAFE, 60),
    "google client": lambda new: "GOC" + "SPX-" + new.of(_URLSAFE, 28),
    "openai": lambda new: "sk" + "-proj-" + new.of(_WORD, 48),
    "anthropic": lambda new: "sk" + "-ant-api03-" + new.of(_URLSAFE, 80),
    "sendgrid": lambda new: "SG" + "." + new.of(_URLSAFE, 22) + "." + new.of(_URLSAFE, 43),
    "npm": lambda new: "np" + "m_" + new.of(_WORD, 36),
    "pypi": lambda new: "py" + "pi-AgEIcHlwaS5vcmc" + new.of(_URLSAFE, 80),
    "hugging face": lambda new: "hf" + "_" + new.of(string.ascii_letters, 34),
    "shopify": lambda new: "shp" + "at_" + new.of(_HEX, 32),
    "digital ocean": lambda new: "dop" + "_v1_" + new.of(_HEX, 64),
    "telegram": lambda new: new.digits(10) + ":AA" + new.of(_URLSAFE, 33),
    "twilio": lambda new: "S" + "K" + new.of(_HEX, 32),
    "gitlab runner": lambda new: "gl" + "rt-" + new.of(_URLSAFE, 20),
    "atlassian": lambda new: (
        "ATA" + "TT3xFfGF0" + new.of(_URLSAFE, 180) + "=" + new.of("0123456789ABCDEF", 8)
    ),
    "square": lambda new: "sq" + "0atp-" + new.of(_URLSAFE, 22),
    "grafana": lambda new: "gl" + "sa_" + new.of(_WORD, 32) + "_" + new.of(_HEX, 8),
    "sentry": lambda new: "snt" + "rys_" + new.of(_WORD, 60) + "_" + new.of(_WORD, 43),
    "vault": lambda new: "hv" + "s." + new.of(_URLSAFE, 90),
    "linear": lambda new: "lin" + "_api_" + new.of(_WORD, 40),
    "databricks": lambda new: "da" + "pi" + new.of(_HEX, 32),
    "mailgun": lambda new: "ke" + "y-" + new.of(_HEX, 32),
    "vedette": lambda new: "vede" + "tte_" + new.of(_URLSAFE, 43),
    "zapier hook": lambda new: "https://hooks.zapier.com/hooks/" + "catch/123456/" + new.of(_WORD, 7) + "/",
    "django's hash": lambda new: (
        "pbkdf2_sha256$870000$" + new.of(_WORD, 22) + "$" + new.of(_BASE64, 43) + "="
    ),
    "bcrypt": lambda new: "$2b$12$" + new.of(_WORD, 53),
    "argon2": lambda new: (
        "argon2$argon2id$v=19$m=102400,t=2,p=8$" + new.of(_WORD, 22) + "$" + new.of(_WORD, 43)
    ),
    "private key": lambda new: new.key_block(),
    "private key on one line": lambda new: new.key_block().replace("\n", "\\n"),
    "card": lambda new: new.card(),
    "card with spaces": lambda new: new.card(" "),
    "card with dashes": lambda new: new.card("-"),
}
"""What can be told by its looks, wherever it stands."""
KEYED: dict[str, Sentence] = {
    "password=": lambda new: f"no log-in with password={new.word()} today",
    "password:": lambda new: f"no log-in, password: {new.word()}, again",
    "PASSWORD =": lambda new: f"export DB_PASSWORD = {new.word()}",
    "python dict": lambda new: f"{{'user': 'ada', 'password': '{new.word()}', 'n': 1}}",
    "json": lambda new: f'{{"user": "ada", "password": "{new.word()}", "n": 1}}',
    "json within json": lambda new: f'{{"body": "{{\\"client_secret\\": \\"{new.word()}\\"}}"}}',
    "named number": lambda new: f'{{"pin": {new.digits(15)}, "cvv": {new.digits(14)}}}',
    "repr": lambda new: f"<Login name='ada' api_key='{new.word()}'>",
    "form": lambda new: f"user=ada&password={new.word()}&csrfmiddlewaretoken={new.word()}&next=%2F",
    "multipart": lambda new: (
        f'--b7\r\nContent-Disposition: form-data; name="password"\r\n\r\n{new.word()}\r\n'
        f'--b7\r\nContent-Disposition: form-data; name="api_key"\r\nContent-Type: text/plain\r\n\r\n{new.word()}\r\n--b7--\r\n'
    ),
    "multipart as Python shows it": lambda new: repr(
        f'--b7\r\nContent-Disposition: form-data; name="token"\r\n\r\n{new.word()}\r\n--b7--\r\n'.encode()
    ),
    "querydict": lambda new: (
        f"POST <QueryDict: {{'user': ['ada'], 'password': ['{new.word()}', '{new.word()}'], 'token': ['{new.word()}']}}>"
    ),
    "list in json": lambda new: f'{{"user": "ada", "password": ["{new.word()}"]}}',
    "headers of asgi": lambda new: (
        f"[(b'host', b'a'), (b'x-api-key', b'{new.word()}'), (b'cookie', b'a={new.word()}')]"
    ),
    "headers in pairs": lambda new: f'[["Authorization", "{new.word()}"], ["Accept", "*/*"]]',
    "azure sas": lambda new: f"https://a.blob.example/c/f?sv=2022-11-02&sr=b&sig={new.word()}%3D&se=2027",
    "signature of google": lambda new: (
        f"https://storage.example/b/o?X-Goog-Date=2&X-Goog-Signature={new.of(_HEX, 64)}"
    ),
    "code of an authorization": lambda new: f"https://shop.example/cb?code={new.word()}{new.word()}&state=a",
    "saml": lambda new: f"SAMLResponse={new.of(_WORD, 80)}&RelayState=a",
    "curl": lambda new: f"ran curl -s -u ada:{new.word()} https://api.shop.example",
    "mysql": lambda new: f"ran mysql -u ada -p{new.word()} shop",
    "sshpass": lambda new: f"ran sshpass -p {new.word()} ssh ada@db.internal",
    "query": lambda new: f"GET https://shop.example/reset?token={new.word()}&uid=7",
    "encoded query": lambda new: f"GET /log-in?next=%2Freset%3Ftoken%3D{new.word()}%26uid%3D7",
    "fragment": lambda new: f"https://shop.example/cb#access_token={new.word()}&expires_in=3600",
    "user of url": lambda new: f"cannot reach https://ada:{new.word()}@api.shop.example/v1",
    "database url": lambda new: f"DATABASE_URL postgres://ada:{new.word()}@db.internal:5432/shop",
    "redis url": lambda new: f"redis://:{new.word()}@cache.internal:6379/0",
    "signed url": lambda new: (
        f"https://b.s3.example/k?X-Amz-Credential=A%2F{new.word()}&X-Amz-Signature={new.of(_HEX, 64)}"
    ),
    "connection string": lambda new: (
        f"DefaultEndpointsProtocol=https;AccountName=a;AccountKey={new.of(_BASE64, 86)}==;"
    ),
    "dsn": lambda new: f"host=db user=ada password={new.word()} dbname=shop",
    "bearer": lambda new: f"curl -H 'Authorization: Bearer {new.word()}' https://api.shop.example",
    "bare bearer": lambda new: f"sent Bearer {new.word()} and was refused",
    "basic": lambda new: f"Authorization: Basic {new.basic()}",
    "token": lambda new: f"Authorization: Token {new.word()}",
    "digest": lambda new: f'Authorization: Digest username="ada", response="{new.of(_HEX, 32)}"',
    "aws4": lambda new: (
        f"Authorization: AWS4-HMAC-SHA256 Credential={new.word()}/s3, Signature={new.of(_HEX, 64)}"
    ),
    "api key header": lambda new: f"X-Api-Key: {new.word()}",
    "cookie": lambda new: f"Cookie: theme=dark; sessionid={new.word()}; csrftoken={new.word()}",
    "set-cookie": lambda new: f"Set-Cookie: sessionid={new.word()}; HttpOnly; Path=/",
    "sql condition": lambda new: f"SELECT * FROM u WHERE name = 'ada' AND password = '{new.word()}'",
    "sql insert": lambda new: f"INSERT INTO u (name, password) VALUES ('ada', '{new.word()}')",
    "sql update": lambda new: f"UPDATE u SET password = '{new.word()}', token='{new.word()}' WHERE id = 7",
    "sql user": lambda new: f"ALTER USER ada WITH PASSWORD '{new.word()}'",
    "mysql user": lambda new: f"CREATE USER ada IDENTIFIED BY '{new.word()}'",
    "flag": lambda new: f"mysqldump --user ada --password={new.word()} shop",
    "flag with a space": lambda new: f"backup --password {new.word()} shop",
    "assignment": lambda new: f'    client_secret = "{new.word()}"  # of the shop',
    "call": lambda new: f"connect('db', user='ada', password='{new.word()}')",
    "yaml": lambda new: f"  secret_key: {new.word()}",
    "xml": lambda new: f"<login><user>ada</user><password>{new.word()}</password></login>",
    "environment": lambda new: f"SECRET_KEY={new.word()}",
}
"""What is told to be a secret by the word before it."""
PEOPLE: dict[str, Sentence] = {
    "email": lambda new: f"no user with the address {new.email()}",
    "email in url": lambda new: f"GET https://shop.example/?to={new.email().replace('@', '%40')}",
    "ipv4": lambda new: f"refused from {new.address()} at the door",
    "ipv6": lambda new: f"refused from {new.address6()}",
    "forwarded": lambda new: f"X-Forwarded-For: {new.address()}, 10.0.0.1",
}
"""What points to a person."""


def _in_a_sentence(make: Sentence) -> Sentence:
    return lambda new: f"cannot use {make(new)} any more"


SENTENCES: dict[str, Sentence] = {
    **{kind: _in_a_sentence(make) for kind, make in TOKENS.items()},
    **KEYED,
    **PEOPLE,
}

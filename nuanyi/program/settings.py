"""Django's settings, all from the environment (``docs/administrator.md`` lists every name)."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

from psycopg.conninfo import conninfo_to_dict

from nuanyi.lib.content_policy import directives
from nuanyi.lib.env import envbool, envint, envlist, envstr, home
from nuanyi.lib.proxies import networks
from nuanyi.program.secrets import secret_key
from nuanyi.program.worker_errors import keep_error

PACKAGE = Path(__file__).resolve().parent.parent
NUANYI_HOME = home()
NUANYI_KEYS_FILE = Path(envstr("NUANYI_KEYS_FILE") or NUANYI_HOME / "keys" / "keys.json")
NUANYI_DEMO = envbool("NUANYI_DEMO")
#: Whether whoever reaches everything (``people.rules.SENSITIVE``) must have a second factor; a demo's passwords are known.
NUANYI_SECOND_FACTOR = envbool("NUANYI_SECOND_FACTOR", default=not NUANYI_DEMO)
NUANYI_TILES_URL = envstr("NUANYI_TILES_URL")
NUANYI_NEARBY_PER_SECOND = envint("NUANYI_NEARBY_PER_SECOND", 20)
NUANYI_PUBLIC_URL = envstr("NUANYI_PUBLIC_URL")
NUANYI_SMS_URL = envstr("NUANYI_SMS_URL")
NUANYI_WECHAT_URL = envstr("NUANYI_WECHAT_URL")
NUANYI_WECOM_URL = envstr("NUANYI_WECOM_URL")
NUANYI_OPEN311_SERVERS = envlist("NUANYI_OPEN311_SERVERS")
NUANYI_OUTGOING_HOSTS = envlist("NUANYI_OUTGOING_HOSTS")
#: Proxies that are believed when they say who asks; one on this machine is, unless others are named.
NUANYI_TRUSTED_PROXIES = envlist("NUANYI_TRUSTED_PROXIES", "127.0.0.0/8,::1")
networks(NUANYI_TRUSTED_PROXIES)
NUANYI_METRICS_TOKEN = envstr("NUANYI_METRICS_TOKEN")

#: Set by ``serve`` where the home is empty: every address leads to the page that says so until it is set up.
NUANYI_AWAITS_SETUP = envbool("NUANYI_AWAITS_SETUP")

DEBUG = envbool("NUANYI_DEBUG")
SECRET_KEY = secret_key(NUANYI_HOME)
NUANYI_HOSTS = envlist("NUANYI_HOSTS", "127.0.0.1,localhost,[::1]")
ALLOWED_HOSTS = list(NUANYI_HOSTS)
CSRF_TRUSTED_ORIGINS = envlist("NUANYI_ORIGINS")
_HTTPS = any(origin.startswith("https://") for origin in CSRF_TRUSTED_ORIGINS)

#: The rooms by floor, the lowest first; each declares itself in its ``room.py`` (``lib.rooms``).
ROOMS = [
    "nuanyi.journal",
    "nuanyi.places",
    "nuanyi.units",
    "nuanyi.people",
    "nuanyi.ledger",
    "nuanyi.notices",
    "nuanyi.census",
    "nuanyi.workflow",
    "nuanyi.stations",
    "nuanyi.friendly",
    "nuanyi.cases",
    "nuanyi.learning",
    "nuanyi.reports",
    "nuanyi.volunteers",
    "nuanyi.party",
    "nuanyi.matrix",
    "nuanyi.rights",
    "nuanyi.sharing",
    "nuanyi.front",
    "nuanyi.program",
]

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",  # templates of allauth need it
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    "procrastinate.contrib.django",
    *ROOMS,
]

MIDDLEWARE = [
    "nuanyi.front.measures.Measure",
    "csp.middleware.CSPMiddleware",
    "nuanyi.front.middleware.SafeHeaders",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # with random padding against BREACH; form tokens are masked anew each time
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "nuanyi.front.middleware.UploadGate",
    "nuanyi.front.middleware.PlainText",
    "nuanyi.front.middleware.NoCallsOut",
    "nuanyi.front.middleware.CopiesSetNothing",
    "nuanyi.front.middleware.KnownBrowsers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "nuanyi.program.setup.gate.SetupGate",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "nuanyi.people.middleware.ActorMiddleware",
    "nuanyi.front.middleware.Refusals",
]

ROOT_URLCONF = "nuanyi.program.urls"
WSGI_APPLICATION = "nuanyi.program.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "front" / "templates"],
        "OPTIONS": {
            "loaders": [
                ("django.template.loaders.cached.Loader", ["nuanyi.lib.unindented_templates.Loader"])
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "nuanyi.front.context.shell",
            ],
            "builtins": ["django.templatetags.i18n", "nuanyi.front.templatetags.front"],
        },
    }
]


def _database() -> dict[str, object]:
    """The connection: what the command that started us attached to (``program.database``), else ``DATABASE_URL``."""
    url = os.environ.get("NUANYI_DB_URL") or envstr("DATABASE_URL") or "postgresql:///nuanyi"
    parts = {key: str(value) for key, value in conninfo_to_dict(url).items() if value is not None}
    fixed = {
        "NAME": parts.pop("dbname", ""),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": parts.pop("port", ""),
    }
    return {
        "ENGINE": "django.db.backends.postgresql",
        **fixed,
        "OPTIONS": parts,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": False,
    }


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "front_cache",
        # failed sign-ins are counted here: what is swept at 300 entries could be washed out by made-up names
        "OPTIONS": {"MAX_ENTRIES": 200_000},
    }
}

AUTH_USER_MODEL = "people.Account"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
# paths, not names: slips print them and libraries join them
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/office/"
ACCOUNT_ADAPTER = "nuanyi.front.sign_in.StaffAdapter"
ACCOUNT_FORMS = {"login": "nuanyi.front.sign_in.SignInForm"}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "username"
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
# ``key`` is a name as tried from one address (``front.sign_in``): whoever guesses shuts himself out for
# longer and longer, and nobody else
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "60/m/ip,5/m/key,15/h/key,40/d/key",
    "change_password": "5/m/user",
}
MFA_ADAPTER = "nuanyi.front.sign_in.SealedFactors"
ACCOUNT_SESSION_REMEMBER = False
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Nuanyi"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not _HTTPS

SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _HTTPS else None
CSRF_FAILURE_VIEW = "nuanyi.front.shell.stale_form"
SECURE_HSTS_SECONDS = 31_536_000 if _HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {"DIRECTIVES": directives(NUANYI_TILES_URL)}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LANGUAGE_COOKIE_AGE = 365 * 86400
LANGUAGE_COOKIE_SAMESITE = "Lax"
# a catalogue a room; named here, they come before those of other packages, which translate some of our words otherwise
LOCALE_PATHS = sorted(PACKAGE.glob("*/locale"))
USE_I18N = USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
#: Folders of published reports that stand beside the records (``matrix.year``): each file names its district. A district lays
#: its own into its data folder; of two for one year the later folder's holds.
PUBLISHED_REPORTS = [PACKAGE / "program" / "demo" / "reports", NUANYI_HOME / "reports"]
STATIC_ROOT = Path(envstr("NUANYI_STATIC_ROOT") or NUANYI_HOME / "static")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or envbool("NUANYI_PLAIN_STATIC")
        else "nuanyi.lib.static_storage.SmallStaticFiles"
    },
}
WHITENOISE_USE_FINDERS = DEBUG or envbool("NUANYI_PLAIN_STATIC")

# An upload stays in memory until it is sealed: nothing personal is ever written to disk in clear.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 41 << 20
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 << 20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

_SMTP = urlsplit(envstr("NUANYI_SMTP_URL"))
EMAIL_HOST = _SMTP.hostname or ""
EMAIL_PORT = _SMTP.port or 25
EMAIL_HOST_USER = _SMTP.username or ""
EMAIL_HOST_PASSWORD = _SMTP.password or ""
EMAIL_USE_SSL = _SMTP.scheme == "smtps"
EMAIL_TIMEOUT = 15
DEFAULT_FROM_EMAIL = envstr("NUANYI_MAIL_FROM", "nuanyi@localhost")

SILENCED_SYSTEM_CHECKS = ["models.W042"]
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
PROCRASTINATE_WORKER_DEFAULTS = {"task_middleware": [keep_error]}
NUANYI_LOG_LEVEL = envstr("NUANYI_LOG", "INFO").upper()
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "nuanyi.lib.logs.LogLine", "format": "%(asctime)s %(levelname)s %(name)s %(message)s"}
    },
    "filters": {"quiet": {"()": "nuanyi.lib.database_errors.QuietFilter"}},
    "handlers": {"err": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["quiet"]}},
    "root": {"handlers": ["err"], "level": "WARNING"},
    "loggers": {"nuanyi": {"level": NUANYI_LOG_LEVEL}, "procrastinate": {"level": "WARNING"}},
}
NUANYI_WORKERS = envint("NUANYI_WORKERS", max(2, os.cpu_count() or 2))

"""A file of settings is read whole or refused with the file, the key and what to write."""

import configparser
import re
from pathlib import Path

import pytest

from spcsmetrics.core.errors import UserError
from spcsmetrics.core.paths import GRAFANA, ROOT
from spcsmetrics.deploy import settings
from spcsmetrics.deploy.settings import Settings, parse_settings, read_settings


def test_without_a_file_the_defaults_are_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(settings, "DEFAULT_FILE", tmp_path / "deploy.toml")
    assert read_settings("") == Settings()


def test_the_file_of_the_repository_is_read_from_every_folder_unless_another_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert settings.DEFAULT_FILE == ROOT / "deploy.toml"
    monkeypatch.setattr(settings, "DEFAULT_FILE", tmp_path / "deploy.toml")
    settings.DEFAULT_FILE.write_text('service = "mine"')
    elsewhere = tmp_path / "docs"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    Path("other.toml").write_text('service = "other"')
    assert read_settings("").service == "MINE"
    assert read_settings("other.toml").service == "OTHER"


def test_a_file_that_is_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"the settings file .*nowhere\.toml does not exist: copy deploy/example\.toml"):
        read_settings(str(tmp_path / "nowhere.toml"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"service =", "is not TOML"),
        (b'service = "\xff"', "is not UTF-8: save it in that encoding"),
        (b"x = " + b"[" * 5000 + b"]" * 5000, "is nested too deeply: write what deploy/example.toml has"),
        (b"servic = 'x'", "servic is not a setting: those known are connection, role"),
        (b"service = 5", "service is 5: write a text in quotes"),
        (b'service = "my service"', "service is 'my service'"),
        (b'pools = "A"', "pools is 'A': write a list of names in brackets"),
        (b"pools = [1]", "pools is 1: write a text in quotes"),
        (b"volume_gib = 3", "volume_gib is 3: write a whole number from 4 to 16384"),
        (b"volume_gib = true", "volume_gib is True: write a whole number"),
        (b"event_table = 1", "event_table is 1: write true or false"),
        (b'tag = "a b"', "tag is 'a b': write the tag of an image"),
        (b'database = "my-db"', "database is 'my-db', and Snowpark Container Services do not accept quoted names"),
        (
            b'database = "metrics.prod"',
            "database is 'metrics.prod', and Snowpark Container Services do not accept quoted names",
        ),
        (b'schema = "\\"S\\""', "schema is '\"S\"', and Snowpark Container Services do not accept quoted names"),
        (
            b'pool_family = "gen_arm_g1_4"',
            "pool_family is of GEN_ARM_G1_4, whose nodes are ARM machines, and the images",
        ),
        (b'compute_pool = "my-pool"', "compute_pool is 'my-pool'"),
        (b'compute_pool = "A$B"', "compute_pool has A$B: the collector finds a pool's nodes by DNS"),
        (b'pools = ["WEB POOL"]', "pools is 'WEB POOL', and Snowpark Container Services do not accept quoted names"),
        (b'pools = ["A,B"]', "pools is 'A,B'"),
        (b'repository = "A.B.C.D"', "write REPOSITORY, SCHEMA.REPOSITORY or DATABASE.SCHEMA.REPOSITORY"),
        (b'repository = "metrics-prod"', "repository is 'metrics-prod'"),
        (b'service = "metrics_"', "ends with a letter or a digit"),
        (b'role = "ACCOUNTADMIN"', "role is ACCOUNTADMIN: Snowflake does not let a privileged role own a service"),
        (b'role = "SecurityAdmin"', "role is SECURITYADMIN"),
        (b'[environment]\nGF_AUTH_ANONYMOUS_ENABLED = "true"', "environment.GF_AUTH_ANONYMOUS_ENABLED would undo"),
        (b'[environment]\nGF_SECURITY_ADMIN_USER = "ME"', "environment.GF_SECURITY_ADMIN_USER would undo"),
        (b'[environment]\nGF_AUTH_BASIC_ENABLED__FILE = "/x"', "environment.GF_AUTH_BASIC_ENABLED__FILE would undo"),
        (b'[environment]\nGF_PUBLIC_DASHBOARDS_ENABLED = "true"', "would undo what protects Grafana"),
        (b'[secrets]\nGF_SECURITY_ADMIN_PASSWORD = "D.S.P"', "secrets.GF_SECURITY_ADMIN_PASSWORD would undo"),
        (b'[environment]\nSPCS_WEBHOOK_URL = "https://x.example"', "environment.SPCS_WEBHOOK_URL would stand in the"),
        (b'[environment]\nGF_SMTP_PASSWORD = "x"', "environment.GF_SMTP_PASSWORD would stand in the"),
        (b'[environment]\nSPCS_A = "x"\n[secrets]\nSPCS_A = "D.S.A"', "SPCS_A stands in environment and in secrets"),
        (
            b'[secrets]\nSPCS_WEBHOOK_URL = "TOKEN"',
            "secrets.SPCS_WEBHOOK_URL is not a secret's full name: write DATABASE.SCHEMA.SECRET",
        ),
        (b'notification = "webhook"', 'notification is "webhook" and SPCS_WEBHOOK_URL is missing'),
        (b'notification = "email"', 'notification is "email" and SPCS_EMAIL_ADDRESSES is missing'),
        (b'private_link = "maybe"', "private_link is 'maybe': write auto, on or off"),
        (b'notification = "pager"', "notification is 'pager': write webhook or email"),
        (b'ingress_addresses = "10.0.0.1"', "write a list of addresses in brackets"),
        (b'ingress_addresses = ["somewhere"]', "write addresses such as 10.0.0.7"),
        (b"environment = []", "environment is not a table: write NAME = value below [environment]"),
        (b'[environment]\nlower = "x"', "environment.lower"),
        (b"[environment]\nNUMBER = 1", "environment.NUMBER is not a text: write it in quotes"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_the_file_and_the_key(text: bytes, words: str, tmp_path: Path) -> None:
    file = tmp_path / "deploy.toml"
    file.write_bytes(text)
    with pytest.raises(UserError) as refused:
        read_settings(str(file))
    assert str(refused.value).startswith(str(file))
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        *(
            (f'{name} = "S3CR3T"', "would stand in the service's specification")
            for name in (
                *("GF_SMTP_PASSWD", "GF_SMTP_PASS", "SPCS_PWD", "SPCS_PASSPHRASE", "GF_SMTP_ACCESS_KEY", "SPCS_DSN"),
                *("GF_AWS_CREDENTIALS", "SPCS_CONNECTION_STRING", "SPCS_APIKEY"),
            )
        ),
        *(
            (f'{name} = "{value}"', f"environment.{name} has a password or a key in its address")
            for name, value in (
                ("HTTP_PROXY", "http://u:S3CR3T@p"),
                ("HTTPS_PROXY", "http://S3CR3T@p:3128"),
                ("GF_SMTP_HOST", "http://u:S3CR3T@h"),
                ("GF_SMTP_HOST", "u:S3CR3T@h:587"),
                ("GF_SMTP_EHLO_IDENTITY", "https://h/?access_token=S3CR3T"),
                ("GF_SMTP_EHLO_IDENTITY", "https://h/?a=b&Sig=S3CR3T"),
            )
        ),
        *(
            (f'{name} = "S3CR3T"', f"environment.{name} is not a variable that Grafana's image reads")
            for name in ("LD_PRELOAD", "PATH", "GODEBUG", "SSL_CERT_FILE", "HOME")
        ),
        *(
            (f'{name} = "S3CR3T"', f"environment.{name} would undo what protects Grafana")
            for name in (
                *("GF_INSTALL_PLUGINS", "GF_PLUGINS_PREINSTALL", "GF_PLUGINS_PREINSTALL_SYNC", "GF_PLUGIN_X_PATH"),
                *("GF_FEATURE_TOGGLES_ENABLE", "GF_PANELS_DISABLE_SANITIZE_HTML", "GF_RENDERING_SERVER_URL"),
            )
        ),
        ("GF_SMTP_PASSWORD = ['S3CR3T']", "environment.GF_SMTP_PASSWORD is not a text"),
        ("[secrets]\nSPCS_WEBHOOK_URL = 'S3CR3T'", "secrets.SPCS_WEBHOOK_URL is not a secret's full name"),
        ("[secrets]\nSPCS_WEBHOOK_URL = 'https://hooks.example.com/S3CR3T'", "is not a secret's full name"),
        ("[secrets]\nLD_PRELOAD = 'D.S.S3CR3T'", "secrets.LD_PRELOAD is not a variable that Grafana's image reads"),
    ],
)
def test_a_variable_that_holds_a_secret_or_changes_the_program_is_refused_without_its_value(
    line: str, words: str, tmp_path: Path
) -> None:
    file = tmp_path / "deploy.toml"
    file.write_text(f"[environment]\n{line}\n")
    with pytest.raises(UserError) as refused:
        read_settings(str(file))
    assert words in str(refused.value)
    assert "S3CR3T" not in str(refused.value)


@pytest.mark.parametrize(
    "written",
    [
        'viewers = ["{}"]',
        'role = "{}"',
        'external_access_integrations = ["{}"]',
        'administrator = "{}"',
        'connection = "{}"',
        'registry_token_file = "{}"',
        'event_table_metrics = "{}"',
        '[secrets]\nSPCS_WEBHOOK_URL = "D.S.{}"',
    ],
)
@pytest.mark.parametrize("sign", ["\\u001b[31m", "\\n", "\\u202e", "\\u200b", "\\u0085", "\\u2028", "\\u0000"])
def test_a_name_with_a_character_that_cannot_be_seen_is_refused(written: str, sign: str, tmp_path: Path) -> None:
    file = tmp_path / "deploy.toml"
    file.write_text(written.format(f"A{sign}DROP"))
    with pytest.raises(UserError) as refused:
        read_settings(str(file))
    setting = re.split(r" = |\]\n", written)[-2]
    assert re.match(rf"{re.escape(str(file))}: (secrets\.)?{setting} is ", str(refused.value))
    assert str(refused.value).isprintable()


@pytest.mark.parametrize(
    "text",
    [
        'environment = "hush"',
        'secrets = "hush"',
        '[secrets]\nSPCS_WEBHOOK_URL = "https://hush.example.com"',
        '[secrets]\nSPCS_WEBHOOK_TOKEN = "eyJhush.eyJhush.hush-hush"',
        f'[secrets]\nSPCS_WEBHOOK_TOKEN = "a.b.{"hush" * 64}"',
        "[secrets]\nSPCS_WEBHOOK_TOKEN = ['hush']",
    ],
)
def test_a_secret_in_the_wrong_place_is_not_repeated(text: str, tmp_path: Path) -> None:
    file = tmp_path / "deploy.toml"
    file.write_text(text)
    with pytest.raises(UserError) as refused:
        read_settings(str(file))
    assert "hush" not in str(refused.value)


@pytest.mark.parametrize(
    ("key", "written"),
    [
        ("pools", ["web_pool", "WEB_POOL"]),
        ("viewers", ["analyst", "ANALYST"]),
        ("external_access_integrations", ["hooks", "HOOKS"]),
        ("services", ["d.s.a", "D.S.A"]),
    ],
)
def test_what_is_listed_twice_is_meant_once(key: str, written: list[str]) -> None:
    named = getattr(parse_settings({"applications": True, key: written}), key)
    assert len(named) == 1


def test_a_name_in_any_script_is_taken() -> None:
    assert parse_settings({"viewers": ["Zuschauer Köln", "観客"]}).viewers == ('"Zuschauer Köln"', '"観客"')


def test_no_user_can_have_the_name_of_the_administrators_address() -> None:
    """Grafana looks a name that is an e-mail address up by address: pkg/services/authn/clients/grafana.go."""
    parser = configparser.RawConfigParser()
    parser.read_string((GRAFANA / "grafana.ini").read_text())
    assert parser["security"]["admin_email"] == "$__file{/proc/sys/kernel/random/uuid}"


def test_what_only_looks_like_a_guarded_variable_is_taken(tmp_path: Path) -> None:
    file = tmp_path / "deploy.toml"
    environment = {
        "GF_LOG_LEVEL": "debug",
        "GF_SERVER_ROOT_URL": "https://boards-acme.snowflakecomputing.app/",
        "GF_SMTP_FROM_ADDRESS": "alerts@example.com",
        "GF_SMTP_HOST": "smtp.example.com:587",
        "GF_USERS_DEFAULT_THEME": "light",
        "HTTPS_PROXY": "http://proxy.example.com:3128",
        "SPCS_EMAIL_ADDRESSES": "a@example.com;b@example.com",
        "TZ": "Asia/Tokyo",
    }
    lines = "\n".join(f'{name} = "{value}"' for name, value in environment.items())
    file.write_text(f'notification = "webhook"\n[environment]\n{lines}\n[secrets]\nSPCS_WEBHOOK_URL = "D.S.URL"\n')
    assert dict(read_settings(str(file)).environment) == environment


@pytest.mark.parametrize(
    ("written", "name"), [("IMAGES", "D.S.IMAGES"), ("OTHER.IMAGES", "D.OTHER.IMAGES"), ("X.Y.IMAGES", "X.Y.IMAGES")]
)
def test_the_images_may_lie_in_another_schema(written: str, name: str) -> None:
    found = parse_settings({"database": "d", "schema": "s", "repository": written})
    assert (found.repository_name, found.repository_schema) == (name, name.rpartition(".")[0])

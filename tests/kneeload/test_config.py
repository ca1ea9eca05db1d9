"""The configuration: what is accepted, what is refused in which words, and that secrets stay secret."""

import json
import re
import traceback
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alerts.rules import RULES
from dsp.mount import Mount
from kneeload.complaint import SECTIONS
from kneeload.config import Config, default_config_file, load
from kneeload.errors import ConfigError

EXAMPLE = Path(__file__).resolve().parents[2] / "kneeload.example.toml"
PLANTED = "hunter2-planted-secret"


@pytest.fixture(autouse=True)
def no_settings_around(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("HOME", "MQTT_PASSWORD", "INFLUX_PASSWORD", "INFLUX_TOKEN"):
        monkeypatch.delenv(f"KNEELOAD_{name}", raising=False)
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))


def written(folder: Path, text: str, *, mode: int = 0o644) -> Path:
    path = folder / "kneeload.toml"
    path.write_text(text)
    path.chmod(mode)
    return path


def test_the_example_loads() -> None:
    config = load(EXAMPLE)
    assert [sensor.mount for sensor in config.sensors] == [Mount.LEFT_SHIN, Mount.RIGHT_SHIN]
    assert config.influx.store == "kneeload"
    # Who copies it and has neither is not told all through the run that they do not answer.
    assert config.mqtt.host is None
    assert config.influx.url is None


def test_the_example_with_its_commented_keys_loads_and_lacks_none(tmp_path: Path) -> None:
    text = re.sub(r"^# (\w+ = )", r"\1", EXAMPLE.read_text(), flags=re.MULTILINE)
    text = text.replace('"/etc/ssl/', '"').replace("tls = false", "tls = true")
    for name in ("my-ca.pem", "me.pem", "me-key.pem", "mqtt-password", "influx-token"):
        (tmp_path / name).write_text("x\n")
        (tmp_path / name).chmod(0o600)
    config = load(written(tmp_path, text))
    assert config.mqtt.password is not None
    assert config.influx.token is not None
    for model in (*type(config).model_fields, *config.alerts["shock-high"].model_fields_set):
        assert model in text
    for table in (config.runner, config.sensors[0], config.mqtt, config.influx, config.data):
        for key in set(type(table).model_fields) - {"password", "token", "bucket"}:
            assert key in text


def test_the_height_of_a_sensor_reaches_its_processing(tmp_path: Path) -> None:
    sensor = '[[sensors]]\nmount = "left-shin"\nname = "a"\n'
    config = load(written(tmp_path, f"{sensor}above_ankle_m = 0.15\n"))
    assert config.params()[Mount.LEFT_SHIN].above_ankle_m == 0.15
    with pytest.raises(ConfigError, match="above_ankle_m"):
        load(written(tmp_path, f"{sensor}above_ankle_m = 15\n"))  # meant as centimetres


def test_the_example_names_rules_that_exist_and_their_defaults() -> None:
    config = load(EXAMPLE)
    assert config.alerts["shock-high"].limit == next(r.limit for r in RULES if r.id == "shock-high")


@pytest.mark.parametrize(
    ("text", "key", "words"),
    [
        ('[mqtt]\nhots = "x"', "mqtt.hots", "did you mean host?"),
        ("[mqqt]\nport = 1", "mqqt", "did you mean mqtt?"),
        ('[[sensors]]\nmount = "left-shin"\nadress = "x"', "[[sensors]] 1: adress", "did you mean address?"),
        ("[alerts.shock-high]\nlimt = 1.2", "alerts.shock-high.limt", "did you mean limit?"),
        ("[alerts.shock-hihg]\nlimit = 1.2", "alerts.shock-hihg", "did you mean shock-high?"),
        ("[alerts.foo]\nlimit = 1.2", "alerts.foo", f"possible: {', '.join(r.id for r in RULES)}"),
        ("[data]\nxyz = 1", "data.xyz", "possible: dir"),
        ("[alerts.shock-high]\nlimit = 99.0", None, "must be between"),
        ('[mqtt]\nhost = "h"\nport = 70000', "mqtt.port", "must be at most 65535, not 70000"),
        ('[mqtt]\nport = "abc"', "mqtt.port", "must be a whole number, not this text"),
        ("[mqtt]\nport = 1.5", "mqtt.port", "must be a whole number, not 1.5"),
        ("[mqtt]\nport = true", "mqtt.port", "must be a whole number, not true"),
        ('[mqtt]\nport = "1883"', "mqtt.port", "must be a whole number, not this text"),
        ("[mqtt]\ndrain_s = true", "mqtt.drain_s", "must be a number, not true"),
        ('[mqtt]\ntls = "yes"', "mqtt.tls", "must be true or false, not this text"),
        ("[alerts.shock-high]\nof = true", "alerts.shock-high.of", "must be a whole number, not true"),
        ("[runner]\ncompare_with_last_runs = 0", "runner.compare_with_last_runs", "true or false, not 0"),
        (f"[mqtt]\nport = 0x{'f' * 5000}", "mqtt.port", "must be at most 65535, not a number as long"),
        ('[mqtt]\ntls = "perhaps"', "mqtt.tls", "must be true or false"),
        ("[sensors]\nmount = 1", "sensors", "each under [[sensors]]"),
        ("[runner]\nname = 5", "runner.name", "must be text in quotes, not 5"),
        ('[influx]\nurl = "ftp://x"', "influx.url", "http://host:8086"),
        ('[influx]\nurl = "http://a:b@x"', "influx.url", "KNEELOAD_INFLUX_PASSWORD"),
        ("[influx]\nversion = 4", "influx.version", "must be '1', '2', '3' or 'auto', not 4"),
        ("[influx]\nversion = 2.0", "influx.version", "must be '1', '2', '3' or 'auto', not 2.0"),
        ('[influx]\nversion = "4"', "influx.version", "must be '1', '2', '3' or 'auto', not this text"),
        ("[mqtt]\nversion = 7", "mqtt.version", "must be '3.1.1', '5' or 'auto', not 7"),
        ('[influx]\ndatabase = "a"\nbucket = "b"', "influx", "one of them"),
        ('[runner]\nname = "a/b"', "runner.name", "'/'"),
        ('[runner]\nname = "a\\u0000"', "runner.name", "'\\x00'"),
        ('[runner]\nname = "\\u202eanna"', "runner.name", "'\\u202e'"),
        ("[runner]\nname = 'a\\b'", "runner.name", "'\\\\'"),
        ('[runner]\nname = "$SYS"', "runner.name", "$"),
        ('[[sensors]]\nmount = "left-shin"', "[[sensors]] 1", "kneeload scan"),
        (
            '[[sensors]]\nmount = "left-knee"\nname = "x"',
            "[[sensors]] 1: mount",
            "'right-shoe', not 'left-knee'",
        ),
        ('[[sensors]]\nmount = "left-shin"\naddress = "1"', "[[sensors]] 1: address", "C0:FF:EE"),
        (
            '[[sensors]]\nmount = "left-shin"\nname = "x"\nfamily = "polar"',
            "[[sensors]] 1: family",
            "polar-verity-sense",
        ),
        (
            '[[sensors]]\nmount = "left-shin"\nname = "x"\nacc_range_g = 17',
            "[[sensors]] 1: acc_range_g",
            "one of",
        ),
        (2 * '[[sensors]]\nmount = "left-shin"\nname = "x"\n', None, "two sensors have the mount left-shin"),
        ("[mqtt]\nca_file = 'nowhere.pem'\ntls = true", "mqtt", "there is no file"),
        ("[data]\ndri = 1", "data.dri", "did you mean dir?"),
        ("mqtt = 5", "mqtt", "must be a table of its own, not 5"),
        ("data = 5", "data", "must be a table of its own, not 5"),
        ("[mqtt\n", None, "line 1"),
        ("[mqtt]\ndrain_s = nan", "mqtt.drain_s", "finite"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(tmp_path: Path, text: str, key: str | None, words: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        load(path)
    assert caught.value.file == path
    assert caught.value.key == key
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_whole_number_may_stand_where_one_with_a_fraction_may(tmp_path: Path) -> None:
    file = tmp_path / "kneeload.toml"
    file.write_text('[mqtt]\ndrain_s = 3\n[[sensors]]\nmount = "left-shin"\nname = "x"\nrate_hz = 104\n')
    config = load(file, data_dir=tmp_path)
    assert (config.mqtt.drain_s, config.sensors[0].rate_hz) == (3.0, 104.0)


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    text = '[[sensors]]\nmount = "left-shin"\nname = "x"\nrate_hz = "fast"\n[mqtt]\ndrain_s = -1\nhots = 1\n'
    with pytest.raises(ConfigError) as caught:
        load(written(tmp_path, text))
    assert str(caught.value).partition(".toml: ")[2] == (
        "[[sensors]] 1: rate_hz: must be a number, not 'fast'; "
        "also mqtt.drain_s: must be at least 0, not -1; "
        "also mqtt.hots: there is no such key; did you mean host?"
    )


def test_names_of_rules_and_limits_are_said_with_the_rest(tmp_path: Path) -> None:
    text = "[mqtt]\nhots = 1\n[alerts.shock-hihg]\nlimit = 1.3\n"
    with pytest.raises(
        ConfigError, match=r"mqtt.hots: there is .*; also alerts.shock-hihg: there is no such"
    ):
        load(written(tmp_path, text))
    text = "[alerts.shock-high]\nlimit = 0.9\n[alerts.cadence-low]\nlimit = 1.2\n"
    with pytest.raises(ConfigError, match=r"shock-high.* must be .*; also .*cadence-low.* must be"):
        load(written(tmp_path, text))


def test_every_section_is_known_to_who_explains_it() -> None:
    assert SECTIONS.keys() == Config.model_fields.keys()


def test_unreadable_files_are_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path / "nowhere.toml")
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="UTF-8"):
        load(tmp_path / "binary.toml")
    (tmp_path / "deep.toml").write_text("x = " + "[" * 100_000)
    with pytest.raises(ConfigError, match=r"nested|TOML"):
        load(tmp_path / "deep.toml")


@given(st.binary(max_size=300))
def test_any_bytes_are_a_configuration_or_a_configuration_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_bytes(content)
    with suppress(ConfigError):
        assert isinstance(load(path), Config)


SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5))
NAMES = st.sampled_from(
    [
        "runner",
        "sensors",
        "mqtt",
        "influx",
        "alerts",
        "data",
        "name",
        "url",
        "dir",
        "password_file",
        "token",
        "x",
    ]
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(NAMES, TREES, max_size=5))
def test_any_tree_of_values_is_a_configuration_or_a_configuration_error(tree: dict[str, object]) -> None:
    try:
        config = load(None, overrides=tree)
    except ConfigError:
        return
    json.dumps(config.public(), allow_nan=False)


def test_data_folder_by_precedence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = written(tmp_path, "")
    assert load(plain).data.dir == tmp_path / "home" / ".local" / "share" / "kneeload"
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "xdg"))
    assert load(plain).data.dir == tmp_path / "xdg" / "kneeload"
    path = written(tmp_path, '[data]\ndir = "mine"')
    assert load(path).data.dir == tmp_path / "mine"
    monkeypatch.setenv("KNEELOAD_HOME", str(tmp_path / "env"))
    assert load(path).data.dir == tmp_path / "env"
    assert load(path, data_dir=tmp_path / "option").data.dir == tmp_path / "option"


def test_the_default_file_is_where_settings_belong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert default_config_file() is None
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "kneeload").mkdir()
    (tmp_path / "kneeload" / "kneeload.toml").touch()
    assert default_config_file() == tmp_path / "kneeload" / "kneeload.toml"


def test_overrides_win_over_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, '[mqtt]\nhost = "file"\nport = 1')
    config = load(path, overrides={"mqtt": {"host": "given"}})
    assert (config.mqtt.host, config.mqtt.port) == ("given", 1)


def test_tls_moves_the_usual_port(tmp_path: Path) -> None:
    assert load(written(tmp_path, '[mqtt]\nhost = "h"\ntls = true')).mqtt.port == 8883
    assert load(written(tmp_path, '[mqtt]\nhost = "h"\ntls = true\nport = 1883')).mqtt.port == 1883
    assert load(written(tmp_path, '[mqtt]\nhost = "h"')).mqtt.port == 1883


def test_secrets_come_from_the_environment_before_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "word").write_text("from-file\nsecond line\n")
    (tmp_path / "word").chmod(0o600)
    path = written(tmp_path, '[mqtt]\nhost = "h"\nusername = "u"\npassword_file = "word"')
    config = load(path)
    assert config.mqtt.password is not None
    assert config.mqtt.password.get_secret_value() == "from-file"
    monkeypatch.setenv("KNEELOAD_MQTT_PASSWORD", "from-environment")
    config = load(path)
    assert config.mqtt.password is not None
    assert config.mqtt.password.get_secret_value() == "from-environment"


def test_systemd_credentials_are_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    (tmp_path / "kneeload_influx_token").write_text("from-systemd")
    (tmp_path / "kneeload_influx_token").chmod(0o440)
    config = load()
    assert config.influx.token is not None
    assert config.influx.token.get_secret_value() == "from-systemd"
    path = written(tmp_path, '[influx]\ntoken_file = "${CREDENTIALS_DIRECTORY}/kneeload_influx_token"')
    assert load(path).influx.token == config.influx.token


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o620])
def test_a_secret_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    (tmp_path / "word").write_text(PLANTED)
    (tmp_path / "word").chmod(mode)
    path = written(tmp_path, '[mqtt]\nhost = "h"\nusername = "u"\npassword_file = "word"')
    with pytest.raises(ConfigError, match="chmod 600") as caught:
        load(path)
    assert caught.value.key == "mqtt.password_file"
    assert PLANTED not in "".join(traceback.format_exception(caught.value))


def test_a_secret_in_the_file_itself_needs_a_private_file(tmp_path: Path) -> None:
    text = f'[influx]\nurl = "http://h"\ntoken = "{PLANTED}"'
    with pytest.raises(ConfigError, match="KNEELOAD_INFLUX_TOKEN") as caught:
        load(written(tmp_path, text))
    assert PLANTED not in "".join(traceback.format_exception(caught.value))
    config = load(written(tmp_path, text, mode=0o600))
    assert config.influx.token is not None
    assert config.influx.token.get_secret_value() == PLANTED


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe", b"\nsecond"])
def test_a_secret_file_without_a_secret_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "word").write_bytes(content)
    (tmp_path / "word").chmod(0o600)
    with pytest.raises(ConfigError, match="holds no text"):
        load(written(tmp_path, '[mqtt]\nusername = "u"\npassword_file = "word"'))


def test_secrets_never_show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MQTT_PASSWORD", "INFLUX_TOKEN"):
        monkeypatch.setenv(f"KNEELOAD_{name}", PLANTED)
    config = load(written(tmp_path, '[mqtt]\nhost = "h"\nusername = "u"'))
    for shown in (repr(config), str(config), config.model_dump_json(), json.dumps(config.public())):
        assert PLANTED not in shown
    broken = written(
        tmp_path, f'[mqtt]\nhost = "h"\npassword = ["{PLANTED}"]\nport = "{PLANTED}"', mode=0o600
    )
    monkeypatch.delenv("KNEELOAD_MQTT_PASSWORD")
    with pytest.raises(ConfigError) as caught:
        load(broken)
    assert PLANTED not in "".join(traceback.format_exception(caught.value))


def test_a_loaded_configuration_cannot_change() -> None:
    config = load()
    with pytest.raises(ValueError, match="frozen"):
        config.mqtt.port = 1


@pytest.mark.parametrize("told", ["option", "environment"])
def test_a_home_that_no_shell_has_written_out(
    told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("KNEELOAD_HOME", "~/runs" if told == "environment" else "~/elsewhere")
    folder = load(None, data_dir=Path("~/runs") if told == "option" else None).data.dir
    assert folder == tmp_path / "runs"


@pytest.mark.parametrize("setting", ["[data]\ndir", "[mqtt]\nca_file", "[influx]\ntoken_file"])
def test_an_empty_path_is_not_this_folder(setting: str, tmp_path: Path) -> None:
    path = written(tmp_path, f'{setting} = ""\n')
    with pytest.raises(ConfigError, match="is empty: give a path") as caught:
        load(path)
    section, key = setting[1:].split("]\n")
    assert f"{section}.{key}" in str(caught.value)


def test_a_mark_at_the_beginning_of_a_file_is_none_of_its_text(tmp_path: Path) -> None:
    path = tmp_path / "kneeload.toml"
    path.write_bytes(b"\xef\xbb\xbf" + b'[runner]\nname = "Ada"\n')
    assert load(path).runner.name == "Ada"

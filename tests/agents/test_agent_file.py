import json
import zipfile

import numpy as np
import pytest
from aifgym.agents import ActiveInferenceEncoderAgent


def test_an_agent_comes_back_from_its_file(agent, tmp_path):
    agent.settings["note"] = "kept"
    path = tmp_path / "agent.aif"
    agent.save(path)
    loaded = ActiveInferenceEncoderAgent.load(path)
    observations = np.random.default_rng(0).normal(size=(20, 2)) * 3
    np.testing.assert_array_equal(
        agent.predict(observations)[1][0], loaded.predict(observations)[1][0]
    )
    assert loaded.settings == agent.settings
    assert loaded.model.policy_len == agent.model.policy_len
    assert [entry.name for entry in tmp_path.iterdir()] == ["agent.aif"]


def rewritten(path, changes):
    """A copy of a zip with some members replaced or (None) left out."""
    target = path.with_name("changed.aif")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w") as out:
        for name in source.namelist():
            content = changes.get(name, source.read(name))
            if content is not None:
                out.writestr(name, content)
    return target


@pytest.mark.parametrize(
    ("member", "change", "named"),
    [
        ("config.json", lambda c: b"{}", "format"),
        ("config.json", lambda c: c.replace(b'"format_version": 1', b'"format_version": 99'), "99"),
        ("A.npy", lambda c: None, "A"),
        ("D.npy", lambda c: c[:-8] + b"\x00\x00\xc0\x7f" * 2, "D must be finite"),
        ("D.npy", lambda c: c[:-8] + b"\x00\x00\x80\x3f" * 2, "D must sum to 1"),
        ("A.npy", lambda c: c[:40], "not a readable agent file"),
    ],
)
def test_a_damaged_agent_file_is_refused(agent, tmp_path, member, change, named):
    path = tmp_path / "agent.aif"
    agent.save(path)
    with zipfile.ZipFile(path) as archive:
        content = archive.read(member)
    changed = rewritten(path, {member: change(content)})
    with pytest.raises(ValueError, match=named):
        ActiveInferenceEncoderAgent.load(changed)


def test_a_flipped_byte_is_refused_or_harmless(agent, tmp_path):
    path, changed = tmp_path / "agent.aif", tmp_path / "changed.aif"
    agent.save(path)
    content, rng, refused = path.read_bytes(), np.random.default_rng(0), 0
    for _ in range(60):
        damaged = bytearray(content)
        damaged[rng.integers(len(damaged))] ^= 1 << rng.integers(8)
        changed.write_bytes(damaged)
        try:
            loaded = ActiveInferenceEncoderAgent.load(changed)
        except ValueError:
            refused += 1
        else:
            assert np.isfinite(loaded.predict(np.zeros(2))[1][0]).all()
    assert refused > 20


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"width": 16', b'"width": -1'),
        (b'"temperature": 0.3', b'"temperature": "a"'),
        (b'"temperature": 0.3', b'"temperature": 0'),
        (b'"policy_len": 4', b'"policy_len": 2.5'),
        (b'"gamma": 1.0', b'"gamma": Infinity'),
        (b'"settings": {}', b'"settings": null'),
    ],
)
def test_settings_that_make_no_sense_are_refused(agent, tmp_path, old, new):
    path = tmp_path / "agent.aif"
    agent.save(path)
    with zipfile.ZipFile(path) as archive:
        config = archive.read("config.json")
    assert old in config
    changed = rewritten(path, {"config.json": config.replace(old, new)})
    with pytest.raises(ValueError, match=r"changed\.aif is not a readable agent file"):
        ActiveInferenceEncoderAgent.load(changed)


def test_an_agent_file_holds_json_and_plain_arrays(agent, tmp_path):
    agent.save(tmp_path / "agent.aif")
    with zipfile.ZipFile(tmp_path / "agent.aif") as archive:
        config = json.loads(archive.read("config.json"))
        assert all(name.endswith((".json", ".npy")) for name in archive.namelist())
        for name in archive.namelist()[1:]:
            with archive.open(name) as file:
                np.lib.format.read_array(file, allow_pickle=False)
    assert config["encoder"]["observation_dim"] == 2


def test_a_text_file_or_a_missing_file_is_no_agent(tmp_path):
    (tmp_path / "text.aif").write_text("hello")
    with pytest.raises(ValueError, match=r"text\.aif is not a readable agent file"):
        ActiveInferenceEncoderAgent.load(tmp_path / "text.aif")
    with pytest.raises(FileNotFoundError):
        ActiveInferenceEncoderAgent.load(tmp_path / "missing.aif")

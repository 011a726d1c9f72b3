import hashlib
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from aifgym.agents import ActiveInferenceEncoderAgent

# Written and recorded by the release that had format 1; nobody may make them anew.
FORMAT_1 = Path(__file__).parent / "format1"


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


def rewritten(path, changes, *, relisted=True):
    """A copy of a zip with members replaced, added or (None) left out, and listed so or not."""
    target = path.with_name("changed.aif")
    with zipfile.ZipFile(path) as source:
        members = {name: source.read(name) for name in source.namelist()} | changes
    members = {name: content for name, content in members.items() if content is not None}
    if relisted and "config.json" not in changes:
        config = json.loads(members["config.json"])
        listed = {name: content for name, content in members.items() if name != "config.json"}
        config["members"] = {n: hashlib.sha256(c).hexdigest() for n, c in listed.items()}
        members["config.json"] = json.dumps(config).encode()
    with zipfile.ZipFile(target, "w") as out:
        for name, content in members.items():
            out.writestr(name, content)
    return target


@pytest.mark.parametrize(
    ("member", "change", "named"),
    [
        ("config.json", lambda c: b"{}", "format"),
        ("config.json", lambda c: c.replace(b'"format_version": 2', b'"format_version": 99'), "99"),
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


@pytest.mark.parametrize(
    "changes",
    [
        {"usage.npy": None},  # without it the agent would be fed the tutorial's evidence
        {"usage.npy": None, "usagf.npy": b"0"},
        {"E.npy": b"0"},
        {"note.txt": b"hello"},
    ],
)
def test_members_that_are_missing_or_unknown_are_refused(tmp_path, changes):
    path = FORMAT_1 / "likelihood.aif"
    ActiveInferenceEncoderAgent.load(path, num_envs=None).save(tmp_path / "agent.aif")
    changed = rewritten(tmp_path / "agent.aif", changes, relisted=False)
    with pytest.raises(ValueError, match="members are not those that its config lists"):
        ActiveInferenceEncoderAgent.load(changed)


def test_a_member_that_is_there_twice_is_refused(agent, tmp_path):
    agent.save(tmp_path / "agent.aif")
    path, again = tmp_path / "agent.aif", pytest.warns(UserWarning, match="Duplicate name")
    with zipfile.ZipFile(path, "a") as archive, again:
        archive.writestr("D.npy", archive.read("D.npy"))
    with pytest.raises(ValueError, match="two members of the same name"):
        ActiveInferenceEncoderAgent.load(tmp_path / "agent.aif")


def test_what_unpacks_to_too_much_is_refused_before_it_is_unpacked(agent, tmp_path):
    agent.save(tmp_path / "agent.aif")
    huge = {"A.npy": bytes(2**27 + 1)}
    with pytest.raises(ValueError, match="unpacks to more than"):
        ActiveInferenceEncoderAgent.load(rewritten(tmp_path / "agent.aif", huge))
    header = b"\x93NUMPY\x01\x00v\x00" + (
        b"{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000,), }".ljust(117) + b"\n"
    )
    with pytest.raises(ValueError, match="shorter or longer than its shape"):
        ActiveInferenceEncoderAgent.load(rewritten(tmp_path / "agent.aif", {"A.npy": header}))


@pytest.mark.parametrize("name", ["likelihood", "categorical", "learned", "inductive", "prior"])
def test_files_of_format_1_load_and_act_as_they_did(name, tmp_path):
    agent = ActiveInferenceEncoderAgent.load(FORMAT_1 / f"{name}.aif", num_envs=None)
    agent.save(tmp_path / "again.aif")
    again = ActiveInferenceEncoderAgent.load(tmp_path / "again.aif", num_envs=None)
    recorded, states = np.load(FORMAT_1 / f"{name}.npz"), [None, None]
    for t, observations in enumerate(recorded["observations"]):
        start = np.full(len(observations), t == 0)
        for index, one in enumerate((agent, again)):
            actions, states[index] = one.predict(observations, states[index], start)
            np.testing.assert_array_equal(actions, recorded["actions"][t])
            np.testing.assert_allclose(one.beliefs, recorded["beliefs"][t], atol=1e-6)


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
    assert config["encoder"]["kind"] == "mlp"
    assert config["encoder"]["config"]["observation_dim"] == 2


def test_a_text_file_or_a_missing_file_is_no_agent(tmp_path):
    (tmp_path / "text.aif").write_text("hello")
    with pytest.raises(ValueError, match=r"text\.aif is not a readable agent file"):
        ActiveInferenceEncoderAgent.load(tmp_path / "text.aif")
    with pytest.raises(FileNotFoundError):
        ActiveInferenceEncoderAgent.load(tmp_path / "missing.aif")

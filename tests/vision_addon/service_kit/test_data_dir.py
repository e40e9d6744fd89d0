"""Id and token survive, and are nobody else's business."""

import os
import stat

import pytest

from twat_service import DataDirError, TokenStore
from twat_service.data_dir import load_or_create_id, prepare_data_dir


def test_the_token_is_made_once_and_readable_by_its_owner_only(tmp_path):
    token = TokenStore(tmp_path).current()

    assert TokenStore(tmp_path).current() == token
    assert len(token) >= 40
    assert stat.S_IMODE((tmp_path / "token").stat().st_mode) == 0o600


def test_the_data_directory_is_its_owners_only(tmp_path):
    prepare_data_dir(tmp_path / "a" / "b")

    assert stat.S_IMODE((tmp_path / "a" / "b").stat().st_mode) == 0o700


def test_rotating_makes_another_token(tmp_path):
    tokens = TokenStore(tmp_path)
    old = tokens.current()

    assert tokens.rotate() != old
    assert not tokens.accepts(old)
    assert tokens.accepts(tokens.current())


@pytest.mark.parametrize("content", ["", "  \n"])
def test_an_empty_token_file_never_means_an_empty_token(tmp_path, content):
    (tmp_path / "token").write_text(content)

    tokens = TokenStore(tmp_path)
    assert not tokens.accepts("")
    assert tokens.current()


def test_a_deleted_token_is_replaced(tmp_path):
    tokens = TokenStore(tmp_path)
    old = tokens.current()
    (tmp_path / "token").unlink()

    assert tokens.current() != old


def test_what_cannot_be_read_or_written_is_said(tmp_path):
    (tmp_path / "id").mkdir()
    with pytest.raises(DataDirError, match="cannot read"):
        load_or_create_id(tmp_path)
    with pytest.raises(DataDirError, match="cannot write"):
        TokenStore(tmp_path / "missing").current()
    (tmp_path / "file").write_text("")
    with pytest.raises(DataDirError, match="cannot read"):
        TokenStore(tmp_path / "file").current()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_directory_without_the_right_to_write_is_refused_for_users(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(DataDirError, match="not writable"):
        prepare_data_dir(tmp_path)


def test_a_directory_without_the_right_to_write_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(DataDirError, match="not writable"):
        prepare_data_dir(tmp_path)

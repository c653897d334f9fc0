"""Blobs in an object store behave as those in a folder, and a store that fails has a sentence without its secrets."""

from __future__ import annotations

import hashlib
import os
import socket

import httpx
import pytest

from grader.service import object_blobs, retention
from grader.service.blob_store import blob_store
from grader.service.blobs import Blobs
from grader.service.configuration import Configuration
from grader.service.errors import Unavailable
from grader.service.object_blobs import ObjectBlobs
from grader.support.errors import UsageError

SECRET = "the-secret-key"
CONTENT = b"x = 1\n"
NAME = hashlib.sha256(CONTENT).hexdigest()
ADDRESS = "s3://grades/course"


@pytest.fixture(scope="module")
def store():
    """The address of a server with the interface of S3, with the bucket "grades"."""
    server = pytest.importorskip("moto.server", reason="moto, a server with the interface of S3, is not installed")
    running = server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    yield f"http://{host}:{port}"
    running.stop()


@pytest.fixture
def environment(store, monkeypatch):
    variables = {
        "AWS_ENDPOINT_URL": store,
        "AWS_ACCESS_KEY_ID": "the-key",
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def bucket(environment):
    """The file system of the store, with an empty bucket."""
    import s3fs

    system = s3fs.S3FileSystem(use_listings_cache=False, skip_instance_cache=True)
    if system.exists("grades"):
        system.rm("grades", recursive=True)
    system.mkdir("grades")
    return system


@pytest.fixture
def strict(store):
    """The store accepts no credentials meanwhile."""

    def accept(count):
        httpx.post(f"{store}/moto-api/reset-auth", content=count).raise_for_status()

    accept("0")
    yield
    accept("inf")


@pytest.fixture(params=["folder", "s3"])
def blobs(request, tmp_path):
    if request.param == "folder":
        return Blobs(tmp_path)
    request.getfixturevalue("bucket")
    return ObjectBlobs(ADDRESS)


def test_blob_is_stored_once_under_its_digest(blobs):
    assert (blobs.put(CONTENT), blobs.put(CONTENT, is_vital=False)) == (NAME, NAME)
    blobs.force()
    blobs.check()
    assert [*blobs.names()] == [NAME]
    assert (blobs.get(NAME), blobs.is_damaged(NAME)) == (CONTENT, False)


@pytest.mark.parametrize("name", ["0" * 64, "", "../secret", f"{NAME[:-2]}/x"])
def test_missing_blob_is_a_missing_file(blobs, name):
    with pytest.raises(FileNotFoundError):
        blobs.get(name)


def test_new_blob_is_not_old_and_a_deleted_one_does_not_exist(blobs):
    blobs.put(CONTENT)
    assert not blobs.delete_old(NAME, 600)
    assert blobs.get(NAME) == CONTENT
    assert blobs.delete_old(NAME, -1)
    blobs.delete_parts(-1)
    assert [*blobs.names()] == []
    assert not blobs.delete_old(NAME, 0)


def test_damaged_blob_does_not_exist(bucket):
    blobs = ObjectBlobs(ADDRESS)
    blobs.put(CONTENT)
    bucket.pipe_file(f"grades/course/{NAME[:2]}/{NAME}", b"x")
    assert blobs.is_damaged(NAME)
    with pytest.raises(FileNotFoundError):
        blobs.get(NAME)


def test_blob_that_is_deleted_while_it_is_stored_again_is_not_lost(bucket):
    blobs = ObjectBlobs(ADDRESS)
    blobs.put(CONTENT)
    assert blobs.delete_old(NAME, -1)
    assert [*blobs.names()] == []
    blobs.delete_parts(600, needed=[NAME])
    assert (blobs.get(NAME), [*blobs.names()]) == (CONTENT, [NAME])  # somebody reads it
    assert blobs.delete_old(NAME, -1)
    blobs.delete_parts(-1, needed=[NAME])  # or a purge finds a row that names it
    assert [*blobs.names()] == [NAME]
    assert blobs.delete_old(NAME, -1)
    blobs.delete_parts(-1)
    assert bucket.find("grades") == []


def test_purge_deletes_only_what_no_row_names(service, bucket, monkeypatch):
    monkeypatch.setattr(service, "blobs", ObjectBlobs(ADDRESS))
    monkeypatch.setattr(retention, "UPLOAD_SECONDS", -1)
    service.blobs.put(CONTENT)
    assert retention.delete_unnamed(service, -1) == 1
    assert [*service.blobs.names()] == []


def test_wrong_credentials_are_one_sentence_without_the_secret(bucket, strict, caplog):
    with pytest.raises(UsageError, match="refuses the credentials in AWS_ACCESS_KEY_ID") as problem:
        ObjectBlobs(ADDRESS).check()
    with pytest.raises(Unavailable, match="The storage of files does not answer") as refusal:
        ObjectBlobs(ADDRESS).put(CONTENT)
    for text in (str(problem.value), str(refusal.value), caplog.text):
        assert not any(secret in text for secret in (SECRET, "the-key"))


def test_missing_credentials_and_bucket_have_a_sentence(environment, monkeypatch, tmp_path):
    with pytest.raises(UsageError, match="make the bucket nothing-here first"):
        ObjectBlobs("s3://nothing-here").check()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    with pytest.raises(UsageError, match="refuses the credentials"):
        ObjectBlobs(ADDRESS).check()


def test_store_that_does_not_answer_is_unavailable_for_a_while(environment, monkeypatch):
    monkeypatch.setattr(object_blobs, "TIMES", {"connect_timeout": 1, "retries": {"max_attempts": 1}})
    with socket.socket() as closed:  # bound, but it does not listen
        closed.bind(("127.0.0.1", 0))
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{closed.getsockname()[1]}")
        with pytest.raises(Unavailable) as refusal:
            ObjectBlobs(ADDRESS).get(NAME)
        with pytest.raises(UsageError, match="does not answer as expected"):
            ObjectBlobs(ADDRESS).check()
    assert (refusal.value.status, refusal.value.retry_after) == (503, 60)


def test_answer_of_a_check_is_used_again_for_some_seconds(environment, monkeypatch):
    store = ObjectBlobs(ADDRESS)
    answers = iter(["It fails.", ""])
    monkeypatch.setattr(store, "_trial", lambda: next(answers))
    for _ in range(2):
        with pytest.raises(UsageError, match="It fails"):
            store.check()
    monkeypatch.setattr(object_blobs, "CHECK_SECONDS", -1)
    with store._check_lock, pytest.raises(UsageError, match="It fails"):  # somebody else asks at the moment
        store.check()
    store.check()


@pytest.mark.parametrize(
    "address", ["s3://", "s3://key:secret@bucket", "s3://bucket/../x y", "gs://bucket", "http://x/y"]
)
def test_other_address_is_refused_without_repeating_it(address):
    with pytest.raises(UsageError, match="takes a folder or an address such as s3://bucket/prefix") as problem:
        ObjectBlobs(address)
    assert "secret@" not in str(problem.value)


def test_folder_or_address_decides_about_the_store(tmp_path, environment):
    default = Configuration(data_dir=tmp_path / "data")
    assert default.blob_dir == tmp_path / "data" / "blobs"
    other = blob_store(Configuration(data_dir=tmp_path / "data", blobs=str(tmp_path / "files")))
    other.put(CONTENT)
    assert [*(tmp_path / "files").rglob(NAME)]
    assert blob_store(Configuration(data_dir=tmp_path, blobs=ADDRESS)).is_remote
    assert not os.path.exists(tmp_path / "data" / "blobs")

"""A whole JupyterHub as people use it: it starts the server itself, a notebook hands in from its kernel, and a browser signs in."""

from __future__ import annotations

import sys
import time

import pytest

from tests import hub as hubs
from tests.conftest import ROOT

pytest.importorskip("jupyterhub")
pytestmark = pytest.mark.long
WRONG = ROOT / "examples" / "single-neuron" / "wrong.py"
SECONDS = 180
SPAWNED = """\
import http.server, json, os, sys, threading
from jupyter_client.manager import start_new_kernel

def hand_in(path):
    manager, client = start_new_kernel()
    texts = []
    for line in ("%load_ext grader", "result = %grade --remote single-neuron single-neuron.py", "print(repr(result))"):
        client.execute_interactive(line, timeout=150, output_hook=lambda message: texts.append(message["content"]))
    manager.shutdown_kernel(now=True)
    with open(path + ".new", "w") as file:
        json.dump(texts, file, default=str)
    os.replace(path + ".new", path)

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
    def log_message(self, *arguments): pass

folder, name = sys.argv[1], os.environ["JUPYTERHUB_USER"]
os.chdir(folder)
threading.Thread(target=hand_in, args=(os.path.join(folder, name + ".json"),)).start()
address = os.environ["JUPYTERHUB_SERVICE_URL"].split("/")[2].split(":")
http.server.HTTPServer((address[0], int(address[1])), Handler).serve_forever()
"""
"""A notebook server with the environment that a hub gives: a kernel runs two lines, and what they show is written to a file."""


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hub")
    (folder / "spawned.py").write_text(SPAWNED)
    (folder / "single-neuron.py").write_bytes(WRONG.read_bytes())
    spawned = [sys.executable, str(folder / "spawned.py"), str(folder)]
    change = 'c.JupyterHub.public_url = c.JupyterHub.bind_url\nc.Spawner.environment.pop("GRADER_URL")\n'
    settings = hubs.LOGIN.replace("kind: hub", "kind: hub\n    admins: yes").replace("bosses", "nobody")
    with hubs.running_hub(folder, settings, base="/jupyter/", spawned=spawned, change=change) as hub:
        yield hub


def test_student_hands_in_from_a_notebook_without_address_and_token(hub):
    path = hub.folder / "ada.json"
    with hub.browser("ada") as client:
        client.get(f"{hub.address}/hub/spawn/ada")
    end = time.monotonic() + SECONDS
    while not path.exists() and time.monotonic() < end:
        time.sleep(0.2)
    text = path.read_text() if path.exists() else hub.log()
    assert "Handed in single-neuron.py for single-neuron in the course demo as a self-check." in text, text[-3000:]
    assert "Score: " in text
    assert "Traceback" not in text


def test_person_clicks_the_service_in_the_hub(hub, chromium):
    page = chromium.new_context(locale="en").new_page()
    page.goto(f"{hub.address}/hub/login?next=%2Fjupyter%2Fhub%2Fhome")
    page.fill("#username_input", "prof")
    page.fill("#password_input", "x")
    page.press("#password_input", "Enter")
    page.wait_for_url("**/hub/home")
    page.get_by_text("Services").first.click()
    page.get_by_role("link", name="grader").first.click()
    page.wait_for_url(f"{hub.service}/welcome*")
    page.goto(f"{hub.service}/c/demo")
    assert "People" in page.inner_text("body")  # an instructor, by the group
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{hub.service}/login?out=1")
    page.evaluate(pytest.importorskip("axe_playwright_python.base").AXE_FILE_PATH.read_text())
    assert page.evaluate("axe.run(document)")["violations"] == []
    page.get_by_role("link", name="Sign in with JupyterHub").click()
    page.wait_for_url(f"{hub.service}/")
    page.context.close()


def test_administrator_of_the_hub_is_one_here_if_the_settings_say_so(hub):
    with hub.browser("boss") as browser:
        browser.get(f"{hub.service}/")
        assert browser.get(f"{hub.service}/admin").status_code == 200


def test_log_says_that_the_hub_knows_the_service(hub):
    log = hub.log()
    assert "knows the service grader" in log
    assert f"Address: {hub.service}\n" in log

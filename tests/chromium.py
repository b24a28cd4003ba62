"""Drive a Chromium that is installed here, over its DevTools protocol."""

import base64
import contextlib
import itertools
import json
import shutil
import subprocess
import time
import urllib.request

import websocket

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)
FLAGS = (
    "--headless=new",
    "--remote-debugging-port=0",
    "--no-sandbox",  # it opens our own pages only, and root cannot run it otherwise
    "--no-first-run",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--hide-scrollbars",
    "--host-resolver-rules=MAP * ~NOTFOUND",  # no name leads anywhere
    "--lang=en-US",
)


@contextlib.contextmanager
def open_browser(folder):
    """Start Chromium with a profile in a folder; yield a `Tab`; end Chromium."""
    args = [CHROMIUM, *FLAGS, f"--user-data-dir={folder}", "about:blank"]
    with subprocess.Popen(args, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            port = _read_port(folder / "DevToolsActivePort")
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list") as answer:
                (page,) = [each for each in json.load(answer) if each["type"] == "page"]
            socket = websocket.create_connection(
                page["webSocketDebuggerUrl"], timeout=60, suppress_origin=True
            )
            with contextlib.closing(socket):
                yield Tab(socket)
        finally:
            process.terminate()


def _read_port(path):
    for _ in range(600):
        if path.exists() and path.read_text():
            return path.read_text().split()[0]
        time.sleep(0.1)
    raise TimeoutError(f"Chromium did not start: {path} is missing after a minute")


class Tab:
    """The one tab of a browser, and what it reported since the last `open`."""

    def __init__(self, socket):
        self.socket, self.numbers, self.events = socket, itertools.count(1), []
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.send(f"{domain}.enable")

    def send(self, method, **params):
        """Send one command and return its result."""
        number = next(self.numbers)
        self.socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            said = json.loads(self.socket.recv())
            if said.get("id") == number:
                assert "error" not in said, (method, said["error"])
                return said["result"]
            self.events.append((said["method"], said["params"]))

    def open(self, url, then=""):
        """Open a page, wait until it and its fonts are loaded, and wait for an expression."""
        self.events.clear()
        self.send("Page.navigate", url="about:blank")
        self.send("Page.navigate", url=url)
        self.wait("document.readyState === 'complete' && location.href !== 'about:blank'")
        self.run("document.fonts.ready.then(() => 1)")
        if then:
            self.wait(then)

    def run(self, expression):
        """Return the value of a JavaScript expression; a promise is awaited."""
        result = self.send(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")

    def wait(self, expression):
        """Wait until an expression is true."""
        for _ in range(200):
            with contextlib.suppress(AssertionError):  # between two pages
                if self.run(f"Boolean({expression})"):
                    return
            time.sleep(0.05)
        raise TimeoutError(f"never true: {expression}")

    def press(self, key, text=""):
        """Press a key, as a person would."""
        self.send(
            "Input.dispatchKeyEvent", type="keyDown", key=key, **({"text": text} if text else {})
        )
        self.send("Input.dispatchKeyEvent", type="keyUp", key=key)

    def show(self, width, height=900, *, dark=False, media=""):
        """Set the size of the window, its colours and its medium."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        size = {"width": width, "height": height, "deviceScaleFactor": 1}
        self.send("Emulation.setDeviceMetricsOverride", **size, mobile=width < 600)
        self.send("Emulation.setEmulatedMedia", media=media, features=[scheme])

    def find_requests(self):
        """Return the addresses asked for since the last `open`."""
        return [
            each["request"]["url"]
            for name, each in self.events
            if name == "Network.requestWillBeSent"
        ]

    def find_complaints(self):
        """Return errors and warnings since the last `open`."""
        found = [each for name, each in self.events if name == "Runtime.exceptionThrown"]
        found += [
            each
            for name, each in self.events
            if name == "Runtime.consoleAPICalled" and each["type"] in ("error", "warning", "assert")
        ]
        return found + [each["entry"] for name, each in self.events if name == "Log.entryAdded"]

    def print(self, **options):
        """Return the page as PDF."""
        data = self.send("Page.printToPDF", preferCSSPageSize=True, printBackground=True, **options)
        return base64.b64decode(data["data"])

    def draw(self, *, whole=False):
        """Return a picture of the page, PNG."""
        data = self.send("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        return base64.b64decode(data["data"])

#!/usr/bin/env python3
"""Stands in for hriste-engine in tests: the REST contract over a JSON file, no engine.

Keeps resources in <data_dir>/catalogue.db (JSON here). Knobs, as files in the data folder's parent:
  fake-die-on-put     the next PUT kills the process after it has stored the resource
  fake-version        text: the version that it claims
  fake-build          text: the build that it claims
  fake-fail           JSON {name: error}: PUT of that name answers with the error
  fake-slow           seconds that each PUT takes
  fake-failed         text: why each resource doesn't work
"""
import fcntl, hashlib, json, os, shutil, sys, threading, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

data_dir = sys.argv[sys.argv.index("--data-dir") + 1]
knobs = os.path.dirname(data_dir)
lock = threading.Lock()


def path(name):
    return os.path.join(data_dir, name)


def knob(name):
    try:
        with open(os.path.join(knobs, name)) as file:
            return file.read()
    except OSError:
        return None


def write(name, text):
    with open(path(name) + ".tmp", "w") as file:
        file.write(text)
    os.rename(path(name) + ".tmp", path(name))


def load():
    with open(path("catalogue.db")) as file:
        return json.load(file)


COMPUTED = {
    "hriste_database": {"address": "sql/shop.db"},
    "hriste_event_hub": {"address": "127.0.0.1:9"},
    "hriste_trigger": {"run_id": "run-%d", "result": {"rows": "3"}, "engagements_head": ["a", "b"]},
}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def log_message(self, *args):
        pass

    def answer(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
        self.wfile.flush()  # before a server that is told to end here takes the process with it

    def error(self, status, code, message, where=None):
        error = {"code": code, "message": message}
        if where is not None:
            error["path"] = where
        self.answer(status, {"error": error})

    def handle_request(self):
        size = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(size)) if size else None
        if self.headers.get("Authorization") != "Bearer " + token:
            return self.error(401, "permission_denied", "wrong token")
        path, _, query = self.path.partition("?")
        self.incarnation = query.partition("=")[2] if query else None
        parts = path.split("/")[2:]
        if parts[0] == "health":
            return self.answer(200, {"version": version, "playground": playground, "pid": os.getpid()})
        if parts[0] == "shutdown":
            self.answer(200, {})
            threading.Thread(target=server.shutdown).start()
            return None
        if parts[0] == "resources":
            return getattr(self, self.command.lower())(*parts[1:3], body)
        if parts[0] == "query":
            return self.answer(200, {"columns": [{"name": "n", "type": "BIGINT"}, {"name": "s", "type": "VARCHAR"}],
                                     "rows": [[1, "x"], [None, body["sql"]]], "truncated": False})
        if parts[0] == "grade":
            return self.answer(200, {"passed": 2, "total": 2, "all_right": True, "checks": [
                {"layer": "bronze", "check": "rows", "expected": 1, "found": 1, "verdict": "right"}]})
        if parts[0] == "endpoints":
            return self.answer(200, {"page": "http://127.0.0.1:1", "kafka": "127.0.0.1:2", "sql": "http://127.0.0.1:1/v1/query"})
        return self.error(404, "not_found", "no such path")

    do_GET = do_PUT = do_DELETE = do_POST = handle_request

    def put(self, kind, name, body):
        failures = json.loads(knob("fake-fail") or "{}")
        if name in failures:
            return self.answer(400, {"error": failures[name]})
        time.sleep(float(knob("fake-slow") or 0))
        with lock:
            catalogue = load()
            attributes = body["attributes"]
            key = kind + "/" + name
            catalogue["puts"] += 1
            for what, value in COMPUTED.get(kind, {}).items():
                attributes[what] = value % catalogue["puts"] if what == "run_id" else value
            attributes["ref"] = None
            catalogue["resources"][key] = attributes
            write("catalogue.db", json.dumps(catalogue))
        if knob("fake-die-on-put") is not None:
            os.unlink(os.path.join(knobs, "fake-die-on-put"))
            os._exit(9)
        return self.answer(200, {"attributes": attributes, "incarnation": "1", "meant": body.get("incarnation", "any")})

    def get(self, kind, name, _):
        found = load()["resources"].get(kind + "/" + name)
        if found is None or self.incarnation not in (None, "*", "1"):
            return self.error(404, "not_found", f"{kind} {name} does not exist")
        return self.answer(200, {"attributes": found, "incarnation": "1", "failed": knob("fake-failed") or ""})

    def delete(self, kind, name, _):
        with lock:
            catalogue = load()
            if self.incarnation in (None, "1"):
                catalogue["resources"].pop(kind + "/" + name, None)
            write("catalogue.db", json.dumps(catalogue))
            last = not catalogue["resources"]
        self.answer(200, {"last": last})
        if last:
            global remove_data
            remove_data = True
            threading.Thread(target=server.shutdown).start()


os.makedirs(data_dir, exist_ok=True)
lock_file = open(path("lock"), "w")
try:
    fcntl.flock(lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
except OSError:
    sys.exit("a daemon already serves this folder")
write(".hriste-playground", "")
if not os.path.exists(path("catalogue.db")):
    write("catalogue.db", json.dumps({"resources": {}, "puts": 0, "id": hashlib.md5(os.urandom(8)).hexdigest()[:8]}))
playground = load()["id"]
version = knob("fake-version") or "0.1.0"
token = os.urandom(32).hex()
write("token", token)
stamp = os.stat(sys.argv[0])
remove_data = False
ThreadingHTTPServer.request_queue_size = 128  # as many may come at once as in the tests
server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
write("daemon.json", json.dumps({"pid": os.getpid(), "port": server.server_port, "version": version, "playground": playground,
                                "build": knob("fake-build") or "%d-%d.%09d" % (stamp.st_size, *divmod(stamp.st_mtime_ns, 10**9))}))
sys.stderr.write("the environment: " + " ".join(sorted(k for k in os.environ if k.startswith(("TF_", "PLUGIN_")))) + "\n")
sys.stderr.flush()
server.serve_forever(poll_interval=0.01)
os.unlink(path("daemon.json"))
if remove_data:
    shutil.rmtree(data_dir)

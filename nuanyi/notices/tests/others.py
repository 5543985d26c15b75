"""Servers of others on this machine."""

import json
from http.server import BaseHTTPRequestHandler


class Answering(BaseHTTPRequestHandler):
    """Answers in JSON and keeps no log."""

    def tell(self, answer):
        """The answer of the other side."""
        told = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def log_message(self, *_args):
        pass

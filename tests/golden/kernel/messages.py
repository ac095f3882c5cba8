"""Makes messages.json: messages as Python's jupyter_client writes and signs them.

    pip install jupyter_client==8.10.0
    python tests/golden/kernel/messages.py > tests/golden/kernel/messages.json

Frames are in base64, in their order on the wire; `content` is what they say.
"""

import base64
import json
import sys

import jupyter_client
from jupyter_client.session import Session

KEY = b"0fa1c7d2-5b1f4a0d8e"


def encoded(frames):
    return [base64.b64encode(bytes(frame)).decode("ascii") for frame in frames]


def made(session, kind, content, *, identities=(b"\x00k\x8bEg",), parent=None, metadata=None, buffers=(), header=None):
    message = session.msg(kind, content, parent=parent, metadata=metadata)
    message["header"].update(header or {})
    frames = session.serialize(message, ident=list(identities)) + list(buffers)
    return {
        "type": kind,
        "scheme": session.signature_scheme,
        "key": session.key.decode("ascii"),
        "content": content,
        "frames": encoded(frames),
    }


def main():
    session = Session(key=KEY, session="front-end", username="ünal")
    parent = session.msg("execute_request", {"code": "1"})
    code = "const naïve = '😀\\u0000\"\\\\';\n\tawait naïve // \u2028 \x7f"
    execute = {
        "code": code,
        "silent": False,
        "store_history": True,
        "user_expressions": {"a": "1 + 1"},
        "allow_stdin": True,
        "stop_on_error": True,
    }
    numbers = {"comm_id": "c", "data": {"float": 1e-7, "large": 2**53 - 1, "one": 1.0, "none": None, "list": [[], {}]}}
    bytes_ = bytes(range(256))
    other = Session(key=KEY, session="front-end", username="", signature_scheme="hmac-sha512")
    unsigned = Session(key=b"", session="front-end", username="")
    messages = [
        made(session, "kernel_info_request", {}),
        made(session, "execute_request", execute, metadata={"cellId": "4f", "deletedCells": []}),
        made(session, "execute_request", execute, identities=(b"a", b"", b"\xff" * 255)),
        made(session, "input_reply", {"value": "ja", "status": "ok"}, parent=parent),
        made(session, "comm_msg", numbers, buffers=(bytes_, b"", b"<IDS|MSG>"), header={"subshell_id": "s1"}),
        made(session, "shutdown_request", {"restart": False}, identities=()),
        made(other, "kernel_info_request", {}),
        made(unsigned, "kernel_info_request", {}),
    ]
    json.dump({"made_with": f"jupyter_client {jupyter_client.__version__}", "messages": messages}, sys.stdout, indent=1)
    print()


main()

"""What every part of the load tests takes on its command line."""

import argparse
import json
import pathlib
import tempfile


def parse(description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--quick", action="store_true", help="seconds: shows that it runs, its figures mean nothing")
    parser.add_argument("--large", action="store_true", help="in process: five million visitors, too")
    parser.add_argument("--output", type=pathlib.Path, required=True, help="the file the results go to, as JSON")
    return parser.parse_args()


def directory():
    """A directory that is gone afterwards."""
    return tempfile.TemporaryDirectory(prefix="vendange-load-")


def save(results, output):
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(results, indent=1) + "\n")

"""Prints each entry of an Avro file as one line of JSON; bytes as hex, times as ms since 1970."""
import datetime
import json
import sys

from avro.datafile import DataFileReader
from avro.io import DatumReader


def plain(value):
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, datetime.datetime):
        epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
        return (value - epoch) // datetime.timedelta(milliseconds=1)
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    return value


with DataFileReader(open(sys.argv[1], "rb"), DatumReader()) as reader:
    for entry in reader:
        print(json.dumps(plain(entry)))

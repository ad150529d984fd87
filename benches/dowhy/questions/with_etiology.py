"""etiology's answers, by the bench target `dowhy_side`."""

import json

import ours


def write_data(question, folder, *options):
    return ours.run(["--question", question, "--data", folder, "--write-data", *options])


def answer(question, folder, repeats, seed):
    """The seconds of an answer, and its figures."""
    found = json.loads(ours.run(["--question", question, "--data", folder, "--seed", seed, "--repeats", repeats]))
    return found["seconds"], found["figures"]


def mechanism_tests(folder):
    return json.loads(ours.run(["--question", "mechanism-test", "--data", folder]))

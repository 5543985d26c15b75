"""How far something is reads alike, whether the server says it or, without network, the phone."""

import json
import random
import shutil
import subprocess
from pathlib import Path

import pytest
from django.utils import translation

import nuanyi
from nuanyi.front.templatetags.front import distance
from nuanyi.lib import distances
from nuanyi.lib.geo import metres_between

STATIC = Path(nuanyi.__file__).parent
ASKED = """
const { readFileSync } = require("node:fs"), vm = require("node:vm");
const world = { module: {}, document: { querySelectorAll: () => [] } };
vm.runInNewContext(readFileSync(process.argv[1], "utf8"), world);
const Rides = world.module.exports, asked = JSON.parse(readFileSync(0, "utf8"));
const words = { m: "m", km: "km" };
console.log(JSON.stringify({
    far: asked.metres.map((metres) => Rides.far(metres, words).join(" ")),
    minutes: asked.metres.map((metres) => [Rides.minutes(metres, 75), Rides.minutes(metres, 250)]),
    between: asked.pairs.map((pair) => Rides.far(Rides.metres(...pair), words).join(" ")),
}));
"""


def phone(asked):
    node = shutil.which("node")
    assert node, "node is needed: make node"
    script = STATIC / "front/static/front/ride.js"
    done = subprocess.run(
        [node, "-e", ASKED, str(script)],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return json.loads(done.stdout)


def server(metres):
    number, is_far = distances.number_of(metres)
    return f"{number} {'km' if is_far else 'm'}"


def test_server_and_phone_word_every_distance_alike():
    chance = random.Random(25)
    metres = [n / 4 for n in range(4 * 3000)]  # with every half and quarter
    metres += [n * 50.0 for n in range(60, 2000)] + [n * 50 - 0.3 for n in range(1, 2000)]
    metres += [chance.uniform(0, 60_000) for _n in range(5000)]
    pairs = [
        (
            25 + chance.random() / 5,
            110 + chance.random() / 5,
            25 + chance.random() / 5,
            110 + chance.random() / 5,
        )
        for _n in range(3000)
    ]
    told = phone({"metres": metres, "pairs": pairs})
    assert told["far"] == [server(way) for way in metres]
    assert told["minutes"] == [[distances.minutes(way, 75), distances.minutes(way, 250)] for way in metres]
    assert told["between"] == [server(metres_between(*pair)) for pair in pairs]


@pytest.mark.parametrize(
    ("metres", "words"),
    [
        (0, "0 m"),
        (4.4, "0 m"),
        (25, "30 m"),
        (994.4, "990 m"),
        (994.6, "1.0 km"),
        (1250, "1.3 km"),
        (2549.4, "2.5 km"),
        (2550.3, "2.6 km"),
        (9013, "9.0 km"),
        (123_456, "123.5 km"),
    ],
)
def test_metres_below_a_kilometre_and_kilometres_above(metres, words):
    with translation.override("en"):
        assert distance(metres) == words


def test_no_script_and_no_page_words_a_distance_by_a_rule_of_its_own():
    rules = [
        path.relative_to(STATIC)
        for path in sorted(STATIC.glob("*/static/*/*.js"))
        if "vendor" not in path.parts and "6371" in path.read_text()
    ]
    # the first page's one file is put together of these
    assert {str(path) for path in rules} <= {
        "front/static/front/ride.js",
        "stations/static/stations/first.js",
    }

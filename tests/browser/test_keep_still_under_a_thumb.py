"""What scripts show has its place before they run: a thumb on its way hits what it meant."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

#: Layout Instability (W3C): each movement that no touch caused, with what moved.
WATCH = """
window.moved = [];
new PerformanceObserver((list) => {
    for (const entry of list.getEntries())
        if (!entry.hadRecentInput)
            moved.push([entry.value, ...entry.sources.map(({ node }) => (node?.outerHTML || "").slice(0, 120))]);
}).observe({ type: "layout-shift", buffered: true });
"""


@pytest.mark.parametrize("address", ["/", "/help/", "/learn/", "/report/", "/me/"])
def test_nothing_moves_when_the_scripts_of_a_slow_phone_have_run(open_as, address):
    phone = open_as(None, size="phone")
    phone.add_init_script(WATCH)
    brakes = phone.context.new_cdp_session(phone)
    brakes.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    brakes.send("Network.enable")
    line = {"offline": False, "latency": 100, "downloadThroughput": 100_000, "uploadThroughput": 100_000}
    brakes.send("Network.emulateNetworkConditions", line)
    phone.goto(address)
    phone.wait_for_load_state("networkidle")
    moved = phone.evaluate("moved")
    assert sum(value for value, *_what in moved) < 0.02, moved

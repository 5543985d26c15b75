/* The keeper's page without network, tried without a browser: node --test. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { page, SmallElement, settled } from "../../front/tests/small_document.mjs";

const STATION = { pk: "7", code: "LF01", name: "良丰驿站", openings: [0, 4e9] };
const TODAY = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai" }).format(new Date());
const shown = async (sent) => {
    const list = new SmallElement("div", { dataset: { open: "开门中", shut: "已关门", waits: "等有网" } });
    const form = new SmallElement("form", {
        elements: { key: {}, day: {} },
        found: { "[data-of]": [new SmallElement()] },
    });
    const document = new SmallElement("document", {
        found: {
            "[data-stations]": [list],
            "form[data-keeper]": [form],
            "[data-none]": [new SmallElement()],
            "[data-old][data-words]": [new SmallElement("p", { dataset: { words: "#" } })],
        },
    });
    const asked = [];
    const Drafts = {
        possible: () => true,
        paper: async () => ({ at: 1000, body: [STATION] }),
        all: async () => [],
        sentSince: async (at) => {
            asked.push(at);
            return new Map(sent ? [["/office/stations/7/door/", sent]] : []);
        },
    };
    const Stations = { standing: () => ({ open: true }) };
    page(["stations/static/stations/keeper.js"], document, { Drafts, Stations });
    await settled();
    assert.deepEqual(asked, [1000], "what was sent since the paper was kept");
    return list.textContent;
};

test("a station that was shut and told is not shown as open from the older paper", async () => {
    assert.equal(await shown(null), "良丰驿站开门中");
    assert.equal(await shown({ door: "shut", day: TODAY }), "良丰驿站已关门");
    assert.equal(await shown({ door: "open", day: TODAY }), "良丰驿站开门中");
});

test("what was tapped on another day says nothing about today", async () => {
    assert.equal(await shown({ door: "shut", day: "2020-01-01" }), "良丰驿站开门中");
});

/* The link that opens the map app of the phone, tried without a browser: node --test. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { page, SmallElement } from "./small_document.mjs";

test("the map app that was chosen at a station opens from every page", () => {
    const link = new SmallElement("a", {
        href: "https://amap",
        dataset: { amap: "https://amap", tencent: "https://tencent" },
    });
    const document = new SmallElement("document", { found: { "a[data-ride]": [link] } });
    page(["front/static/front/ride.js"], document, {
        localStorage: { getItem: () => "tencent" },
    });
    assert.equal(link.href, "https://tencent");
});

test("what is chosen at one station opens from then on", () => {
    const link = new SmallElement("a", { dataset: { amap: "https://amap", baidu: "https://baidu" } });
    const document = new SmallElement("document", { found: { "a[data-ride]": [link] } });
    const kept = {};
    const world = page(["front/static/front/ride.js"], document, {
        module: {},
        localStorage: { getItem: (name) => kept[name], setItem: (name, app) => (kept[name] = app) },
    });
    assert.equal(link.href, "https://amap");
    world.module.exports.choose("baidu");
    world.module.exports.use(document);
    assert.equal(link.href, "https://baidu");
});

test("a name with signs of an address is carried whole", () => {
    const world = page(["front/static/front/ride.js"], new SmallElement("document"), { module: {} });
    const to = world.module.exports.ways("良丰&驿站#1", 25.05, 110.32);
    for (const way of Object.values(to)) assert.ok(way.includes(encodeURIComponent("良丰&驿站#1")), way);
});

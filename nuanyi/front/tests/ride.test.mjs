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

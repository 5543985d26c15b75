/* Photos on which faces and plates are made unreadable, tried without a browser: node --test. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { page, SmallElement, settled } from "./small_document.mjs";

const Strokes = {
    opened: async () => {
        throw new DOMException("no format of ours", "InvalidStateError");
    },
};
const chosen = () => ({ files: [new File(["raw"], "photo.heic")], value: "C:\\fakepath\\photo.heic" });
const world = { DataTransfer: class {}, createImageBitmap: () => {}, File, navigator: {}, isSecureContext: false };

const office = (scripts) => {
    const field = new SmallElement("input", { id: "photo", ...chosen() });
    const shelf = new SmallElement("div", { dataset: { blurs: "photo", unstroked: "没有添加" }, hidden: true });
    const document = new SmallElement("document", { found: { "#photo": [field], "[data-blurs]": [shelf] } });
    page(["front/static/front/blur.js"], document, { ...world, ...scripts });
    return { field, told: () => field.nextElementSibling.nextElementSibling };
};

const report = (scripts) => {
    const photo = new SmallElement("input", chosen()),
        unstroked = new SmallElement("p", { hidden: true }),
        where = new SmallElement("p");
    const empty = () => new SmallElement("input", { value: "" });
    const form = new SmallElement("form", {
        dataset: { keywords: "{}" },
        elements: { key: {}, kind: empty(), words: empty(), lat: empty(), lon: empty(), accuracy: empty() },
        found: {
            "#photo": [photo],
            "[data-unstroked]": [unstroked],
            "[data-where]": [where],
            "[data-here]": [new SmallElement("button")],
            "[data-near]": [new SmallElement()],
            "[data-blur]": [new SmallElement()],
        },
    });
    const document = new SmallElement("document", { found: { "form[data-report]": [form] } });
    page(["reports/static/reports/report.js"], document, { ...world, ...scripts });
    return { photo, unstroked };
};

test("where the script that strokes did not come no photo of the office goes along, and its owner is told", async () => {
    const { field, told } = office({});
    assert.equal(told().hidden, true);
    field.dispatchEvent(new Event("change"));
    assert.equal(field.value, "");
    assert.equal(told().hidden, false);
    assert.equal(told().textContent, "没有添加");
    await settled();
});

test("where the script that strokes did not come no photo goes with a report, neither a new one nor one of a draft", async () => {
    for (const way of ["change", "restored"]) {
        const { photo, unstroked } = report({});
        photo.dispatchEvent(new Event(way));
        assert.equal(photo.value, "");
        assert.equal(unstroked.hidden, false);
        await settled();
    }
});

test("a format that this browser cannot show goes as it is, as before", async () => {
    const { field } = office({ Strokes });
    field.dispatchEvent(new Event("change"));
    const { photo, unstroked } = report({ Strokes });
    photo.dispatchEvent(new Event("change"));
    await settled();
    assert.notEqual(field.value, "");
    assert.notEqual(photo.value, "");
    assert.equal(unstroked.hidden, true);
});

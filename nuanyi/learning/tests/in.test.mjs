/* The page of a session on the phone that signed up, tried without a browser: node --test. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { page, SmallElement, settled } from "../../front/tests/small_document.mjs";

const opened = async (things) => {
    const button = new SmallElement("button", { textContent: "我要参加" }),
        have = new SmallElement("p", { hidden: true }),
        form = new SmallElement("form", {
            dataset: { session: "abcd1234", leave: "我来不了" },
            found: { button: [button] },
        });
    const kept = {};
    const document = new SmallElement("document", {
        found: { "form[data-session]": [form], "[data-have]": [have] },
    });
    page(["learning/static/learning/in.js"], document, {
        localStorage: {
            getItem: (name) => kept[name] ?? null,
            setItem: (name, value) => {
                kept[name] = value;
            },
        },
        navigator: { onLine: true },
        Drafts: { possible: () => true, thing: async (sort, name) => things[`${sort}:${name}`] ?? null },
    });
    await settled();
    return { button, have };
};

test("a phone that has a place is offered to give it back, not to take another", async () => {
    const { button, have } = await opened({ "session:abcd1234": { title: "一课" } });
    assert.equal(button.textContent, "我来不了");
    assert.deepEqual([button.name, button.value], ["leave", "1"]);
    assert.equal(have.hidden, false);
});

test("a phone without a place is offered one", async () => {
    const { button, have } = await opened({ "session:other": { title: "另一课" } });
    assert.equal(button.textContent, "我要参加");
    assert.equal(have.hidden, true);
});

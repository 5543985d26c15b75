/* The code of a voucher that a keeper's camera has read, tried without a browser: node --test. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { page, SmallElement } from "../../front/tests/small_document.mjs";

const scanned = (hash) => {
    const shown = [],
        focused = [];
    const button = new SmallElement("button", { focus: () => focused.push("button") });
    const field = new SmallElement("input", { value: "" });
    field.form = new SmallElement("form", { found: { button: [button] } });
    page(
        ["volunteers/static/volunteers/redeem.js"],
        new SmallElement("document", { found: { "#code": [field] } }),
        {
            location: { pathname: "/office/volunteers/redeem/", search: "", hash },
            history: { replaceState: (_state, _title, address) => shown.push(address) },
        },
    );
    return { value: field.value, shown, focused };
};

test("a scanned code stands in the field, leaves the address, and the next key hands the reward out", () => {
    assert.deepEqual(scanned("#K7P3QX"), {
        value: "K7P3QX",
        shown: ["/office/volunteers/redeem/"],
        focused: ["button"],
    });
});

test("whoever opens the page without a code, or with something else behind the sign, finds it as it is", () => {
    for (const hash of ["", "#main", "#K7P", "#K7P3QX<b>", "#ABCDEFGHIJKLM"])
        assert.deepEqual(scanned(hash), { value: "", shown: [], focused: [] });
});

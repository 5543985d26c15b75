/* A page handed on from phone to phone, tried without a browser: node --test. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { page, SmallElement, settled } from "./small_document.mjs";

const opened = (navigator) => {
    const button = new SmallElement("button", {
        hidden: true,
        dataset: { card: "/stations/LF01/card.png", done: "已复制链接", wechat: "点右上角 ⋯" },
    });
    const document = new SmallElement("document", { title: "良丰驿站", found: { "[data-share]": [button] } });
    page(["front/static/front/share.js"], document, {
        navigator,
        location: { origin: "https://nuanyi.example", pathname: "/stations/LF01/" },
        fetch: async () => new Response("png"),
        Response,
        File,
        AbortSignal,
    });
    return button;
};

test("the picture of a station goes along where the phone's sheet takes pictures", async () => {
    const shared = [];
    const share = async (told) => shared.push(told);
    opened({ userAgent: "", share, canShare: () => true }).click();
    await settled();
    assert.equal(shared[0].files[0].type, "image/png");
    assert.equal(shared[0].url, "https://nuanyi.example/stations/LF01/");
    opened({ userAgent: "", share, canShare: () => false }).click();
    await settled();
    assert.equal(shared[1].files, undefined);
});

test("within WeChat its owner is told which dots to tap", () => {
    const button = opened({ userAgent: "MicroMessenger/8.0", clipboard: {} });
    assert.equal(button.hidden, true);
    assert.equal(button.nextElementSibling.textContent, "点右上角 ⋯");
});

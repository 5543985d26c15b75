/* The button to speak into, tried without a browser: node --test. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { page, SmallElement, settled } from "../../front/tests/small_document.mjs";

test("a microphone that is denied is said in words, and the button stays", async () => {
    const box = new SmallElement("div", {
            dataset: { record: "说话", stop: "停", denied: "浏览器没有允许用麦克风" },
        }),
        field = new SmallElement("input", { parentElement: box });
    const document = new SmallElement("document", { found: { "input[data-voice]": [field] } });
    page(["cases/static/cases/voice.js"], document, {
        MediaRecorder: class {},
        DataTransfer: class {},
        navigator: {
            mediaDevices: {
                getUserMedia: async () => {
                    throw new Error("denied");
                },
            },
        },
    });
    const button = field.nextElementSibling;
    assert.equal(field.classList.contains("sr"), true, "a button of the browser's own words is not shown beside it");
    let removed = false;
    button.remove = () => {
        removed = true;
    };
    button.click();
    await settled();
    assert.equal(removed, false);
    assert.equal(button.previousElementSibling.textContent, "浏览器没有允许用麦克风");
    assert.equal(button.previousElementSibling.hidden, false);
    assert.equal(field.classList.contains("sr"), false, "a file can be chosen instead");
});

test("what was spoken before a reload can be heard again", () => {
    const field = new SmallElement("input", {
        dataset: { record: "说话", stop: "停", denied: "不行" },
        files: [],
    });
    const document = new SmallElement("document", { found: { "input[data-voice]": [field] } });
    page(["cases/static/cases/voice.js"], document, {
        MediaRecorder: class {},
        DataTransfer: class {},
        URL: { createObjectURL: (file) => `blob:${file}` },
        navigator: { mediaDevices: {} },
    });
    const clock = field.nextElementSibling.nextElementSibling;
    field.files = ["voice"];
    field.dispatchEvent(new Event("restored"));
    const player = clock.nextElementSibling;
    assert.deepEqual([player.tagName, player.src, player.hidden], ["AUDIO", "blob:voice", false]);
    field.files = [];
    field.dispatchEvent(new Event("change"));
    assert.equal(player.hidden, true);
});

test("while somebody speaks the seconds run, and after two minutes it ends by itself", async () => {
    const field = new SmallElement("input", { dataset: { record: "说话", stop: "停", denied: "不行" }, files: [] });
    const document = new SmallElement("document", { found: { "input[data-voice]": [field] } });
    const ended = [];
    let now = 1000,
        tick = () => {};
    page(["cases/static/cases/voice.js"], document, {
        MediaRecorder: class {
            start() {}
            stop() {
                ended.push(now);
            }
        },
        DataTransfer: class {},
        Date: { now: () => now },
        setInterval: (run, _every, began) => {
            tick = () => run(began);
        },
        navigator: { mediaDevices: { getUserMedia: async () => ({}) } },
    });
    const button = field.nextElementSibling,
        clock = button.nextElementSibling;
    button.click();
    await settled();
    assert.equal(clock.hidden, false);
    assert.equal(button.textContent, "停");
    now += 65_000;
    tick();
    assert.equal(clock.textContent.trim(), "1:05 / 2:00");
    assert.deepEqual(ended, []);
    now += 60_000;
    tick();
    assert.equal(ended.length, 1);
});

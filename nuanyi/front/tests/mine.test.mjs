/* One's own page on the phone, tried without a browser: node --test. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { page, SmallElement, settled } from "./small_document.mjs";

const NONE = "00000000-0000-0000-0000-000000000000",
    PHONE = "2b0e9b7e-6f1d-4a4e-9d0f-2f6f3f0f9d11";
const opened = async (things, waits = [], answers = []) => {
    const list = new SmallElement("ul", {
        dataset: { none: "还没发过", nothing: "没有找到", waiting: "还没发出", number: "编号", code: "查询码" },
    });
    const rows = things.map(({ body }) => new SmallElement("li", { textContent: body.title }));
    const field = new SmallElement("div", { hidden: true }),
        find = new SmallElement("input", { value: "", parentElement: field }),
        clear = new SmallElement("button", { className: "danger awaits" }),
        none = new SmallElement("p"),
        link = new SmallElement("a"),
        feed = new SmallElement("p", {
            hidden: true,
            dataset: { feed: `/feeds/mine/${NONE}.ics` },
            found: { a: [link] },
        }),
        messages = new SmallElement("p", { className: "quiet awaits", dataset: { denied: "浏览器没让提醒" } });
    const document = new SmallElement("document", {
        found: {
            "[data-mine]": [list],
            "[data-mine-find]": [find],
            "[data-mine-clear]": [clear],
            "[data-mine-none]": [none],
            "[data-things] li": rows,
            "[data-feed]": [feed],
            "[data-messages]": [messages],
        },
    });
    page(["front/static/front/mine.js"], document, {
        Drafts: {
            possible: () => true,
            answers: async () => answers,
            things: async () => things,
            ownWaiting: async () => waits,
        },
        localStorage: { getItem: (name) => (name === "hall.phone" ? PHONE : null) },
        Notification: { permission: "denied" },
    });
    await settled();
    const look = async (words) => {
        find.value = words;
        find.dispatchEvent(new Event("input"));
        await settled();
    };
    return { list, rows, field, clear, none, link, feed, messages, look };
};
const FAVOURITE = { body: { sort: "station", title: "良丰驿站" } },
    SESSION = { body: { sort: "session", title: "雨天骑行一课" } };

test("favourites and sessions are found by their words, and can be cleared where nothing was ever sent", async () => {
    const { rows, field, clear, none, look } = await opened([FAVOURITE, SESSION]);
    assert.equal(field.hidden, false);
    assert.equal(clear.className, "danger");
    await look("良丰");
    assert.deepEqual(
        rows.map((row) => row.hidden),
        [false, true],
    );
    assert.equal(none.hidden, true);
    await look("没有的");
    assert.equal(none.hidden, false);
    assert.equal(none.textContent, "没有找到");
});

test("one's own sessions go into a calendar, by the number that only this phone has", async () => {
    const { feed, link } = await opened([SESSION]);
    assert.equal(feed.hidden, false);
    assert.equal(link.href, `/feeds/mine/${PHONE}.ics`);
    assert.equal((await opened([FAVOURITE])).feed.hidden, true);
});

test("the page says whether this browser lets messages through", async () => {
    const { messages } = await opened([]);
    assert.equal(messages.textContent, "浏览器没让提醒");
    assert.equal(messages.className, "quiet");
});

test("what did not leave yet stands in the list of what was sent, and is found by its words", async () => {
    const { list, none, look } = await opened(
        [],
        [{ id: "1", body: { at: Date.now(), title: "没发我工钱", words: "三月四月没发" } }],
    );
    assert.equal(none.hidden, true, "nobody is told that nothing was ever written");
    assert.match(list.textContent, /没发我工钱三月四月没发.*还没发出/);
    await look("井盖");
    assert.equal(list.textContent, "");
    assert.equal(none.textContent, "没有找到");
});

test("what was sent is found by its number and by its code, as somebody types them", async () => {
    const sent = [
        { at: 2, body: { title: "没发我工钱", number: "20261127-0007", code: "K7P3-QXMA", link: "/c/a/" } },
        { at: 1, body: { title: "井盖松了", number: "20261127-0012", code: "W2ND-8RTB", link: "/r/b/" } },
    ];
    const { list, none, look } = await opened([], [], sent);
    const found = () => list.children.map((item) => item.children[0].href);
    assert.deepEqual(found(), ["/c/a/", "/r/b/"]);
    for (const [typed, hrefs] of [
        ["20261127-0012", ["/r/b/"]],
        ["0007", ["/c/a/"]],
        ["20261127 0007", ["/c/a/"]],
        ["k7p3qxma", ["/c/a/"]],
        ["20261127", ["/c/a/", "/r/b/"]],
        ["0099", []],
    ]) {
        await look(typed);
        assert.deepEqual(found(), hrefs, typed);
    }
    assert.equal(none.textContent, "没有找到");
});

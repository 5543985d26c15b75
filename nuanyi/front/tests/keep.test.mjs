/* What a phone does with a draft that the network broke off or the server refused, without a browser: node --test. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import vm from "node:vm";

const text = (path) => readFileSync(new URL(path, import.meta.url), "utf8");
const KEEP = text("../static/front/keep.js");
const DOORSTEP = text("../static/front/doorstep.js");
const IN = text("../../learning/static/learning/in.js");
const settled = () => new Promise((done) => setTimeout(done, 20));
const json = (status, body) => ({
    ok: status < 400,
    status,
    url: "http://here/sent/",
    json: async () => body,
});
const page = (status) => ({
    ok: false,
    status,
    url: "http://here/",
    json: async () => JSON.parse("<html>"),
});
const TOKEN = json(200, { token: "t", whose: "", signed_in: true });

/* the drafts of a phone in memory; `log` tells what was written in which order */
const phone = (drafts) => {
    const log = [];
    const rows = new Map(drafts.map((draft) => [draft.id, { state: "waiting", at: 1, ...draft }]));
    const Drafts = {
        possible: () => true,
        known: async () => {},
        all: async () => [...rows.values()],
        put: async (id, state, body) => {
            rows.set(id, { id, state, body, at: 1 });
        },
        drop: async (id) => {
            log.push(`drop ${id}`);
            rows.delete(id);
        },
        answers: async () => [],
        answered: async (id) => rows.delete(id),
        putAway: async () => {},
        form: async () => null,
        keepForm: async () => {
            await settled();
            log.push("form kept");
        },
        dropForm: async () => {},
        ofAccount: (body) => !body.action || body.action.startsWith("/office/"),
        noteSent: async () => {},
        things: async () => [],
    };
    return { rows, log, Drafts };
};

/** @returns {any} a thing of the page that takes whatever is done with it */
const element = (parts = {}) => ({
    dataset: {},
    elements: { namedItem: () => null },
    children: [],
    classList: { add() {}, remove() {} },
    listeners: {},
    addEventListener(name, act) {
        this.listeners[name] = act;
    },
    dispatchEvent(event) {
        this.listeners[event.type]?.(event);
        return true;
    },
    append() {},
    after() {},
    before() {},
    replaceChildren(...parts) {
        this.children = parts;
    },
    setAttribute() {},
    querySelector: () => null,
    querySelectorAll: () => [],
    closest: () => null,
    focus() {},
    ...parts,
});

class FormData {
    fields = [];
    constructor(form) {
        if (form?.values) this.fields = Object.entries(form.values);
    }
    append(name, value) {
        this.fields.push([name, value]);
    }
    [Symbol.iterator]() {
        return this.fields[Symbol.iterator]();
    }
}

/* runs a script of ours in a page with these elements; `answers(address)` is the server */
const run = (script, { Drafts = {}, elements = {}, answers, store = {}, path = "/" }) => {
    const sent = [];
    const timers = [];
    const made = [];
    const make = (tag) => {
        made.push(element({ tag }));
        return made.at(-1);
    };
    vm.runInNewContext(script, {
        Drafts,
        FormData,
        File: class {},
        RadioNodeList: class {},
        URL,
        AbortSignal,
        Object,
        crypto,
        setInterval: (act) => timers.push(act),
        setTimeout,
        clearTimeout,
        addEventListener() {},
        navigator: { onLine: true },
        location: { pathname: path, href: "http://here/", assign() {} },
        localStorage: {
            getItem: (name) => store[name] ?? null,
            setItem: (name, value) => {
                store[name] = value;
            },
        },
        CustomEvent: class {
            constructor(type, { detail } = {}) {
                Object.assign(this, { type, detail });
            }
        },
        document: element({
            readyState: "complete",
            documentElement: element(),
            createElement: make,
            dispatchEvent() {},
            getElementById: (id) => elements[id] ?? element(),
            querySelector: (selector) => elements[selector] ?? null,
            querySelectorAll: (selector) => (elements[selector] ? [elements[selector]] : []),
        }),
        fetch: async (address, options) => {
            if (!options?.method) return TOKEN;
            sent.push(address);
            return answers(address);
        },
    });
    return { sent, made, again: () => timers.forEach((act) => act()) };
};
const draft = (id) => ({ id, body: { action: `/${id}/`, page: "/", title: id, fields: [], files: [] } });

test("what arrived in part or too slowly goes again, and does not hold up what lies behind it", async () => {
    const { rows, Drafts } = phone([draft("cut"), draft("slow"), draft("small")]);
    const server = { "/cut/": json(400, { code: "cut", title: "…" }), "/slow/": page(408) };
    const answers = (address) => server[address] ?? json(201, { link: "/r/1/" });
    const { sent, again } = run(KEEP, { Drafts, answers });
    await settled();
    assert.deepEqual(sent, ["/cut/", "/slow/", "/small/"]);
    assert.deepEqual([...rows].map(([id, row]) => [id, row.state]), [
        ["cut", "waiting"],
        ["slow", "waiting"],
    ]);
    server["/cut/"] = json(201, { link: "/r/2/" });
    again();
    await settled();
    assert.deepEqual([...rows.keys()], ["slow"]);
});

test("what is not right stays refused until it is mended, with its reason", async () => {
    const { rows, Drafts } = phone([draft("wrong")]);
    run(KEEP, { Drafts, answers: () => json(422, { code: "bad-input", title: "写短一点" }) });
    await settled();
    assert.deepEqual([rows.get("wrong").state, rows.get("wrong").body.why], ["refused", "写短一点"]);
});

test("a refused form is on the disk before its draft leaves it", async () => {
    const { log, Drafts } = phone([]);
    const form = element({
        values: { key: "mine", words: "灯坏了" },
        dataset: { title: "报问题" },
        getAttribute: () => "/wrong/",
        parentElement: element(),
        elements: { namedItem: (name) => (name === "key" ? { value: "mine" } : null) },
    });
    run(KEEP, {
        Drafts,
        elements: { "form[data-keep]": form },
        answers: () => json(422, { code: "bad-input", fields: { words: "写短一点" } }),
    });
    await form.listeners.submit({ preventDefault() {}, submitter: null });
    await settled();
    assert.deepEqual(log, ["form kept", "drop mine"]);
});

test("what the page knows to be missing is said before anything waits, and what was written is on the disk", async () => {
    const { rows, log, Drafts } = phone([]);
    const form = element({
        values: { key: "mine", words: "灯坏了" },
        dataset: { title: "报问题" },
        getAttribute: () => "/report/",
        parentElement: element(),
        elements: { namedItem: (name) => (name === "key" ? { value: "mine" } : null) },
    });
    run(KEEP, { Drafts, elements: { "form[data-keep]": form }, answers: () => json(200, {}) });
    form.addEventListener("leaving", ({ detail }) => {
        detail.fields.township = "没有定位";
    });
    await form.listeners.submit({ preventDefault() {}, submitter: null });
    await settled();
    assert.deepEqual([rows.size, log], [0, ["form kept"]]);
});

test("an entry of the doorstep that was cut, or whose sign-in ended, goes again", async () => {
    for (const answer of [json(400, { code: "cut" }), page(408), json(401, {})]) {
        const { rows, Drafts } = phone([{ id: "one", body: { name: "王" } }]);
        const field = element({ value: "" });
        const form = element({ elements: { kind: field, phone: field, contact_phone: field, name: field } });
        run(DOORSTEP, { Drafts, elements: { doorstep: form }, answers: () => answer });
        await settled();
        assert.equal(rows.get("one")?.state, "waiting");
    }
});

test("an entry that is mended leaves the phone when what takes its place is kept", async () => {
    const { rows, log, Drafts } = phone([{ id: "one", state: "refused", body: { name: "王", why: "…" } }]);
    const field = element({ value: "", setCustomValidity() {}, validity: { valid: true } });
    const form = element({
        values: { name: "王小明", kind: "worker" },
        elements: {
            kind: field,
            phone: field,
            contact_phone: field,
            name: field,
            region: field,
            sector: field,
        },
        reportValidity: () => true,
        reset() {},
    });
    const { made } = run(DOORSTEP, {
        Drafts,
        elements: { doorstep: form },
        answers: () => json(503, {}),
    });
    await settled();
    await made.find(({ tag }) => tag === "button").listeners.click();
    assert.deepEqual([...rows.keys()], ["one"]);
    await form.listeners.submit({ preventDefault() {} });
    await settled();
    assert.deepEqual(log, ["drop one"]);
    assert.equal([...rows.values()][0].body.name, "王小明");
});

test("what is being typed at the door comes back after a reload, and goes when it became an entry", async () => {
    const { Drafts } = phone([]);
    const forms = {};
    Object.assign(Drafts, {
        form: async (page) => forms[page] ?? null,
        keepForm: async (page, body) => {
            forms[page] = body;
        },
        dropForm: async (page) => {
            delete forms[page];
        },
    });
    const field = () => element({ value: "", setCustomValidity() {}, validity: { valid: true } });
    const opened = async (values) => {
        const form = element({
            values,
            elements: {
                kind: field(),
                name: field(),
                phone: field(),
                contact_phone: field(),
                region: field(),
                sector: field(),
            },
            reportValidity: () => true,
            reset() {},
        });
        run(DOORSTEP, { Drafts, elements: { doorstep: form }, answers: () => json(503, {}) });
        await settled();
        return form;
    };
    const first = await opened({ name: "王小明", kind: "workers" });
    first.listeners.input({ target: { name: "name" } });
    await new Promise((done) => setTimeout(done, 300));
    const second = await opened({ name: "王小明", kind: "workers" });
    assert.equal(second.elements.name.value, "王小明");
    await second.listeners.submit({ preventDefault() {} });
    assert.deepEqual(forms, {});
});

test("a code scanned in a hall waits until it arrived whole", async () => {
    for (const answer of [json(400, { code: "cut" }), page(408)]) {
        const store = { "hall.queue": JSON.stringify([{ path: "/in/abcd1234/t/", at: 1 }]) };
        const server = { answer };
        const { again } = run(IN, { answers: () => server.answer, store });
        await settled();
        assert.equal(JSON.parse(store["hall.queue"]).length, 1);
        server.answer = json(200, {});
        again();
        await settled();
        assert.deepEqual(JSON.parse(store["hall.queue"]), []);
    }
});

test("what is typed before the phone's store has answered is kept, and what lay there does not overwrite it", async () => {
    const { Drafts } = phone([]);
    const kept = [];
    let answer = () => {};
    Drafts.form = () =>
        new Promise((done) => {
            answer = done;
        });
    Drafts.keepForm = async (_name, body) => kept.push(body.fields);
    const fields = { words: { name: "words", value: "" }, name: { name: "name", value: "" } };
    const form = element({
        dataset: { keep: "note" },
        elements: { namedItem: (name) => fields[name] ?? null },
        getAttribute: () => "/note/",
        dispatchEvent() {},
    });
    Object.defineProperty(form, "values", {
        get: () => Object.fromEntries(Object.values(fields).map((field) => [field.name, field.value])),
    });
    run(KEEP, { Drafts, elements: { "form[data-keep]": form, h1: element({ textContent: "t" }) } });
    await settled();
    fields.words.value = "雨衣架下周到";
    form.listeners.input({ isTrusted: true, target: fields.words });
    answer({ fields: [["words", "旧的"], ["name", "小明"]], files: [] });
    await new Promise((done) => setTimeout(done, 320));
    assert.equal(fields.words.value, "雨衣架下周到");
    assert.equal(fields.name.value, "小明");
    assert.deepEqual(JSON.parse(JSON.stringify(kept.at(-1))).slice(0, 2), [
        ["words", "雨衣架下周到"],
        ["name", "小明"],
    ]);
});

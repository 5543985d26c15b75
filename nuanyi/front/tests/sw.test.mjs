/* The service worker, tried without a browser: node --test. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import vm from "node:vm";

const script = readFileSync(new URL("../static/front/sw.js", import.meta.url), "utf8");
/* as the rooms declare it */
const ASKED = { "/verify/": "number", "/learn/": "q" };
const worker = (shell = [], beside = {}) => {
    const heard = {},
        stores = {},
        caches = {};
    const network = { answer: null };
    const store = (name) => {
        stores[name] ||= new Map();
        const held = stores[name];
        /* what is asked for by a request is found by its address, as in a browser */
        const named = (asked) => asked.url?.replace("https://nuanyi.example", "") ?? asked;
        return {
            match: async (asked) => held.get(named(asked))?.clone(),
            put: async (asked, answer) => held.set(named(asked), answer),
            delete: async (asked) => held.delete(named(asked)),
            keys: async () => [...held.keys()].map((path) => ({ url: `https://nuanyi.example${path}` })),
            add: async () => {},
        };
    };
    const declared = `VERSION = "1", SHELL = ${JSON.stringify(shell)}, KEPT = [], ASKED = ${JSON.stringify(ASKED)}`;
    vm.runInNewContext(`const ${declared};${script}`, {
        self: {
            addEventListener: (name, act) => {
                heard[name] = act;
            },
            clients: { claim: () => {} },
        },
        location: { origin: "https://nuanyi.example" },
        caches: {
            open: async (name) => store(name),
            match: async (name) => caches[name]?.clone(),
            keys: async () => Object.keys(stores),
            delete: async (name) => delete stores[name],
        },
        fetch: async () => {
            if (!network.answer) throw new TypeError("no network");
            return network.answer();
        },
        Response,
        /* node's own knows no address without a host */
        Request: class {
            constructor(url) {
                this.url = url;
            }
        },
        URL,
        setTimeout,
        ...beside,
    });
    const ask = async (path, destination, mode) => {
        let answer = null;
        heard.fetch({
            request: {
                method: "GET",
                url: `https://nuanyi.example${path}`,
                destination,
                mode,
            },
            waitUntil: () => {},
            respondWith: (given) => {
                answer = given;
            },
        });
        return answer;
    };
    const get = (path) => ask(path, "image", "no-cors");
    const open = (path) => ask(path, "document", "navigate");
    const activate = async () => {
        const waits = [];
        heard.activate({ waitUntil: (what) => waits.push(what) });
        await Promise.all(waits);
    };
    return { get, open, activate, network, stores, caches };
};
const told = (control) => () => new Response("picture", { headers: { "Cache-Control": control } });

test("a plan that was looked at is there again without network", async () => {
    const { get, network } = worker();
    network.answer = told("public, max-age=86400");
    assert.equal(await (await get("/friendly/f1/plan.jpg")).text(), "picture");
    network.answer = null;
    assert.equal(await (await get("/friendly/f1/plan.jpg")).text(), "picture");
    assert.equal((await get("/friendly/f2/plan.jpg")).type, "error");
});

test("a picture that only its owner may see is never kept, nor one of the office", async () => {
    const { get, network, stores } = worker();
    network.answer = told("no-store");
    await get("/c/secret/file/1/");
    assert.equal(stores.pictures?.size ?? 0, 0);
    network.answer = told("public");
    assert.equal(await get("/office/reports/1/picture/2/"), null);
});

test("a new version keeps the lessons that somebody saved, what they look like, and pictures; the rest it brings itself", async () => {
    const { activate, stores } = worker();
    const page = (text) => new Response(text);
    stores["0"] = new Map([
        ["/learn/brakes/", page('<link href="/static/front/phone.0.css"> old words')],
        ["/learn/rain/", page("old words")],
        ["/static/front/phone.0.css", page("old looks")],
        ["/static/front/other.0.css", page("of nobody")],
        ["/me/", page("an old shell")],
    ]);
    stores["1"] = new Map([["/learn/rain/", page("new words")]]);
    stores.pictures = new Map([["/friendly/f1/plan.jpg", page("picture")]]);
    await activate();
    assert.deepEqual(Object.keys(stores).sort(), ["1", "pictures"]);
    assert.deepEqual([...stores["1"].keys()].sort(), [
        "/learn/brakes/",
        "/learn/rain/",
        "/static/front/phone.0.css",
    ]);
    assert.match(await stores["1"].get("/learn/brakes/").text(), /old words/);
    assert.equal(await stores["1"].get("/learn/rain/").text(), "new words");
    assert.equal(stores.pictures.size, 1);
});

test("a question that only the server answers is never answered by the bare kept page", async () => {
    const { open, caches } = worker(["/learn/", "/verify/"]);
    caches["/offline/"] = new Response("no network");
    for (const path of ["/learn/", "/verify/"]) caches[path] = new Response(`bare ${path}`);
    assert.equal(await (await open("/verify/?number=2611ABCDEF")).text(), "no network");
    assert.equal(await (await open("/learn/?q=%E7%BA%A2%E7%81%AF")).text(), "no network");
    assert.equal(await (await open("/learn/")).text(), "bare /learn/");
});

test("the newest sixty stay", async () => {
    const { get, network, stores } = worker();
    network.answer = told("public");
    for (let n = 0; n < 62; n += 1) await get(`/stations/p/${n}.jpg`);
    assert.equal(stores.pictures.size, 60);
    assert.equal(stores.pictures.has("/stations/p/0.jpg"), false);
});

test("a network that is there and does not answer keeps no page from opening for longer than five seconds", async () => {
    const waits = [];
    const { open, caches } = worker(["/"], {
        fetch: () => new Promise(() => {}),
        setTimeout: (done, after, ...told) => {
            waits.push(after);
            setImmediate(done, ...told);
        },
    });
    caches["/"] = new Response("as it was kept");
    assert.equal(await (await open("/")).text(), "as it was kept");
    assert.deepEqual(waits, [5000]);
});

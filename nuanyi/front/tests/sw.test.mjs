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
        return {
            match: async (path) => held.get(path),
            put: async (path, answer) => held.set(path, answer),
            delete: async (path) => held.delete(path),
            keys: async () => [...held.keys()],
            add: async () => {},
        };
    };
    const declared = `VERSION = "1", SHELL = ${JSON.stringify(shell)}, KEPT = [], ASKED = ${JSON.stringify(ASKED)}`;
    vm.runInNewContext(`const ${declared};${script}`, {
        self: {
            addEventListener: (name, act) => {
                heard[name] = act;
            },
        },
        location: { origin: "https://nuanyi.example" },
        caches: { open: async (name) => store(name), match: async (name) => caches[name]?.clone() },
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
    return { get, open, network, stores, caches };
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
    assert.equal(stores["1.pictures"]?.size ?? 0, 0);
    network.answer = told("public");
    assert.equal(await get("/office/reports/1/picture/2/"), null);
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
    assert.equal(stores["1.pictures"].size, 60);
    assert.equal(stores["1.pictures"].has("/stations/p/0.jpg"), false);
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

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
    const network = { answer: null },
        disk = { full: false };
    const store = (name) => {
        stores[name] ||= new Map();
        const held = stores[name];
        /* what is asked for by a request is found by its address, as in a browser */
        const named = (asked) => asked.url?.replace("https://nuanyi.example", "") ?? asked;
        return {
            match: async (asked) => held.get(named(asked))?.clone(),
            put: async (asked, answer) => {
                if (disk.full) throw new DOMException("no room", "QuotaExceededError");
                held.set(named(asked), answer);
            },
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
    /* what the worker answers to a page that asks it to keep lessons */
    const save = async (data) => {
        const waits = [];
        let told = null;
        const port = {
            postMessage: (answer) => {
                told = { ...answer };
            },
        };
        heard.message({ data, ports: [port], waitUntil: (what) => waits.push(what) });
        await Promise.all(waits);
        return told;
    };
    return { get, open, save, activate, network, disk, stores, caches };
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

test("a new version keeps the lessons that somebody opened or saved, what they look like, and pictures; the rest it brings itself", async () => {
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

test("pictures that an older version kept under its own name go over as well, no more than sixty", async () => {
    const { activate, stores } = worker();
    const pictures = (from, to) =>
        Array.from({ length: to - from }, (_one, n) => [`/p/${from + n}.jpg`, new Response("picture")]);
    stores["0.pictures"] = new Map(pictures(0, 50));
    stores.pictures = new Map(pictures(40, 80));
    await activate();
    assert.deepEqual(Object.keys(stores), ["pictures"]);
    assert.equal(stores.pictures.size, 50);
    assert.equal(stores.pictures.has("/p/30.jpg"), true);
    assert.equal(stores.pictures.has("/p/79.jpg"), true);
    stores["0.pictures"] = new Map(pictures(100, 150));
    await activate();
    assert.equal(stores.pictures.size, 60);
    assert.equal(stores.pictures.has("/p/149.jpg"), true);
    assert.equal(stores.pictures.has("/p/30.jpg"), true);
    stores["0.pictures"] = new Map(pictures(200, 250));
    await activate();
    assert.equal(stores.pictures.size, 60);
});

test("on a full phone an older version's lessons and pictures stay until they can go over", async () => {
    const { activate, disk, stores } = worker();
    stores["0"] = new Map([
        ["/me/", new Response("an old shell")],
        ["/learn/rain/", new Response("words")],
    ]);
    stores["0.pictures"] = new Map([["/p/1.jpg", new Response("picture")]]);
    disk.full = true;
    await activate();
    assert.deepEqual([...stores["0"].keys()], ["/learn/rain/"]);
    assert.deepEqual([...stores["0.pictures"].keys()], ["/p/1.jpg"]);
    disk.full = false;
    await activate();
    assert.deepEqual(Object.keys(stores).sort(), ["1", "pictures"]);
    assert.equal(await stores["1"].get("/learn/rain/").text(), "words");
    assert.equal(await stores.pictures.get("/p/1.jpg").text(), "picture");
});

test("of more lessons than a phone needs the newest go over", async () => {
    const { activate, stores } = worker();
    stores["0"] = new Map(
        Array.from({ length: 302 }, (_one, n) => [`/learn/l${n}/`, new Response("words")]),
    );
    await activate();
    assert.equal(stores["1"].size, 300);
    assert.equal(stores["1"].has("/learn/l1/"), false);
    assert.equal(stores["1"].has("/learn/l301/"), true);
});

test("what this version keeps is shown before what an older one had to leave", async () => {
    const { open, caches, stores } = worker(["/learn/"]);
    caches["/learn/"] = new Response("old words");
    assert.equal(await (await open("/learn/")).text(), "old words");
    stores["1"] = new Map([["/learn/", new Response("new words")]]);
    assert.equal(await (await open("/learn/")).text(), "new words");
});

test("a question that only the server answers is never answered by the bare kept page", async () => {
    const { open, caches } = worker(["/learn/", "/verify/"]);
    caches["/offline/"] = new Response("no network");
    for (const path of ["/learn/", "/verify/"]) caches[path] = new Response(`bare ${path}`);
    assert.equal(await (await open("/verify/?number=2611ABCDEF")).text(), "no network");
    assert.equal(await (await open("/learn/?q=%E7%BA%A2%E7%81%AF")).text(), "no network");
    assert.equal(await (await open("/learn/")).text(), "bare /learn/");
});

test("a lesson that is saved is there with its pictures, and other pictures never take their place", async () => {
    const { get, save, network, stores } = worker();
    network.answer = told("public");
    stores["1"] = new Map([["/learn/rain/", new Response('<img class="p" src="/learn/media/1/" alt="x">')]]);
    const wanted = { keep: ["/learn/rain/"], pictures: ["/learn/media/1/small.jpg", "/office/secret.jpg"] };
    assert.deepEqual(await save(wanted), { kept: 1 });
    assert.deepEqual([...stores["saved-pictures"].keys()], ["/learn/media/1/small.jpg", "/learn/media/1/"]);
    for (let n = 0; n < 62; n += 1) await get(`/stations/p/${n}.jpg`);
    network.answer = null;
    assert.equal((await get("/learn/media/1/")).ok, true);
    assert.equal((await get("/learn/media/2/")).ok, false);
});

test("a picture that is nobody else's business or does not come keeps no lesson from being saved", async () => {
    const { save, network, stores } = worker();
    stores["1"] = new Map([["/learn/rain/", new Response('<img src="/learn/media/1/">')]]);
    for (const answer of [told("private"), null]) {
        network.answer = answer;
        assert.deepEqual(await save({ keep: ["/learn/rain/"] }), { kept: 1 });
        assert.equal(stores["saved-pictures"].size, 0);
    }
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

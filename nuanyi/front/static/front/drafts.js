/* Drafts, and papers to work from without network, on the phone: sealed with AES-GCM under a key that cannot be taken out, dies at sign-out and after 7 days. */
const Drafts = (() => {
    const DAYS = 7 * 86400e3;
    const open = () =>
        new Promise((done, failed) => {
            const ask = indexedDB.open("nuanyi", 2);
            ask.onupgradeneeded = () => {
                for (const name of ["keys", "drafts", "papers"])
                    if (!ask.result.objectStoreNames.contains(name)) ask.result.createObjectStore(name);
            };
            ask.onsuccess = () => done(ask.result);
            ask.onerror = () => failed(ask.error);
        });
    const run = async (store, mode, act) => {
        const db = await open();
        return new Promise((done, failed) => {
            const tx = db.transaction(store, mode);
            const ask = act(tx.objectStore(store));
            tx.oncomplete = () => {
                db.close();
                done(ask.result);
            };
            tx.onerror = () => {
                db.close();
                failed(tx.error);
            };
        });
    };
    const key = async (make) => {
        const kept = await run("keys", "readonly", (s) => s.get("key"));
        if (kept && Date.now() - kept.at < DAYS) return kept.key;
        if (kept) {
            await forget();
        }
        if (!make) return null;
        const fresh = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, [
            "encrypt",
            "decrypt",
        ]);
        await run("keys", "readwrite", (s) => s.put({ key: fresh, at: Date.now() }, "key"));
        return fresh;
    };
    /* whose drafts and papers these are: a mark of the account, told by pages of the office; another's papers go at once */
    const WHOSE = "nuanyi.whose";
    const whose = () => localStorage.getItem(WHOSE) || "";
    let cleared = Promise.resolve();
    const known = (mark) => {
        if (mark && mark !== whose()) {
            localStorage.setItem(WHOSE, mark);
            cleared = run("papers", "readwrite", (s) => s.clear());
        }
        return cleared;
    };
    const forget = async () => {
        localStorage.removeItem(WHOSE);
        for (const name of ["keys", "drafts", "papers"]) await run(name, "readwrite", (s) => s.clear());
    };
    const seal = async (body) => {
        const iv = crypto.getRandomValues(new Uint8Array(12));
        return {
            iv,
            sealed: await crypto.subtle.encrypt(
                { name: "AES-GCM", iv },
                await key(true),
                new TextEncoder().encode(JSON.stringify(body)),
            ),
            at: Date.now(),
        };
    };
    const unseal = async (row, opener) =>
        JSON.parse(
            new TextDecoder().decode(
                await crypto.subtle.decrypt({ name: "AES-GCM", iv: row.iv }, opener, row.sealed),
            ),
        );
    const put = async (id, state, body) => {
        const row = { id, state, ...(await seal({ whose: whose(), ...body })) };
        await run("drafts", "readwrite", (s) => s.put(row, id));
    };
    const all = async () => {
        const opener = await key(false);
        if (!opener) return [];
        const opened = [];
        for (const row of await run("drafts", "readonly", (s) => s.getAll())) {
            try {
                opened.push({ id: row.id, state: row.state, at: row.at, body: await unseal(row, opener) });
            } catch {
                /* sealed under a key that is gone */
            }
        }
        return opened.sort((a, b) => a.at - b.at);
    };
    /* a paper is what an account may read on this phone without network until it signs out: null where there is none */
    const keepPaper = async (name, body) => {
        await cleared;
        const row = await seal(body);
        await run("papers", "readwrite", (s) => s.put(row, name));
    };
    const paper = async (name) => {
        const opener = await key(false),
            row = opener && (await run("papers", "readonly", (s) => s.get(name)));
        try {
            return row ? { at: row.at, body: await unseal(row, opener) } : null;
        } catch {
            return null;
        }
    };
    const drop = (id) => run("drafts", "readwrite", (s) => s.delete(id));
    const possible = () => Boolean(window.isSecureContext && window.indexedDB && crypto.subtle);
    return { put, all, drop, forget, possible, known, keepPaper, paper };
})();
if (document.querySelector("[data-whose]") && Drafts.possible())
    Drafts.known(document.querySelector("[data-whose]").dataset.whose);
document.addEventListener("submit", (event) => {
    if (event.target.matches("[data-forgets]") && Drafts.possible()) Drafts.forget();
});
